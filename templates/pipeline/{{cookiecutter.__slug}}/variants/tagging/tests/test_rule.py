"""What the rule promises."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from hypothesis import given, settings
from paddock import testing

from {{ cookiecutter.__package }} import features, rule

PROJECT = Path(__file__).parents[1]


def test_a_keyword_gives_its_tag() -> None:
    """Every keyword is found wherever it stands and however it is written, as a whole word only."""
    for tag, keywords in rule.KEYWORDS.items():
        for keyword in keywords:
            said = [f"{keyword.upper()}, please!", f"about the {keyword}", f"x{keyword}", ""]
            found = rule.decide(pd.DataFrame({"text": said}))[:, features.TAGS.index(tag)]
            assert found.tolist() == [True, True, False, False]


def test_keywords_are_of_tags_that_there_are() -> None:
    """No list of keywords is left over from a tag that was renamed."""
    assert set(rule.KEYWORDS) <= set(features.TAGS)


@settings(max_examples=25, deadline=None)
@given(texts=testing.frames(PROJECT, "texts", min_rows=1, max_rows=8))
def test_any_legal_text_is_decided(texts: pd.DataFrame) -> None:
    """Whatever people write, the rule says yes or no for each tag, of each text on its own."""
    decided = rule.decide(texts)
    assert decided.shape == (len(texts), len(features.TAGS))
    assert (rule.decide(texts.iloc[::-1]) == decided[::-1]).all()
