"""A module of a project, as its syntax tree tells: what it defines, imports and does when imported."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from functools import lru_cache

# What makes names appear or be looked up in ways that a syntax tree does not show.
_DYNAMIC = {"importlib", "__import__", "globals", "vars", "eval", "exec", "import_module"}
_Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True)
class Import:
    """What a name is bound to by an import: a module, or a symbol of a module."""

    module: str
    symbol: str = ""


@dataclass(frozen=True)
class Module:
    """The module-level statements by what they bind; `effects` bind nothing and always run."""

    name: str
    definitions: dict[str, list[ast.stmt]] = field(default_factory=dict)
    imports: dict[str, list[Import]] = field(default_factory=dict)
    stars: list[str] = field(default_factory=list)
    effects: list[ast.stmt] = field(default_factory=list)
    is_dynamic: bool = False


@lru_cache(maxsize=512)
def parse(text: str, name: str, is_package: bool) -> Module:
    """The module called `name` from its text; raises SyntaxError. Docstrings are left out."""
    tree = ast.parse(text)
    _drop_docstrings(tree)
    module = Module(name, is_dynamic=any(_is_dynamic(node) for node in ast.walk(tree)))
    for statement in tree.body:
        _sort(statement, module, is_package)
    return module


def names_in(statement: ast.stmt) -> tuple[set[str], set[tuple[str, str]]]:
    """The names that a statement uses bare, and those it uses through an attribute, as (name, attribute)."""
    attributes: set[tuple[str, str]] = set()
    through: set[int] = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            attributes.add((node.value.id, node.attr))
            through.add(id(node.value))
    bare = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and id(node) not in through}
    return bare, attributes


def imports_in(statement: ast.stmt, name: str, is_package: bool) -> dict[str, list[Import]]:
    """What the import statements anywhere inside `statement` bind."""
    found: dict[str, list[Import]] = {}
    for node in ast.walk(statement):
        if isinstance(node, ast.Import):
            for alias in node.names:
                bound = alias.asname or alias.name.split(".")[0]
                # `import a.b` binds `a`, and loads `a.b` as well.
                targets = [alias.name] if alias.asname else [alias.name.split(".")[0], alias.name]
                found.setdefault(bound, []).extend(Import(target) for target in dict.fromkeys(targets))
        elif isinstance(node, ast.ImportFrom):
            origin = _origin(node, name, is_package)
            for alias in node.names:
                found.setdefault(alias.asname or alias.name, []).append(Import(origin, alias.name))
    return found


def _sort(statement: ast.stmt, module: Module, is_package: bool) -> None:
    """Put a module-level statement where it belongs."""
    match statement:
        case ast.ImportFrom(names=[ast.alias(name="*")]):
            module.stars.append(_origin(statement, module.name, is_package))
        case ast.Import() | ast.ImportFrom():
            for bound, imports in imports_in(statement, module.name, is_package).items():
                module.imports.setdefault(bound, []).extend(imports)
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            module.definitions.setdefault(statement.name, []).append(statement)
        case ast.Assign() | ast.AnnAssign() | ast.AugAssign():
            _sort_assignment(statement, module)
        case ast.If(test=ast.Name(id="TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING")):
            pass
        case _:
            module.effects.append(statement)
            for bound, imports in imports_in(statement, module.name, is_package).items():
                module.imports.setdefault(bound, []).extend(imports)


def _sort_assignment(statement: ast.Assign | ast.AnnAssign | ast.AugAssign, module: Module) -> None:
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    nodes = [node for target in targets for node in ast.walk(target)]
    bound = [node.id for node in nodes if isinstance(node, ast.Name)]
    if any(isinstance(node, ast.Attribute | ast.Subscript) for node in nodes):
        # `settings.x = 1` changes something that other code sees.
        module.effects.append(statement)
    else:
        for name in bound:
            module.definitions.setdefault(name, []).append(statement)


def _origin(node: ast.ImportFrom, name: str, is_package: bool) -> str:
    """The absolute name of the module that a from-import names."""
    if not node.level:
        return node.module or ""
    parts = name.split(".")
    base = parts[: len(parts) - node.level + (1 if is_package else 0)]
    return ".".join([*base, *([node.module] if node.module else [])])


def _is_dynamic(node: ast.AST) -> bool:
    return (isinstance(node, ast.Name) and node.id in _DYNAMIC) or (
        isinstance(node, ast.Import | ast.ImportFrom)
        and any(alias.name.split(".")[0] in _DYNAMIC for alias in node.names)
    )


def _drop_docstrings(tree: ast.Module) -> None:
    for node in ast.walk(tree):
        if isinstance(node, _Function | ast.Module) and ast.get_docstring(node, clean=False) is not None:
            del node.body[0]
