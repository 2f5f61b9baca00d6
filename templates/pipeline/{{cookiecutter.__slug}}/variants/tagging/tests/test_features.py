"""What the features promise, for any texts that the contract allows."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from paddock import testing

from {{ cookiecutter.__package }} import features

PROJECT = Path(__file__).parents[1]


@settings(max_examples=25, deadline=None)
@given(texts=testing.frames(PROJECT, "texts", min_rows=1, max_rows=8))
def test_a_text_never_changes_sides(texts: pd.DataFrame) -> None:
    """Whether a text is held out depends on the text alone; the model learns from the others that people have read."""
    held_out = features.is_held_out(texts)
    assert features.is_held_out(texts.iloc[::-1]).sort_index().equals(held_out)
    assert set(features.training(texts)["item_id"]) == set(texts.loc[texts["labelled"] & ~held_out, "item_id"])


@settings(max_examples=25, deadline=None)
@given(texts=testing.frames(PROJECT, "texts", min_rows=1, max_rows=8), number=st.integers(0, 10**9))
def test_the_model_sees_words_alone(texts: pd.DataFrame, number: int) -> None:
    """Not who wrote, when, how or whether it was read; and of a number only that there is one."""
    inputs = features.inputs(texts.assign(text=texts["text"] + f" {number}"))
    assert list(inputs.columns) == ["text"]
    assert inputs.equals(features.inputs(texts.assign(text=texts["text"] + " 7")))


@settings(max_examples=25, deadline=None)
@given(texts=testing.frames(PROJECT, "texts", min_rows=1, max_rows=8))
def test_words_are_known_or_not_in_any_legal_text(texts: pd.DataFrame) -> None:
    """Of a text that is known no word is unknown; where nothing is known, each is, if there are words at all."""
    assert (features.unknown_words(texts, texts) == 0).all()
    assert set(features.unknown_words(texts, texts.iloc[:0])) <= {0.0, 1.0}


def test_targets_are_what_people_gave() -> None:
    """Each text has the tags of its labels and no other; labels of other texts do not matter."""
    texts = pd.DataFrame({"item_id": ["ticket-00002", "ticket-00001"]})
    labels = pd.DataFrame(
        {"item_id": ["ticket-00001", "ticket-00009", "ticket-00001"], "tag": ["refund", "damage", "account"]}
    )
    found = features.targets(texts, labels)
    assert [[features.TAGS[place] for place in row.nonzero()[0]] for row in found] == [[], ["account", "refund"]]


def test_the_contract_allows_the_same_tags() -> None:
    """A tag is known to the code and to both datasets, or to none of them."""
    datasets = tomllib.loads((PROJECT / "catalog.toml").read_text(encoding="utf-8"))["datasets"]
    for name in ("labels", "predictions"):
        assert tuple(datasets[name]["columns"]["tag"]["allowed"]) == features.TAGS
