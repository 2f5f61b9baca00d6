"""What the pipeline promises, on a sample made from the contract."""

from __future__ import annotations

from pathlib import Path

from paddock import testing

from {{ cookiecutter.__package }} import features

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


def test_what_is_held_out_is_never_learned_from(tmp_path: Path) -> None:
    """With another progression of every held-out patient, not one prediction changes."""
    patients = testing.sample(PROJECT, "patients", rows=120)
    is_held_out = features.is_held_out(patients)
    other = patients.assign(progression=patients["progression"].where(~is_held_out, 1000 - patients["progression"]))
    predictions = testing.build(PROJECT, tmp_path / "as_is", given={"Patients": patients}).read("predictions")
    assert predictions.equals(testing.build(PROJECT, tmp_path / "other", given={"Patients": other}).read("predictions"))
    assert dict(zip(predictions["patient_id"], predictions["held_out"], strict=True)) == dict(
        zip(patients["patient_id"], is_held_out, strict=True)
    )
