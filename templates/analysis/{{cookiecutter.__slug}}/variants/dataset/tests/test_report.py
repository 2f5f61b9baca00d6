"""What the report promises, on rows made from the contract of the dataset."""

from __future__ import annotations

from pathlib import Path

from paddock import testing

PROJECT = Path(__file__).parents[1]
DATASET = "{{ cookiecutter.dataset }}"
REPORT = "notebooks/report.ipynb"
MANY, FEW = 120, 50


def _publish(scratch: Path, rows: int) -> testing.Built:
    """A workspace in which so many rows are the published version."""
    return testing.build(PROJECT, scratch, given={DATASET: testing.sample(PROJECT, DATASET, rows=rows)})


def test_the_gates_hold_on_rows_that_obey_the_contract(tmp_path: Path) -> None:
    """Also for a first version, which cannot be compared with another."""
    audited = _publish(tmp_path, MANY).audit(REPORT)
    assert audited.status == "passed", audited.reason


def test_a_version_that_lost_rows_is_refused(tmp_path: Path) -> None:
    """Both for what it lost and for being smaller than is asked for."""
    _publish(tmp_path, MANY)
    audited = _publish(tmp_path, FEW).audit(REPORT, {"minimum_rows": FEW + 1})
    assert {"rows", "share of rows lost"} <= {gate.name for gate in audited.gates if not gate.held}
