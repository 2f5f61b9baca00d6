"""Checks of a project's tests: that they run, and that they can fail."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import PurePosixPath

from paddock_ci.files import ProjectFiles
from paddock_ci.finding import Look

Function = ast.FunctionDef | ast.AsyncFunctionDef
_EXPECTING = ("raises", "warns", "fail", "deprecated_call")


def are_collected(files: ProjectFiles) -> Iterator[Look]:
    """Every test stands in a file that pytest collects, and no two tests of a file have the same name."""
    options = files.manifest.get("tool", {}).get("pytest", {}).get("ini_options", {})
    folders = options.get("testpaths", ["tests"])
    for folder in folders:
        if not (files.folder / folder).is_dir():
            yield Look("pyproject.toml", f"testpaths names {folder!r}, which is no folder", "Name the tests' folder.")
    for path, tree in files.modules.items():
        tests = _tests(tree)
        for test in tests:
            place = f"{path}:{test.lineno}"
            if not any(path.startswith(f"{folder}/") for folder in folders):
                yield Look(place, f"{test.name} lies outside {folders}", "Move it into the tests' folder.")
            elif not fnmatch(PurePosixPath(path).name, "test_*.py"):
                yield Look(place, f"{test.name} is never run: the file's name has to begin with test_", "Rename it.")
            elif [other.name for other in tests].count(test.name) > 1:
                yield Look(place, f"{test.name} stands twice in the file, so only one runs", "Rename one.")
            else:
                yield Look(place)
    yield from _unreached(files)


def _unreached(files: ProjectFiles) -> Iterator[Look]:
    """Functions that look like tests whose names pytest does not take for one."""
    for path, tree in files.modules.items():
        if not fnmatch(PurePosixPath(path).name, "test_*.py"):
            continue
        used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        for node in tree.body:
            if isinstance(node, Function) and not node.name.startswith(("test_", "_")) and node.name not in used:
                has_assert = any(isinstance(part, ast.Assert) for part in ast.walk(node))
                if has_assert and not _is_fixture(node):
                    yield Look(f"{path}:{node.lineno}", f"{node.name} asserts, but is never run", "Call it test_…")


def can_fail(files: ProjectFiles) -> Iterator[Look]:
    """Every test asserts something that can be false, and none is skipped or expected to fail."""
    for path, tree in files.modules.items():
        for test in _tests(tree):
            if fault := _fault(test, tree):
                yield Look(f"{path}:{test.lineno}", f"{test.name} {fault}", "Assert what the code under test promises.")
            else:
                yield Look(f"{path}:{test.lineno}")


def test_every_module(files: ProjectFiles) -> Iterator[Look]:
    """Every module of the package is imported by a test, or by a module that the pipeline builds in a test."""
    package = files.settings.get("package", "")
    tests = {path: tree for path, tree in files.modules.items() if path.startswith("tests/")}
    seen = {name for tree in tests.values() for name in _imported(tree, package)}
    if any("testing.build(" in files.text(path) for path in tests):
        seen |= _reached(files, package, {files.settings.get("pipeline", "").split(":")[0].rpartition(".")[2]})
    for path in files.modules:
        folder, _, name = path.rpartition("/")
        if folder == f"src/{package}" and name != "__init__.py":
            module = name.removesuffix(".py")
            fault = "" if module in seen else "is reached by no test"
            yield Look(path, fault, "Write a test that imports it, or that builds the pipeline which uses it.")


def _reached(files: ProjectFiles, package: str, begin: set[str]) -> set[str]:
    found: set[str] = set()
    ahead = set(begin)
    while ahead:
        name = ahead.pop()
        tree = files.modules.get(f"src/{package}/{name}.py")
        if name not in found and tree is not None:
            found.add(name)
            ahead |= _imported(tree, package)
    return found


def _imported(tree: ast.Module, package: str) -> set[str]:
    """The names of the package's modules that a module imports."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == package:
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"{package}."):
            found.add((node.module or "").split(".")[1])
        elif isinstance(node, ast.Import):
            found |= {alias.name.split(".")[1] for alias in node.names if alias.name.startswith(f"{package}.")}
    return found


def _tests(tree: ast.Module) -> list[Function]:
    """The test functions of a module, those of its classes too."""
    bodies = [tree.body, *(node.body for node in tree.body if isinstance(node, ast.ClassDef))]
    return [node for body in bodies for node in body if isinstance(node, Function) and node.name.startswith("test_")]


def _fault(test: Function, tree: ast.Module) -> str:
    for decorator in test.decorator_list:
        name = ast.unparse(decorator)
        if ".skip" in name or ".xfail" in name:
            return f"is marked {name.split('(')[0]}"
    calls = [node for node in ast.walk(test) if isinstance(node, ast.Call)]
    if any(ast.unparse(call.func) in ("pytest.skip", "pytest.xfail", "pytest.importorskip") for call in calls):
        return "skips itself"
    if first := _first_return(test):
        return f"returns on line {first} before it asserts"
    if any(_swallows(node) for node in ast.walk(test)):
        return "catches the failure of its own assertion"
    claims = [node.test for node in ast.walk(test) if isinstance(node, ast.Assert)]
    empty = [claim for claim in claims if always_true(claim)]
    if empty:
        return f"asserts {ast.unparse(empty[0])!r}, which is always true"
    if not claims and not any(_expects(call) for call in calls) and not _calls_asserting(calls, tree):
        return "asserts nothing"
    return ""


def _first_return(test: Function) -> int:
    for node in test.body:
        if isinstance(node, ast.Assert | ast.With | ast.For):
            return 0
        if isinstance(node, ast.Return):
            return node.lineno
    return 0


def _swallows(node: ast.AST) -> bool:
    """Whether a `try` or `suppress` around an assertion hides that it failed."""
    hides = isinstance(node, ast.Try) and any(_is_broad(handler) for handler in node.handlers)
    if isinstance(node, ast.With):
        hides = any("suppress(" in ast.unparse(item.context_expr) for item in node.items)
    body = node.body if isinstance(node, ast.Try | ast.With) else []
    return hides and any(isinstance(part, ast.Assert) for statement in body for part in ast.walk(statement))


def _is_broad(handler: ast.ExceptHandler) -> bool:
    caught = ast.unparse(handler.type) if handler.type else "Exception"
    return any(name in caught for name in ("Exception", "AssertionError")) and not any(
        isinstance(part, ast.Raise) for part in ast.walk(handler)
    )


def always_true(claim: ast.expr) -> bool:
    """Whether an expression is true whatever the program does, as far as its form tells."""
    if isinstance(claim, ast.Constant):
        return bool(claim.value)
    if isinstance(claim, ast.Tuple | ast.List | ast.Dict | ast.Set):
        return bool(getattr(claim, "elts", None) or getattr(claim, "keys", None))
    if isinstance(claim, ast.BoolOp) and isinstance(claim.op, ast.Or):
        return any(always_true(part) for part in claim.values)
    if isinstance(claim, ast.BoolOp):
        return all(always_true(part) for part in claim.values)
    if isinstance(claim, ast.UnaryOp) and isinstance(claim.op, ast.Not):
        return isinstance(claim.operand, ast.Constant) and not claim.operand.value
    if isinstance(claim, ast.Compare) and len(claim.ops) == 1:
        left, right = claim.left, claim.comparators[0]
        if isinstance(claim.ops[0], ast.Eq | ast.Is | ast.LtE | ast.GtE):
            return ast.dump(left) == ast.dump(right)
        is_size = isinstance(left, ast.Call) and ast.unparse(left.func) == "len"
        return is_size and isinstance(claim.ops[0], ast.GtE) and ast.unparse(right) == "0"
    return False


def _expects(call: ast.Call) -> bool:
    name = ast.unparse(call.func)
    return name.rpartition(".")[2] in _EXPECTING or name.rpartition(".")[2].startswith("assert_")


def _calls_asserting(calls: list[ast.Call], tree: ast.Module) -> bool:
    """Whether a test calls a function of its file that asserts."""
    asserting = {
        node.name
        for node in tree.body
        if isinstance(node, Function) and any(isinstance(part, ast.Assert) for part in ast.walk(node))
    }
    return any(isinstance(call.func, ast.Name) and call.func.id in asserting for call in calls)


def _is_fixture(node: Function) -> bool:
    return any("fixture" in ast.unparse(decorator) for decorator in node.decorator_list)
