"""What is promised of the rows that an older model learned from."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from paddock.errors import ConfigurationError, DataError
from paddock.models import ageing


@given(
    days=st.lists(st.dates(date(2025, 1, 1), date(2025, 1, 20)), min_size=1, max_size=20),
    share=st.floats(0.01, 0.99),
)
def test_the_earlier_rows_come_before_all_others(days: list[date], share: float) -> None:
    """Whatever the order of the rows, none that is left out is as early as one that is kept; the share is reached."""
    frame = pd.DataFrame({"day": days, "row": range(len(days))})
    kept = ageing.earlier(frame, "day", share)
    left = frame[~frame["row"].isin(kept["row"])]
    assert share * len(frame) <= len(kept) <= len(frame)
    assert left.empty or left["day"].min() > kept["day"].max()
    assert kept["row"].is_monotonic_increasing


def test_no_more_is_kept_than_was_asked_for() -> None:
    """Of four different names and a half, two are kept."""
    frame = pd.DataFrame({"case_id": ["d", "b", "a", "c"]})
    assert ageing.earlier(frame, "case_id")["case_id"].tolist() == ["b", "a"]


@pytest.mark.parametrize("share", [0.0, 1.0, -1.0])
def test_a_share_that_leaves_nothing_is_refused(share: float) -> None:
    """All rows are no older model, and none are no model."""
    with pytest.raises(ConfigurationError, match="expected a number between 0 and 1"):
        ageing.earlier(pd.DataFrame({"day": [1]}), "day", share)


def test_rows_are_needed() -> None:
    """Without rows, the message says what to do."""
    with pytest.raises(DataError, match="expected rows to order, got none"):
        ageing.earlier(pd.DataFrame({"day": []}), "day")
