"""The reference of the public Python API: what projects, notebooks and tests may import."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from types import ModuleType
from typing import Any

from paddock_ci.docs.anchors import slug
from paddock_ci.reference.entry import Entry

PAGE = "docs/reference/python.md"
_HEAD = """# The Python API

Made by `python -m paddock_ci.reference` from the docstrings. These names are public: they keep their meaning, or the
[changelog](../changelog.md) says what changed and how to follow. Any other name may change with each version; a test
holds that the templates use none.
"""
_WIDTH = 72
_QUOTED = re.compile(r"'([^'\"\\]*)'")
# The public names of each module; of a module without names, its `__all__`, or else all that it defines.
PUBLIC: Mapping[str, tuple[str, ...]] = {
    "paddock": (),
    "paddock.pipelines": (),
    "paddock.testing": (),
    "paddock.data.session": ("Session", "current"),
    "paddock.data.difference": ("Difference", "diff"),
    "paddock.data.dtypes": ("NAMES", "NUMBERS", "INTEGERS", "FLOATS", "arrow_type", "limits", "name_of"),
    "paddock.data.profile": (),
    "paddock.data.publishing": ("version_before",),
    "paddock.data.validation": ("check", "to_table"),
    "paddock.models.ageing": (),
    "paddock.models.metrics": (),
    "paddock.models.ranking": (),
    "paddock.models.rules": (),
    "paddock.models.splitting": (),
    "paddock.models.tagging": (),
    "paddock.errors": (),
    "paddock.scaffold.answers": ("problem_in",),
    "paddock.scaffold.closure": ("write_requirements",),
    "paddock.scaffold.record": ("write_record",),
}


def names_of(module: str) -> tuple[str, ...]:
    """The public names of a public module."""
    if PUBLIC[module]:
        return PUBLIC[module]
    loaded = import_module(module)
    if hasattr(loaded, "__all__"):
        return tuple(loaded.__all__)
    assigned = {name for name in _assignments(loaded) if not name.startswith("_")}
    return tuple(name for name, value in vars(loaded).items() if name in assigned or _is_own(loaded, name, value))


def entries() -> list[Entry]:
    """An entry for each public name, by its whole name."""
    found = [(module, name) for module in PUBLIC for name in names_of(module)]
    return [
        Entry(f"{module}.{name}", "public name", _text(import_module(module), name), PAGE, slug(f"{module}.{name}"))
        for module, name in found
    ]


def page() -> str:
    """The page in Markdown."""
    texts, lines = {entry.name: entry.text for entry in entries()}, [_HEAD]
    for module in PUBLIC:
        lines.append(f"## Module {module}\n\n{_prose(import_module(module))}\n")
        lines += [f"### {module}.{name}\n\n{texts[f'{module}.{name}']}\n" for name in names_of(module)]
    return "\n".join(lines)


def _is_own(module: ModuleType, name: str, value: Any) -> bool:
    is_defined = inspect.isfunction(value) or inspect.isclass(value)
    return not name.startswith("_") and is_defined and value.__module__ == module.__name__


def _text(module: ModuleType, name: str) -> str:
    value = getattr(module, name)
    if inspect.isclass(value):
        return "\n\n".join(_of_class(value))
    if inspect.isfunction(value):
        return f"{_code(_signature(_tree(value)))}\n\n{_prose(value)}"
    return _code(_assignments(_home(module, name))[name])


def _home(module: ModuleType, name: str) -> ModuleType:
    """The module in which a name of this one is assigned, which may have only imported it."""
    for node in ast.parse(inspect.getsource(module)).body:
        if isinstance(node, ast.ImportFrom) and name in {alias.name for alias in node.names}:
            return _home(import_module(str(node.module)), name)
    return module


def _assignments(module: ModuleType) -> dict[str, str]:
    """The lines at the top of a module that give a name to a value or a type."""
    found = {}
    for node in ast.parse(inspect.getsource(module)).body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value:
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            found[ast.unparse(target)] = f"{ast.unparse(target)} = {ast.unparse(node.value)}"
    return found


def _of_class(value: type) -> Iterator[str]:
    tree = _tree(value)
    fields = [
        ast.unparse(node)
        for node in tree.body
        if isinstance(node, ast.AnnAssign) and not ast.unparse(node.target).startswith("_")
    ]
    bases = ", ".join(ast.unparse(base) for base in tree.bases)
    head = f"class {value.__name__}({bases}):" if bases else f"class {value.__name__}:"
    yield _code("\n    ".join((head, *fields)) if fields else f"{head} ...")
    yield _prose(value)
    for node in tree.body:
        is_public = isinstance(node, ast.FunctionDef) and (not node.name.startswith("_") or node.name == "__init__")
        if is_public and (node.name != "__init__" or not fields):
            yield _code(_signature(node))
            yield from filter(None, [inspect.cleandoc(ast.get_docstring(node) or "")])


def _tree(value: Any) -> Any:
    """The definition of a class or a function, as it stands in its file."""
    return ast.parse(textwrap.dedent(inspect.getsource(value))).body[0]


def _signature(node: ast.FunctionDef) -> str:
    """The definition as one line, or with a line for each argument where that would be too long."""
    is_property = any(ast.unparse(one) in ("property", "cached_property") for one in node.decorator_list)
    begin = "@property\n" if is_property else ""
    end = f" -> {ast.unparse(node.returns)}: ..." if node.returns else ": ..."
    line = f"def {node.name}({', '.join(_arguments(node.args))}){end}"
    if len(line) > _WIDTH:
        line = f"def {node.name}(\n" + "".join(f"    {one},\n" for one in _arguments(node.args)) + f"){end}"
    return begin + line


def _arguments(given: ast.arguments) -> Iterator[str]:
    plain = [*given.posonlyargs, *given.args]
    yield from _with_defaults(plain, [None] * (len(plain) - len(given.defaults)) + list(given.defaults))
    if given.vararg or given.kwonlyargs:
        yield f"*{ast.unparse(given.vararg) if given.vararg else ''}"
    yield from _with_defaults(given.kwonlyargs, given.kw_defaults)
    if given.kwarg:
        yield f"**{ast.unparse(given.kwarg)}"


def _with_defaults(arguments: Sequence[ast.arg], defaults: Sequence[ast.expr | None]) -> Iterator[str]:
    for argument, default in zip(arguments, defaults, strict=True):
        equals = " = " if argument.annotation else "="
        yield ast.unparse(argument) + (f"{equals}{ast.unparse(default)}" if default else "")


def _prose(value: Any) -> str:
    return inspect.getdoc(value) or ""


def _code(text: str) -> str:
    # As ruff formats it.
    formatted = _QUOTED.sub(r'"\1"', text)
    return f"```python\n{formatted}\n```"
