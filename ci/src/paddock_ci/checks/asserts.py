"""Checks that a project's tests can fail, and that they look at all of its package."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from paddock_ci.files import ProjectFiles
from paddock_ci.finding import Look
from paddock_ci.suite import marks
from paddock_ci.suite.branches import early_return, is_certain, live, own_nodes
from paddock_ci.suite.claims import always_true, is_boundless, is_weak
from paddock_ci.suite.collected import Test, asserting, calls_one_of, expects, modules, tests
from paddock_ci.suite.values import Scope, bound, last, same, scope_of

# They hold what comes from outside or joins the others: what the pipeline's own test builds.
_JOINING = {"tasks", "sources", "simulation", "__init__"}


def can_fail(files: ProjectFiles) -> Iterator[Look]:
    """Every test asserts something that can be false, and none is skipped or expected to fail."""
    helpers = asserting(modules(files))
    package = files.settings.get("package", "")
    for path, tree in files.modules.items():
        own = _names_of(tree, package)
        for test in tests(tree):
            fault = _kept_from_running(test, tree) or _claims_nothing(test, tree, own, helpers)
            said = f"{test.node.name} {fault}" if fault else ""
            yield Look(f"{path}:{test.node.lineno}", said, "Assert what the code under test promises.")


def test_every_module(files: ProjectFiles) -> Iterator[Look]:
    """Every module of the package, but those that join the others, is imported by a test; one builds the pipeline."""
    package = files.settings.get("package", "")
    seen = {name for tree in modules(files).values() for name in _imported(tree, package)}
    for path, tree in files.modules.items():
        if not package or not path.startswith(f"src/{package}/"):
            continue
        name = path.removeprefix(f"src/{package}/").removesuffix(".py").replace("/", ".")
        is_empty_package = not any(isinstance(node, ast.FunctionDef | ast.ClassDef) for node in tree.body)
        module = name.removesuffix(".__init__")
        is_joining = name in _JOINING or (name.endswith("__init__") and is_empty_package)
        fault = "" if is_joining or module in seen else "is imported by no test"
        yield Look(path, fault, f"Write a test of what it promises: from {package} import {module}")
    if pipeline := files.settings.get("pipeline", ""):
        calls = [node for tree in modules(files).values() for node in ast.walk(tree) if isinstance(node, ast.Call)]
        is_built = any(last(call.func) == "build" for call in calls)
        fault = "" if is_built else f"the pipeline {pipeline} is built by no test"
        yield Look("tests", fault, "Write a test that builds it: paddock.testing.build")


def _imported(tree: ast.Module, package: str) -> set[str]:
    """The modules of the package that a module imports, as dotted names below it."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.removeprefix(f"{package}.") for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and f"{node.module}.".startswith(f"{package}."):
            below = (node.module or "").removeprefix(package).removeprefix(".")
            found |= {below} | {f"{below}.{alias.name}".removeprefix(".") for alias in node.names}
    return found


def _names_of(tree: ast.Module, package: str) -> set[str]:
    """The names by which a module calls what it imports of the package."""
    return {
        (alias.asname or alias.name).split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom | ast.Import)
        for alias in node.names
        if package and f"{getattr(node, 'module', alias.name)}.".startswith(f"{package}.")
    }


def _kept_from_running(test: Test, tree: ast.Module) -> str:
    """Why a test does not do what it says when pytest runs it."""
    node, owner = test.node, test.owner
    values = bound(tree, tree.body)
    inner = bound(owner, owner.body) if owner else {}
    decorators = [*node.decorator_list, *(owner.decorator_list if owner else ())]
    own_marks = [*decorators, *(value for name, value in inner.items() if name == "pytestmark")]
    if hiding := marks.swallowing(decorators, tree):
        return f"is wrapped by {hiding}, which hides its failure"
    return (
        marks.mark_fault(own_marks, values)
        or marks.skip_fault(node)
        or marks.parameter_fault(node, values)
        or marks.property_fault(node)
    )


def _claims_nothing(test: Test, tree: ast.Module, own: set[str], helpers: set[str]) -> str:
    """Why what a test claims cannot be false."""
    node, scope = test.node, scope_of(test.node, tree, own)

    def claims(statement: ast.stmt) -> bool:
        if isinstance(statement, ast.Assert | ast.Raise):
            return isinstance(statement, ast.Assert) or "AssertionError" in ast.unparse(statement)
        calls = (part for part in own_nodes(statement) if isinstance(part, ast.Call))
        return any(expects(call) or calls_one_of(call, helpers) for call in calls)

    if line := early_return(node, claims, scope):
        return f"returns on line {line} before it asserts"
    if any(marks.swallows(part, only_asserts=True) for part in ast.walk(node)):
        return "catches the failure of its own assertion"
    if error := marks.expects_anything(node):
        return f"expects {error}, which is raised by anything; expected the error that the code promises"
    if fault := marks.meets_itself(node) or _true_claim(node, scope) or _put_there(node, own):
        return fault
    claiming = [statement for statement in live(node.body, scope) if claims(statement)]
    if not claiming:
        stands = any(isinstance(part, ast.Assert) for part in ast.walk(node))
        return "asserts only where no run comes by" if stands else "asserts nothing"
    if not is_certain(node.body, claims, scope):
        return f"asserts only under a condition (line {claiming[0].lineno}): where it is false, nothing is claimed"
    if all(isinstance(part, ast.Assert) and is_weak(part.test, scope) for part in claiming):
        return f"asserts only {ast.unparse(claiming[0]).removeprefix('assert ')!r}: that something is there, not what"
    return ""


def _true_claim(code: ast.AST, scope: Scope) -> str:
    """The claim that is true whatever the code under test does."""
    for node in ast.walk(code):
        for claim in _conjuncts(node.test) if isinstance(node, ast.Assert) else ():
            if always_true(claim, scope):
                return f"asserts {ast.unparse(claim)!r}, which is always true"
        if isinstance(node, ast.Call) and _compares_with_itself(node, scope):
            return f"compares {ast.unparse(node.args[0])!r} with itself"
        if isinstance(node, ast.Call) and is_boundless(node) and last(node.func).startswith("assert"):
            return f"claims {ast.unparse(node)!r}, which any value meets"
    return ""


def _put_there(test: ast.AST, own: set[str]) -> str:
    """The part of the package that a test replaces, then calls to see what it says."""
    calls = [node for node in ast.walk(test) if isinstance(node, ast.Call)]
    replaced = {name for call in calls if (name := _replaced(call)) and name.partition(".")[0] in own}
    for claim in (node.test for node in ast.walk(test) if isinstance(node, ast.Assert)):
        for call in (node for node in ast.walk(claim) if isinstance(node, ast.Call)):
            if ast.unparse(call.func) in replaced:
                return f"replaces {ast.unparse(call.func)}, and asserts what it put there"
    return ""


def _replaced(call: ast.Call) -> str:
    """What a call replaces, as `module.name`, by `patch("package.module.name")` or `setattr(module, "name", …)`."""
    texts = [part.value for part in call.args[:2] if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    if last(call.func) == "patch" and texts:
        return ".".join(texts[0].split(".")[-2:])
    is_set = last(call.func) in ("setattr", "object") and len(call.args) > 1 and texts
    return f"{ast.unparse(call.args[0])}.{texts[0]}" if is_set else ""


def _conjuncts(claim: ast.expr) -> list[ast.expr]:
    return claim.values if isinstance(claim, ast.BoolOp) and isinstance(claim.op, ast.And) else [claim]


def _compares_with_itself(call: ast.Call, scope: Scope) -> bool:
    is_comparison = last(call.func).startswith(("assert_", "assertEqual")) and len(call.args) > 1
    return is_comparison and same(call.args[0], call.args[1], scope)
