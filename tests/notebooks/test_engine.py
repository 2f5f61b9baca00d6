"""The engine serves plain papermill, too."""

from __future__ import annotations

from pathlib import Path

import nbformat
import papermill
import pytest
from paddock.errors import CodeError
from paddock.notebooks.engine import PaddockEngine
from papermill.engines import papermill_engines

from tests.notebooks.conftest import WriteNotebook


@pytest.fixture(autouse=True)
def _registered() -> None:
    papermill_engines.register("paddock", PaddockEngine)


def _papermill(source: Path, **options: object) -> Path:
    output = source.with_name("output.ipynb")
    papermill.execute_notebook(source, output, engine_name="paddock", progress_bar=False, **options)
    return output


def test_papermill_runs_a_notebook_with_it(write_notebook: WriteNotebook, tmp_path: Path) -> None:
    """Parameters, working folder and output file work as with any engine; a gate is not asked for."""
    folder = tmp_path / "there"
    folder.mkdir()
    source = write_notebook("x = 1", "import os\nprint(x, os.path.basename(os.getcwd()))", tags={1: ["parameters"]})
    output = _papermill(source, parameters={"x": 2}, cwd=str(folder))
    assert nbformat.read(output, as_version=4).cells[2].outputs[0].text == "2 there\n"


def test_papermill_fails_for_what_it_would_let_pass(write_notebook: WriteNotebook) -> None:
    """A failed command or gate is an error there, too, and the executed notebook is written."""
    source = write_notebook("import paddock", "!false")
    with pytest.raises(CodeError, match="cell 2: command failed with exit code 1: false"):
        _papermill(source)
    assert source.with_name("output.ipynb").exists()


def test_papermill_tells_of_an_exception_itself(write_notebook: WriteNotebook) -> None:
    """Its own error, with the traceback, is not replaced."""
    with pytest.raises(papermill.PapermillExecutionError, match="ZeroDivisionError"):
        _papermill(write_notebook("1/0"))


def test_papermill_keeps_its_time_limit(write_notebook: WriteNotebook) -> None:
    """`--execution-timeout` ends a notebook that hangs."""
    with pytest.raises(CodeError, match="cell 1 still ran at the time limit of 2 s"):
        _papermill(write_notebook("import time; time.sleep(600)"), execution_timeout=2)
