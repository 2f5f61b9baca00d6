"""A notebook's file, read strictly: each fault is one message that names its place."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from paddock.errors import ConfigurationError, nearest
from paddock.notebooks import json_text
from paddock.notebooks.json_text import TextError

if TYPE_CHECKING:
    from nbformat import NotebookNode

_MOST_BYTES = 50_000_000
_MINOR_WITH_IDS = 5
# Far deeper than any notebook, and shallow enough for every Python to walk.
_DEEPEST = 200
_CELL_TYPES = ("code", "markdown", "raw")
_SAVE_AGAIN = "Open it in Jupyter and save it again, or restore it from git."
_UPGRADE = "Upgrade it: jupyter nbconvert --to notebook --inplace, or open and save it in Jupyter."


def load(path: Path) -> NotebookNode:
    """The notebook at `path`, valid, of nbformat 4.5, in which every cell has an id of its own.

    Raises ConfigurationError that names the first fault with line and column, byte or cell.
    """
    text = _text(path, _bytes(path))
    try:
        found = json_text.parse(text)
        if _nests_deeper(found, _DEEPEST):
            raise RecursionError
        _check_shape(path, found)
        return _validated(path, found)
    except TextError as fault:
        raise ConfigurationError(f"{path}:{fault.line}:{fault.column}: {fault.what}", fault.remedy) from fault
    except RecursionError:
        _refuse(path, "nests values deeper than any notebook does", _SAVE_AGAIN)


def code_cells(notebook: NotebookNode) -> list[tuple[int, Any]]:
    """The code cells that hold code, each with its number: the first cell of any kind is number 1."""
    cells = enumerate(notebook.cells, start=1)
    return [(number, cell) for number, cell in cells if cell.cell_type == "code" and cell.source.strip()]


def written(notebook: Any) -> bytes:
    """The bytes of a notebook's file; a lone surrogate, which a cell may print, has no UTF-8 form: it is its escape."""
    import nbformat

    content: str = nbformat.writes(notebook)
    return content.encode("utf-8", "backslashreplace")


def tags(cell: Any) -> list[str]:
    """The tags of a cell."""
    return list(cell.metadata.get("tags", []))


def _bytes(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > _MOST_BYTES:
            limit = _MOST_BYTES // 1_000_000
            _refuse(
                path,
                f"is {size / 1_000_000:.0f} MB, expected at most {limit} MB",
                "Clear its outputs: jupyter nbconvert --clear-output --inplace",
            )
        content = path.read_bytes()
    except FileNotFoundError:
        names = [other.name for other in path.parent.glob("*.ipynb")] if path.parent.is_dir() else []
        raise ConfigurationError(f"{path}: there is no such notebook", nearest(path.name, names)) from None
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read: {error.strerror}", "Name a readable file.") from error
    if not content.strip():
        _refuse(path, "is empty, expected a notebook", _SAVE_AGAIN)
    return content


def _text(path: Path, content: bytes) -> str:
    remedy = "Save it as UTF-8 without a byte-order mark."
    if content.startswith(b"\xef\xbb\xbf"):
        _refuse(path, "begins with a byte-order mark, expected plain UTF-8", remedy)
    if content[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in content[:4]:
        _refuse(path, "is UTF-16 or UTF-32, expected UTF-8", remedy)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        what = f"is not UTF-8: byte {error.start} is 0x{content[error.start]:02x}, in line"
        raise ConfigurationError(f"{path}: {what} {content.count(10, 0, error.start) + 1}", remedy) from error


def _nests_deeper(value: Any, limit: int) -> bool:
    """Whether values inside `value` nest deeper than `limit`."""
    level = [value]
    for _ in range(limit):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return False
    return True


def _check_shape(path: Path, found: Any) -> None:
    if not isinstance(found, dict):
        kind = "an array" if isinstance(found, list) else f"the value {str(found)[:40]!r}"
        _refuse(path, f"expected a notebook (a JSON object), got {kind}", _SAVE_AGAIN)
    version = found.get("nbformat")
    if version != 4 or isinstance(version, bool):
        _refuse(path, f"nbformat: expected 4, got {version!r}", _UPGRADE)
    minor = found.get("nbformat_minor")
    if not isinstance(minor, int) or isinstance(minor, bool) or minor < 0:
        _refuse(path, f"nbformat_minor: expected a number such as 5, got {minor!r}", _UPGRADE)
    if not isinstance(found.get("cells"), list):
        _refuse(path, f"expected a list named 'cells', got {sorted(found)}", _SAVE_AGAIN)
    for number, cell in enumerate(found["cells"], start=1):
        cell_type = cell.get("cell_type") if isinstance(cell, dict) else None
        if cell_type not in _CELL_TYPES:
            expected = ", ".join(_CELL_TYPES)
            _refuse(path, f"cell {number}: cell_type: expected one of {expected}, got {cell_type!r}", _SAVE_AGAIN)
    _check_ids(path, found["cells"])


def _check_ids(path: Path, cells: list[dict[str, Any]]) -> None:
    first: dict[str, int] = {}
    for number, cell in enumerate(cells, start=1):
        name = cell.get("id")
        if not isinstance(name, str):
            continue
        if name in first:
            _refuse(
                path,
                f"cells {first[name]} and {number} have the same id '{name}'",
                f"Remove the id of cell {number}, or open and save the notebook in Jupyter: that gives it a new one.",
            )
        first[name] = number


def _validated(path: Path, found: dict[str, Any]) -> NotebookNode:
    import nbformat
    from nbformat.v4.rwbase import rejoin_lines

    minor = found["nbformat_minor"]
    if minor >= _MINOR_WITH_IDS:
        _add_ids(found["cells"])
    notebook: NotebookNode = nbformat.from_dict(found)
    try:
        nbformat.validate(notebook)
    except nbformat.ValidationError as error:
        what = error.message if len(error.message) <= 200 else f"{error.message[:200]}…"
        _refuse(path, f"{_place(list(error.relative_path))}{what}", f"nbformat is 4.{minor}. {_SAVE_AGAIN}")
    _add_ids(notebook.cells)
    notebook.nbformat_minor = max(minor, _MINOR_WITH_IDS)
    rejoin_lines(notebook)
    return notebook


def _add_ids(cells: list[dict[str, Any]]) -> None:
    """Give cells without an id one that is the same each time, so that executed notebooks compare."""
    taken = {cell.get("id") for cell in cells}
    for number, cell in enumerate(cells, start=1):
        if "id" not in cell:
            names = (f"cell-{number}{'-' * more}" for more in range(len(cells) + 1))
            cell["id"] = next(name for name in names if name not in taken)
            taken.add(cell["id"])


def _place(route: list[str | int]) -> str:
    if len(route) < 2 or route[0] != "cells":
        return f"{route[0]}: " if route else ""
    names = ".".join(str(step) for step in route[2:])
    return f"cell {int(route[1]) + 1}: {names}: " if names else f"cell {int(route[1]) + 1}: "


def _refuse(path: Path, what: str, remedy: str) -> NoReturn:
    raise ConfigurationError(f"{path}: {what}", remedy)
