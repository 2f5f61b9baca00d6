"""An executed notebook passes only when it validated something and nothing went wrong unseen."""

from __future__ import annotations

import asyncio
import errno
import os
from datetime import date
from pathlib import Path

import pytest
from paddock.errors import ConfigurationError, ToolError
from paddock.notebooks.execution import execute
from paddock.notebooks.facts import GATE_MIME
from paddock.storage import artifact

from tests.notebooks.audited import GATE
from tests.notebooks.conftest import Audit, WriteNotebook

_PARAMETERS = """from datetime import date
minimum: float = 0.97
since: date = date(2026, 1, 31)
names: list = []
note: str = "as it was"
"""
_USES = """import os, paddock
assert (minimum, since, names) == (0.5, date(2026, 2, 1), [None, "\\"a'\\\\ \\n", {"b": True}])
assert os.environ["GREETING"] == "hello" and os.path.exists("here.txt")
paddock.metric("rows", 569, "cases")
paddock.gate("auc", 0.99, at_least=minimum)"""


def test_a_passing_notebook_tells_everything(audit: Audit, tmp_path: Path) -> None:
    """Parameters, environment and folder reach it; gates, metrics, progress and all parameters come back."""
    (tmp_path / "here.txt").touch()
    told: list[tuple[int, int]] = []
    before = dict(os.environ)
    audited = audit(
        "# Title",
        _PARAMETERS,
        _USES,
        tags={2: ["parameters"]},
        parameters={"minimum": "0.5", "since": "2026-02-01", "names": [None, "\"a'\\ \n", {"b": True}]},
        environment={"GREETING": "hello"},
        on_cell=lambda number, total: told.append((number, total)),
    )
    execution = audited.execution
    assert (execution.status, execution.reason) == ("passed", "")
    assert [(gate.name, gate.held, gate.bounds) for gate in execution.gates] == [("auc", True, "at least 0.5")]
    assert [(metric.name, metric.value, metric.unit) for metric in execution.metrics] == [("rows", 569.0, "cases")]
    assert execution.parameters["since"] == date(2026, 2, 1)
    assert execution.parameters["note"] == "as it was"
    assert told[-1] == (3, 3)
    assert dict(os.environ) == before
    manifest = artifact.read_manifest(audited.path)
    assert manifest is not None
    assert artifact.is_complete(audited.path)
    assert manifest.facts == {"status": "passed"}
    assert audited.notebook.cells[2].metadata.tags == ["injected-parameters"]
    assert str(tmp_path) not in audited.path.read_text()
    assert [output.output_type for output in audited.outputs(4)] == ["display_data", "display_data"]


_FAILING = [
    (["# Title", GATE, "1/0"], "cell 3 raised ZeroDivisionError: division by zero"),
    (["import sys; sys.exit()", GATE], "cell 1 called sys.exit, so what follows was never executed"),
    ([GATE, "exit()"], "cell 2 called sys.exit"),
    ([GATE, "input('name?')"], "cell 2 asks for input"),
    ([GATE, "import os; os._exit(0)"], "kernel ended with exit code 0 in cell 2"),
    ([GATE, "import os; os.kill(os.getpid(), 9)"], "kernel killed by signal 9 in cell 2"),
    ([GATE, "%%capture\n1/0", "x = 1"], "cell 2 raised ZeroDivisionError"),
    ([GATE, "!false"], "cell 2: command failed with exit code 1: false"),
    ([GATE, "x = !exit 3"], "cell 2: command failed with exit code 3: exit 3"),
    ([GATE, "!cat; exit 4"], "cell 2: command failed with exit code 4"),
    ([GATE, "%%sx\nfalse\ntrue"], "cell 2: command failed with exit code 1: false true"),
    ([GATE, "%%bash\nfalse | true\necho on"], "cell 2 raised CalledProcessError: Command '%%bash' returned"),
    ([GATE, "%%sh\nfalse\necho on"], "cell 2 raised CalledProcessError: Command '%%sh' returned"),
    ([GATE, "%%script bash\nfalse\necho on"], "cell 2 raised CalledProcessError"),
    ([GATE, "%%script false --no-raise-error\n1/0"], "cell 2: a cell was skipped by %%script false"),
    (
        [GATE, "import threading, time\nthreading.Thread(target=lambda: (time.sleep(0.2), 1/0)).start()"],
        "cell 2: an exception in a thread: ZeroDivisionError: division by zero",
    ),
    ([GATE, "import asyncio\nasync def f(): 1/0\nasyncio.create_task(f())", "x = 1"], "an exception in a task: Zero"),
    (["import paddock\npaddock.gate('a', 1, above=0)", "paddock.gate('a', 1, above=0)"], "cell 2 raised Config"),
    (["x = 1"], "no gate was evaluated, so nothing was validated"),
    (["# Title"], "there are no code cells, so nothing was validated"),
    (
        [GATE, "paddock.gate('a', 0.91, at_least=0.97)", "paddock.gate('b', float('nan'), below=1)"],
        "gate a: 0.91, expected at least 0.97; gate b: no finite number, expected below 1",
    ),
    (
        [GATE, "%%capture\npaddock.gate('a', 0, above=0)"],
        "gate a: 0, expected above 0",
    ),
    (
        [GATE, "paddock.gate('a', 0, above=0)\nfrom IPython.display import clear_output; clear_output()"],
        "gate a: 0, expected above 0",
    ),
]


@pytest.mark.parametrize(("sources", "reason"), _FAILING)
def test_a_notebook_fails_with_the_first_reason(audit: Audit, sources: list[str], reason: str) -> None:
    """What plain execution would let pass fails, in words that name the cell; the notebook is stored as failed."""
    audited = audit(*sources)
    assert audited.execution.status == "failed"
    assert audited.execution.reason.startswith(reason)
    manifest = artifact.read_manifest(audited.path)
    assert manifest is not None
    assert manifest.facts == {"status": "failed"}
    assert len(audited.notebook.cells) == len(sources)


@pytest.mark.parametrize("tag", ["skip-execution"])
def test_a_skipped_cell_fails_the_audit(audit: Audit, tag: str) -> None:
    """A tag does not take a check out of an audit."""
    audited = audit(GATE, "1/0", tags={2: [tag]})
    assert audited.execution.reason == "cell 2 was skipped, so it validated nothing"


def test_an_error_that_is_expected_by_tag_still_fails(audit: Audit) -> None:
    """`raises-exception` is for teaching; in an audit nothing after the cell is executed."""
    audited = audit("1/0", GATE, tags={1: ["raises-exception"]})
    assert audited.execution.reason.startswith("cell 1 raised ZeroDivisionError")
    assert audited.execution.gates == ()


def test_facts_of_a_dead_kernel_are_kept(audit: Audit) -> None:
    """What was stated before the kernel died is told, and its outputs are stored."""
    audited = audit(f"{GATE};", "print('so far', flush=True)\nimport os; os.kill(os.getpid(), 9)")
    assert [gate.name for gate in audited.execution.gates] == ["auc"]
    assert GATE_MIME in audited.outputs(1)[0].data


_FLOOD = [
    GATE,
    "for number in range(300_000): print(number)",
    "for number in range(300_000): print(number, flush=True)",
    "%%bash\nseq 300000",
    "for number in range(3_000): display(number)",
    "print('x' * 100_000_000)",
    "paddock.gate('last', 1, above=0)",
]


def test_a_flood_of_output_is_capped_with_a_note(audit: Audit) -> None:
    """Lines, text and displays end at their limit, the notes say what was dropped, and gates come through."""
    audited = audit(*_FLOOD)
    assert audited.execution.status == "passed"
    assert [gate.name for gate in audited.execution.gates] == ["auc", "last"]
    assert audited.path.stat().st_size < 13_000_000
    lines, flushed, script, displays, text = (audited.outputs(cell) for cell in range(2, 7))
    for outputs in (lines, flushed, script):
        assert "".join(output.text for output in outputs if output.name == "stdout").count("\n") == 5_000
        assert "[paddock dropped 295,000 lines" in outputs[-1].text
    assert "MB) more; it keeps" in text[-1].text
    assert len(displays) == 501
    assert "[paddock dropped 2,500 displays more" in displays[-1].text


def test_tables_and_figures_are_shown_once(audit: Audit) -> None:
    """A figure is a PNG with its description and does not come again at the end of the cell."""
    audited = audit(
        GATE,
        "import pandas as pd\npaddock.table(pd.DataFrame({'a': [1]}), title='Cases')",
        "import matplotlib.pyplot as plt\nfigure, axes = plt.subplots()\naxes.plot([1])\n"
        "paddock.figure(figure, caption='AUC', description='It rises')",
    )
    assert audited.execution.status == "passed"
    (table,), (figure,) = audited.outputs(2), audited.outputs(3)
    assert "<caption>Cases</caption>" in table.data["text/html"]
    assert figure.metadata["image/png"]["alt"] == "It rises"
    assert figure.data["image/png"].startswith("iVBOR")


def test_secrets_of_the_environment_are_not_stored(audit: Audit) -> None:
    """What a cell prints or raises of them is hidden in the notebook and in the reason."""
    secret = "not-to-be-stored-anywhere"
    audited = audit(
        "import os; print(os.environ['DB_PASSWORD'])\nraise ValueError(os.environ['DB_PASSWORD'])",
        environment={"DB_PASSWORD": secret},
    )
    assert audited.execution.reason == "cell 1 raised ValueError: [hidden: DB_PASSWORD]"
    assert audited.outputs(1)[0].text == "[hidden: DB_PASSWORD]\n"
    assert secret not in audited.path.read_text()


def test_local_names_still_expand_in_commands(audit: Audit) -> None:
    """The watch leaves `!command` what it was: names of the function around it are filled in."""
    audited = audit(GATE, "def show(word):\n    !echo {word} $word\nshow('hi')")
    assert audited.execution.status == "passed"
    assert audited.outputs(2)[0].text == "hi hi\n"


def test_a_failed_write_keeps_the_last_execution(audit: Audit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a full disk the error says so, and what was stored before is intact."""
    before = artifact.verified_bytes(audit(GATE).path)

    def full(path: Path, content: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(ToolError, match="The disk is full"):
        audit("1/0")
    assert artifact.verified_bytes(tmp_path / "runs" / "validation.ipynb") == before


def test_an_interrupt_stores_what_there_is(audit: Audit, tmp_path: Path) -> None:
    """Ctrl-C goes on to the caller after the outputs so far were stored as failed."""

    def interrupt(number: int, total: int) -> None:
        if number == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        audit(f"print('so far')\n{GATE}", "x = 1", on_cell=interrupt)
    output = tmp_path / "runs" / "validation.ipynb"
    manifest = artifact.read_manifest(output)
    assert manifest is not None
    assert manifest.facts == {"status": "failed"}
    assert "so far" in output.read_text()


def test_it_runs_where_a_loop_already_runs(audit: Audit) -> None:
    """Called from a notebook or another asynchronous program, it works as anywhere else."""

    async def program() -> str:
        return audit(GATE).execution.status

    assert asyncio.run(program()) == "passed"


@pytest.mark.parametrize(
    ("kernelspec", "message"),
    [
        ({"name": "pyhton3", "language": "python", "display_name": ""}, r"unknown kernel 'pyhton3', known: .*python3"),
        ({"name": "ir", "language": "R", "display_name": "R"}, "language: expected python, got 'R'"),
    ],
)
def test_a_notebook_for_another_kernel_is_refused(
    write_notebook: WriteNotebook, tmp_path: Path, kernelspec: dict[str, str], message: str
) -> None:
    """Before anything starts, the message names the kernels that are known."""
    source = write_notebook(GATE, kernelspec=kernelspec)
    with pytest.raises(ConfigurationError, match=message):
        execute(source, tmp_path / "out.ipynb", {}, {}, tmp_path, 60, lambda number, total: None)
    assert not (tmp_path / "out.ipynb").exists()


def test_a_folder_that_is_not_there_is_said(write_notebook: WriteNotebook, tmp_path: Path) -> None:
    """A kernel that cannot start is an error with its cause, not a failed audit."""
    with pytest.raises(ToolError, match=r"the kernel cannot be started: .*nowhere"):
        execute(
            write_notebook(GATE), tmp_path / "out.ipynb", {}, {}, tmp_path / "nowhere", 60, lambda number, total: None
        )
