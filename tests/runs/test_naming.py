"""Names of runs sort as their runs began."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st
from paddock.runs.naming import name_of

_MOMENT = datetime(2026, 1, 31, 6, 0, 1, tzinfo=UTC)
_LATER = datetime(2026, 1, 31, 6, 0, 2, tzinfo=UTC)


@given(st.lists(st.sampled_from([_MOMENT, _LATER]), max_size=60).map(sorted))
def test_they_sort_as_their_runs_began(moments: list[datetime]) -> None:
    """Also those of one second, among whatever else lies there."""
    names = ["lock"]
    for moment in moments:
        names.append(name_of(moment, names))
    assert names[1:] == sorted(set(names[1:]))
    assert all(re.fullmatch(r"20260131-06000[12]-[0-9a-f]{6}", name) for name in names[1:])
