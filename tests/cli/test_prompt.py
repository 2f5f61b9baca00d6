"""What people get at a prompt, from a script and in a notebook of an error that nobody caught: real interpreters."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

READ = 'import paddock\n\n\ndef load():\n    return paddock.read("cases")\n\n\n'
OUTSIDE = ("no Paddock workspace here or above", "Change to the clone's folder", "More: docs/reference/settings.md")
INSIDE = re.compile(r"Traceback|session\.py|workspace\.py|__init__\.py|site-packages|During handling")

Interpret = Callable[..., tuple[str, str]]


@pytest.fixture
def interpret(tmp_path: Path) -> Interpret:
    """What an interpreter prints of these lines, outside of any workspace."""

    def call(arguments: list[str], lines: str = "") -> tuple[str, str]:
        environment = {**os.environ, "IPYTHONDIR": str(tmp_path / "ipython"), "PYTHONSTARTUP": ""}
        answer = subprocess.run(
            [sys.executable, *arguments],
            input=lines,
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return answer.stdout, answer.stderr

    return call


def _is_one_message(told: str, *places: str) -> None:
    """What, the person's own lines, the remedy, the page: in this order, once, and nothing else."""
    what, remedy, more = OUTSIDE
    lines = [line for line in told.splitlines() if line.strip()]
    assert len(lines) == 3 + len(places), told
    assert what in lines[0]
    assert [line.strip() for line in lines[1:-2]] == list(places)
    assert lines[-2].startswith(remedy)
    assert lines[-1] == more
    assert not INSIDE.search(told)


def test_a_plain_prompt_shows_one_message(interpret: Interpret) -> None:
    """And goes on; another error is shown as ever, and the debugger still gets to where it was raised."""
    lines = (
        'import paddock, sys\npaddock.read("cases")\nprint("raised in", sys.last_traceback.tb_next.tb_frame.f_globals'
        '["__name__"])\n1 / 0\n'
    )
    said, told = interpret(["-i", "-q"], lines)
    first, _, second = told.replace(">>> ", "").partition("Traceback")
    _is_one_message(first)
    assert "raised in paddock.data.session" in said
    assert "ZeroDivisionError: division by zero" in second


def test_a_script_shows_the_lines_of_its_own(interpret: Interpret, tmp_path: Path) -> None:
    """The last ones that led there, by file and line."""
    path = tmp_path / "a.py"
    path.write_text(f"{READ}load()\n")
    _, told = interpret([str(path)])
    _is_one_message(told, f"{path}:8: load()", f'{path}:5: return paddock.read("cases")')


def test_ipython_shows_one_message(interpret: Interpret) -> None:
    """Once, with the line of the cell; `%tb` and another error are as ever."""
    said, _ = interpret(
        ["-m", "IPython", "--simple-prompt", "--no-banner"], 'import paddock\npaddock.read("cases")\n1/0'
    )
    told = re.split(r"In \[\d+\]: ", said)
    _is_one_message(told[2] if told[2].strip() else told[3], 'line 1: paddock.read("cases")')
    assert "ZeroDivisionError" in said


def test_a_notebook_keeps_one_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its output has the class and the message of the error, as any other, and a traceback that is that message."""
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    monkeypatch.chdir(tmp_path)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(f"{READ}load()")])
    client: Any = NotebookClient(notebook, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}})
    with pytest.raises(CellExecutionError):
        client.execute()
    [output] = notebook.cells[0].outputs
    assert output["ename"] == "ConfigurationError"
    assert OUTSIDE[0] in output["evalue"]
    _is_one_message("\n".join(output["traceback"]), "line 8: load()", 'line 5: return paddock.read("cases")')


def test_who_has_a_hook_of_their_own_keeps_it(interpret: Interpret) -> None:
    """It gets the error as it was raised."""
    lines = (
        'import sys\nsys.excepthook = lambda *a: print("mine", a[0].__name__)\nimport paddock\npaddock.read("cases")'
    )
    said, told = interpret(["-c", lines])
    assert (said, told) == ("mine ConfigurationError\n", "")
