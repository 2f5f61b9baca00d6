"""The record of an execution: what is written of a long notebook, and how soon each fault has its verdict."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook
from paddock.notebooks.execution import execute

from tests.notebooks.faults import AT_THE_END, FAULTS, SO_FAR

_CELLS = 200
_OUTPUT = "print(('x' * 79 + '\\n') * 250)"
_MOST_WRITTEN = 3
_MOST_CPU = 0.3
_MOST_SECONDS = 5
_KERNELSPEC = {"name": "python3", "display_name": "Python 3", "language": "python"}
# The CPU of whatever writes, however deep one writer calls another, and all bytes that the runner wrote.
_PROGRAM = """
import json, os, sys, time
import papermill, papermill.engines, papermill.execute
from paddock.notebooks import destination, engine, journal
spent = {"cpu": 0.0, "depth": 0}
def timed(function):
    def call(*arguments, **named):
        begun, spent["depth"] = time.thread_time(), spent["depth"] + 1
        try:
            return function(*arguments, **named)
        finally:
            spent["depth"] -= 1
            spent["cpu"] += 0 if spent["depth"] else time.thread_time() - begun
    return call
for owner, name in ((journal.Journal, "note"), (destination.Destination, "write"),
                    (papermill.execute, "write_ipynb"), (papermill.engines, "write_ipynb")):
    setattr(owner, name, timed(getattr(owner, name)))
papermill.engines.papermill_engines.register("paddock", engine.PaddockEngine)
def written():
    return int(next(line for line in open("/proc/self/io") if line.startswith("wchar")).split()[1])
before = written()
papermill.execute_notebook(*sys.argv[1:3], engine_name=sys.argv[3] or None, progress_bar=False)
print(json.dumps({"cpu": spent["cpu"], "written": written() - before, "final": os.path.getsize(sys.argv[2])}))
"""


def figures(folder: Path) -> Iterator[str]:
    """What 200 cells of 20 kB write, against papermill's own engine; the seconds from each fault to its verdict."""
    folder.mkdir()
    source = folder / "long.ipynb"
    _write(source, *[_OUTPUT] * _CELLS)
    for engine in ("paddock", ""):
        name = engine or "papermill's own engine"
        found = _measured(source, folder / "out.ipynb", engine)
        ratio, cpu = found["written"] / found["final"], found["cpu"]
        bounds = engine and f"; bounds {_MOST_WRITTEN} and {_MOST_CPU} s"
        is_missed = engine and (ratio > _MOST_WRITTEN or cpu > _MOST_CPU)
        yield f"{name}: {ratio:.2f} times the final bytes, {cpu:.2f} s CPU{bounds}{', MISSED' if is_missed else ''}"
    for kernels in ("own", "stock"):
        os.environ["PADDOCK_KERNELS"] = kernels
        for fault, (cell, *_) in (FAULTS | AT_THE_END).items():
            seconds = _seconds_to_verdict(folder, cell)
            yield f"{fault} ({kernels}): verdict after {seconds:.2f} s{'' if seconds <= _MOST_SECONDS else ', MISSED'}"


def _measured(source: Path, output: Path, engine: str) -> dict[str, float]:
    answer = subprocess.run(
        [sys.executable, "-c", _PROGRAM, str(source), str(output), engine],
        env={**os.environ, "PADDOCK_KERNELS": "stock"}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    found: dict[str, float] = json.loads(answer.stdout.splitlines()[-1])
    return found


def _seconds_to_verdict(folder: Path, cell: str) -> float:
    source, moment = folder / "fault.ipynb", folder / "moment"
    begun = f"import time as clock; open({str(moment)!r}, 'w').write(str(clock.time()))"
    _write(source, SO_FAR, f"{begun}\n{cell}")
    found = execute(source, folder / "out.ipynb", {}, {}, folder, 60, lambda number, total: None)
    if found.status == "passed":
        raise RuntimeError(f"a false pass: {cell}")
    return time.time() - float(moment.read_text())


def _write(path: Path, *cells: str) -> None:
    notebook = new_notebook(cells=[new_code_cell(cell) for cell in cells], metadata={"kernelspec": _KERNELSPEC})
    nbformat.write(notebook, path)
