"""The executed notebook that a journal tells of, where its runner was killed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from paddock.notebooks import injection, outputs, verdict
from paddock.notebooks.cause import Cause, Failure

if TYPE_CHECKING:
    from nbformat import NotebookNode


def lines_of(content: bytes) -> list[dict[str, Any]]:
    """The lines of a journal, up to the first that is damaged: a kill may cut the last one."""
    found = []
    for line in content.split(b"\n"):
        try:
            value = json.loads(line)
        except ValueError:
            break
        if not isinstance(value, dict):
            break
        found.append(value)
    return found


def rebuilt(lines: list[dict[str, Any]]) -> tuple[NotebookNode, Failure]:
    """The notebook as far as it was executed, marked failed, and why."""
    import nbformat

    notebook = nbformat.from_dict(lines[0]["notebook"])
    running, last = None, None
    for line in lines[1:]:
        if "cell" not in line:
            continue
        index = int(line["cell"])
        cell = notebook.cells[index]
        if "started" in line:
            running = last = index
            cell.metadata.papermill.update(start_time=line["started"], status="running", exception=False)
        elif "ended" in line:
            running = None
            _end(cell, line)
        else:
            _put(cell, line)
    failure = Failure(Cause.RUNNER_KILLED, _reason(injection.numbers(notebook), running, last))
    if running is not None:
        _mark(notebook.cells[running], failure.reason)
    outputs.join(notebook)
    verdict.state(notebook, failure)
    return notebook, failure


def _put(cell: Any, line: dict[str, Any]) -> None:
    import nbformat

    if "from" in line:
        del cell.outputs[line["from"] :]
        if "output" in line:
            cell.outputs.append(nbformat.from_dict(line["output"]))
    elif "at" in line and line["at"] < len(cell.outputs):
        cell.outputs[line["at"]] = nbformat.from_dict(line["output"])


def _end(cell: Any, line: dict[str, Any]) -> None:
    cell.metadata.update(line["metadata"])
    if cell.cell_type == "code":
        cell.execution_count = line.get("count")


def _mark(cell: Any, reason: str) -> None:
    from nbformat.v4 import new_output

    cell.metadata.papermill.update(status="failed", exception=True)
    if cell.cell_type == "code":
        cell.outputs.append(new_output("stream", name="stderr", text=f"[paddock: {reason}]\n"))


def _reason(numbers: list[int], running: int | None, last: int | None) -> str:
    if running is not None:
        return f"the runner was killed in cell {numbers[running]}"
    if last is not None:
        return f"the runner was killed after cell {numbers[last]}"
    return "the runner was killed before the first cell"
