"""What is read of the text of a YAML file."""

from __future__ import annotations

import pytest
from paddock_ci.yaml_text import lines_of, load


@pytest.mark.parametrize(
    ("text", "twice"),
    [
        ("a: 1\nb: 2\na: 3\n", ((3, "a"),)),
        ("a:\n  b: 1\n  b: 2\na: 3\n", ((3, "b"), (4, "a"))),
        ("true: 1\nTrue: 2\n", ((2, "True"),)),
        ("a: &x\n  b: 1\nc:\n  <<: *x\n  b: 2\nd: *x\n", ()),
        ("a: &x [*x]\n", ()),
        ("", ()),
    ],
)
def test_keys_that_stand_twice(text: str, twice: tuple[tuple[int, str], ...]) -> None:
    """Keys are the same if they mean the same; what is merged into a mapping may be given anew there."""
    assert load(text)[1] == twice


def test_each_key_has_its_line() -> None:
    """Keys and items are found by their path from the top."""
    text = "a:\n  b: [1,\n    2]\n"
    assert load(text)[0] == {"a": {"b": [1, 2]}}
    assert lines_of(text) == {("a",): 1, ("a", "b"): 2, ("a", "b", "0"): 2, ("a", "b", "1"): 3}
