"""The code that a task depends on, as a digest: a slice of the team's modules, followed from its class.

See docs/decisions/0004-code-slices.md.
"""

from __future__ import annotations

import ast
import hashlib
import sys
from dataclasses import dataclass
from functools import cache
from importlib.metadata import packages_distributions, version
from pathlib import Path

from paddock.errors import CodeError
from paddock.pipelines.module import Import, Module, imports_in, names_in, parse

# The part of the shared package that computes results; the rest only moves them.
_SHARED = "paddock.models"
_SHARED_SOURCE = Path(__file__).parents[2]


@dataclass(frozen=True)
class _Node:
    """A symbol of a module; without a symbol, all of the module."""

    module: str
    symbol: str = ""


def code_digest(module: str, symbol: str, source: Path) -> str:
    """SHA-256 of what `symbol` of `module` is made of: in the modules below the folder `source` and in paddock.models.

    Comments, docstrings and formatting do not count. Of installed packages that it imports, the version does.
    Raises CodeError when a file does not parse.
    """
    slice_ = _Slice(source)
    slice_.follow(_Node(module, symbol))
    digest = hashlib.sha256()
    for part in sorted(slice_.parts):
        digest.update(part.encode())
    return digest.hexdigest()


class _Slice:
    """The parts reached so far: a graph walk has to remember where it was."""

    def __init__(self, source: Path) -> None:
        self.parts: set[str] = set()
        self._source = source
        self._seen: set[_Node] = set()
        self._entered: set[str] = set()
        self._waiting: list[_Node] = []

    def follow(self, start: _Node) -> None:
        """Reach everything that `start` depends on."""
        self._waiting.append(start)
        while self._waiting:
            node = self._waiting.pop()
            if node in self._seen:
                continue
            self._seen.add(node)
            module = self._load(node.module)
            if module is None:
                self.parts.update(_packages(node.module.partition(".")[0]))
                continue
            self._enter(module)
            if node.symbol and not module.is_dynamic:
                self._take_symbol(module, node.symbol)
            else:
                self._take_all(module)

    def _enter(self, module: Module) -> None:
        """Importing a module runs its effects, those of the packages around it, and those of what it imports."""
        if module.name in self._entered:
            return
        self._entered.add(module.name)
        for effect in module.effects:
            self._take(module, effect)
        for registered in self._registered(module):
            self._take(module, registered)
        for star in module.stars:
            self._waiting.append(_Node(star))
        targets = [target for bound in module.imports.values() for target in bound]
        names = {name for target in targets for name in (target.module, f"{target.module}.{target.symbol}")}
        for name in sorted({module.name.rpartition(".")[0], *names}):
            imported = self._load(name)
            if imported is not None:
                self._enter(imported)

    def _registered(self, module: Module) -> list[ast.stmt]:
        """Definitions under a decorator of the team's own: it may note them where others look them up."""
        found = []
        for statement in (part for parts in module.definitions.values() for part in parts):
            for decorator in getattr(statement, "decorator_list", []):
                root = next((node.id for node in ast.walk(decorator) if isinstance(node, ast.Name)), "")
                is_ours = any(self._load(target.module) for target in module.imports.get(root, []))
                if root in module.definitions or is_ours:
                    found.append(statement)
        return found

    def _take_symbol(self, module: Module, symbol: str) -> None:
        for statement in module.definitions.get(symbol, []):
            self._take(module, statement)
        for target in module.imports.get(symbol, []):
            # The binding counts too: another function of an installed package under the same name is other code.
            self.parts.add(f"{module.name}\nimport {symbol} = {target.module} {target.symbol}")
            self._take_import(target)
        if symbol not in module.definitions and symbol not in module.imports:
            self._waiting.append(_Node(f"{module.name}.{symbol}"))
            if module.stars:
                self._take_all(module)

    def _take_all(self, module: Module) -> None:
        for symbol in (*module.definitions, *module.imports):
            self._take_symbol(module, symbol)
        if module.is_dynamic:
            # What is looked up by name at run time may be anything in what it imports.
            targets = [target for bound in module.imports.values() for target in bound]
            self._waiting.extend(_Node(target.module) for target in targets)

    def _take(self, module: Module, statement: ast.stmt) -> None:
        """Count a statement, and go on to all that it names."""
        self.parts.add(f"{module.name}\n{ast.dump(statement)}")
        bare, attributes = names_in(statement)
        is_package = self._is_package(module.name)
        local = imports_in(statement, module.name, is_package) if not isinstance(statement, ast.Import) else {}
        for name in bare:
            self._take_name(module, name)
            for target in local.get(name, []):
                self._take_import(target)
        for name, attribute in attributes:
            for target in (*module.imports.get(name, []), *local.get(name, [])):
                self.parts.add(f"{module.name}\nimport {name} = {target.module} {target.symbol}")
                self._take_attribute(target, attribute)
            if name in module.definitions:
                self._waiting.append(_Node(module.name, name))

    def _take_name(self, module: Module, name: str) -> None:
        if name in module.definitions or name in module.imports:
            self._waiting.append(_Node(module.name, name))

    def _take_import(self, target: Import) -> None:
        """A name that an import binds was used bare: as a symbol, or as a whole module."""
        if not target.symbol:
            self._waiting.append(_Node(target.module))
        elif self._load(f"{target.module}.{target.symbol}") is not None:
            self._waiting.append(_Node(f"{target.module}.{target.symbol}"))
        else:
            self._waiting.append(_Node(target.module, target.symbol))

    def _take_attribute(self, target: Import, attribute: str) -> None:
        """`name.attribute` was used, where an import binds the name."""
        whole = f"{target.module}.{target.symbol}" if target.symbol else target.module
        if self._load(whole) is None:
            self._take_import(target)
        elif self._load(f"{whole}.{attribute}") is not None:
            # `import a.b` and then `a.b.c`: the chain is not followed further, so all of `a.b` counts.
            self._waiting.append(_Node(f"{whole}.{attribute}"))
        else:
            self._waiting.append(_Node(whole, attribute))

    def _load(self, name: str) -> Module | None:
        """The team's module of that name, or None for anybody else's."""
        path = self._path(name)
        if path is None:
            return None
        try:
            return parse(path.read_text(encoding="utf-8"), name, path.name == "__init__.py")
        except (SyntaxError, ValueError) as error:
            line = getattr(error, "lineno", None) or 1
            raise CodeError(f"{path}:{line}: {type(error).__name__}: {error}", "Mend that line.") from error

    def _path(self, name: str) -> Path | None:
        if not name or (name.startswith("paddock.") and not f"{name}.".startswith(f"{_SHARED}.")):
            return None
        root = _SHARED_SOURCE if name.startswith("paddock.") else self._source
        stem = root.joinpath(*name.split("."))
        candidates = (stem.with_name(f"{stem.name}.py"), stem / "__init__.py")
        return next((path for path in candidates if path.is_file()), None)

    def _is_package(self, name: str) -> bool:
        path = self._path(name)
        return path is not None and path.name == "__init__.py"


@cache
def _packages(root: str) -> tuple[str, ...]:
    """The installed distributions that bring the module `root`, with their versions; none for the standard library."""
    if root in sys.stdlib_module_names or root == "paddock":
        return ()
    return tuple(f"package {name}=={version(name)}" for name in sorted(set(_distributions().get(root, []))))


@cache
def _distributions() -> dict[str, list[str]]:
    return dict(packages_distributions())
