"""The imports of modules: what the code of each imports when it is loaded, noted while that happens."""

from __future__ import annotations

import builtins
import contextlib
import importlib
import importlib.util
import sys
from collections.abc import Container, Iterator
from types import ModuleType
from typing import Any


class Imports:
    """For each module those that its code imports, in their order."""

    def __init__(self) -> None:
        self.of: dict[str, dict[str, None]] = {}

    @contextlib.contextmanager
    def noting(self) -> Iterator[None]:
        """Note what is imported meanwhile."""
        with _loads(self) as within, _statements(self, within), _names(self, within):
            yield

    def note(self, importer: str, name: str) -> None:
        """Note that the code of `importer` imports the module `name`, and so the packages above it."""
        parts = name.split(".")
        for end in range(1, len(parts) + 1):
            self.of.setdefault(importer, {})[".".join(parts[:end])] = None

    def reached(self, name: str, among: Container[str]) -> Iterator[str]:
        """A module, and in their order those `among` the modules that its code imports, and so on."""
        ahead, seen = [name], set[str]()
        while ahead:
            name = ahead.pop()
            if name in seen or name not in among:
                continue
            seen.add(name)
            yield name
            ahead.extend(reversed(self.of.get(name, {})))


@contextlib.contextmanager
def _statements(imports: Imports, within: list[str]) -> Iterator[None]:
    original = builtins.__import__

    def noting(name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0) -> Any:
        found = original(name, globals, locals, fromlist, level)
        known = globals or {}
        full = importlib.util.resolve_name("." * level + name, _package_of(known)) if level else name
        importer = known.get("__name__", "")
        # What a function imports when it is called is no part of loading its module.
        if importer in within:
            imports.note(importer, full)
            for child in fromlist or ():
                if f"{full}.{child}" in sys.modules:
                    imports.note(importer, f"{full}.{child}")
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
def _names(imports: Imports, within: list[str]) -> Iterator[None]:
    original = importlib.import_module

    def noting(name: str, package: str | None = None) -> ModuleType:
        found = original(name, package)
        importer = sys._getframe(1).f_globals.get("__name__", "")
        if importer in within:
            imports.note(importer, importlib.util.resolve_name(name, package))
        return found

    importlib.import_module = noting
    try:
        yield
    finally:
        importlib.import_module = original


@contextlib.contextmanager
def _loads(imports: Imports) -> Iterator[list[str]]:
    """Note what is loaded while a module's code runs, also by compiled code, which calls no `__import__`.

    Gives the modules whose code runs now.
    """
    bootstrap: Any = importlib._bootstrap
    original = bootstrap._find_and_load
    within: list[str] = []

    def noting(name: str, import_: Any) -> Any:
        if within:
            imports.note(within[-1], name)
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
