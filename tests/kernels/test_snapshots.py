"""A notebook that is run again from a snapshot is, as far as anybody can tell, one that was run from its start."""

from __future__ import annotations

import json
import os
import re
import signal
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from paddock.notebooks.execution import Execution, execute
from paddock.notebooks.reruns import Reruns

from tests.notebooks.audited import is_alive, is_true_within

Run = Callable[..., Execution]

# For each what comes before the cell that is edited, and that cell before and after the edit.
_CORPUS = {
    "frames": ("import pandas as pd\nframe = pd.DataFrame({'a': range(3)})", "frame", "frame['b'] = 1\nframe"),
    "figure": (
        "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nfigure, axes = plt.subplots()\naxes.plot([1, 3])",
        "axes.set_title('before')\nfigure",
        "axes.set_title('after')\nfigure",
    ),
    "figure by its backend": ("%matplotlib inline\nimport matplotlib.pyplot as plt", "plt.plot([1])", "_ = plt.hist([1, 2])"),
    "estimator": (
        ("from sklearn.ensemble import HistGradientBoostingClassifier as Model\nimport numpy as np\n"
        "features = np.random.default_rng(0).random((3000, 4))\nmodel = Model(max_iter=5).fit(features, features[:, 0] > 0.5)"),
        "model.predict(features[:5])",
        "Model(max_iter=3).fit(features, features[:, 1] > 0.5).predict(features[:9]), features.T @ features",
    ),
    "seeds": (
        "import random, numpy as np\nrandom.seed(7); np.random.seed(7)\nprint(random.random(), np.random.rand())",
        "print(1)",
        "print(random.random(), random.Random(1).random(), np.random.rand())",
    ),
    "gates": ("import paddock\npaddock.gate('auc', 0.99, at_least=0.9)", "paddock.metric('n', 3)", "paddock.gate('f1', 0.8, above=0.5)"),
    "gate stated twice": ("import paddock\npaddock.gate('auc', 0.99, at_least=0.9)", "1", "paddock.gate('auc', 0.5, at_least=0.1)"),
    "gate that fails": ("import paddock\npaddock.gate('auc', 0.1, at_least=0.9)", "1", "2"),
    "fault": ("!exit 3", "1", "2"),
    "fault after a thread": ("import threading\nthread = threading.Thread(target=lambda: 1 / 0)\nthread.start(); thread.join()", "1", "2"),
    "imports": ("import json, collections\nfrom statistics import mean", "mean([1])", "print(json.dumps(collections.Counter('aab')), mean([1, 3]))"),
    "magics": ("%precision 3\nimport math", "math.pi", "%time x = math.e\nx, _, In[1], Out"),
    "scripts": ("%%bash\nmkdir -p made; echo one", "!echo two", "%%bash\necho three"),
    "transformers and hooks": (
        ("shell = get_ipython()\nshell.events.register('pre_run_cell', lambda info: print('hook'))\n"
        "shell.register_magic_function(lambda line: print('mine', line), 'line', 'mine')"),
        "1",
        "%mine here",
    ),
    "async cells": ("import asyncio\nasync def soon(x):\n    await asyncio.sleep(0.001)\n    return x\nprint(await soon(1))", "await soon(2)", "loop = asyncio.get_running_loop()\nprint(await asyncio.gather(soon(3), soon(4)))"),
    "loop that is held": ("import asyncio\nloop = asyncio.get_running_loop()", "1", "print(await loop.run_in_executor(None, abs, -4), loop is asyncio.get_running_loop())"),
    "variables of the context": ("import decimal, numpy as np\ndecimal.getcontext().prec = 5\nnp.set_printoptions(precision=2)", "1", "print(decimal.Decimal(1) / 3, np.array([1 / 3]))"),
    "log": ("import logging, sys\nlogging.basicConfig(stream=sys.stdout, format='%(message)s')", "logging.warning('one')", "logging.warning('two')"),
    "file that is read": ("file = open('/etc/passwd')\nfirst = file.readline()", "file.read(5); 1", "print(file.readline())"),
    "display that is updated": ("from IPython.display import display\nhandle = display('one', display_id=True)", "1", "handle.update('two')"),
    "exit handler": ("import atexit\natexit.register(print, 'bye')", "1", "2"),
    "output of a child": ("import os", "1", "os.system('echo from below') and None\nimport time; time.sleep(0.05)"),
    "signals": ("import signal\nsignal.signal(signal.SIGTERM, lambda *_: None)\nsignal.signal(signal.SIGUSR1, signal.SIG_IGN)", "1", "print([signal.getsignal(n) for n in (1, 2, 10, 15, 17)])"),
    "what a process is": ("import os, sys, threading", "1", "print(os.getcwd(), os.getpgid(0) == os.getpid(), threading.current_thread() is threading.main_thread(), sorted(type(t).__name__ for t in threading.enumerate()))"),
    "pool": ("from concurrent.futures import ProcessPoolExecutor", "1", "with ProcessPoolExecutor(2) as pool:\n    print(list(pool.map(abs, [-1, -2])))"),
    "error": ("x = 0", "1 / x", "print('mended')"),
    "parquet": ("import pandas as pd\npd.DataFrame({'a': range(9)}).to_parquet('a.parquet')\npd.read_parquet('a.parquet').sum()", "1", "pd.read_parquet('a.parquet').a.tolist()"),
}  # fmt: skip
# What would go on in two places, or end in one; each with the words of the reason.
_REFUSED = {
    "thread": ("import threading\nstop = threading.Event()\nthreading.Thread(target=stop.wait, daemon=True).start()", "a thread of the notebook is alive"),
    "thread of compiled code": ("import duckdb\nduckdb.sql('select 1').fetchall()", "a thread of compiled code is alive"),
    "child": ("import subprocess\nchild = subprocess.Popen(['sleep', '60'])", "a process that the notebook started is alive"),
    "task": ("import asyncio\ntask = asyncio.create_task(asyncio.sleep(60))", "a task"),
    "callback": ("import asyncio\nhandle = asyncio.get_running_loop().call_later(60, print)", "a callback"),
    "socket": ("import socket\nlistening = socket.create_server(('127.0.0.1', 0))", "a socket or a connection is open"),
    "file that is written": ("file = open('log.txt', 'w')", "a file is open for writing"),
    "map": ("import numpy as np\nmapped = np.memmap('map', mode='w+', shape=9)", "for writing"),
    "timer": ("import signal\nsignal.setitimer(signal.ITIMER_REAL, 1000)", "a timer is running"),
    "CUDA": ("import sys, types\nsys.modules['torch'] = types.SimpleNamespace(cuda=types.SimpleNamespace(is_initialized=lambda: True))", "CUDA is initialised"),
}  # fmt: skip
_TIMES = ("start_time", "end_time", "duration", "seconds", "cpu_seconds", "peak_memory_bytes", "output_path")
_NOISE = (
    (re.compile(r"0x[0-9a-f]{6,}"), "0x"),
    (re.compile(r"(?<=ipykernel_)\d+(?=/)"), "N"),
    (re.compile(r"(CPU times|Wall time).*?\\n"), ""),
)


@pytest.fixture
def reruns(monkeypatch: pytest.MonkeyPatch) -> Iterator[Reruns]:
    """Reruns of one notebook, whose kernels are forked by a server that ends with the tests."""
    monkeypatch.setenv("PADDOCK_KERNELS", "own")
    made = Reruns(worth=0)
    yield made
    made.close()


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Execute cells, with reruns or from the start, to `out.ipynb` or another name."""
    (tmp_path / "work").mkdir()

    def execute_cells(cells: Sequence[Any], reruns: Reruns | None = None, name: str = "out") -> Execution:
        made = [cell if isinstance(cell, dict) else new_code_cell(cell, id=f"cell-{n}") for n, cell in enumerate(cells)]
        source = tmp_path / "cells.ipynb"
        nbformat.write(new_notebook(cells=made), source)
        output = tmp_path / f"{name}.ipynb"
        return execute(source, output, {}, {}, tmp_path / "work", 60, lambda *_: None, False, reruns)

    return execute_cells


def _text(path: Path) -> str:
    """A notebook without times, addresses and numbers of processes."""

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: plain(inner) for key, inner in value.items() if key not in _TIMES}
        return [plain(inner) for inner in value] if isinstance(value, list) else value

    text = json.dumps(plain(json.loads(path.read_text())), indent=1, sort_keys=True)
    for pattern, replacement in _NOISE:
        text = pattern.sub(replacement, text)
    return text


@pytest.mark.parametrize("name", _CORPUS)
def test_an_edited_last_cell_gives_what_a_run_of_the_whole_notebook_gives(
    name: str, run: Run, reruns: Reruns, tmp_path: Path
) -> None:
    """Only the edited cell is executed, and the executed notebook equals that of a full run."""
    first, before, after = _CORPUS[name]
    run([first, "z = 5", before], reruns)
    assert reruns.last.refusals == []
    rerun = run([first, "z = 5", after], reruns)
    assert (reruns.last.known, reruns.last.executed) == (2, 1)
    full = run([first, "z = 5", after], name="full")
    assert _text(tmp_path / "out.ipynb") == _text(tmp_path / "full.ipynb")
    assert (rerun.reason, rerun.gates, rerun.metrics) == (full.reason, full.gates, full.metrics)


@pytest.mark.parametrize("name", _REFUSED)
def test_what_cannot_be_copied_is_refused_with_the_reason(name: str, run: Run, reruns: Reruns) -> None:
    """After such a cell there is no snapshot; the next run begins at the one before."""
    cell, words = _REFUSED[name]
    run(["x = 1", "y = 2", cell, "x"], reruns)
    assert [number for number, _ in reruns.last.refusals] == [3, 4]
    assert all(words in reason for _, reason in reruns.last.refusals), reruns.last.refusals
    run(["x = 1", "y = 2", cell, "x + 1"], reruns)
    assert (reruns.last.known, reruns.last.executed) == (2, 2)


def test_an_unchanged_notebook_executes_nothing(run: Run, reruns: Reruns, tmp_path: Path) -> None:
    """Its executed notebook is the same once more."""
    run(["x = 1", "print(x)"], reruns)
    first = _text(tmp_path / "out.ipynb")
    run(["x = 1", "print(x)"], reruns)
    assert (reruns.last.executed, _text(tmp_path / "out.ipynb")) == (0, first)


def test_cells_come_and_go(run: Run, reruns: Reruns, tmp_path: Path) -> None:
    """At the end of a notebook cells are added one by one and taken away; text between cells changes nothing."""
    cells: list[Any] = ["x = [0]"]
    run(cells, reruns)
    for number in range(1, 6):
        cells.append(f"x.append({number})\nprint(x)")
        run(cells, reruns)
        assert (reruns.last.known, reruns.last.executed) == (number, 1)
    run([cells[0], new_markdown_cell("# Text", id="text"), *cells[1:4], "x"], reruns)
    assert (reruns.last.known, reruns.last.executed) == (4, 1)
    run([cells[0], new_markdown_cell("# Text", id="text"), *cells[1:4], "x"], name="full")
    assert _text(tmp_path / "out.ipynb") == _text(tmp_path / "full.ipynb")


def test_each_rerun_begins_anew(run: Run, reruns: Reruns, tmp_path: Path) -> None:
    """What a rerun does to objects, another one from the same snapshot does not see."""
    run(["x = [0]", "1"], reruns)
    for number in range(3):
        run(["x = [0]", f"x.append({number})\nprint(x)"], reruns)
        assert nbformat.read(tmp_path / "out.ipynb", 4).cells[1].outputs[0].text == f"[0, {number}]\n"


def test_a_changed_module_is_loaded_again(run: Run, reruns: Reruns, tmp_path: Path) -> None:
    """Snapshots after its import are not used; those before it are."""
    module = tmp_path / "work" / "local_steps.py"
    module.write_text("VALUE = 1\n")
    os.utime(module, (1, 1))
    cells = ["x = 1", "y = 2", "import local_steps", "print(local_steps.VALUE)"]
    run(cells, reruns)
    assert str(module) in reruns.touched
    module.write_text("VALUE = 22\n")
    run(cells, reruns)
    assert reruns.last.executed == 2
    assert nbformat.read(tmp_path / "out.ipynb", 4).cells[3].outputs[0].text == "22\n"


def test_files_are_as_a_full_run_would_find_them(run: Run, reruns: Reruns, tmp_path: Path) -> None:
    """Where a later cell overwrote what an earlier one wrote, the rerun goes back to before the first writing."""
    write, read = "_ = open('state', 'w').write('{}')", "print(open('state').read())"
    cells = ["x = 1", write.format("one"), read, write.format("two"), "1"]
    run(cells, reruns)
    run([*cells[:2], f"{read}\nx", *cells[3:]], reruns)
    assert nbformat.read(tmp_path / "out.ipynb", 4).cells[2].outputs[0].text == "one\n"


def test_at_most_so_many_snapshots_are_kept(run: Run, reruns: Reruns, tmp_path: Path) -> None:
    """Those go first that are made again soonest; the last two stay."""
    reruns.snapshots.most = 3
    run([f"x = {number}" for number in range(6)], reruns)
    assert len(reruns.snapshots.kept) == 3
    assert [one.key for one in reruns.snapshots.kept[-2:]] == list(reruns.last.keys[-2:])


def test_a_snapshot_that_was_killed_costs_only_time(run: Run, reruns: Reruns, tmp_path: Path) -> None:
    """The run goes on from the one before, or from the start."""
    run(["import os\nx = 1", "print(x)", "1"], reruns)
    for snapshot in reruns.snapshots.kept:
        snapshot.place.unlink()
    execution = run(["import os\nx = 1", "print(x)", "2"], reruns)
    assert (execution.status, reruns.last.known) == ("passed", 0)


def test_a_stock_kernel_can_be_copied_as_well(run: Run, reruns: Reruns, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no server forks kernels, as in CI, snapshots are taken all the same."""
    monkeypatch.setenv("PADDOCK_KERNELS", "stock")
    run(["x = 1", "y = 2", "x"], reruns)
    run(["x = 1", "y = 2", "y"], reruns)
    assert (reruns.last.known, reruns.last.executed) == (2, 1)


def test_nothing_is_left(run: Run, reruns: Reruns, tmp_path: Path) -> None:
    """When reruns are closed, or whoever holds them is killed, no snapshot lives, nor what notebooks started."""
    stray = "import subprocess\nprint(subprocess.Popen(['sleep', '60'], start_new_session=True).pid)"
    run(["x = 1", "y = 2", stray], reruns)
    first = int(nbformat.read(tmp_path / "out.ipynb", 4).cells[2].outputs[0].text)
    run(["x = 1", "y = 2", f"{stray}\ny"], reruns)
    second = int(nbformat.read(tmp_path / "out.ipynb", 4).cells[2].outputs[0].text)
    reruns.close()
    assert not is_alive(first)
    assert not is_alive(second)


def test_snapshots_die_with_their_runner(tmp_path: Path) -> None:
    """A runner that is killed between two runs leaves no process."""
    ours, told = os.pipe()
    runner = os.fork()
    if runner == 0:
        try:
            os.environ["PADDOCK_KERNELS"] = "stock"
            nbformat.write(new_notebook(cells=[new_code_cell("import os\nprint(os.getppid())")]), tmp_path / "c.ipynb")
            held = Reruns()
            execute(tmp_path / "c.ipynb", tmp_path / "o.ipynb", {}, {}, tmp_path, 60, lambda *_: None, False, held)
            os.write(told, nbformat.read(tmp_path / "o.ipynb", 4).cells[0].outputs[0].text.encode())
            signal.pause()
        finally:
            os._exit(1)
    keeper = int(os.read(ours, 100))
    children = Path(f"/proc/{keeper}/task/{keeper}/children").read_text().split()
    assert children
    os.kill(runner, signal.SIGKILL)
    os.waitpid(runner, 0)
    assert is_true_within(10, lambda: not any(is_alive(int(pid)) for pid in (keeper, *children)))
