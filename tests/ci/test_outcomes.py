"""The states of the reference are those by which the code decides: neither a state nor a text stands alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import get_args

import pytest
from paddock.data.state import State
from paddock.runs.record import Status as RunStatus
from paddock.site.history import Trust
from paddock_ci.engine.job import Status as JobStatus
from paddock_ci.reference import outcomes

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("group", outcomes.FAMILIES)
def test_a_state_without_a_text_is_noticed(group: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No page is made of a family whose type has one state more."""
    family = outcomes.FAMILIES[group]
    assert tuple(outcomes.states(group)) == family.words
    monkeypatch.setitem(outcomes.FAMILIES, group, family._replace(words=(*family.words, "new")))
    with pytest.raises(LookupError, match=r"of each state.*\['new'\]"):
        outcomes.states_page()
    with pytest.raises(LookupError, match="new"):
        outcomes.entries()


@pytest.mark.parametrize("group", outcomes.FAMILIES)
def test_a_text_without_a_state_is_noticed(group: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor of one whose type has one state less."""
    family = outcomes.FAMILIES[group]
    monkeypatch.setitem(outcomes.FAMILIES, group, family._replace(words=family.words[1:]))
    with pytest.raises(LookupError, match=family.words[0]):
        outcomes.states_page()


def test_the_families_are_the_types_of_the_code() -> None:
    """Each word comes from the type by which the code decides, in its order."""
    types = {"dataset": tuple(State), "run": get_args(RunStatus), "trust": get_args(Trust), "job": tuple(JobStatus)}
    assert {group: outcomes.FAMILIES[group].words for group in types} == types


def _used(of: type[StrEnum], sources: list[str]) -> Iterator[StrEnum]:
    """The members that the code names, outside the type itself."""
    for tree in map(ast.parse, sources):
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and ast.unparse(node.value).endswith(of.__name__):
                yield from (member for name, member in of.__members__.items() if name == node.attr)


@pytest.mark.parametrize(("of", "top"), [(State, "shared/src/paddock"), (JobStatus, "ci/src/paddock_ci/engine")])
def test_every_state_is_decided_somewhere(of: type[StrEnum], top: str) -> None:
    """The type is no list beside the code: there is no member that nothing comes to."""
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / top).rglob("*.py")]
    assert set(_used(of, [text for text in sources if f"class {of.__name__}(StrEnum)" not in text])) == set(of)
    assert set(_used(of, [f"{of.__name__}.NONE"])) == set()
