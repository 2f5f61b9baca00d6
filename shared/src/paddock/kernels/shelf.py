"""The shelf: modules that are loaded, though nobody has imported them yet.

A forked kernel has the modules of its server. If they stood in `sys.modules`, a notebook that forgot an import would
pass here and fail elsewhere, and libraries that look whether another one is loaded would behave differently. So they
lie on a shelf, and an import takes one down together with all that its own code imports.
"""

from __future__ import annotations

import contextlib
import importlib.abc
import importlib.machinery
import sys
from array import array
from collections.abc import Iterator, Sequence
from types import ModuleType

from paddock.kernels.imports import Imports


class Shelf(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Modules by number, and for each the numbers of those that its code imports, in their order.

    Numbers, as a kernel gets its own copy of each page of memory with an object that it touches: 16,000 names are
    spread over thousands of pages, their numbers over eight.
    """

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._names: list[str] = []
        self._modules: list[ModuleType] = []
        self._specs: list[importlib.machinery.ModuleSpec | None] = []
        self._lying = bytearray()
        # Whether its package has to be told of a module as an attribute.
        self._is_unbound = bytearray()
        # Those that the module with the number n imports stand in `_imports` from `_first[n]` on, before `_first[n+1]`.
        self._first, self._imports = array("I"), array("I")

    @contextlib.contextmanager
    def filling(self) -> Iterator[None]:
        """What is imported meanwhile is noted; at the end it lies on the shelf, and no longer in `sys.modules`."""
        before, imports = set(sys.modules), Imports()
        with imports.noting():
            yield
        loaded = {name: sys.modules[name] for name in sys.modules if name not in before}
        for name, module in loaded.items():
            self._add(name, module)
        self._number(imports)
        self._unbind(imports)
        for name in loaded:
            del sys.modules[name]

    def open(self) -> None:
        """From now on imports find what lies here."""
        sys.meta_path.insert(0, self)

    def names(self) -> list[str]:
        """The names of all modules that were put here."""
        return list(self._names)

    def module(self, name: str) -> ModuleType | None:
        """A module by its name, as it lies here."""
        return self._modules[self._numbers[name]] if name in self._numbers else None

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """A specification by which the module comes from the shelf."""
        number = self._numbers.get(fullname)
        return importlib.machinery.ModuleSpec(fullname, self) if number is not None and self._lying[number] else None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        """The module as it lies there."""
        return self._modules[self._numbers[spec.name]]

    def exec_module(self, module: ModuleType) -> None:
        """What its code did when it was loaded: import others."""
        spec = module.__spec__
        assert spec is not None
        number = self._numbers[spec.name]
        # The import system has just replaced it by ours, which knows no file.
        module.__spec__ = self._specs[number]
        self._take_down(number)

    def _take_down(self, number: int) -> None:
        """Put back into `sys.modules` a module, and in their order those that its code imports, and so on."""
        ahead, lying, first, imports = [number], self._lying, self._first, self._imports
        while ahead:
            number = ahead.pop()
            if not lying[number]:
                continue
            lying[number] = 0
            name, module = self._names[number], self._modules[number]
            sys.modules[name] = module
            if self._is_unbound[number]:
                package, _, child = name.rpartition(".")
                if package in sys.modules:
                    setattr(sys.modules[package], child, module)
            ahead.extend(imports[first[number] : first[number + 1]][::-1])

    def _add(self, name: str, module: ModuleType) -> None:
        # A name of our own: made one after another, they lie side by side.
        own = name.encode().decode()
        self._numbers[own] = len(self._names)
        self._names.append(own)
        self._modules.append(module)
        self._specs.append(getattr(module, "__spec__", None))
        self._lying.append(1)
        self._is_unbound.append(0)

    def _number(self, imports: Imports) -> None:
        for name in self._names:
            self._first.append(len(self._imports))
            self._imports.extend(self._numbers[other] for other in imports.of.get(name, {}) if other in self._numbers)
        self._first.append(len(self._imports))

    def _unbind(self, imports: Imports) -> None:
        """Take each module from its package, unless who imports the package gets the module as well."""
        reached: dict[str, frozenset[str]] = {}
        for number, name in enumerate(self._names):
            package, _, child = name.rpartition(".")
            owner = sys.modules.get(package)
            # A package may have something else of the same name: a function, say. That stays.
            if owner is None or vars(owner).get(child) is not self._modules[number]:
                continue
            if package in self._numbers and package not in reached:
                reached[package] = frozenset(imports.reached(package, self._numbers))
            if name not in reached.get(package, ()):
                delattr(owner, child)
                self._is_unbound[number] = 1
