"""The header of a report: what was run, on which data, and what was decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


class Gate(Protocol):
    """A named number with a bound that must hold; `margin` is the distance to the nearest bound."""

    @property
    def name(self) -> str:
        """What was measured."""

    @property
    def value(self) -> float | None:
        """The measured number; None when there was none."""

    @property
    def bounds(self) -> str:
        """The bounds in words."""

    @property
    def held(self) -> bool:
        """Whether the value kept to its bounds."""

    @property
    def margin(self) -> float | None:
        """The distance to the nearest bound, negative when it was missed."""


@dataclass(frozen=True)
class History:
    """One gate over runs, oldest first and this run's last; `words` say since when it is as it is."""

    gates: tuple[Gate, ...]
    words: str


@dataclass(frozen=True)
class Header:
    """What a report says before its notebooks; an empty text or tuple is left out of the page.

    Datasets are (name, role, version, hash), sources (name, hash), tasks (name, ran or reused, seconds);
    `previous` are the gates of the run to compare with, `histories` has one for each of `gates`, `links` are the
    addresses of datasets.
    """

    project: str
    status: str
    reason: str
    run: str
    started: str
    seconds: float
    commit: str
    environment: str
    parameters: Mapping[str, str]
    gates: tuple[Gate, ...]
    datasets: tuple[tuple[str, str, int, str], ...]
    owner: str = ""
    description: str = ""
    sources: tuple[tuple[str, str], ...] = ()
    tasks: tuple[tuple[str, str, float], ...] = ()
    previous: tuple[Gate, ...] = ()
    histories: tuple[History, ...] = ()
    links: Mapping[str, str] = field(default_factory=dict)
