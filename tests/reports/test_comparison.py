"""The comparison of a sweep: what is the best of what, and parameters that build nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from paddock.notebooks.facts import Gate
from paddock.project import Project, Workspace
from paddock.reports import comparison, unbuilt
from paddock.reports.order import order_of
from paddock.reports.result import Facts, Result

_TASKS = """
import luigi
from paddock.pipelines import Task


class Pipeline(Task):
    extension = ".txt"
    regularisation = luigi.FloatParameter(default=1.0)
    seed = luigi.IntParameter(default=1)

    def run(self):
        self.dump("done")
"""


def _results(folder: Path, *gates: tuple[float, str]) -> list[Result]:
    """Executions with these values and bounds of one gate, whose margins are from 0.5."""
    found = []
    for number, (value, bounds) in enumerate(gates, 1):
        gate = Gate("score", value, bounds, held=True, margin=value - float(bounds.split()[-1]))
        facts = Facts("passed", "", 1.0, 1, {}, (gate,), ())
        report = folder / f"{number}.html"
        found.append(Result("study.ipynb", {"alpha": str(number)}, facts, report.with_suffix(".ipynb"), report))
    return found


@pytest.mark.parametrize(
    ("gates", "best"),
    [
        ([(0.7, "at least 0.5"), (0.9, "at least 0.5")], 1),
        ([(0.9, "at least 0.5"), (0.9, "at least 0.5"), (0.7, "at least 0.5")], 0),
        ([(0.3, "at least 0.1"), (0.1 + 0.2, "at least 0.1")], 0),
        ([(0.9, "at least 0.5"), (0.9, "at least 0.1")], 0),
        ([(0.7, "at least 0.5"), (0.9, "at least 0.1")], 0),
    ],
    ids=["one", "tie", "tie but for rounding", "swept bound, equal values", "swept bound"],
)
def test_only_one_is_the_best_and_by_one_bound(tmp_path: Path, gates: list[tuple[float, str]], best: int) -> None:
    """Of a tie none is the best, nor where each has a bound of its own: margins to different bounds rank nothing."""
    comparison.write("study.ipynb", ["alpha"], _results(tmp_path, *gates), tmp_path / "index.html")
    assert (tmp_path / "index.html").read_text().count('<span class="mark">best</span>') == best


def test_a_page_that_stands_alone_has_no_links(tmp_path: Path) -> None:
    """They would lead nowhere from one file; a note stands in its head."""
    results = _results(tmp_path, (0.7, "at least 0.5"), (0.9, "at least 0.5"))
    page = tmp_path / "index.html"
    comparison.write("study.ipynb", ["alpha"], results, page, note="alpha builds nothing")
    assert 'href="1.html"' in page.read_text()
    assert "Note: alpha builds nothing" in page.read_text()
    comparison.write("study.ipynb", ["alpha"], results, page, is_linked=False)
    assert "<a " not in page.read_text()


def test_parameters_of_the_pipeline_are_told_as_such(
    make_project: Callable[..., Project], workspace: Workspace
) -> None:
    """A report builds nothing: it says so of each that only a run could use, with the command that builds."""
    files = {"src/shop/tasks.py": _TASKS, "notebooks/validation.ipynb": "{}", "notebooks/other.ipynb": "{}"}
    project = make_project("shop", files=files)
    sources = [project.folder / "notebooks" / name for name in ("validation.ipynb", "other.ipynb")]
    orders = [
        order_of(workspace, sources[0], {"regularisation": "3", "minimum": "1"}),
        order_of(workspace, sources[1], {"minimum": "1"}),
    ]
    found = unbuilt.notes(orders)
    assert list(found) == ["projects/shop/notebooks/validation.ipynb"]
    assert next(iter(found.values())) == (
        "regularisation is a parameter of shop's pipeline, too: a report reads what is published and builds nothing, "
        "so no model changes with it. To build: paddock run shop --until audit -p regularisation=…"
    )
    both = order_of(workspace, sources[0], {"regularisation": "3", "seed": "2"})
    assert "regularisation, seed are parameters of" in next(iter(unbuilt.notes([both]).values()))
    (project.source / "shop" / "tasks.py").write_text("raise ValueError")
    assert unbuilt.notes(orders) == {}
