"""An executed notebook, and what one asks of it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from paddock.notebooks.execution import Execution

GATE = "import paddock\npaddock.gate('auc', 0.99, at_least=0.97)"
KERNELSPEC = {"name": "python3", "display_name": "Python 3", "language": "python"}


@dataclass(frozen=True)
class Audited:
    """An execution, and where it stored the executed notebook."""

    execution: Execution
    path: Path

    @property
    def notebook(self) -> nbformat.NotebookNode:
        """The executed notebook as it was stored."""
        return nbformat.read(self.path, as_version=4)

    def outputs(self, cell: int) -> list[Any]:
        """The outputs of a cell by its position in the executed notebook, from 1."""
        return list(self.notebook.cells[cell - 1].outputs)


def is_alive(pid: int) -> bool:
    """Whether a process lives; one that is dead and not yet waited for does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def is_true_within(seconds: float, condition: Any) -> bool:
    """Whether the condition comes true in time; it is asked again and again."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.02)
    return bool(condition())
