"""What the pipeline promises, on a sample made from the contract."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from paddock import testing

from {{ cookiecutter.__package }} import features

PROJECT = Path(__file__).parents[1]


def sample() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Texts and labels that belong together, which samples of both contracts would not; nobody gave "invoice"."""
    texts, labels = testing.sample(PROJECT, "texts", rows=160), testing.sample(PROJECT, "labels", rows=120)
    read = texts.loc[texts["labelled"], "item_id"]
    labels["item_id"] = read.sample(len(labels), replace=True, random_state=0).to_numpy()
    return texts, labels[labels["tag"] != "invoice"].drop_duplicates(ignore_index=True)


def test_every_text_gets_a_prediction_for_every_tag(tmp_path: Path) -> None:
    """From any legal texts come a row a text and tag, in the contract's bounds; a second build runs nothing.

    A tag that people never gave is given to no text.
    """
    texts, labels = sample()
    built = testing.build(PROJECT, tmp_path, given={"Texts": texts, "Labels": labels})
    predictions = built.read("predictions")
    expected = {(item, tag) for item in texts["item_id"] for tag in features.TAGS}
    assert set(zip(predictions["item_id"], predictions["tag"], strict=True)) == expected
    assert predictions["score"].between(0, 1).all()
    assert predictions["held_out"].any()
    assert not predictions.loc[predictions["tag"] == "invoice", "decision"].any()
    assert built.ran == ("FitModel", "Predictions", "Pipeline")
    assert testing.build(PROJECT, tmp_path, given={"Texts": texts, "Labels": labels}).ran == ()


def test_what_is_held_out_is_never_learned_from(tmp_path: Path) -> None:
    """With other tags for every held-out text, not one prediction changes."""
    texts, labels = sample()
    kept_aside = set(texts.loc[features.is_held_out(texts), "item_id"])
    is_other = labels["item_id"].isin(kept_aside)
    swapped = labels["tag"].map(dict(zip(features.TAGS, reversed(features.TAGS), strict=True)))
    other = labels.assign(tag=labels["tag"].where(~is_other, swapped))
    given = {"Texts": texts, "Labels": labels}
    predictions = testing.build(PROJECT, tmp_path / "as_is", given=given).read("predictions")
    again = testing.build(PROJECT, tmp_path / "other", given=given | {"Labels": other}).read("predictions")
    assert is_other.any()
    assert predictions.equals(again)
    assert predictions["held_out"].equals(predictions["item_id"].isin(kept_aside))
