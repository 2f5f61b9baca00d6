"""Notebooks of these pages, executed by Paddock's own engine before Sphinx reads them.

They are committed without outputs. One that fails fails the build; one that did not change is taken from the cache of
`paddock report`.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from sphinx.errors import ExtensionError

if TYPE_CHECKING:
    from sphinx.application import Sphinx

_PROGRAM = "import sys; sys.argv[0] = 'paddock'; from paddock.cli.main import main; main()"


def setup(app: Sphinx) -> dict[str, bool]:
    """Put the executed notebook in the place of the one that was committed."""
    app.connect("source-read", _execute)
    return {"parallel_read_safe": True}


def _execute(app: Sphinx, name: str, source: list[str]) -> None:
    path = Path(app.env.doc2path(name))
    if path.suffix != ".ipynb":
        return
    output = Path(app.doctreedir) / "executed" / Path(name).parent
    command = [sys.executable, "-c", _PROGRAM, "report", str(path), "--output", str(output)]
    answer = subprocess.run(command, cwd=path.parent, capture_output=True, text=True, check=False)
    if answer.returncode:
        raise ExtensionError(f"{path}: the notebook failed:\n{answer.stdout}{answer.stderr}")
    source[0] = (output / path.name).read_text(encoding="utf-8")
