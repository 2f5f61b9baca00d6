"""Where in a file a project is mentioned, and as what: the edge that people are shown."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

_MAGIC = re.compile(r"^\s*[%!]")


class Reference(NamedTuple):
    """What is referred to (`dataset gauss.scores`, `import gauss.tasks`, `path ../gauss/x.csv`), and where."""

    what: str
    place: str


def find(path: str, content: bytes, names: Iterable[str], datasets: Iterable[str]) -> Reference:
    """The most telling reference in the file at `path` to a project that is called `names` and writes `datasets`."""
    text = content.decode(errors="replace")
    wanted = _Wanted(
        re.compile("|".join(re.escape(name).replace("_", "[-_.]") for name in names), re.IGNORECASE),
        tuple(sorted(datasets, key=len, reverse=True)),
    )
    found = list(_of_notebook(text, wanted) if path.endswith(".ipynb") else _of_text(path, text, wanted))
    if not found:
        return Reference("its name", path)
    what, place = min(found, key=_rank)
    return Reference(what, f"{path}{place}")


class _Wanted(NamedTuple):
    """A pattern of the names, and the datasets, the longest first."""

    names: re.Pattern[str]
    datasets: tuple[str, ...]


def _rank(found: tuple[str, str]) -> int:
    return ("dataset", "import", "path", "its name").index(found[0] if found[0] == "its name" else found[0].split()[0])


def _of_notebook(text: str, wanted: _Wanted) -> Iterator[tuple[str, str]]:
    try:
        cells = [("".join(cell["source"]), cell["cell_type"]) for cell in json.loads(text)["cells"]]
    except (ValueError, KeyError, TypeError):
        yield from _of_lines(text, wanted)
        return
    for number, (source, kind) in enumerate(cells, 1):
        found = _of_code(source, wanted) if kind == "code" else _of_lines(source, wanted)
        yield from ((what, f" cell {number}") for what, _ in found)


def _of_text(path: str, text: str, wanted: _Wanted) -> Iterator[tuple[str, str]]:
    return _of_code(text, wanted) if path.endswith(".py") else _of_lines(text, wanted)


def _of_code(source: str, wanted: _Wanted) -> Iterator[tuple[str, str]]:
    lines = source.splitlines()
    plain = "\n".join("" if _MAGIC.match(line) else line for line in lines)
    try:
        tree = ast.parse(plain)
    except (SyntaxError, ValueError):
        yield from _of_lines(source, wanted)
        return
    for node in ast.walk(tree):
        yield from ((what, f":{getattr(node, 'lineno', 1)}") for what in _of_node(node, wanted))
    magics = "\n".join(line if _MAGIC.match(line) else "" for line in lines)
    yield from _of_lines(magics, wanted)


def _of_node(node: ast.AST, wanted: _Wanted) -> Iterator[str]:
    match node:
        case ast.Import(names=aliases):
            yield from (f"import {alias.name}" for alias in aliases if wanted.names.match(alias.name))
        case ast.ImportFrom(module=str(module)) if wanted.names.match(module):
            yield f"import {module}"
        case ast.Constant(value=str(text)):
            yield from _of_string(text, wanted, is_code=True)


def _of_string(text: str, wanted: _Wanted, is_code: bool) -> Iterator[str]:
    if not wanted.names.search(text):
        return
    for dataset in wanted.datasets:
        if dataset in text:
            yield f"dataset {dataset}"
            return
    word = next(word for word in text.split() if wanted.names.search(word)) if " " in text else text
    if "/" in word or "\\" in word:
        yield f"path {word}"
    elif is_code and wanted.names.match(word):
        yield f"import {word}"
    else:
        yield "its name"


def _of_lines(text: str, wanted: _Wanted) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        for word in re.findall(r"[^\s\"'(),=\[\]{}]+", line) if wanted.names.search(line) else ():
            yield from ((what, f":{number}") for what in _of_string(word, wanted, is_code=False))
