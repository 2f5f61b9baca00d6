"""Trends of gates: since when one fails, what changed with it, and pictures of any numbers."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paddock.notebooks.rendering.sparkline import bounds_of
from paddock.runs.record import GateFact, Record
from paddock.site.charts import chart, spark
from paddock.site.history import Run
from paddock.site.trends import Trend, changes, present, trends

from tests.site.generated import record_of


def _run(number: int, trust: Any = "verified", **gate: Any) -> Run:
    record = record_of("intake", number, 10)
    fact = record.gates[0].model_copy(update=gate)
    notebook = record.notebooks[0].model_copy(update={"gates": (fact,)})
    return Run("intake", record.run, "", trust, "", record.model_copy(update={"notebooks": (notebook,)}))


def _verdicts(*held: bool) -> Trend:
    return trends([_run(number, held=verdict) for number, verdict in enumerate(held)])[0]


def test_a_gate_fails_since_the_first_of_its_last_failures() -> None:
    """An earlier failure in between does not count; the run that it last held in is named."""
    found = _verdicts(True, False, True, False, False)
    assert found.first_failed is not None
    assert found.last_held is not None
    assert found.first_failed.run.name == _run(3).name
    assert found.last_held.run.name == _run(2).name
    assert _verdicts(False, True).first_failed is None
    assert _verdicts(False).last_held is None


def test_unverified_records_are_in_no_trend() -> None:
    """A record that somebody edited changes no verdict of the project."""
    found = trends([_run(0, held=True), _run(1, "unverified", held=False)])
    assert len(found[0].points) == 1
    assert found[0].first_failed is None


def test_only_what_the_newest_run_evaluated_is_present() -> None:
    """A gate that was taken out of its notebook is history."""
    runs = [_run(0, name="old"), _run(1, name="new")]
    assert [trend.name for trend in present(trends(runs), runs)] == ["new"]


@pytest.mark.parametrize(
    ("words", "numbers"),
    [("at least 0.2 and below 1e-05", (0.2, 1e-05)), ("above -3", (-3.0,)), ("at least", ()), ("at most 1e999", ())],
)
def test_bounds_are_read_from_their_words(words: str, numbers: tuple[float, ...]) -> None:
    """What gates say in words is drawn as lines; what is no number is not drawn."""
    assert bounds_of(GateFact(name="x", value=1.0, bounds=words, held=True, margin=None)) == numbers


def _changed(**facts: Any) -> tuple[str, ...]:
    before = record_of("triage", 0)
    return changes(before, before.model_copy(update=facts))


def test_changes_name_data_parameters_code_and_packages() -> None:
    """Each thing that a run was given otherwise is named; nothing else is."""
    before: Record = record_of("triage", 0)
    cases = next(fact for fact in before.datasets if fact.role == "read")
    newer = cases.model_copy(update={"version": 7, "content_hash": "ab" * 32})
    assert _changed() == ()
    assert _changed(datasets=(newer,)) == ("intake.cases version 0 → 7",)
    assert _changed(datasets=()) == ("intake.cases is read no more",)
    assert _changed(parameters={"trees": "7"}) == ("parameter trees 100 → 7",)
    assert _changed(commit="f" * 40)[0].endswith("→ ffffffff")
    assert _changed(packages_hash="x") == ("installed packages changed",)
    assert _changed(environment="production") == ("environment local → production",) or _changed(environment="local")


@given(
    st.lists(st.tuples(st.none() | st.floats(), st.booleans()), min_size=1, max_size=40),
    st.text(max_size=40),
    st.text(max_size=40),
)
def test_any_numbers_and_names_make_a_picture(points: list[tuple[float | None, bool]], name: str, bounds: str) -> None:
    """Infinite, missing, huge or equal values, and any name, give well-formed SVG inside its frame."""
    gates = [{"value": value, "held": held, "name": name, "bounds": bounds} for value, held in points]
    found = trends([_run(number, **gate) for number, gate in enumerate(gates)])[0]
    for picture, height in ((spark(found), 28), (chart(found, "../"), 112)):
        root = ElementTree.fromstring(str(picture))
        for circle in root.iter("circle"):
            assert 0 <= float(circle.attrib["cy"]) <= height
