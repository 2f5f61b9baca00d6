"""The exporter behind `jupyter nbconvert --to paddock`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbconvert import HTMLExporter
from nbconvert.exporters import Exporter

from paddock.notebooks.rendering import notebook as notebooks
from paddock.notebooks.rendering import page

_EXCLUSIONS = {"exclude_code_cell": "code", "exclude_markdown": "markdown", "exclude_raw": "raw"}


class PaddockExporter(HTMLExporter):
    """Converts one notebook to the same page as `render`, with a header from its own metadata and gates.

    nbconvert's preprocessors and its options to leave out inputs, outputs or kinds of cells work as always.
    """

    export_from_notebook = "Paddock report"

    def from_notebook_node(  # type: ignore[override]
        self, nb: Any, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """The page and nbconvert's resources."""
        prepared, resources = Exporter.from_notebook_node(self, nb, resources, **kw)
        facts = resources["metadata"]
        name, folder = facts.get("name") or "notebook", facts.get("path")
        found = notebooks.of_node(prepared, f"{name}.ipynb", Path(folder) if folder is not None else None)
        header = notebooks.header(found)
        found.cells[:] = self._included(found.cells)
        return page.compose([found], header), resources

    def _included(self, cells: list[Any]) -> list[Any]:
        excluded = {kind for option, kind in _EXCLUSIONS.items() if getattr(self, option)}
        tags = ["remove-input"] * self.exclude_input + ["remove-output"] * self.exclude_output
        for cell in cells:
            cell.setdefault("metadata", {})["tags"] = [*cell["metadata"].get("tags", []), *tags]
        return [cell for cell in cells if cell["cell_type"] not in excluded]
