"""The code of a project's package: who calls whom, and which functions learn, predict and make features."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from paddock_ci.files import ProjectFiles
from paddock_ci.suite.values import Function, last

_PREDICTS = ("predict", "predict_proba", "predict_log_proba", "decision_function", "recommend", "kneighbors")


class Name(NamedTuple):
    """A function of the package: its module, as a dotted name below the package, and its own name."""

    module: str
    function: str

    def __str__(self) -> str:
        return f"{self.module}.{self.function}"


class Code:
    """The functions of the package at the top of its modules."""

    def __init__(self, files: ProjectFiles) -> None:
        self.package = files.settings.get("package", "")
        prefix = f"src/{self.package}/"
        self._trees = {
            path.removeprefix(prefix).removesuffix(".py").replace("/", "."): tree
            for path, tree in files.modules.items()
            if self.package and path.startswith(prefix)
        }

    @cached_property
    def functions(self) -> dict[Name, ast.AST]:
        """The functions by name."""
        return {
            Name(module, node.name): node
            for module, tree in self._trees.items()
            for node in tree.body
            if isinstance(node, Function)
        }

    @cached_property
    def learning(self) -> tuple[Name, ...]:
        """The functions in which a model, of whatever library, is fitted."""
        return tuple(name for name in sorted(self._used) if "fit" in self._foreign(name))

    @cached_property
    def shared(self) -> dict[Name, str]:
        """The functions by which a module that learns and predicts does both, each with the module's name.

        What is asked for a prediction counts as predicting, unless it learns on the way.
        """
        found = {}
        for module in {name.module for name in self.learning}:
            own = [name for name in self.functions if name.module == module]
            learns = [name for name in own if name in self.learning]
            predicts = [name for name in own if self._predicts(name) and name not in self.learning]
            both = self._reached(learns) & self._reached([*predicts, *self._asking(predicts)])
            found.update({name: module for name in both if name not in (*learns, *predicts)})
        return dict(sorted(found.items()))

    def calls(self, node: ast.AST, tree: ast.Module, module: str = "") -> set[Name]:
        """The functions of the package that a piece of code of the module `tree` calls or names."""
        modules, names = self._imported(tree)
        found = set()
        for part in ast.walk(node):
            if isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name) and part.value.id in modules:
                found.add(Name(modules[part.value.id], part.attr))
            elif isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load):
                found.add(names.get(part.id, Name(module, part.id)))
        return found & self.functions.keys()

    def searches(self, *names: str) -> Iterator[str]:
        """Where the functions that tasks use call something with one of these last names."""
        for name in sorted(self._used):
            for node in ast.walk(self.functions[name]):
                if isinstance(node, ast.Call) and last(node.func) in names and _chooses(node):
                    path = f"src/{self.package}/{name.module.replace('.', '/')}.py"
                    yield f"{path}:{node.lineno} {last(node.func)}"

    def comparisons(self) -> Iterator[str]:
        """Where the functions that tasks use take the best of several by a key that fits a model for each."""
        for name in sorted(self._used):
            inner = {node.name: node for node in ast.walk(self.functions[name]) if isinstance(node, Function)}
            for node in ast.walk(self.functions[name]):
                key = _key(node)
                judged = inner.get(key.id, key) if isinstance(key, ast.Name) else key
                if judged is not None and self._learns(judged, name.module):
                    path = f"src/{self.package}/{name.module.replace('.', '/')}.py"
                    yield f"{path}:{getattr(node, 'lineno', 0)} {ast.unparse(node)}"

    def _learns(self, node: ast.AST, module: str) -> bool:
        """Whether a piece of code of a module fits a model, at whatever depth."""
        direct = self.calls(node, self._trees[module], module)
        return bool({*direct, *self._reached(list(direct))} & set(self.learning))

    def _predicts(self, name: Name) -> bool:
        """Whether a function asks a model, of whatever library, or multiplies matrices, as factors do."""
        products = (part for part in ast.walk(self.functions[name]) if isinstance(part, ast.BinOp))
        return bool(set(_PREDICTS) & self._foreign(name)) or any(isinstance(part.op, ast.MatMult) for part in products)

    def _asking(self, predicts: list[Name]) -> list[Name]:
        """The functions that call one of these, and fit no model themselves."""
        found = []
        for name, node in self.functions.items():
            is_asking = bool(self.calls(node, self._trees[name.module], name.module) & set(predicts))
            if is_asking and name not in self.learning and not self._learns(node, name.module):
                found.append(name)
        return found

    @cached_property
    def _used(self) -> set[Name]:
        """The functions that a class of the package, such as a task, uses at whatever depth."""
        classes = [(module, node) for module, tree in self._trees.items() for node in tree.body if _is_class(node)]
        direct = [self.calls(node, self._trees[module], module) for module, node in classes]
        start = [name for names in direct for name in names]
        return {*start, *self._reached(start)}

    def _reached(self, start: list[Name]) -> set[Name]:
        found: set[Name] = set()
        ahead = list(start)
        while ahead:
            name = ahead.pop()
            new = self.calls(self.functions[name], self._trees[name.module], name.module) - found
            found |= new
            ahead += new
        return found

    def _foreign(self, name: Name) -> set[str]:
        """The methods that a function calls, but for functions of the package."""
        modules, _ = self._imported(self._trees[name.module])
        calls = [node.func for node in ast.walk(self.functions[name]) if isinstance(node, ast.Call)]
        methods = [func for func in calls if isinstance(func, ast.Attribute)]
        own = [func for func in methods if isinstance(func.value, ast.Name) and func.value.id in modules]
        return {func.attr for func in methods if func not in own}

    def _imported(self, tree: ast.Module) -> tuple[dict[str, str], dict[str, Name]]:
        """The modules and the functions of the package that a module imports, by the names that it uses."""
        modules: dict[str, str] = {}
        names: dict[str, Name] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and f"{node.module}.".startswith(f"{self.package}."):
                below = (node.module or "").removeprefix(self.package).removeprefix(".")
                for alias in node.names:
                    if below:
                        names[alias.asname or alias.name] = Name(below, alias.name)
                    else:
                        modules[alias.asname or alias.name] = alias.name
        return modules, names


def _chooses(call: ast.Call) -> bool:
    """Whether a search has a choice: a grid that is written out holds more than one value of something."""
    displays = ast.List | ast.Tuple
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    tried = [value for part in given if isinstance(part, ast.Dict) for value in part.values]
    tried += [part for part in given if isinstance(part, displays)]
    return not tried or any(not isinstance(value, displays) or len(value.elts) > 1 for value in tried)


def _key(node: ast.AST) -> ast.expr | None:
    """What the best of several is taken by."""
    if isinstance(node, ast.Call) and ast.unparse(node.func) in ("max", "min"):
        return next((keyword.value for keyword in node.keywords if keyword.arg == "key"), None)
    return None


def _is_class(node: ast.stmt) -> bool:
    return isinstance(node, ast.ClassDef)
