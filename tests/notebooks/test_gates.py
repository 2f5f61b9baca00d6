"""Gates say whether a value keeps to its bounds; metrics are only reported."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import paddock
import pandas as pd
import pytest
from paddock.errors import ConfigurationError
from paddock.notebooks import bundle, gates
from paddock.notebooks.facts import GATE_MIME, METRIC_MIME


@pytest.fixture(autouse=True)
def _new_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gates, "LEDGER", gates.Ledger())


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What was shown, as MIME bundles."""
    found: list[dict[str, Any]] = []
    monkeypatch.setattr(bundle, "show", lambda data, metadata=None: found.append(dict(data)))
    return found


@pytest.mark.parametrize(
    ("value", "bounds", "held", "margin", "words"),
    [
        (0.9931, {"at_least": 0.97}, True, 0.0231, "at least 0.97"),
        (0.97, {"at_least": 0.97}, True, 0.0, "at least 0.97"),
        (0.97, {"above": 0.97}, False, 0.0, "above 0.97"),
        (0.91, {"at_least": 0.97}, False, -0.06, "at least 0.97"),
        (3, {"at_most": 3}, True, 0.0, "at most 3"),
        (3, {"below": 3}, False, 0.0, "below 3"),
        (0.7, {"at_least": 0.2, "at_most": 0.8}, True, 0.1, "at least 0.2 and at most 0.8"),
        (0.9, {"at_least": 0.2, "at_most": 0.8}, False, -0.1, "at least 0.2 and at most 0.8"),
        (np.float32(0.5), {"above": 0}, True, 0.5, "above 0"),
        (np.int64(4), {"below": 5}, True, 1.0, "below 5"),
    ],
)
def test_a_gate_holds_within_its_bounds(
    shown: list[dict[str, Any]], value: Any, bounds: dict[str, float], held: bool, margin: float, words: str
) -> None:
    """The answer, the words and the distance to the nearest bound agree; nothing is raised."""
    assert paddock.gate("auc", value, **bounds) is held
    assert shown[0][GATE_MIME] == {
        "name": "auc",
        "value": float(value),
        "bounds": words,
        "held": held,
        "margin": margin,
    }


@pytest.mark.parametrize("value", [None, float("nan"), np.float64("nan"), float("inf"), 10**400, pd.NA])
def test_no_finite_number_never_holds(shown: list[dict[str, Any]], value: Any) -> None:
    """A metric that could not be computed fails its gate, whatever the bound."""
    assert paddock.gate("auc", value, at_least=0) is False
    assert shown[0][GATE_MIME]["value"] is None
    assert shown[0]["text/plain"] == "gate auc: no finite number, at least 0: fails"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: paddock.gate("auc", 1), "gate 'auc': expected a bound (at_least, at_most, above, below), got none"),
        (lambda: paddock.gate("", 1, above=0), "name: expected a text of 1 to 200 printable characters, got ''"),
        (lambda: paddock.gate(3, 1, above=0), "name: expected a text"),  # type: ignore[arg-type]
        (lambda: paddock.gate("a\nb", 1, above=0), "name: expected a text"),
        (lambda: paddock.gate("auc", True, above=0), "expected a real number, got True of type bool"),
        (lambda: paddock.gate("auc", np.True_, above=0), "expected a real number"),
        (lambda: paddock.gate("auc", "0.9", above=0), "expected a real number, got '0.9' of type str"),
        (lambda: paddock.gate("auc", 1j, above=0), "expected a real number, got 1j of type complex"),
        (lambda: paddock.gate("auc", 1, above=float("nan")), "gate 'auc': above: expected a finite number, got nan"),
        (lambda: paddock.gate("auc", 1, at_least=2, at_most=1), "no number is both above 2 and below 1"),
        (lambda: paddock.gate("auc", 1, above=1, at_most=1), "no number is both above 1 and below 1"),
        (lambda: paddock.metric("rows", "many"), "metric 'rows': expected a real number, got 'many' of type str"),
    ],
)
def test_a_gate_that_could_decide_nothing_is_an_error(call: Callable[[], Any], message: str) -> None:
    """Wrong use is told where it happens, with an example of right use."""
    with pytest.raises(ConfigurationError) as caught:
        call()
    assert message in caught.value.message
    assert caught.value.remedy


def test_a_name_counts_once_in_a_notebook() -> None:
    """Of two gates with one name, neither could hide the other; a metric's name is a name of its own."""
    paddock.gate("auc", 0.5, at_least=0.9)
    paddock.metric("auc", 0.5)
    with pytest.raises(ConfigurationError, match="gate 'auc': stated twice"):
        paddock.gate("auc", 0.95, at_least=0.9)
    with pytest.raises(ConfigurationError, match="metric 'auc': stated twice"):
        paddock.metric("auc", 0.95)


def test_a_cell_may_be_run_again_in_an_interactive_session(monkeypatch: pytest.MonkeyPatch) -> None:
    """While one works on a notebook, a second execution replaces the gate; in a run it is an error."""
    shell = SimpleNamespace(execution_count=1)
    monkeypatch.setattr(bundle, "shell", lambda: shell)
    monkeypatch.setattr(bundle, "show", lambda data: None)
    paddock.gate("auc", 0.5, at_least=0.9)
    shell.execution_count = 2
    assert paddock.gate("auc", 0.95, at_least=0.9)
    assert gates.LEDGER.gates["auc"].held
    gates.LEDGER.is_final = True
    shell.execution_count = 3
    with pytest.raises(ConfigurationError, match="stated twice"):
        paddock.gate("auc", 0.95, at_least=0.9)


def test_outside_ipython_the_text_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """A script that states gates says so on its terminal."""
    paddock.gate("auc", 0.9931, at_least=0.97)
    paddock.metric("rows", 569, "cases")
    paddock.metric("mean", None)
    printed = capsys.readouterr().out
    assert printed == "gate auc: 0.9931, at least 0.97: holds\nmetric rows: 569 cases\nmetric mean: no finite number\n"


def test_names_and_units_are_text_in_html(shown: list[dict[str, Any]]) -> None:
    """Markup in a name or unit is shown, not executed."""
    paddock.gate("<script>1</script>", 1, at_least=0)
    paddock.metric("a", 1, "<img src=x>")
    assert [bundle["text/html"] for bundle in shown] == [
        '<p class="paddock holds">gate &lt;script&gt;1&lt;/script&gt;: 1, at least 0: holds</p>',
        '<p class="paddock metric">metric a: 1 &lt;img src=x&gt;</p>',
    ]
    assert shown[1][METRIC_MIME] == {"name": "a", "value": 1.0, "unit": "<img src=x>"}
