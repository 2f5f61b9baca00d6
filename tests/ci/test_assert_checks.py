"""What the checks of a project's tests find, and what they let pass."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from paddock.project import Project
from paddock_ci.checks import asserts, collection
from paddock_ci.files import ProjectFiles

from tests.proof.suites import BODIES, CLAIMS, CONFTESTS, FAIR, HEAD, IDLE, RUNNING

MakeProject = Callable[..., Project]


def _faults(make_project: MakeProject, code: str, path: str = "tests/test_rule.py") -> list[str]:
    """What PT101, PT102 and PT104 say about one module of tests."""
    project = make_project(
        "shop", files={path: HEAD + code, "tests/test_sound.py": "def test_a():\n    assert 1 == f()\n"}
    )
    files = ProjectFiles(project.workspace.root, project.folder)
    checks = (collection.are_collected, asserts.can_fail, collection.leaves_none_out)
    return [look.fault for check in checks for look in check(files) if look.fault]


@pytest.mark.parametrize(
    ("body", "fault"),
    BODIES,
)
def test_a_test_that_cannot_fail_is_found(make_project: MakeProject, body: str, fault: str) -> None:
    """Asserts that no run reaches, or that hold for whatever the code does, are no test."""
    (found,) = _faults(make_project, f"def test_a():\n    {body}\n")
    assert found.startswith(fault)


@pytest.mark.parametrize(
    "claim",
    CLAIMS,
)  # fmt: skip
def test_a_claim_that_is_always_true_is_found(make_project: MakeProject, claim: str) -> None:
    """Its form alone tells that it holds; other claims beside it are no excuse."""
    bodies = {"MagicMock": "fake = MagicMock()\n    assert fake.called_once"}
    body = bodies.get(claim, f"assert {claim}")
    (found,) = _faults(make_project, f"def test_a():\n    assert rule.f() == 1\n    {body}\n")
    assert found.endswith("which is always true")


def test_a_result_is_not_its_own_expectation(make_project: MakeProject) -> None:
    """One assignment hides nothing; but a call in between may have changed the value, and two calls may differ."""
    code = "def test_a():\n    found = rule.f(x)\n    {}assert rule.f(x) == found\n"
    assert len(_faults(make_project, code.format(""))) == 1


@pytest.mark.parametrize(
    "body",
    FAIR,
)
def test_a_test_that_can_fail_is_let_pass(make_project: MakeProject, body: str) -> None:
    """Loops, branches that all claim something, and what is unchanged or drawn twice are honest tests."""
    assert _faults(make_project, f"def test_a():\n    {body}\n") == []


@pytest.mark.parametrize(
    ("code", "fault"),
    [(code, fault) for _, code, fault in IDLE],
)  # fmt: skip
def test_a_test_that_never_runs_is_found(make_project: MakeProject, code: str, fault: str) -> None:
    """Neither its class, nor a mark, nor a setting of hypothesis keeps it from looking."""
    (found,) = _faults(make_project, code + "\n")
    assert fault in found


@pytest.mark.parametrize(
    ("code", "path"),
    RUNNING,
)  # fmt: skip
def test_a_test_that_runs_is_let_pass(make_project: MakeProject, code: str, path: str) -> None:
    """Both names of files, helpers at any depth, and a skip for the sake of the platform are legal."""
    assert _faults(make_project, code + "\n", path or "tests/test_rule.py") == []


@pytest.mark.parametrize(
    ("code", "fault"),
    CONFTESTS,
)
def test_a_conftest_takes_nothing_out(make_project: MakeProject, code: str, fault: str) -> None:
    """What a conftest does to all tests is looked at as well."""
    (found,) = _faults(make_project, code + "\n", "tests/conftest.py")
    assert found.startswith(fault)


def test_each_module_has_a_test_of_its_own(make_project: MakeProject) -> None:
    """A module counts as tested where a test imports it; building the pipeline is asked for beside that."""
    code = '"""A module."""\n\n\ndef f() -> int:\n    """One."""\n    return 1\n'
    own = {f"src/shop/{name}.py": code for name in ("costs", "model", "tasks", "inputs/__init__", "inputs/reading")}
    tests = "from shop import costs\nfrom shop.inputs import reading\n\n\ndef test_a():\n    assert costs.f() == 1\n"
    project = make_project("shop", files=own | {"tests/test_costs.py": tests})
    looks = list(asserts.test_every_module(ProjectFiles(project.workspace.root, project.folder)))
    assert [(look.place, look.fault) for look in looks if look.fault] == [
        ("src/shop/model.py", "is imported by no test"),
        ("tests", "the pipeline shop.tasks:Pipeline is built by no test"),
    ]
