"""What the report promises: its gates hold on good rows and refuse bad ones."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from paddock import testing

PROJECT = Path(__file__).parents[1]
ORDERS = "data/orders.csv"
REPORT = "notebooks/report.ipynb"


def test_the_gates_hold_on_the_rows_that_there_are(tmp_path: Path) -> None:
    """The report passes as it is, and a stricter bound is one that can fail."""
    built = testing.build(PROJECT, tmp_path, given={})
    audited = built.audit(REPORT)
    assert audited.status == "passed", audited.reason
    assert built.audit(REPORT, {"minimum_rows": 10_000}).reason.startswith("gate rows: 336, ")


def test_every_gate_refuses_what_it_is_for(tmp_path: Path) -> None:
    """Too few rows, old ones, gaps, repeated rows, missing values, wrong sums and a leap: no gate lets them pass."""
    built = testing.build(PROJECT, tmp_path, given={})
    path = built.session.project.folder / ORDERS
    orders = pd.read_csv(path)
    is_last_week = orders["day"] > "2026-03-22"
    orders.loc[is_last_week, "net"] *= 10
    orders.loc[orders["day"] < "2026-02-01", "visits"] = None
    bad = orders[orders["day"].between("2026-01-20", "2026-03-27")]
    after = orders.tail(1).assign(day="2026-04-20")
    pd.concat([bad, bad.head(1), after]).astype({"visits": "Int64"}).to_csv(path, index=False)
    audited = built.audit(REPORT)
    assert len(audited.gates) == 8
    assert [gate.name for gate in audited.gates if gate.held] == []
