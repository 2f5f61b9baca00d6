"""What the split promises."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from paddock.errors import ConfigurationError
from paddock.models.splitting import held_out


@given(identifiers=st.lists(st.text(max_size=8), max_size=20), data=st.data())
def test_a_row_never_changes_sides(identifiers: list[str], data: st.DataObject) -> None:
    """Whatever rows stand around it and in whatever order, a row's side is decided by its identifier alone."""
    sides = dict(zip(identifiers, held_out(identifiers), strict=True))
    others = data.draw(st.permutations([*identifiers, "another"]))
    assert [side for name, side in zip(others, held_out(others), strict=True) if name in sides] == [
        sides[name] for name in others if name in sides
    ]


@pytest.mark.parametrize("share", [0.1, 0.3, 0.8])
def test_about_the_asked_share_is_held_out(share: float) -> None:
    """Of ten thousand rows the share is met within two percent points."""
    assert abs(held_out(range(10_000), share).mean() - share) < 0.02


def test_another_salt_is_an_independent_split() -> None:
    """Of the rows that one split holds out, another salt holds out the usual share."""
    first, second = held_out(range(5000), 0.5), held_out(range(5000), 0.5, salt="b")
    assert abs(np.mean(second[first]) - 0.5) < 0.05


@pytest.mark.parametrize("share", [0, 1, -0.1, 30])
def test_a_share_is_between_nothing_and_all(share: float) -> None:
    """Anything else is refused with what was expected."""
    with pytest.raises(ConfigurationError, match="between 0 and 1"):
        held_out(["a"], share)
