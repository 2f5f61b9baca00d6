"""Notebooks of these pages, executed by Paddock's own engine before Sphinx reads them.

They are committed without outputs. One that fails fails the build, unless its metadata say that it has to end so:
`"docs": {"ends_with": 11}`. One that passed and did not change is taken from the cache of `paddock report`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from sphinx.errors import ExtensionError

if TYPE_CHECKING:
    from sphinx.application import Sphinx

_PROGRAM = "import sys; sys.argv[0] = 'paddock'; from paddock.cli.main import main; main()"
_FACTS = "application/vnd.paddock."


def setup(app: Sphinx) -> dict[str, bool]:
    """Put the executed notebook in the place of the one that was committed."""
    app.connect("source-read", _execute)
    return {"parallel_read_safe": True}


def _execute(app: Sphinx, name: str, source: list[str]) -> None:
    path = Path(app.env.doc2path(name))
    # What there is to translate is what was committed.
    if path.suffix != ".ipynb" or app.builder.name == "gettext":
        return
    output = Path(app.doctreedir) / "executed" / Path(name).parent
    command = [sys.executable, "-c", _PROGRAM, "report", str(path), "--output", str(output)]
    answer = subprocess.run(command, cwd=path.parent, capture_output=True, text=True, check=False)
    if answer.returncode != (expected := _expected(source[0])):
        said = f"ended with {answer.returncode}, expected {expected}:\n{answer.stdout}{answer.stderr}"
        raise ExtensionError(f"{path}: the notebook {said}")
    source[0] = _for_readers((output / path.name).read_text(encoding="utf-8"))


def _expected(text: str) -> int:
    """The exit code that a notebook has to end with: 0, unless it is there to show how it fails."""
    return int(json.loads(text).get("metadata", {}).get("docs", {}).get("ends_with", 0))


def _for_readers(text: str) -> str:
    """The executed notebook without what its outputs say to programs, which MyST-NB would warn of."""
    notebook = json.loads(text)
    for output in (output for cell in notebook["cells"] for output in cell.get("outputs", ())):
        if "data" in output:
            output["data"] = {mime: data for mime, data in output["data"].items() if not mime.startswith(_FACTS)}
    return json.dumps(notebook)
