"""The shelf: modules that are loaded, though nobody has imported them yet.

A forked kernel has the modules of its server. If they stood in `sys.modules`, a notebook that forgot an import would
pass here and fail elsewhere, and libraries that look whether another one is loaded would behave differently. So they
lie on a shelf, and an import takes one down together with all that its own code imports.
"""

from __future__ import annotations

import builtins
import contextlib
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any


@dataclass
class _Shelved:
    """A module, the specification it was loaded by, and whether its package has to be told of it as an attribute."""

    module: ModuleType
    spec: importlib.machinery.ModuleSpec | None
    is_bound: bool = False


@dataclass
class Shelf(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Modules by name, and for each those that its code imports, in their order."""

    shelved: dict[str, _Shelved] = field(default_factory=dict)
    imports: dict[str, dict[str, None]] = field(default_factory=dict)
    _reached: dict[str, frozenset[str]] = field(default_factory=dict)

    @contextlib.contextmanager
    def filling(self) -> Iterator[None]:
        """What is imported meanwhile is noted; at the end it lies on the shelf, and no longer in `sys.modules`."""
        before = set(sys.modules)
        with _noting_loads(self) as within, _noting_statements(self, within), _noting_names(self, within):
            yield
        for name in [name for name in sys.modules if name not in before]:
            module = sys.modules[name]
            self.shelved[name] = _Shelved(module, getattr(module, "__spec__", None))
        for name, shelved in self.shelved.items():
            self._unbind(name, shelved)
        for name in self.shelved:
            del sys.modules[name]

    def note(self, importer: str, name: str) -> None:
        """Note that the code of `importer` imports the module `name`, and so the packages above it."""
        parts = name.split(".")
        for end in range(1, len(parts) + 1):
            self.imports.setdefault(importer, {})[".".join(parts[:end])] = None

    def open(self) -> None:
        """From now on imports find what lies here."""
        sys.meta_path.insert(0, self)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """A specification by which the module comes from the shelf."""
        return importlib.machinery.ModuleSpec(fullname, self) if fullname in self.shelved else None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        """The module as it lies there."""
        return self.shelved[spec.name].module

    def exec_module(self, module: ModuleType) -> None:
        """What its code did when it was loaded: import others."""
        spec = module.__spec__
        assert spec is not None
        # The import system has just replaced it by ours, which knows no file.
        module.__spec__ = self.shelved[spec.name].spec
        for name in self._with_all_imported(spec.name, self.shelved):
            self._put_back(name, self.shelved.pop(name))

    def _with_all_imported(self, name: str, among: Container[str]) -> Iterator[str]:
        """A module, and in their order those `among` the modules that its code imports, and so on."""
        ahead, seen = [name], set[str]()
        while ahead:
            name = ahead.pop()
            if name in seen or name not in among:
                continue
            seen.add(name)
            yield name
            ahead.extend(reversed(self.imports.get(name, {})))

    def _put_back(self, name: str, shelved: _Shelved) -> None:
        sys.modules[name] = shelved.module
        package, _, child = name.rpartition(".")
        if shelved.is_bound and package in sys.modules:
            setattr(sys.modules[package], child, shelved.module)

    def _unbind(self, name: str, shelved: _Shelved) -> None:
        """Take a module from its package, unless who imports the package gets the module as well."""
        package, _, child = name.rpartition(".")
        owner = sys.modules.get(package)
        # A package may have something else of the same name: a function, say. That stays.
        if owner is not None and vars(owner).get(child) is shelved.module and not self._comes_with(name, package):
            delattr(owner, child)
            shelved.is_bound = True

    def _comes_with(self, name: str, package: str) -> bool:
        if package not in self.shelved:
            return False
        if package not in self._reached:
            self._reached[package] = frozenset(self._with_all_imported(package, self.shelved))
        return name in self._reached[package]


@contextlib.contextmanager
def _noting_statements(shelf: Shelf, within: list[str]) -> Iterator[None]:
    original = builtins.__import__

    def noting(name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0) -> Any:
        found = original(name, globals, locals, fromlist, level)
        known = globals or {}
        full = importlib.util.resolve_name("." * level + name, _package_of(known)) if level else name
        importer = known.get("__name__", "")
        # What a function imports when it is called is no part of loading its module.
        if importer in within:
            shelf.note(importer, full)
            for child in fromlist or ():
                if f"{full}.{child}" in sys.modules:
                    shelf.note(importer, f"{full}.{child}")
        return found

    builtins.__import__ = noting
    try:
        yield
    finally:
        builtins.__import__ = original


def _package_of(known: Any) -> str:
    name = known.get("__package__") or known["__name__"]
    return str(name if "__path__" in known or known.get("__package__") else name.rpartition(".")[0])


@contextlib.contextmanager
def _noting_names(shelf: Shelf, within: list[str]) -> Iterator[None]:
    original = importlib.import_module

    def noting(name: str, package: str | None = None) -> ModuleType:
        found = original(name, package)
        importer = sys._getframe(1).f_globals.get("__name__", "")
        if importer in within:
            shelf.note(importer, importlib.util.resolve_name(name, package))
        return found

    importlib.import_module = noting
    try:
        yield
    finally:
        importlib.import_module = original


@contextlib.contextmanager
def _noting_loads(shelf: Shelf) -> Iterator[list[str]]:
    """Note what is loaded while a module's code runs, also by compiled code, which calls no `__import__`.

    Gives the modules whose code runs now.
    """
    bootstrap: Any = importlib._bootstrap
    original = bootstrap._find_and_load
    within: list[str] = []

    def noting(name: str, import_: Any) -> Any:
        if within:
            shelf.note(within[-1], name)
        within.append(name)
        try:
            return original(name, import_)
        finally:
            within.pop()

    bootstrap._find_and_load = noting
    try:
        yield within
    finally:
        bootstrap._find_and_load = original
