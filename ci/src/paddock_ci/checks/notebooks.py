"""Checks of the notebooks that a workspace keeps in git."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from paddock.project import Workspace

from paddock_ci.finding import Look


def without_outputs(workspace: Workspace) -> Iterator[Look]:
    """Committed notebooks hold no outputs and no execution counts: results belong to runs, with their provenance."""
    for path in _notebooks(workspace):
        place = path.relative_to(workspace.root).as_posix()
        try:
            cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
            dirty = [n for n, cell in enumerate(cells, 1) if cell.get("outputs") or cell.get("execution_count")]
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            yield Look(place, f"is not a readable notebook: {error!r}", "Mend its JSON, or restore it from git.")
            continue
        if dirty:
            yield Look(f"{place} cell {dirty[0]}", "holds outputs", f"Run: nbstripout --keep-id {place}")
        else:
            yield Look(place)


def _notebooks(workspace: Workspace) -> Iterator[Path]:
    for top in ("projects", "templates", "docs"):
        found = sorted((workspace.root / top).rglob("*.ipynb"))
        yield from (path for path in found if ".ipynb_checkpoints" not in path.parts)
