"""What there is to learn, and which texts the model never sees while it learns."""

from __future__ import annotations

import pandas as pd
from paddock.models import tagging
from paddock.models.splitting import held_out

# As `catalog.toml` allows them; a column of every matrix of tags, in this order.
TAGS = ("account", "damage", "delivery", "invoice", "refund", "return")


def inputs(texts: pd.DataFrame) -> pd.DataFrame:
    """What the model looks at: `text` alone, with 0 for each number, since hardly two texts share an order's."""
    return texts[["text"]].replace(r"\d+", "0", regex=True)


def is_held_out(texts: pd.DataFrame) -> pd.Series:
    """For each text, whether it is kept aside to judge rule and model; about three of ten are."""
    return pd.Series(held_out(texts["item_id"], share=0.3), index=texts.index)


def training(texts: pd.DataFrame) -> pd.DataFrame:
    """The texts from which the model may learn: a person has read them, and they are not kept aside."""
    return texts[texts["labelled"] & ~is_held_out(texts)].reset_index(drop=True)


def targets(texts: pd.DataFrame, labels: pd.DataFrame) -> tagging.Flags:
    """For each text and tag, whether a person gave it: (texts, tags)."""
    return tagging.indicators(labels, texts["item_id"], TAGS)


def unknown_words(texts: pd.DataFrame, known: pd.DataFrame) -> pd.Series:
    """For each text the share of its words, numbers aside, that no text of `known` holds."""
    return pd.Series(tagging.unknown_share(texts["text"], known["text"]), index=texts.index)
