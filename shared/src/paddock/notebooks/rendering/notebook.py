"""An executed notebook: its cells, and what its metadata says of the run."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from paddock.errors import DataError
from paddock.notebooks.facts import GATE_MIME, Gate
from paddock.notebooks.rendering import cells
from paddock.notebooks.rendering.header import Header
from paddock.notebooks.rendering.texts import as_text


@dataclass(frozen=True)
class Notebook:
    """One executed notebook: its name, its folder for relative images, its metadata and cells."""

    name: str
    folder: Path | None
    metadata: Mapping[str, Any]
    cells: list[Any]

    @property
    def language(self) -> str:
        """The name by which pygments knows the language of the code."""
        language, kernel = _table(self.metadata, "language_info"), _table(self.metadata, "kernelspec")
        name = language.get("pygments_lexer") or language.get("name") or kernel.get("language")
        return str(name or "ipython3")

    @property
    def title(self) -> str:
        """The title in the metadata, or the name of the file in words."""
        return as_text(self.metadata.get("title") or Path(self.name).stem.replace("_", " "))

    @property
    def starts_with_title(self) -> bool:
        """Whether the first cell with text begins with a heading of the first level."""
        sources = ((cell, as_text(cell.get("source", ""))) for cell in self.cells if isinstance(cell, Mapping))
        first = next(((cell, source) for cell, source in sources if source.strip()), ({}, ""))
        return first[0].get("cell_type") == "markdown" and re.match(r"\s*(#\s*[^#\s]|<h1)", first[1]) is not None

    @property
    def is_failed(self) -> bool:
        """Whether a cell failed."""
        return cells.has_error(self.cells) or _table(self.metadata, "papermill").get("exception") is True

    @property
    def seconds(self) -> float | None:
        """How long papermill says that the notebook ran."""
        duration = _table(self.metadata, "papermill").get("duration")
        return float(duration) if isinstance(duration, int | float) else None


def read(path: Path) -> Notebook:
    """The notebook at `path`; raises DataError when there is none, or it is damaged."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        # Not validated: a report shows what is there, and validation would add random ids.
        node = content if content["nbformat"] == 4 else _upgraded(content)
        return of_node(node, path.name, path.parent)
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise DataError(
            f"{path}: not a notebook: {str(error)[:200] or type(error).__name__}", "Run the project again to write it."
        ) from error


def _upgraded(content: Any) -> Any:
    import nbformat

    try:
        return nbformat.reads(json.dumps(content), as_version=4)
    except nbformat.ValidationError as error:
        raise ValueError(str(error)) from error


def of_node(node: Mapping[str, Any], name: str, folder: Path | None) -> Notebook:
    """The notebook of a loaded one, as nbformat gives it."""
    found = node.get("cells")
    return Notebook(name, folder, _table(node, "metadata"), found if isinstance(found, list) else [])


def header(notebook: Notebook) -> Header:
    """The header of a notebook that is converted by itself: from its metadata and the gates in its outputs."""
    run = _table(notebook.metadata, "papermill")
    gates = tuple(found_gates(notebook))
    failing = [gate.name for gate in gates if not gate.held]
    reason = f"{len(failing)} of {len(gates)} gates fail: {', '.join(failing)}" if failing else ""
    return Header(
        project=notebook.title,
        status="failed" if notebook.is_failed or failing else "passed" if gates else _status(notebook),
        reason="A cell ended with an error; see below." if notebook.is_failed else reason,
        run="",
        started=as_text(run.get("start_time") or ""),
        seconds=notebook.seconds or 0.0,
        commit="",
        environment=as_text(_table(notebook.metadata, "kernelspec").get("display_name") or ""),
        parameters={str(name): str(value) for name, value in _table(run, "parameters").items()},
        gates=gates,
        datasets=(),
        description=as_text(notebook.metadata.get("description") or ""),
    )


def found_gates(notebook: Notebook) -> list[Gate]:
    """The gates in the outputs of a notebook, in their order."""
    outputs = (output for cell in notebook.cells if isinstance(cell, Mapping) for output in cell.get("outputs") or ())
    tables = (_table(_table(output, "data"), GATE_MIME) for output in outputs if isinstance(output, Mapping))
    return [
        Gate(
            name=str(gate.get("name", "gate without a name")),
            value=gate.get("value"),
            bounds=str(gate.get("bounds", "")),
            held=gate.get("held") is True,
            margin=gate.get("margin"),
        )
        for gate in tables
        if gate
    ]


def _status(notebook: Notebook) -> str:
    counts = (cell.get("execution_count") for cell in notebook.cells if isinstance(cell, Mapping))
    return "executed" if any(counts) else "not executed"


def _table(mapping: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = mapping.get(key)
    return found if isinstance(found, Mapping) else {}
