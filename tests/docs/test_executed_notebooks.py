"""Notebooks that the build of the docs has executed are nobody's to mend; those that it is made of are."""

from __future__ import annotations

import subprocess
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook, new_output
from paddock.project import Workspace
from paddock_ci.checks.notebooks import looks_of_notebooks


def test_what_the_build_executed_is_not_looked_at(tmp_path: Path) -> None:
    """After `make docs` the checks find the outputs that somebody left in the docs, and no others."""
    output = new_output("stream", name="stdout", text="42\n")
    notebook = new_notebook(cells=[new_code_cell("print(6 * 7)", id="a", execution_count=1, outputs=[output])])
    for place in ("docs/a.ipynb", "docs/_build/html/a.ipynb"):
        (tmp_path / place).parent.mkdir(parents=True)
        nbformat.write(notebook, tmp_path / place)
    (tmp_path / ".gitignore").write_text("docs/_build\n")
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    looks = [look for code, look in looks_of_notebooks(Workspace(tmp_path)) if code == "NB101"]
    assert {look.place.split()[0].split(":")[0] for look in looks} == {"docs/a.ipynb"}
    assert any(look.fault for look in looks)
