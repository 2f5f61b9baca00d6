"""Checks of what a project reads: datasets that it may, by names that stand there."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping, Sequence

from paddock.data.catalogue import load_catalogue
from paddock.errors import PaddockError
from paddock.project import Workspace, load_project

from paddock_ci.files import ProjectFiles
from paddock_ci.finding import Look

_READ = "paddock.read"
_MANIFEST = "pyproject.toml"


def reads_what_it_may(files: ProjectFiles) -> Iterator[Look]:
    """Every dataset that code or notebooks read is the project's own or declared in `reads`, which names no other.

    An audited notebook reads nothing else, and nothing whose name does not stand there.
    """
    workspace = Workspace(files.root)
    try:
        catalogue, project = load_catalogue(workspace), load_project(workspace, files.name)
    except PaddockError:
        return
    allowed = {contract.dataset for contract in catalogue.owned_by(files.name)} | set(project.reads)
    texts = {node.value for _, tree in files.trees() for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    found = [(place, dataset) for place, tree, names in _places(files) for dataset in _read(tree, names)]
    # All of them, so that one edit is enough; what has no dot can only be a dataset of its own.
    others = sorted({dataset for _, dataset in found if "." in dataset and dataset not in allowed})
    listed = f", or declare all that it reads in {_MANIFEST}: reads = {json.dumps([*project.reads, *others])}"
    remedy = f"Mend the name{listed if others else '.'}"
    for place, dataset in found:
        name = dataset if "." in dataset else f"{files.name}.{dataset}"
        fault = "" if name in allowed else f"reads {dataset!r}, which is neither the project's own nor in `reads`"
        yield Look(place, fault, remedy)
    for place, tree, names in _places(files):
        if place.rpartition(" cell ")[0] in project.notebooks:
            yield from (
                Look(place, fault, "Read datasets by their names: paddock.read(…)")
                for fault in _beside(tree, names, has_pipeline=bool(project.pipeline))
            )
    for dataset in project.reads:
        fault = "" if dataset in texts else f"reads names {dataset!r}, which nothing reads"
        yield Look(_MANIFEST, fault, "Remove it.")


def _places(files: ProjectFiles) -> Iterator[tuple[str, ast.Module, Mapping[str, str]]]:
    """Place and tree of each module and cell, with what the names in it that are imported stand for."""
    for path, tree in files.modules.items():
        yield path, tree, _imported([tree])
    for path, cells in files.notebooks.items():
        names = _imported([cell.tree for cell in cells])
        yield from ((f"{path} cell {cell.number}", cell.tree, names) for cell in cells)


def _imported(trees: Sequence[ast.Module]) -> dict[str, str]:
    """What each imported name stands for, as a dotted name."""
    found: dict[str, str] = {}
    for node in (node for tree in trees for node in ast.walk(tree)):
        if isinstance(node, ast.Import):
            found |= {alias.asname: alias.name for alias in node.names if alias.asname}
        elif isinstance(node, ast.ImportFrom):
            found |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return found


def _dotted(function: ast.expr, names: Mapping[str, str]) -> str:
    first, dot, rest = ast.unparse(function).partition(".")
    return f"{names.get(first, first)}{dot}{rest}"


def _read(tree: ast.Module, names: Mapping[str, str]) -> Iterator[str]:
    """The datasets that a module or cell names in calls of `paddock.read`, in a loop over names too."""
    looped = _looped(tree)
    for argument in _arguments(tree, names):
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
            yield argument.value
        elif isinstance(argument, ast.Name):
            yield from looped.get(argument.id, ())


def _arguments(tree: ast.Module, names: Mapping[str, str]) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _dotted(node.func, names) == _READ:
            given = [*node.args[:1], *(keyword.value for keyword in node.keywords if keyword.arg == "dataset")]
            yield from given[:1]


def _looped(tree: ast.Module) -> dict[str, list[str]]:
    """The texts that loops and comprehensions bind a name to, where all of them stand there."""
    found: dict[str, list[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.For | ast.comprehension) and isinstance(node.target, ast.Name):
            values = node.iter.elts if isinstance(node.iter, ast.Tuple | ast.List | ast.Set) else []
            texts = [value.value for value in values if isinstance(value, ast.Constant)]
            if texts and len(texts) == len(values) and all(isinstance(text, str) for text in texts):
                found[node.target.id] = [str(text) for text in texts]
    return found


def _beside(tree: ast.Module, names: Mapping[str, str], has_pipeline: bool) -> Iterator[str]:
    """What an audited cell reads of which no declaration says anything."""
    looped = _looped(tree)
    for argument in _arguments(tree, names):
        is_told = isinstance(argument, ast.Constant) or (isinstance(argument, ast.Name) and argument.id in looped)
        if has_pipeline and not is_told:
            yield f"reads a dataset by {ast.unparse(argument)!r}, so that nothing tells which"
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _dotted(node.func, names).startswith("pandas.read_"):
            yield f"reads {ast.unparse(node.args[0]) if node.args else 'something'} beside the declared datasets"
