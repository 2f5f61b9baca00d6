"""What the pipeline promises, on a sample made from the contract."""

from __future__ import annotations

from pathlib import Path

from paddock import testing

from {{ cookiecutter.__package }} import features

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


def test_what_is_held_out_is_never_learned_from(tmp_path: Path) -> None:
    """With the opposite answer for every held-out case, not one prediction changes."""
    cases = testing.sample(PROJECT, "cases", rows=120)
    is_held_out = features.is_held_out(cases)
    cases["malignant"] = cases["mean_radius"] > cases["mean_radius"].median()
    other = cases.assign(malignant=cases["malignant"] ^ is_held_out)
    predictions = testing.build(PROJECT, tmp_path / "as_is", given={"Cases": cases}).read("predictions")
    assert predictions.equals(testing.build(PROJECT, tmp_path / "other", given={"Cases": other}).read("predictions"))
    assert dict(zip(predictions["case_id"], predictions["held_out"], strict=True)) == dict(
        zip(cases["case_id"], is_held_out, strict=True)
    )
