"""An item of the rubric: what is asked, how it can be answered, and what was found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from paddock_ci.score.facts import Facts


class Credit(float, Enum):
    """What an item counts: nothing, half for what was done once or by hand, all for what a machine does each time."""

    NONE = 0.0
    HALF = 0.5
    FULL = 1.0


class Way(StrEnum):
    """Who can answer an item: the machine, the machine in part, or a person who signs."""

    AUTOMATIC = "automatic"
    PARTLY = "partly"
    SIGNED = "sign-off"


@dataclass(frozen=True)
class Evidence:
    """What was found (a file, a cell, a run, a check's code), what it counts, and the next step to more."""

    credit: Credit
    said: str
    step: str = ""


@dataclass(frozen=True)
class Item:
    """One item: its code, title and judge; `of_run` where its evidence is the record of a published run."""

    code: str
    title: str
    way: Way
    judge: Callable[[Facts], Evidence]
    of_run: bool = False


def full(said: str) -> Evidence:
    """Evidence that a machine verifies whenever it is asked."""
    return Evidence(Credit.FULL, said)


def half(said: str, step: str) -> Evidence:
    """Evidence of a part, and how to get the rest."""
    return Evidence(Credit.HALF, said, step)


def none(missing: str, step: str) -> Evidence:
    """What is missing, and how to get it."""
    return Evidence(Credit.NONE, missing, step)
