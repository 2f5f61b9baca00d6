"""`paddock report` of notebooks: what people and machines are told, and the exit code."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from paddock.project import Workspace


@pytest.fixture
def study(workspace: Workspace) -> Path:
    """A notebook with a parameter, whose gate holds for small values."""
    cells = [
        new_code_cell("alpha: float = 0.1", id="a", metadata={"tags": ["parameters"]}),
        new_code_cell("import paddock\npaddock.gate('score', 1 - alpha, at_least=0.5)", id="b"),
    ]
    path = workspace.root / "study.ipynb"
    nbformat.write(new_notebook(cells=cells), path)
    return path


def test_a_report_is_made_and_then_reused(paddock: Callable[..., Any], study: Path, workspace: Workspace) -> None:
    """A line for the notebook, a table, where the pages are; the second time nothing runs."""
    answer = paddock("report", "study.ipynb")
    assert answer.code == 0, answer
    lines = answer.out.splitlines()
    assert lines[0].split()[:2] == ["passed", "study.ipynb"]
    assert lines[2].split()[:2] + lines[2].split()[4:] == ["study.ipynb", "passed", "2", "new"]
    assert lines[-1] == f"reports in {workspace.state / 'reports'}"
    assert "reused" in paddock("report", "study.ipynb").out
    assert "--no-cache" in paddock("report", "study.ipynb", "--no-cache").out


def test_a_failing_gate_exits_with_its_code(paddock: Callable[..., Any], study: Path) -> None:
    """And says which, and by how much."""
    answer = paddock("report", "study.ipynb", "-p", "alpha=0.9")
    assert answer.code == 11
    assert "study.ipynb alpha=0.9: gate score: 0.1, expected at least 0.5" in answer.out


def test_a_sweep_gives_a_page(paddock: Callable[..., Any], study: Path, workspace: Workspace) -> None:
    """Every combination has its report, and the page links to each; also as JSON."""
    answer = paddock("report", "study.ipynb", "--sweep", "alpha=0.1,0.9", "--output", "out", "--json")
    assert answer.code == 11
    found = json.loads(answer.out)
    assert [(report["given"], report["status"]) for report in found["reports"]] == [
        ({"alpha": "0.1"}, "passed"),
        ({"alpha": "0.9"}, "failed"),
    ]
    page = (workspace.root / "out/study/index.html").read_text()
    assert found["comparisons"] == [str(workspace.root / "out/study/index.html")]
    assert 'href="1.html"' in page
    assert (workspace.root / "out/study/2.ipynb").is_file()


_WRONG = [
    (["studi.ipynb"], "studi.ipynb: there is no such notebook\nDid you mean 'study.ipynb'"),
    (["nothere/x.ipynb"], "nothere/x.ipynb: there is no such notebook\nThose of projects are in projects/*/notebooks/"),
    (["pyproject.toml"], "paddock report pyproject.toml: expected notebooks (*.ipynb), or a project"),
    (["study.ipynb", "study.ipynb"], "study.ipynb: both would be written to"),
    (["study.ipynb", "-p", "alhpa=1"], "study.ipynb: unknown parameter 'alhpa'\nDid you mean 'alpha'"),
    (["study.ipynb", "-p", "alpha"], "--parameters alpha: expected NAME=VALUE"),
    (["study.ipynb", "--sweep", "alpha=0.1,x"], "study.ipynb: parameter 'alpha': expected float, got 'x'"),
    (["study.ipynb", "--sweep", "a=1:1000", "--sweep", "b=1:1000"], "1,000,000 combinations"),
    (["study.ipynb", "--output", "."], "study.ipynb: the executed notebook would overwrite it"),
    (["study.ipynb", "--output", "pyproject.toml"], "pyproject.toml: is no folder"),
    (["study.ipynb", "--on", "host"], "--on host: expected tcp, tls, ws, wss with a host and a port"),
    (["../outside.ipynb"], "../outside.ipynb: lies outside of the workspace"),
    (["broken.ipynb"], "broken.ipynb: is empty, expected a notebook"),
]


@pytest.mark.parametrize(("arguments", "message"), _WRONG)
def test_a_mistake_is_one_message(paddock: Callable[..., Any], study: Path, arguments: list[str], message: str) -> None:
    """With what was expected, before anything runs."""
    (study.parent / "broken.ipynb").touch()
    answer = paddock("report", *arguments)
    assert answer.code == 2, answer
    assert message in answer.err
    assert not (study.parent / ".paddock/reports/study.html").exists()


def test_a_project_still_answers_where_its_report_is(paddock: Callable[..., Any], workspace: Workspace) -> None:
    """A name without a suffix is a project's."""
    assert "projects/triage: no such project" in paddock("report", "triage").err


def test_pdf_needs_a_browser_before_anything_is_executed(
    paddock: Callable[..., Any], study: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Without one, the message says how to get it, and no notebook ran."""
    for name in ("PATH", "HOME", "PLAYWRIGHT_BROWSERS_PATH"):
        monkeypatch.setenv(name, str(tmp_path))
    answer = paddock("report", "study.ipynb", "--pdf")
    assert answer.code == 2
    assert "apt-get install chromium" in answer.err.replace("\n", " ")
    assert not (workspace.state / "reports").exists()


@pytest.fixture
def fake_browser(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A browser whose PDF of a page is its head and the page."""
    browser = tmp_path / "chromium"
    browser.write_text(
        "#!/bin/sh\nfor word; do case $word in --print-to-pdf=*) out=${word#*=};; file://*) page=${word#file://};; "
        "esac; done\n{ echo %PDF-1.4; cat $page; } > $out\n"
    )
    browser.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")


def test_each_page_is_printed_beside_itself(
    paddock: Callable[..., Any], study: Path, workspace: Workspace, fake_browser: None
) -> None:
    """With --pdf, people and machines are told where each PDF is."""
    printed = workspace.state / "reports" / "study.pdf"
    answer = paddock("report", "study.ipynb", "--pdf")
    assert (answer.code, answer.out.splitlines()[-1]) == (0, f"printed {printed}"), answer
    assert printed.read_bytes().startswith(b"%PDF-1.4\n")
    assert json.loads(paddock("report", "study.ipynb", "--pdf", "--json").out)["printed"] == [str(printed)]


_TASKS = """
import luigi
from paddock.pipelines import Task


class Pipeline(Task):
    extension = ".txt"
    alpha = luigi.FloatParameter(default=1.0)

    def run(self):
        self.dump("done")
"""


def test_a_sweep_of_what_only_a_run_builds_with_is_told_and_printed_alone(
    paddock: Callable[..., Any], study: Path, make_project: Callable[..., Any], fake_browser: None, workspace: Workspace
) -> None:
    """The warning names the run that builds, the page repeats it, and the PDF of the comparison has no links."""
    make_project("shop", files={"src/shop/tasks.py": _TASKS, "notebooks/study.ipynb": study.read_text()})
    path = "projects/shop/notebooks/study.ipynb"
    answer = paddock("report", path, "--sweep", "alpha=0.1", "--pdf", "--output", "out")
    assert answer.code == 0, answer
    assert f"{path}: alpha is a parameter of shop's pipeline, too" in answer.err
    assert "paddock run shop --until audit -p alpha=…" in answer.err
    assert "Note: alpha is a parameter" in (workspace.root / "out/study/index.html").read_text()
    assert f"printed {workspace.root / 'out/study/index.pdf'}" in answer.out
    assert 'href="1.html"' not in (workspace.root / "out/study/index.pdf").read_text()
    assert 'href="1.html"' in (workspace.root / "out/study/index.html").read_text()
    assert "shop's pipeline" in paddock("report", path, "-p", "alpha=0.3").err
    assert paddock("report", path, "-p", "alpha=0.3").err == ""
