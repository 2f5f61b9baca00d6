"""The work that an order asks for: a notebook executed and followed, and its page."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from paddock.kernels.opens import VARIABLE
from paddock.notebooks.injection import TAG
from paddock.notebooks.secret import hide
from paddock.reports import content, following, page
from paddock.reports.following import UnfollowedError
from paddock.reports.inputs import Inputs
from paddock.reports.order import Order, environment_of, project_of, working_folder
from paddock.reports.result import Facts
from paddock.reports.surroundings import SCRATCH

if TYPE_CHECKING:
    from paddock.notebooks.execution import Execution

OnCell = Callable[[int, int], None]


@dataclass(frozen=True)
class Work:
    """What was done: the facts, both files, and the inputs; `unkept` says why these are not known for certain."""

    facts: Facts
    executed: bytes
    report: bytes
    inputs: Inputs | None
    unkept: str = ""


def perform(order: Order, key: bytes, on_cell: OnCell) -> Work:
    """Execute the notebook and make its page, whether it passes or fails; only the executed notebook is written.

    Raises ConfigurationError where notebook or parameters are wrong.
    """
    # Slow imports: a report that is reused does without.
    from paddock.notebooks.execution import execute

    project = project_of(order)
    with tempfile.TemporaryDirectory(prefix=f"{SCRATCH}-") as scratch:
        executed, followed = order.executed, Path(scratch, "followed")
        following.begin(followed)
        before = _own_files(order)
        execution = execute(
            source=order.source,
            output=executed,
            parameters=dict(order.parameters),
            environment={**environment_of(order, project), VARIABLE: str(followed)},
            folder=working_folder(order, project),
            time_limit=order.time_limit,
            on_cell=on_cell,
            is_audit=False,
        )
        inputs, peak, unkept = _inputs(followed, key, environment_of(order, project))
        facts = facts_of(execution, executed, peak)
        report = page.made(order, project, executed, facts, inputs)
        if before != _own_files(order):
            unkept = "it was edited while it ran"
        return Work(facts, executed.read_bytes(), report, inputs, unkept)


def _inputs(folder: Path, key: bytes, environment: Mapping[str, str]) -> tuple[Inputs | None, int, str]:
    try:
        inputs, peak = following.gathered(folder, key)
    except UnfollowedError as error:
        return None, 0, str(error)
    # IPython takes a text that it shows for the name of a file, and looks for it.
    paths = sorted({*inputs.files, *inputs.made, *inputs.folders, *inputs.modules, *inputs.asked})
    if hide(paths, {**os.environ, **environment}) != paths:
        return None, peak, "it looked for a file whose name holds a secret"
    return inputs, peak, ""


def _own_files(order: Order) -> object:
    """The notebook and the images beside it, as hashes."""
    found = order.source.read_bytes()
    return hashlib.sha256(found).hexdigest(), content.images(found, order.source.parent)


def facts_of(execution: Execution, executed: Path, peak: int) -> Facts:
    """What an execution told, with what its executed notebook says."""
    import json

    cells = json.loads(executed.read_text(encoding="utf-8"))["cells"]
    return Facts(
        status=execution.status,
        reason=execution.reason,
        seconds=round(execution.seconds, 3),
        cells=sum(cell["cell_type"] == "code" and TAG not in cell["metadata"].get("tags", ()) for cell in cells),
        parameters={name: str(value) for name, value in execution.parameters.items()},
        gates=execution.gates,
        metrics=execution.metrics,
        cause=str(getattr(execution, "cause", "") or ""),
        peak=peak,
    )
