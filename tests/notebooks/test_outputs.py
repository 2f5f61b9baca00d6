"""What an executed notebook keeps of its outputs."""

from __future__ import annotations

from typing import Any

from nbformat.v4 import new_code_cell, new_notebook, new_output
from paddock.notebooks.facts import GATE_MIME
from paddock.notebooks.outputs import Budget, join


def _stream(text: str) -> dict[str, Any]:
    return {"msg_type": "stream", "content": {"name": "stdout", "text": text}}


def _display(**data: Any) -> dict[str, Any]:
    return {"msg_type": "display_data", "content": {"data": data}}


def test_what_goes_over_the_budget_is_dropped_with_a_note() -> None:
    """The note stands in the cell whose output it was, and says how much is missing."""
    budget, cell = Budget(text=10, all=100), new_code_cell()
    assert budget.admits(_stream("12345678"))
    assert not budget.admits(_stream("123"))
    assert budget.admits(_display(**{"image/png": "x" * 80}))
    assert not budget.admits(_display(**{"image/png": "x" * 20}))
    budget.end_cell(cell)
    assert [output.text for output in cell.outputs] == ["[paddock dropped 2 outputs (0.0 MB) more]\n"]


def test_gates_and_errors_are_never_dropped() -> None:
    """What decides is kept when nothing else is; only an endless traceback is cut."""
    budget = Budget(text=0, all=0)
    error = {"msg_type": "error", "content": {"evalue": "e", "traceback": ["x" * 1_000_000, "y"]}}
    assert budget.admits(_display(**{GATE_MIME: {"name": "auc"}, "text/plain": "gate"}))
    assert budget.admits(error)
    assert len("".join(error["content"]["traceback"])) == 100_000
    assert budget.admits({"msg_type": "status", "content": {"execution_state": "idle"}})


def test_pieces_of_a_stream_are_joined() -> None:
    """Where a stream was cut is chance, so it is not stored; of an overwritten line the last writing stays."""
    texts = ["a", "b\n", "10%\r50%\r", "100%\nend\r\n"]
    cell = new_code_cell(outputs=[new_output("stream", name="stdout", text=text) for text in texts])
    cell.outputs += [new_output("stream", name="stderr", text="e"), new_output("stream", name="stdout", text="f")]
    join(new_notebook(cells=[cell]))
    assert [(output.name, output.text) for output in cell.outputs] == [
        ("stdout", "ab\n100%\nend\n"),
        ("stderr", "e"),
        ("stdout", "f"),
    ]
