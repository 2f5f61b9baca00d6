"""Who uses a column of a dataset: the places in a project that can be seen to."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from paddock_ci.compatibility.declared import CATALOG, MANIFEST
from paddock_ci.compatibility.syntax import Wanted, naming, using
from paddock_ci.files import Cell, ProjectFiles, without_magics
from paddock_ci.repo.snapshot import PROJECTS
from paddock_ci.suite.values import last

_LISTS = (".json", ".yaml", ".yml", ".toml", ".cfg", ".ini")
# In a task, the name of what it writes.
_WRITTEN = re.compile(r"^\s*dataset(?:\s*:[^=\n]*)?\s=\s.*$", re.MULTILINE)
_LARGEST = 1_000_000  # characters of a file that is no code; more is data


class Use(NamedTuple):
    """A use by `project`, in the file at `path` of it; `within` is the line or cell, and the task, if it is in one."""

    project: str
    path: str
    within: str

    def __str__(self) -> str:
        return f"{PROJECTS}/{self.project}/{self.path}{self.within}"


def uses(files: ProjectFiles, dataset: str, columns: tuple[str, ...]) -> tuple[Use, ...]:
    """Where a project uses one of the columns of a dataset that it reads: once for each task, module and cell.

    Without columns, where it names the dataset. Searched are its package, whatever mentions the dataset, and the
    notebooks that import the package. A column whose name is only known when the code runs is not seen.
    """
    wanted = Wanted(dataset, columns)
    found = (*_of_modules(files, wanted), *_of_notebooks(files, wanted), *_of_lists(files, wanted))
    return tuple(dict.fromkeys(found))


def is_used_at_home(files: ProjectFiles, dataset: str, pipeline: str) -> bool:
    """Whether a project reads its own dataset: by its name, or since a task that is not the last one requires it."""
    name = dataset.partition(".")[2]
    named = re.compile(rf"""["'](?:{re.escape(dataset)}|{re.escape(name)})\\?["']""")
    for path, text in _texts(files, (".py", ".ipynb")):
        if not path.startswith("tests/") and named.search(_WRITTEN.sub("", text) if path.endswith(".py") else text):
            return True
    # To parse all modules of all projects takes longer than everything else that a check without changes does.
    sources = (text for path, text in _texts(files, (".py",)) if path.startswith("src/") and "class" in text)
    trees = [_tree(text) for text in sources]
    classes = {node.name: node for tree in trees for node in tree.body if isinstance(node, ast.ClassDef)}
    writers = {writer for writer, node in classes.items() if _writes(node, name)}
    users = [node for user, node in classes.items() if user not in writers | {pipeline.partition(":")[2]}]
    return any(_calls(node, writers) for node in users)


def _writes(node: ast.ClassDef, dataset: str) -> bool:
    values = (part.value for part in node.body if isinstance(part, ast.Assign) and last(part.targets[0]) == "dataset")
    return any(isinstance(value, ast.Constant) and value.value == dataset for value in values)


def _calls(node: ast.ClassDef, names: Iterable[str]) -> bool:
    return any(isinstance(part, ast.Call) and last(part.func) in names for part in ast.walk(node))


def _of_modules(files: ProjectFiles, wanted: Wanted) -> Iterator[Use]:
    for path, text in _texts(files, (".py",)):
        # A search of the text first: most files name none of the columns, and to parse them takes long.
        if any(column in text for column in wanted.columns or (wanted.dataset,)) and _is_searched(path, text, wanted):
            tree = _tree(text)
            yield from _first(files.name, path, _found([tree], wanted)[0])


def _of_notebooks(files: ProjectFiles, wanted: Wanted) -> Iterator[Use]:
    package = files.settings.get("package") or " "
    for path, text in _texts(files, (".ipynb",)):
        if not (wanted.in_file(text) or re.search(rf"\b(?:from|import) {re.escape(str(package))}\b", text)):
            continue
        cells = files.notebooks.get(path, ())
        found = _found([cell.tree for cell in cells], wanted)
        for cell, places in zip(cells, found, strict=True):
            if places or any(wanted.in_code(text) for text in _magics(cell)):
                yield Use(files.name, path, f" cell {cell.number}")


def _of_lists(files: ProjectFiles, wanted: Wanted) -> Iterator[Use]:
    """Uses in queries that are files, and in settings that list columns."""
    for path, text in _texts(files, (".sql", *_LISTS)):
        if path in (MANIFEST, CATALOG) or len(text) > _LARGEST or not _is_searched(path, text, wanted):
            continue
        is_query = path.endswith(".sql")
        for number, line in enumerate(text.splitlines(), 1):
            if wanted.in_code(line) if is_query else _lists(line, wanted):
                yield Use(files.name, path, f":{number}")
                break


def _lists(line: str, wanted: Wanted) -> bool:
    """Whether a line of settings holds the name of a column as a value of its own."""
    values = (line.strip().removeprefix("- ").strip(), *re.findall(r"""["']([^"']+)["']""", line))
    return any(value in wanted.columns for value in values)


def _is_searched(path: str, text: str, wanted: Wanted) -> bool:
    return path.startswith("src/") or wanted.in_file(text)


def _found(trees: list[ast.Module], wanted: Wanted) -> list[list[tuple[int, str]]]:
    return using(trees, wanted) if wanted.columns else [list(naming(tree, wanted.dataset)) for tree in trees]


def _first(project: str, path: str, places: Iterable[tuple[int, str]]) -> Iterator[Use]:
    """The first use in each task, and the first outside of all tasks."""
    first: Mapping[str, int] = {task: line for line, task in sorted(places, reverse=True)}
    for task, line in sorted(first.items(), key=lambda item: item[1]):
        yield Use(project, path, f":{line}" + (f" (task {task})" if task else ""))


def _magics(cell: Cell) -> Iterator[str]:
    """What of a cell is in another language: all of it, or the lines with a magic."""
    if cell.source.strip() and not without_magics(cell.source).strip():
        yield cell.source
    else:
        yield from (line for line in cell.source.splitlines() if line.lstrip().startswith("%"))


def _texts(files: ProjectFiles, endings: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    yield from ((path, files.text(path)) for path in files.paths if path.endswith(endings))


def _tree(text: str) -> ast.Module:
    """The tree of a module, an empty one where it does not parse: another check tells that."""
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError):
        return ast.Module([], [])
