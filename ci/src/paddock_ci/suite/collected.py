"""The tests of a project: where they stand, whether pytest runs them, and which functions assert for them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import PurePosixPath

from paddock_ci.files import ProjectFiles
from paddock_ci.suite.claims import always_false, always_true
from paddock_ci.suite.values import Function, last, root

_FILES = ("test_*.py", "*_test.py")
_EXPECTING = ("raises", "warns", "fail", "deprecated_call")


@dataclass(frozen=True)
class Test:
    """A test function, the class that it stands in, and why pytest never runs it."""

    node: Function
    owner: ast.ClassDef | None
    fault: str = ""


def folders(files: ProjectFiles) -> list[str]:
    """Where pytest looks for the project's tests."""
    options = files.manifest.get("tool", {}).get("pytest", {}).get("ini_options", {})
    return [str(folder) for folder in options.get("testpaths", ["tests"])]


def modules(files: ProjectFiles) -> Mapping[str, ast.Module]:
    """The modules in the tests' folders, conftest and helpers too, and the conftest above them."""
    prefixes = tuple(f"{folder}/" for folder in folders(files))
    return {path: tree for path, tree in files.modules.items() if path.startswith(prefixes) or path == "conftest.py"}


def is_test_file(path: str) -> bool:
    """Whether pytest takes a file for one of tests."""
    return any(fnmatch(PurePosixPath(path).name, pattern) for pattern in _FILES)


def tests(tree: ast.Module) -> list[Test]:
    """The test functions of a module, those of its classes and below conditions too."""
    denied = {
        ast.unparse(target).removesuffix(".__test__")
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and ast.unparse(node.value) == "False"
        for target in node.targets
        if ast.unparse(target).endswith("__test__")
    }
    return list(
        _tests(tree.body, None, "is never run: the module says __test__ = False" * ("__test__" in denied), denied)
    )


def _tests(body: list[ast.stmt], owner: ast.ClassDef | None, fault: str, denied: set[str]) -> Iterator[Test]:
    for node in body:
        if isinstance(node, Function) and node.name.startswith("test_"):
            own = "is never run: its __test__ is False" if node.name in denied else ""
            if isinstance(node, ast.AsyncFunctionDef):
                own = "is async, which pytest does not run without a plug-in"
            elif _yields(node):
                own = "is a generator, which pytest does not run"
            yield Test(node, owner, fault or own)
        elif isinstance(node, ast.ClassDef):
            yield from _tests(node.body, node, fault or _class_fault(node, denied), denied)
        elif isinstance(node, ast.If):
            is_script = "__name__" in ast.unparse(node.test) or always_false(node.test)
            why = "is never run: it stands below a condition that no run of pytest meets" if is_script else ""
            yield from _tests(node.body, owner, fault or why, denied)
            never = fault or ("is never run: it stands below an else" if always_true(node.test) else "")
            yield from _tests(node.orelse, owner, never, denied)
        elif isinstance(node, ast.Try | ast.With):
            yield from _tests(node.body, owner, fault, denied)


def _yields(node: Function) -> bool:
    """Whether a function is a generator; those inside of it are others."""
    ahead: list[ast.AST] = [*node.body]
    while ahead:
        part = ahead.pop()
        if isinstance(part, ast.Yield | ast.YieldFrom):
            return True
        if not isinstance(part, Function | ast.Lambda | ast.ClassDef):
            ahead += ast.iter_child_nodes(part)
    return False


def _class_fault(node: ast.ClassDef, denied: set[str]) -> str:
    """Why pytest runs no test of a class."""
    if any(ast.unparse(base).endswith("TestCase") for base in node.bases):
        return ""
    if not node.name.startswith("Test"):
        return f"is never run: the name of its class {node.name} has to begin with Test"
    if any(isinstance(part, Function) and part.name in ("__init__", "__new__") for part in node.body):
        return f"is never run: its class {node.name} has an __init__"
    own = {ast.unparse(part) for part in node.body}
    is_denied = node.name in denied or bool({"__test__ = False", "__test__: bool = False"} & own)
    return f"is never run: its class {node.name} says __test__ = False" if is_denied else ""


def expects(node: ast.AST) -> bool:
    """Whether a call or a raised error is itself a claim."""
    if isinstance(node, ast.Call):
        name = last(node.func)
        is_strict = name in ("simplefilter", "filterwarnings", "catch_warnings") and "'error'" in ast.unparse(node)
        return name in _EXPECTING or name.startswith("assert") or is_strict
    return False


def asserting(trees: Mapping[str, ast.Module]) -> set[str]:
    """The names of functions, of all `trees`, that assert, themselves or by a function that they call."""
    functions = [node for tree in trees.values() for node in ast.walk(tree) if isinstance(node, Function)]
    helpers = [node for node in functions if not node.name.startswith("test_")]
    found: set[str] = set()
    while more := {node.name for node in helpers if node.name not in found and _asserts(node, found)}:
        found |= more
    return found


def _asserts(function: Function, asserting: set[str]) -> bool:
    for node in ast.walk(function):
        if isinstance(node, ast.Assert) and not always_true(node.test):
            return True
        if isinstance(node, ast.Call) and (expects(node) or calls_one_of(node, asserting)):
            return True
    return False


def calls_one_of(call: ast.Call, names: set[str]) -> bool:
    """Whether a call is one of a function of these `names`, of its own class or of a module."""
    is_reachable = isinstance(call.func, ast.Name) or root(call.func) in ("self", "cls", "super", "helpers", "checks")
    is_module = isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name)
    return last(call.func) in names and (is_reachable or is_module)
