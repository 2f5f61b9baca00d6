"""What `paddock replay` and `paddock runs` say when they are asked for what is not there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("replay", "latest"), "no run 'latest' in any project"),
        (("replay", "20260101-000000-abcdef"), "no run '20260101-000000-abcdef' in any project"),
        (("replay", "../../etc"), "no run '../../etc' in any project"),
        (("runs", "show", "latest"), "no run 'latest' in any project"),
        (("runs", "export", "latest"), "--ro-crate FOLDER"),
        (("runs", "show", "latest", "--ro-crate", "crate"), "--ro-crate FOLDER"),
    ],
)
def test_what_is_not_there_is_one_message(
    paddock: Callable[..., Any], arguments: tuple[str, ...], expected: str
) -> None:
    """It exits with 2, and says what was looked for."""
    answer = paddock(*arguments)
    assert answer.code == 2
    assert expected in answer.err
