"""What the checks of a project's tests find, and what they let pass."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from paddock.project import Project
from paddock_ci.checks import asserts, collection
from paddock_ci.files import ProjectFiles

MakeProject = Callable[..., Project]

HEAD = """\
import math
import sys
import numpy as np
import pytest
from unittest.mock import MagicMock
from typing import TYPE_CHECKING
from hypothesis import assume, given, settings, strategies as st
from shop import rule


"""


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
    [
        ("if False:\n        assert rule.f() == 1", "test_a asserts only where no run comes by"),
        ("while False:\n        assert rule.f() == 1", "test_a asserts only where no run comes by"),
        ("if TYPE_CHECKING:\n        assert rule.f() == 1", "test_a asserts only where no run comes by"),
        ("for n in []:\n        assert rule.f() == n", "test_a asserts only where no run comes by"),
        ("for n in range(0):\n        assert rule.f() == n", "test_a asserts only where no run comes by"),
        ("for n, m in zip(x[:0], y):\n        assert m == n", "test_a asserts only where no run comes by"),
        ("found = []\n    for n in found:\n        assert rule.f() == n", "test_a asserts only where no run comes by"),
        ("for n in x:\n        continue\n        assert rule.f() == n", "test_a asserts only where no run comes by"),
        ("def check():\n        assert rule.f() == 1\n    print(check)", "test_a asserts only where no run comes by"),
        ("if rule.f():\n        assert rule.f() == 1", "test_a asserts only under a condition (line 13): "),
        ("if rule.f():\n        return\n    assert rule.f() == 1", "test_a returns on line 13 before it asserts"),
        ("for n in x:\n        return\n    assert rule.f() == 1", "test_a returns on line 13 before it asserts"),
        ("assert rule.f() == 1\n    return\n    assert rule.g() == 1", "test_a returns on line 13 before it asserts"),
        ("try:\n        assert rule.f() == 1\n    finally:\n        return", "test_a catches the failure of its own"),
        ("assert rule.f()", "test_a asserts only 'rule.f()': that something is there, not what"),
        ("assert bool(rule.f)", "test_a asserts only 'bool(rule.f)': "),
        ("found = rule.f()\n    assert found", "test_a asserts only 'found': "),
        ("assert rule.f() is not None", "test_a asserts only 'rule.f() is not None': "),
        ("assert isinstance(rule.f(), int)", "test_a asserts only 'isinstance(rule.f(), int)': "),
        ("with pytest.raises(AssertionError):\n        rule.f()", "test_a expects AssertionError, which is raised by "),
        (
            "with pytest.raises(Exception, match='x'):\n        rule.f()",
            "test_a expects Exception, which is raised by ",
        ),
        ("with pytest.raises((ValueError, BaseException)):\n        rule.f()", "test_a expects BaseException, which "),
        ("pytest.raises(Exception, rule.f)", "test_a expects Exception, which is raised by anything; "),
        ("with pytest.raises(ValueError):\n        raise ValueError", "test_a raises itself what it expects"),
        ("np.testing.assert_array_equal(x, x)", "test_a compares 'x' with itself"),
        ("pytest.skip('later')", "test_a skips itself"),
    ],
)
def test_a_test_that_cannot_fail_is_found(make_project: MakeProject, body: str, fault: str) -> None:
    """Asserts that no run reaches, or that hold for whatever the code does, are no test."""
    (found,) = _faults(make_project, f"def test_a():\n    {body}\n")
    assert found.startswith(fault)


@pytest.mark.parametrize(
    "claim",
    [
        "(n == 1 for n in rule.f())", "lambda: rule.f() == 1", "[n == 1 for n in rule.f()]", "f'{rule.f() == 1}'",
        "callable(rule.f)", "isinstance(rule.f(), object)", "len(rule.f()) > -1", "0 <= len(rule.f())",
        "rule.f() in (True, False)", "any([True, rule.f() == 1])", "not (rule.f() == 1 and False)",
        "type(rule.f()).__name__", "str(rule.f() == 1)", "all(n == 1 for n in [])", "all([])", "1 == 1", "2 > 1",
        "rule.f() == pytest.approx(rule.f())", "rule.f().equals(rule.f())", "x == list(x)", "x.tolist() == x",
        "rule.f() == pytest.approx(1, abs=float('inf'))", "rule.f() == pytest.approx(1, rel=math.inf)",
        "rule.f() == 1 or not rule.f() == 1", "(found := [rule.f() == 1])", "MagicMock", "rule.f() == 1 and 'text'",
    ],
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
    [
        "before = x.tolist()\n    rule.f(x)\n    assert x.tolist() == before",
        "first = rule.f()\n    second = rule.f()\n    assert first == second",
        "for n in rule.f():\n        if n.big:\n            assert n.size > 1",
        "if sys.platform == 'x':\n        assert rule.f() == 1\n    else:\n        assert rule.f() == 2",
        "try:\n        rule.f()\n    except KeyError as error:\n        pytest.fail(str(error))",
        "assert rule.is_sound(x)",
        "assert rule.f().equals(x)",
        "assert rule.f() == pytest.approx(1, abs=0.1)",
        "fake = MagicMock()\n    rule.f(fake)\n    assert fake.called",
        "def check(n):\n        assert rule.f() == n\n    check(1)",
        "with pytest.raises(ValueError, match='x'):\n        rule.f()",
        "assert rule.f() is not None\n    assert rule.f() == 1",
    ],
)
def test_a_test_that_can_fail_is_let_pass(make_project: MakeProject, body: str) -> None:
    """Loops, branches that all claim something, and what is unchanged or drawn twice are honest tests."""
    assert _faults(make_project, f"def test_a():\n    {body}\n") == []


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("class TestA:\n    def __init__(self): ...\n    def test_a(self):\n        assert f() == 1", "an __init__"),
        ("class TestA:\n    __test__ = False\n    def test_a(self):\n        assert f() == 1", "says __test__ = False"),
        ("class ATests:\n    def test_a(self):\n        assert f() == 1", "has to begin with Test"),
        ("async def test_a():\n    assert f() == 1", "is async, which pytest does not run"),
        ("if __name__ == '__main__':\n    def test_a():\n        assert f() == 1", "it stands below a condition"),
        ("def test_a():\n    assert f() == 1\ntest_a.__test__ = False", "its __test__ is False"),
        ("pytestmark = pytest.mark.skip\ndef test_a():\n    assert f() == 1", "every test is marked pytest.mark.skip"),
        ("pytest.skip('x', allow_module_level=True)\ndef test_a():\n    assert f() == 1", "the module skips itself"),
        ("later = pytest.mark.skipif(True, reason='x')\n@later\ndef test_a():\n    assert f() == 1", "is marked"),
        ("@pytest.mark.skipif(sys.platform == 'x')\ndef test_a():\n    assert f() == 1", "is marked pytest"),
        ("@pytest.mark.parametrize('n', [])\ndef test_a(n):\n    assert f() == n", "is parametrized with nothing"),
        ("N = []\n@pytest.mark.parametrize('n', N)\ndef test_a(n):\n    assert f() == n", "parametrized with nothing"),
        ("@pytest.mark.parametrize('n', [1])\ndef test_a(n):\n    assert f() == 1", "never looks at its argument 'n'"),
        ("@settings(phases=())\n@given(st.text())\ndef test_a(s):\n    assert f(s) == 1", "takes phases away"),
        ("@settings(max_examples=1)\n@given(st.text())\ndef test_a(s):\n    assert f(s) == 1", "draws 1 examples"),
        ("@given(st.nothing())\ndef test_a(s):\n    assert f(s) == 1", "draws from nothing"),
        ("@given(st.text())\ndef test_a(s):\n    assume(False)\n    assert f(s) == 1", "assumes what never holds"),
    ],
)  # fmt: skip
def test_a_test_that_never_runs_is_found(make_project: MakeProject, code: str, fault: str) -> None:
    """Neither its class, nor a mark, nor a setting of hypothesis keeps it from looking."""
    (found,) = _faults(make_project, code + "\n")
    assert fault in found


@pytest.mark.parametrize(
    ("code", "path"),
    [
        ("def test_a():\n    assert f() == 1", "tests/rule_test.py"),
        ("class TestA:\n    def _do(self):\n        assert f() == 1\n    def test_a(self):\n        self._do()", ""),
        ("def _one(n):\n    assert f() == n\ndef _all():\n    _one(1)\ndef test_a():\n    _all()", ""),
        ("@pytest.mark.skipif(sys.platform == 'x', reason='fork')\ndef test_a():\n    assert f() == 1", ""),
        ("@settings(max_examples=10, suppress_health_check=[1])\n@given(s)\ndef test_a(s):\n    assert f(s)", ""),
        ("@pytest.mark.parametrize(('n', 'm'), [(1, 2)])\ndef test_a(n, m):\n    assert f(n) == m", ""),
        ("@pytest.fixture\ndef quick():\n    return f()\ndef test_a(quick):\n    assert quick == 1", ""),
    ],
)  # fmt: skip
def test_a_test_that_runs_is_let_pass(make_project: MakeProject, code: str, path: str) -> None:
    """Both names of files, helpers at any depth, and a skip for the sake of the platform are legal."""
    assert _faults(make_project, code + "\n", path or "tests/test_rule.py") == []


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("collect_ignore = ['test_rule.py']", "collect_ignore takes files out of the run"),
        ("def pytest_collection_modifyitems(items):\n    del items[1:]", "pytest_collection_modifyitems decides which"),
        ("def pytest_ignore_collect():\n    return True", "pytest_ignore_collect decides which tests count"),
        ("@pytest.fixture(autouse=True)\ndef a():\n    pytest.skip('x')", "the fixture a, used by every test, skips"),
        ("def end(session):\n    session.exitstatus = 0", "sets the exit status of the run"),
        ("settings.register_profile('fast', phases=[])", "every test takes phases away from hypothesis"),
    ],
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
