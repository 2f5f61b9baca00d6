"""What reports of a suite of notebooks cost, against the same code as plain scripts, one after another."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from tests.benchmarks.notebook_peers import peers

_COUNT = 20
_PERIOD = 6.0  # seconds in which a server has waited for the kernels that ended
_BIN = Path(sys.executable).parent
_TICKS = os.sysconf("SC_CLK_TCK")
_METADATA = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
# Cells, between empty lines.
_CODE = """\
import numpy as np
import pandas as pd
import matplotlib.pyplot as plt
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split

random = np.random.default_rng({number})
frame = pd.DataFrame(random.normal(size=(2000, 6)), columns=list("abcdef"))
frame["y"] = (frame.a + frame.b * {number} / 10 + random.normal(size=2000) > 0).astype(int)
print(frame.describe())

train, test = train_test_split(frame, random_state=0)
model = LogisticRegression().fit(train[list("abcdef")], train.y)
print(round(roc_auc_score(test.y, model.predict_proba(test[list("abcdef")])[:, 1]), 6))

figure, axes = plt.subplots(figsize=(5, 3))
axes.hist(frame.a, bins=30)
{shown}

print(frame.groupby("y").mean())"""


class Spent(NamedTuple):
    """Seconds on the clock, and of CPU in all processes."""

    wall: float
    cpu: float


def figures(folder: Path) -> Iterator[str]:
    """A line for each figure, with its bound."""
    folder.mkdir(parents=True)
    _write(folder)
    scripts = _scripts(folder)
    yield f"{_COUNT} scripts, one after another: {scripts.wall:.1f} s, {scripts.cpu:.1f} s CPU"
    with _private_servers(folder) as environment:
        cold = _reported(folder, environment, "--no-cache")
        warm = _reported(folder, environment, "--no-cache")
        yield _line("their reports, the server of kernels starting", cold, scripts, 0.35)
        yield _line("their reports, the server warm", warm, scripts, 0.15, 0.20)
        _reported(folder, environment)
        kept = min(_reported(folder, environment) for _ in range(3))
        bound = "" if kept.wall <= 0.5 else ", MISSED"
        yield f"nothing changed: {kept.wall:.2f} s, {kept.cpu:.2f} s CPU (bound 0.5 s{bound})"
    yield from _of_peers(folder, scripts)


def _of_peers(folder: Path, scripts: Spent) -> Iterator[str]:
    for peer in peers(folder, _notebooks(folder)):
        if peer.why:
            yield f"{peer.name}: not measured: {peer.why}"
            continue
        begun, before = time.perf_counter(), _children()
        for command in peer.commands:
            _run(command, folder, peer.environment)
        spent = Spent(time.perf_counter() - begun, _children() - before)
        yield f"{peer.name}: {spent.wall / scripts.wall:.2f}x, {spent.cpu / scripts.cpu:.2f}x CPU"


def _line(name: str, ours: Spent, scripts: Spent, wall: float, cpu: float = 0) -> str:
    ratios = ours.wall / scripts.wall, ours.cpu / scripts.cpu
    missed = ratios[0] > wall or (cpu and ratios[1] > cpu)
    bounds = f"bound {wall:g}x{f', {cpu:g}x CPU' if cpu else ''}{', MISSED' if missed else ''}"
    return f"{name}: {ratios[0]:.2f}x, {ratios[1]:.2f}x CPU ({ours.wall:.1f} s, {ours.cpu:.1f} s CPU; {bounds})"


def _write(folder: Path) -> None:
    (folder / "pyproject.toml").write_text("[tool.paddock.workspace]\n")
    (folder / "projects").mkdir()
    for number in range(_COUNT):
        sources = _CODE.format(number=number, shown="plt.show()").split("\n\n")
        cells = [new_code_cell(source, id=f"c{place}") for place, source in enumerate(sources)]
        nbformat.write(new_notebook(cells=cells, metadata=_METADATA), folder / f"study{number:02}.ipynb")
        script = _CODE.format(number=number, shown="figure.savefig('figure.png')")
        (folder / f"study{number:02}.py").write_text(script)


def _scripts(folder: Path) -> Spent:
    begun, before = time.perf_counter(), _children()
    for path in sorted(folder.glob("study*.py")):
        _run([sys.executable, str(path)], folder, {"MPLBACKEND": "agg"})
    return Spent(time.perf_counter() - begun, _children() - before)


def _reported(folder: Path, environment: Mapping[str, str], *options: str) -> Spent:
    before = _children() + _of_servers(folder)
    begun = time.perf_counter()
    _run([str(_BIN / "paddock"), "report", *_notebooks(folder), *options], folder, environment)
    took = time.perf_counter() - begun
    return Spent(took, _children() + _of_servers(folder) - before)


def _notebooks(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("study*.ipynb"))


def _run(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> None:
    subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **environment},
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@contextlib.contextmanager
def _private_servers(folder: Path) -> Iterator[dict[str, str]]:
    """The variables by which servers are found in a folder of our own; they end with us."""
    place = folder / "run"
    place.mkdir(mode=0o700)
    try:
        yield {"XDG_RUNTIME_DIR": str(place), "PADDOCK_KERNELS": "shared"}
    finally:
        for process in _servers(folder):
            os.kill(process, signal.SIGTERM)


def _servers(folder: Path) -> dict[int, list[int]]:
    """The ticks of our servers by process; of keepers and kernels, which look like them, those that have not ended."""
    found, parents = {}, {}
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            said = path.read_bytes()
            if b"paddock.kernels.server" in said and bytes(folder / "run") in said:
                facts = path.with_name("stat").read_text().rpartition(")")[2].split()
                found[int(path.parent.name)] = [int(number) for number in facts[11:15]]
                parents[int(path.parent.name)] = int(facts[1])
    return {process: ticks for process, ticks in found.items() if parents[process] not in found}


def _of_servers(folder: Path) -> float:
    """The CPU seconds of our servers and of all kernels that they have waited for, which they do every few seconds."""
    time.sleep(_PERIOD)
    ticks = sum(map(sum, _servers(folder).values()))
    return ticks / _TICKS


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as scratch:
        for text in figures(Path(scratch, "reports")):
            print(text, flush=True)
