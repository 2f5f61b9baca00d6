"""What the checks of audited notebooks find, and what they let pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from paddock_ci.checks import PROJECT_CHECKS
from paddock_ci.files import ProjectFiles

from tests.proof.audits import (
    AUC,
    CANNOT_FAIL,
    CLAIMS,
    DEFAULTS,
    GOOD,
    LEGAL,
    ROWS,
    UNREACHED,
    audit_of,
    changed,
)

Faults = dict[str, list[str]]

MANIFEST = '[tool.paddock]\npipeline = "shop.tasks:Pipeline"\nnotebooks = ["audit.ipynb"]\n'
CATALOGUE = """\
[datasets.predictions.columns]
case_id = { dtype = "int64" }
probability = { dtype = "float64" }
held_out = { dtype = "bool" }
"""


@pytest.fixture
def faults(tmp_path: Path) -> Callable[..., Faults]:
    """What each NB2 check says of a project that holds one audited notebook."""

    def said(source: str, manifest: str = MANIFEST, prose: str = "") -> Faults:
        (tmp_path / "pyproject.toml").write_text(manifest)
        (tmp_path / "catalog.toml").write_text(CATALOGUE)
        (tmp_path / "audit.ipynb").write_text(audit_of(source, prose))
        return dict(_said(ProjectFiles(tmp_path, tmp_path)))

    return said


def _said(files: ProjectFiles) -> Iterator[tuple[str, list[str]]]:
    for code, check in PROJECT_CHECKS.items():
        if code.startswith("NB2") and (found := [look.fault for look in check(files) if look.fault]):
            yield code, found


def test_the_good_notebook_has_no_finding(faults: Callable[..., Faults]) -> None:
    """Whatever is found below is found because of the change."""
    assert faults(GOOD) == {}


@pytest.mark.parametrize("change", LEGAL.values(), ids=LEGAL)
def test_what_is_legal_has_no_finding(faults: Callable[..., Faults], change: tuple[str, str]) -> None:
    """A gate may be written in more than one way, and its bounds lie where they need to."""
    assert faults(changed(*change)) == {}


@pytest.mark.parametrize("change", CANNOT_FAIL.values(), ids=CANNOT_FAIL)
def test_a_gate_that_cannot_fail_is_found(faults: Callable[..., Faults], change: tuple[str, str, str]) -> None:
    """The finding says what is wrong with it."""
    found = " ".join(faults(changed(*change[:2])).get("NB203", []))
    assert any(part in found for part in change[2].split("' or '")), found
    assert "gate" in found


@pytest.mark.parametrize("cell", UNREACHED.values(), ids=UNREACHED)
def test_a_cell_that_ends_the_notebook_is_found(faults: Callable[..., Faults], cell: str) -> None:
    """So is one that leaves Python, or is empty before the end; at the end it is what Jupyter leaves."""
    assert list(faults(changed("auc = roc", f"{cell}\n# %%\nauc = roc"))) == ["NB202"]
    assert faults(f"{GOOD}# %%\n") == {}


@pytest.mark.parametrize("change", DEFAULTS.values(), ids=DEFAULTS)
def test_a_parameter_that_is_no_bound_is_found(faults: Callable[..., Faults], change: tuple[str, str]) -> None:
    """A limit is a literal number of the type that it declares, and it limits something."""
    assert "NB204" in faults(changed(*change))


@pytest.mark.parametrize("change", CLAIMS.values(), ids=CLAIMS)
def test_a_claim_that_nobody_judges_is_found(faults: Callable[..., Faults], change: tuple[str, str]) -> None:
    """The model beats the rule by gates of paddock, and by nothing that only looks like one."""
    assert "NB205" in faults(changed(*change))


def test_an_audit_of_a_model_judges_more_than_two_values(faults: Callable[..., Faults]) -> None:
    """Two gates are too few; an analysis has no rule to beat, and may have one."""
    gates = GOOD.split("# %%\n")
    few = "# %%\n".join(["minimum_auc: float = 0.97\n", gates[1], gates[3]])
    assert [said.split(",")[0] for said in faults(few)["NB205"]] == [
        "judges 1 values by gates; expected 3 or more",
        "has no gate that says the model beats the rule",
    ]
    assert faults(few, MANIFEST.replace("pipeline", "title")) == {}


def test_a_gate_in_a_raw_cell_is_found(faults: Callable[..., Faults]) -> None:
    """No kernel executes it."""
    assert faults(GOOD, prose=AUC) == {"NB205": ["holds a gate that nobody evaluates"]}
    assert faults(GOOD, prose="Each gate must hold.") == {}


@pytest.mark.parametrize("change", ROWS.values(), ids=ROWS)
def test_rows_that_the_model_learned_from_are_no_proof(
    faults: Callable[..., Faults], change: tuple[str, str, str]
) -> None:
    """What is judged is what was held out: all of it, as it was published."""
    assert change[2] in " ".join(faults(changed(*change[:2])).get("NB206", []))
