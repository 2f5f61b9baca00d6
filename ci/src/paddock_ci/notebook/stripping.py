"""A notebook without its results, written as Jupyter writes it."""

from __future__ import annotations

import json
from pathlib import Path

from paddock.storage.durable import write_bytes

from paddock_ci.notebook.document import read_notebook
from paddock_ci.notebook.nb_document import TIMES, WIDGETS


def strip(path: Path) -> bool:
    """Take outputs, execution counts and what else a run left out of the notebook; whether the file was written.

    Ids, all other metadata and the order of keys stay. What is no valid notebook stays as it is. Raises ToolError.
    """
    notebook = read_notebook(path, path.parent)
    cells = [cell for cell in notebook.document.get("cells", ()) if cell["cell_type"] == "code"]
    dirty = [
        cell
        for cell in cells
        if cell["outputs"] or cell["execution_count"] is not None or TIMES & cell["metadata"].keys()
    ]
    for cell in dirty:
        cell["outputs"], cell["execution_count"] = [], None
        cell["metadata"] = {key: value for key, value in cell["metadata"].items() if key not in TIMES}
    widgets = notebook.document.get("metadata", {}).pop(WIDGETS, None)
    if not dirty and widgets is None:
        return False
    try:
        text = json.dumps(notebook.document, ensure_ascii=False, indent=1, allow_nan=False)
        content = f"{text}\n".encode()
    except (ValueError, RecursionError):
        # A lone surrogate, a number too large, a nesting too deep: whoever wrote this has to look at it.
        return False
    # A link stays one: what it leads to is the notebook.
    write_bytes(path.resolve(), content)
    return True
