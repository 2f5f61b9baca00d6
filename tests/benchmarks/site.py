"""What a report takes and weighs, and a site of 1,000 runs: from nothing, after one more run, when nothing changed.

Alone: `python -m tests.benchmarks.site`.
"""

from __future__ import annotations

import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
from paddock.notebooks.facts import Gate
from paddock.notebooks.rendering import Header, render
from paddock.notebooks.rendering.header import History
from paddock.project import Workspace
from paddock.settings import load_settings
from paddock.site.building import Built, build

from tests.benchmarks.templates import line
from tests.site import generated

_RUNS = 167
_ROUNDS = 5
_COLD, _WARM = 5.0, 0.5
_REPORT, _HEAVIEST = 0.07, 120_000
# In a process of its own, which has compiled no template yet.
_BUILDER = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from paddock.project import Workspace
from paddock.settings import load_settings
from paddock.site.building import build
workspace = Workspace(Path(sys.argv[1]))
begun = time.perf_counter()
build(workspace, load_settings(workspace), workspace.state / "site", (), datetime.now(UTC))
print(time.perf_counter() - begun)
"""


def figures(folder: Path) -> Iterator[str]:
    """A line for each figure, with its bound: of a report, then of a site."""
    folder.mkdir(parents=True)
    yield from _of_report(folder / "typical.ipynb")
    yield from _of_site(folder / "workspace")


def _of_report(path: Path) -> Iterator[str]:
    """A report of a notebook with 10 texts, 10 cells of 10 lines, 5 tables, 5 figures, 4 gates over 31 runs."""
    path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(_typical())}))
    header = _header()
    first = render([path], header)
    seconds, pages = [], set()
    for _ in range(30):
        # Nothing waits in here; so what else the machine does is not measured.
        begun = time.process_time()
        pages.add(render([path], header))
        seconds.append(time.process_time() - begun)
    weight = len(re.sub(r'(?<=src=")data:[^"]*', "", first).encode())
    missed = ", MISSED" if weight > _HEAVIEST else ""
    yield f"a report besides its images: {weight / 1000:.0f} kB; bound {_HEAVIEST / 1000:.0f} kB{missed}"
    yield line("a report, warm, the middle of 30, of processor time", statistics.median(seconds), _REPORT)
    yield f"a report, 31 times the same bytes: {'yes' if pages == {first} else 'no, MISSED'}"


def _typical() -> Iterator[dict[str, Any]]:
    table = pd.DataFrame({name: [n / 7 for n in range(20)] for name in "abcdefgh"}).to_html()
    code = "\n".join(f"value_{n} = transform(frame, 'column {n}', limit={n})  # as agreed" for n in range(10))
    for number in range(10):
        text = f"## Part {number}\n\n{'What is judged here, and why it matters to those who use it. ' * 6}"
        yield {"cell_type": "markdown", "metadata": {}, "source": text}
        shown = {"image/png": generated.png(200, number)} if number < 5 else {"text/html": table}
        outputs = [{"output_type": "display_data", "metadata": {}, "data": shown}]
        yield {"cell_type": "code", "metadata": {}, "source": code, "execution_count": 1, "outputs": outputs}


def _header() -> Header:
    past = [Gate(f"gate {number}", 0.9, "at least 0.8", True, 0.1) for number in range(31)]
    return Header(
        project="Triage",
        status="published",
        reason="every gate held",
        run="20260302-050000-abcdef",
        started="2026-03-02T05:00:00+00:00",
        seconds=61.0,
        commit="46a530b1c2d3",
        environment="Python 3.11",
        parameters={f"parameter_{number}": str(number) for number in range(10)},
        gates=tuple(past[:4]),
        datasets=tuple((f"intake.table_{number}", "read", number, "9f8e7d6c5b4a") for number in range(6)),
        histories=tuple(History(tuple(past), "holds in all 31 runs") for _ in range(4)),
    )


def _of_site(folder: Path) -> Iterator[str]:
    """Six projects, each run with a report and a figure."""
    (folder / "projects").mkdir(parents=True)
    (folder / "pyproject.toml").write_text("[tool.paddock.workspace]\n")
    workspace = Workspace(folder)
    generated.write_projects(workspace)
    generated.publish_versions(workspace)
    generated.write_runs(workspace, _RUNS, figure=120)
    cold, built = _timed(lambda: _build(workspace))
    yield line(f"a site of {built.runs:,} runs, {built.written:,} files", cold, _COLD)
    warm = []
    for number in range(_ROUNDS):
        generated.write_run(workspace, generated.record_of("triage", _RUNS + number, _RUNS + number + 1), 120)
        warm.append(_in_a_new_process(workspace) if number else _timed(lambda: _build(workspace))[0])
    yield line("the site after one more run, in the same process", warm[0], _WARM)
    yield line("the site after one more run, in a new process", min(warm[1:]), _WARM)
    yield line("the site when nothing changed", min(_timed(lambda: _build(workspace))[0] for _ in range(3)), _WARM)


def _build(workspace: Workspace) -> Built:
    return build(workspace, load_settings(workspace), workspace.state / "site", (), datetime.now(UTC))


def _in_a_new_process(workspace: Workspace) -> float:
    command = [sys.executable, "-c", _BUILDER, str(workspace.root)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def _timed(work: Callable[[], Built]) -> tuple[float, Built]:
    begun = time.perf_counter()
    built = work()
    return time.perf_counter() - begun, built


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        for text in figures(Path(scratch, "site")):
            print(text, flush=True)
