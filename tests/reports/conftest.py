"""What tests of reports may ask for: notebooks of a workspace, and their reports."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from paddock.kernels import servers
from paddock.project import Workspace

WriteNotebook = Callable[..., Path]


@pytest.fixture(autouse=True)
def _forked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Kernels come from a server that ends with the tests."""
    monkeypatch.setenv("PADDOCK_KERNELS", "own")


@pytest.fixture(scope="session", autouse=True)
def _no_server_is_left() -> Iterator[None]:
    """The server ends with its tests, not with the process: others look for what is left."""
    yield
    servers.end_own()


@pytest.fixture
def write(workspace: Workspace) -> WriteNotebook:
    """Write a notebook at a path of the workspace; a source that starts with `# ` is prose, the first may declare."""

    def make(path: str, *sources: str, declares: str = "", metadata: dict[str, Any] | None = None) -> Path:
        cells = [new_code_cell(declares, id="declared", metadata={"tags": ["parameters"]})] if declares else []
        for number, source in enumerate(sources, start=1):
            kind = new_markdown_cell if source.startswith("# ") else new_code_cell
            cells.append(kind(source, id=f"c{number}"))
        place = workspace.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(new_notebook(cells=cells, metadata=metadata or {}), place)
        return place

    return make


def outputs(path: Path) -> str:
    """All texts that an executed notebook shows."""
    found = nbformat.read(path, as_version=4).cells
    shown = (output for cell in found for output in cell.get("outputs", []))
    return "".join(str(output.get("text", output.get("data", {}).get("text/plain", ""))) for output in shown)


def touch_back(path: Path, content: bytes) -> None:
    """Change a file's bytes, and let its time of change look as before."""
    before = path.stat()
    path.write_bytes(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
