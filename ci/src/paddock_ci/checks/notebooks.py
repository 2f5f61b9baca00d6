"""Checks of notebooks that no project has: those of the docs, and those that templates are made of."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from paddock.project import Workspace

from paddock_ci.docs.library import ignored
from paddock_ci.finding import Look
from paddock_ci.notebook.family import looks_of_notebook

# Between a template's tags is no Python yet; what is baked of it is a project's.
_OF_TEMPLATES = ("NB101", "NB102")


def looks_of_notebooks(workspace: Workspace) -> Iterator[tuple[str, Look]]:
    """What the checks of notebooks say of them."""
    for path in _below(workspace.root, "docs"):
        yield from looks_of_notebook(path, workspace.root)
    for path in _below(workspace.root, "templates"):
        found = looks_of_notebook(path, workspace.root)
        yield from ((code, look) for code, look in found if code in _OF_TEMPLATES)


def _below(root: Path, folder: str) -> list[Path]:
    """The notebooks that git has, or would commit: not those that the build of the docs has executed."""
    found = [path for path in (root / folder).rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts]
    dropped = ignored(root, [path.relative_to(root).as_posix() for path in found])
    return sorted(path for path in found if path.relative_to(root).as_posix() not in dropped)
