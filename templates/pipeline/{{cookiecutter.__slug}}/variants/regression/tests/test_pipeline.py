"""What the pipeline promises, on a sample made from the contract."""

from __future__ import annotations

from pathlib import Path

from paddock import testing

PROJECT = Path(__file__).parents[1]


def test_every_patient_gets_a_prediction(tmp_path: Path) -> None:
    """From any legal patients come as many predictions, each in its interval; a second build runs nothing."""
    patients = testing.sample(PROJECT, "patients", rows=120)
    built = testing.build(PROJECT, tmp_path, given={"Patients": patients})
    predictions = built.read("predictions")
    assert sorted(predictions["patient_id"]) == sorted(patients["patient_id"])
    assert (predictions["low"] <= predictions["high"]).all()
    assert predictions["held_out"].any()
    assert built.ran == ("FitRule", "FitModel", "HalfWidth", "Predictions", "Pipeline")
    assert testing.build(PROJECT, tmp_path, given={"Patients": patients}).ran == ()
