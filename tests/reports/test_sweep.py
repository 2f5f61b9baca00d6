"""A sweep: all combinations, refused before anything runs when one of them could not."""

from __future__ import annotations

import pytest
from paddock.errors import ConfigurationError
from paddock.notebooks.facts import Gate
from paddock.notebooks.rendering.comparison import Row, compare
from paddock.reports.sweep import combinations


def test_values_and_ranges_are_combined() -> None:
    """Both ends of a range count; what is fixed stays."""
    assert combinations(["alpha=0.1,0.2", "seed=-1:1"], {"n": "3"}) == [
        {"n": "3", "alpha": alpha, "seed": seed} for alpha in ("0.1", "0.2") for seed in ("-1", "0", "1")
    ]


def test_a_comma_inside_of_brackets_belongs_to_its_value() -> None:
    """Lists can be swept, too."""
    assert combinations(['names=["a","b"],[]'], {}) == [{"names": '["a","b"]'}, {"names": "[]"}]


@pytest.mark.parametrize(
    ("sweeps", "message"),
    [
        (["alpha"], "expected NAME=V1,V2 or NAME=A:B, got 'alpha'"),
        (["alpha="], "expected NAME=V1,V2 or NAME=A:B"),
        (["2a=1"], "expected NAME=V1,V2 or NAME=A:B"),
        (["alpha=1,,2"], "expected a value on each side of a comma"),
        (["alpha=1,2,1"], "the value 1 is there twice"),
        (["alpha=0.1:0.5"], "a range A:B is for whole numbers, got 0.1:0.5"),
        (["alpha=1:2.5"], "a range A:B is for whole numbers"),
        (["seed=5:1"], "the range is empty: 5 is above 1"),
        (["alpha=1", "alpha=2"], "--sweep alpha: the parameter is given twice"),
        (["n=1,2"], "--sweep n: the parameter is given twice"),
        (["a=1:1000", "b=1:1000"], "1,000 of a × 1,000 of b are 1,000,000 combinations, expected at most 1,000"),
        (["a=1:99999999999999999999"], "are 99,999,999,999,999,999,999 combinations"),
    ],
)
def test_what_is_no_sweep_is_told(sweeps: list[str], message: str) -> None:
    """Each mistake with what was expected, at once."""
    with pytest.raises(ConfigurationError) as error:
        combinations(sweeps, {"n": "3"})
    assert message in error.value.message


def test_a_range_of_fractions_says_how_to_list_them() -> None:
    """With its own name, ends and middle; what only looks like a range is a value."""
    with pytest.raises(ConfigurationError) as error:
        combinations(["share=0.1:0.5"], {})
    assert error.value.remedy == "List the values: --sweep share=0.1,0.3,0.5"
    assert combinations(["place=a:b,s3://x"], {}) == [{"place": "a:b"}, {"place": "s3://x"}]


def row(alpha: str, score: float, loss: float | None, status: str = "passed") -> Row:
    """An execution with a gate and a metric."""
    gate = Gate("score", score, "at least 0.5", score >= 0.5, score - 0.5)
    return Row({"alpha": alpha}, status, "", 1.0, f"{alpha}.html", [gate], {"loss": loss})


def test_the_best_value_is_marked_and_nothing_runs() -> None:
    """The gate that holds with most room, the ends of a metric; links lie beside the page; there is no script."""
    page = compare("study", "swept", [row("1", 0.4, 3.0, "failed"), row("2", 0.9, 1.0), row("<b>", 0.6, None)])
    assert page.count('<span class="mark">best</span>') == 1
    assert '0.9 <span class="mark">best</span>' in page
    assert '1 <span class="mark">lowest</span>' in page
    assert '3 <span class="mark">highest</span>' in page
    assert '<a href="2.html">2</a>' in page
    assert "1 of 3 failed" in page
    assert "<script" not in page
    assert "<b>" not in page
    assert "&lt;b&gt;" in page


def test_rules_sort_the_rows() -> None:
    """Each row has its place in the order of each column, rising and falling."""
    page = compare("study", "swept", [row("10", 0.7, 3.0), row("9", 0.9, 1.0)])
    assert ".sorted:has(#up-1:checked) .row-0{order:2}" in page
    assert ".sorted:has(#up-1:checked) .row-1{order:1}" in page
    assert ".sorted:has(#down-1:checked) .row-0{order:1}" in page


def test_the_same_executions_give_the_same_page() -> None:
    """No time and no chance is in it."""
    rows = [row("1", 0.7, 3.0)]
    assert compare("study", "swept", rows) == compare("study", "swept", rows)
