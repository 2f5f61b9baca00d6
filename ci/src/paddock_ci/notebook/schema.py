"""The format of notebooks, version 4: which keys a document has, and of which types."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

_TYPES = ("code", "markdown", "raw")
_OUTPUTS = ("stream", "display_data", "execute_result", "error")
_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_MEND = "Mend the key, or restore the notebook from git."
_CONVERT = "Convert it: jupyter nbconvert --to notebook --nbformat 4 --inplace FILE"
_FENCED = re.compile(r"^(```|~~~).*?(^\1|\Z)", re.MULTILINE | re.DOTALL)
_CONFLICT = re.compile(r"^<{7} .*^>{7} ", re.MULTILINE | re.DOTALL)


class Fault(NamedTuple):
    """What is wrong with a notebook's file, the remedy, and its line or the number of the cell (0: neither)."""

    message: str
    remedy: str = _MEND
    line: int = 0
    cell: int = 0


def faults_of(document: Any) -> Iterator[Fault]:
    """Where a document is no notebook: the key, what was expected there and what it has."""
    if not isinstance(document, dict):
        yield Fault(f"is no notebook: expected an object, got {_shown(document)}")
        return
    version = document.get("nbformat")
    if not _is_whole(version):
        yield _expected("nbformat", "4", document)
        return
    if version != 4:
        yield Fault(f"nbformat: expected 4, got {version}"[:100], _CONVERT)
        return
    for key, kind, is_right in _KEYS:
        if not is_right(document.get(key)):
            yield _expected(key, kind, document)
    yield from _metadata(document.get("metadata"), "metadata", 0)
    if isinstance(document.get("cells"), list):
        yield from _cells(document["cells"], has_ids=_has_ids(document))


def _cells(cells: list[Any], has_ids: bool) -> Iterator[Fault]:
    seen: dict[str, int] = {}
    for number, cell in enumerate(cells, 1):
        key = f"cells[{number - 1}]"
        if not isinstance(cell, dict):
            yield Fault(f"{key}: expected an object, got {_shown(cell)}", cell=number)
            continue
        yield from _cell(cell, key, number)
        identifier = cell.get("id")
        if not isinstance(identifier, str) or not _ID.fullmatch(identifier):
            if has_ids or "id" in cell:
                yield _expected(f"{key}.id", "1 to 64 letters, digits, '-' and '_'", cell, number)
        elif identifier in seen:
            fault = f"{key}.id: {identifier!r} is the id of cell {seen[identifier]}, too; expected one of its own"
            yield Fault(
                fault, "Give the copied cell an id of its own, or remove the key and save it in Jupyter.", 0, number
            )
        else:
            seen[identifier] = number


def _cell(cell: dict[str, Any], key: str, number: int) -> Iterator[Fault]:
    kind = cell.get("cell_type")
    if kind not in _TYPES:
        yield _expected(f"{key}.cell_type", "code, markdown or raw", cell, number)
    keys = _CELL_KEYS + (_CODE_KEYS if kind == "code" else ())
    for name, wanted, is_right in keys:
        if name not in cell or not is_right(cell[name]):
            yield _expected(f"{key}.{name}", wanted, cell, number)
    yield from _metadata(cell.get("metadata"), f"{key}.metadata", number)
    if kind == "code" and isinstance(cell.get("outputs"), list):
        for place, output in enumerate(cell["outputs"]):
            if not isinstance(output, dict) or output.get("output_type") not in _OUTPUTS:
                yield Fault(f"{key}.outputs[{place}]: expected an output of a known type", cell=number)
                break
    if kind == "markdown" and _is_text(cell.get("source")) and _CONFLICT.search(_FENCED.sub("", _joined(cell))):
        yield Fault(f"{key}.source: holds marks of a conflict", "Resolve the conflict.", cell=number)


def _metadata(metadata: Any, key: str, number: int) -> Iterator[Fault]:
    if not isinstance(metadata, dict):
        return
    if number and not _is_tags(metadata.get("tags", [])):
        yield _expected(f"{key}.tags", "a list of texts", metadata, number)
    for name in () if number else ("kernelspec", "language_info"):
        if not isinstance(metadata.get(name, {}), dict):
            yield _expected(f"{key}.{name}", "an object", metadata)


def _expected(key: str, kind: str, table: dict[str, Any], number: int = 0) -> Fault:
    name = key.rpartition(".")[2]
    got = _shown(table[name]) if name in table else "nothing"
    return Fault(f"{key}: expected {kind}, got {got}", cell=number)


def _shown(value: Any) -> str:
    """The value as JSON would name it: short, and never the content of a list or an object."""
    if isinstance(value, dict | list):
        return {"dict": "an object", "list": "a list"}[type(value).__name__]
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return f"the text {value[:40]!r}"
    try:
        return f"the number {value}"[:60]
    except ValueError:
        return "a number of thousands of digits"


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(line, str) for line in value))


def _is_tags(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(tag, str) for tag in value)


def _is_count(value: Any) -> bool:
    return value is None or (_is_whole(value) and value >= 0)


def _is_table(value: Any) -> bool:
    return isinstance(value, dict)


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _joined(cell: dict[str, Any]) -> str:
    return cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])


def _has_ids(document: dict[str, Any]) -> bool:
    minor = document.get("nbformat_minor")
    return isinstance(minor, int) and minor >= 5


_Key = tuple[str, str, Callable[[Any], bool]]
_KEYS: tuple[_Key, ...] = (
    ("nbformat_minor", "a whole number", lambda value: _is_whole(value) and value >= 0),
    ("metadata", "an object", _is_table),
    ("cells", "a list", _is_list),
)
_CELL_KEYS: tuple[_Key, ...] = (("metadata", "an object", _is_table), ("source", "a text or a list of texts", _is_text))
_CODE_KEYS: tuple[_Key, ...] = (
    ("outputs", "a list", _is_list),
    ("execution_count", "null or a whole number", _is_count),
)
