"""Checks that pytest runs a project's tests, all of them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from paddock_ci.files import ProjectFiles
from paddock_ci.finding import Look
from paddock_ci.suite import marks
from paddock_ci.suite.collected import folders, is_test_file, modules, tests
from paddock_ci.suite.values import Function, bound, last

_HOOKS = {
    "pytest_collection_modifyitems", "pytest_ignore_collect", "pytest_collect_file", "pytest_pycollect_makeitem",
    "pytest_deselected", "pytest_runtest_protocol", "pytest_pyfunc_call", "pytest_runtest_makereport",
    "pytest_sessionfinish", "pytest_cmdline_main", "pytest_runtestloop", "pytest_runtest_call",
    "pytest_collection_finish", "pytest_itemcollected", "pytest_runtest_setup", "pytest_runtest_logreport",
    "pytest_report_teststatus", "pytest_runtest_teardown",
}  # fmt: skip
_IGNORING = {"collect_ignore", "collect_ignore_glob"}
_SETTING_UP = {"setup_module", "setup_function", "setup_class", "setup_method"}
# Whoever changes a part of these changes what a test means.
_JUDGES = ("pytest", "builtins", "unittest")


def are_collected(files: ProjectFiles) -> Iterator[Look]:
    """Every test stands in a file and a class that pytest collects, and no two tests have the same name."""
    found = folders(files)
    for folder in found:
        if not (files.folder / folder).is_dir():
            yield Look("pyproject.toml", f"testpaths names {folder!r}, which is no folder", "Name the tests' folder.")
    for path, tree in files.modules.items():
        own = tests(tree)
        names = [(test.owner, test.node.name) for test in own]
        for test in own:
            place, name = f"{path}:{test.node.lineno}", test.node.name
            if not any(path.startswith(f"{folder}/") for folder in found):
                yield Look(place, f"{name} lies outside {found}", "Move it into the tests' folder.")
            elif not is_test_file(path):
                yield Look(place, f"{name} is never run: the file's name has to begin with test_", "Rename it.")
            elif names.count((test.owner, name)) > 1:
                yield Look(place, f"{name} stands twice in the file, so only one runs", "Rename one.")
            else:
                fault = f"{name} {test.fault}" if test.fault else ""
                yield Look(place, fault, "Make it a plain function test_… of the file, or of a class Test….")
        yield from (Look(f"{path}:{line}", fault, "Write it as a function.") for line, fault in _hollow(tree))
    if not any(tests(tree) for tree in files.modules.values()):
        yield Look("pyproject.toml", "the project has no test", "Write one that can fail, in tests/test_….py.")
    yield from _unreached(files)


def leaves_none_out(files: ProjectFiles) -> Iterator[Look]:
    """No module of the tests takes tests out of the run, skips all of its own or decides how the run ends."""
    for path, tree in modules(files).items():
        looks = [Look(f"{path}:{line}", fault, "Remove it: every test runs.") for line, fault in _left_out(tree)]
        yield from looks or [Look(path)]


def _hollow(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and fault of each name of a test that a module gives another meaning, or takes away."""
    for statement in tree.body:
        for node in ast.walk(statement) if isinstance(statement, ast.Assign | ast.Delete) else ():
            if isinstance(node, ast.Name) and node.id.startswith("test_") and not isinstance(node.ctx, ast.Load):
                yield node.lineno, f"{node.id} is no function any more, so nothing is run"


def _left_out(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and fault of what a module does to the tests around it."""
    values = bound(tree, tree.body)
    for node in ast.walk(tree):
        if isinstance(node, Function):
            if node.name in _HOOKS:
                yield node.lineno, f"{node.name} decides which tests count"
            elif _is_fixture(node) and _is_autouse(node) and (fault := marks.skip_fault(node)):
                yield node.lineno, f"the fixture {node.name}, used by every test, {fault}"
            elif (_is_fixture(node) or node.name in _SETTING_UP) and (fault := _always_skips(node)):
                yield node.lineno, f"{node.name}, which tests run first, {fault}"
        elif isinstance(node, ast.Attribute) and node.attr == "exitstatus" and isinstance(node.ctx, ast.Store):
            yield node.lineno, "sets the exit status of the run"
        elif isinstance(node, ast.Attribute) and ast.unparse(node) == "os._exit":
            yield node.lineno, "ends the run by os._exit, whatever its tests say"
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and _is_of_judges(node):
            yield node.lineno, f"gives {ast.unparse(node)} another meaning"
        elif isinstance(node, ast.Name) and node.id in _IGNORING and isinstance(node.ctx, ast.Store):
            yield node.lineno, f"{node.id} takes files out of the run"
    if fault := marks.mark_fault([v for n, v in values.items() if n == "pytestmark"], values):
        yield values["pytestmark"].lineno, f"every test {fault}"
    for statement in tree.body:
        if isinstance(statement, Function | ast.ClassDef):
            continue
        if fault := marks.skip_fault(statement):
            yield statement.lineno, f"the module {fault}"
        is_profile = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call)
        if is_profile and (fault := marks.property_fault(statement)):
            yield statement.lineno, f"every test {fault}"


def _always_skips(node: Function) -> str:
    """Why a function skips whoever needs it, under no condition."""
    return next((why for part in node.body if isinstance(part, ast.Expr) and (why := marks.skip_fault(part))), "")


def _is_of_judges(node: ast.Attribute) -> bool:
    """Whether a store changes an option of the run, or what judges the tests."""
    where = ast.unparse(node.value)
    return where.endswith((".option", ".testing")) or where.partition(".")[0] in _JUDGES


def _unreached(files: ProjectFiles) -> Iterator[Look]:
    """Functions that look like tests whose names pytest does not take for one."""
    for path, tree in files.modules.items():
        if not is_test_file(path):
            continue
        used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        for node in tree.body:
            if isinstance(node, Function) and not node.name.startswith(("test_", "_")) and node.name not in used:
                has_assert = any(isinstance(part, ast.Assert) for part in ast.walk(node))
                if has_assert and not _is_fixture(node):
                    yield Look(f"{path}:{node.lineno}", f"{node.name} asserts, but is never run", "Call it test_…")


def _is_fixture(node: Function) -> bool:
    return any("fixture" in ast.unparse(decorator) for decorator in node.decorator_list)


def _is_autouse(node: Function) -> bool:
    calls = [decorator for decorator in node.decorator_list if isinstance(decorator, ast.Call)]
    return any(last(call.func) == "fixture" and "autouse=True" in ast.unparse(call) for call in calls)
