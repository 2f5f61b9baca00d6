"""The rule that decided before there was a model: a list of keywords for each tag."""

from __future__ import annotations

import pandas as pd
from paddock.models import tagging

from {{ cookiecutter.__package }} import features

KEYWORDS = {
    "account": ["account", "password", "login", "log in"],
    "damage": ["broken", "damaged", "defective", "faulty"],
    "delivery": ["delivery", "delivered", "parcel", "shipping", "courier", "tracking"],
    "invoice": ["invoice", "receipt", "vat"],
    "refund": ["refund", "money back", "reimburse"],
    "return": ["return", "send back", "exchange"],
}


def decide(texts: pd.DataFrame) -> tagging.Flags:
    """For each text and tag, whether the text holds a keyword of the tag: (texts, tags)."""
    keywords = {tag: KEYWORDS.get(tag, []) for tag in features.TAGS}
    return tagging.KeywordRule(keywords).predict(texts["text"])
