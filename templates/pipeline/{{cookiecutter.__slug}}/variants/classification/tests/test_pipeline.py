"""What the pipeline promises, on a sample made from the contract."""

from __future__ import annotations

from pathlib import Path

from paddock import testing

PROJECT = Path(__file__).parents[1]


def test_every_case_gets_a_prediction(tmp_path: Path) -> None:
    """From any legal cases come as many predictions, in the contract's bounds; a second build runs nothing."""
    cases = testing.sample(PROJECT, "cases", rows=120)
    built = testing.build(PROJECT, tmp_path, given={"Cases": cases})
    predictions = built.read("predictions")
    assert sorted(predictions["case_id"]) == sorted(cases["case_id"])
    assert predictions["probability"].between(0, 1).all()
    assert predictions["held_out"].any()
    assert built.ran == ("FitRule", "FitModel", "Predictions", "Pipeline")
    assert testing.build(PROJECT, tmp_path, given={"Cases": cases}).ran == ()
