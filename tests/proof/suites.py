"""Seeds of the checks PT1xx: tests that cannot fail, that pytest never runs, or that look away from the package."""

from __future__ import annotations

from tests.proof.seed import SOURCE, TESTS, Defect, Honest, Seed
from tests.templates.defects import IN_DECLARATIONS, IN_TESTS

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
# What a test does, and what is said of it.
BODIES: list[tuple[str, str]] = [
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
]  # fmt: skip
# What is asserted, and always true.
CLAIMS: list[str] = [
    "(n == 1 for n in rule.f())", "lambda: rule.f() == 1", "[n == 1 for n in rule.f()]", "f'{rule.f() == 1}'",
    "callable(rule.f)", "isinstance(rule.f(), object)", "len(rule.f()) > -1", "0 <= len(rule.f())",
    "rule.f() in (True, False)", "any([True, rule.f() == 1])", "not (rule.f() == 1 and False)",
    "type(rule.f()).__name__", "str(rule.f() == 1)", "all(n == 1 for n in [])", "all([])", "1 == 1", "2 > 1",
    "rule.f() == pytest.approx(rule.f())", "rule.f().equals(rule.f())", "x == list(x)", "x.tolist() == x",
    "rule.f() == pytest.approx(1, abs=float('inf'))", "rule.f() == pytest.approx(1, rel=math.inf)",
    "rule.f() == 1 or not rule.f() == 1", "(found := [rule.f() == 1])", "MagicMock", "rule.f() == 1 and 'text'",
]  # fmt: skip
# What an honest test does.
FAIR: list[str] = [
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
]  # fmt: skip
# Tests that never run: the check that says so, the code, and what is said of it.
IDLE: list[tuple[str, str, str]] = [
    ("PT101", "class TestA:\n    def __init__(self): ...\n    def test_a(self):\n        assert f() == 1", "an __init__"),
    ("PT101", "class TestA:\n    __test__ = False\n    def test_a(self):\n        assert f() == 1", "says __test__ = False"),
    ("PT101", "class ATests:\n    def test_a(self):\n        assert f() == 1", "has to begin with Test"),
    ("PT101", "async def test_a():\n    assert f() == 1", "is async, which pytest does not run"),
    ("PT101", "if __name__ == '__main__':\n    def test_a():\n        assert f() == 1", "it stands below a condition"),
    ("PT101", "def test_a():\n    assert f() == 1\ntest_a.__test__ = False", "its __test__ is False"),
    ("PT104", "pytestmark = pytest.mark.skip\ndef test_a():\n    assert f() == 1", "every test is marked pytest.mark.skip"),
    ("PT104", "pytest.skip('x', allow_module_level=True)\ndef test_a():\n    assert f() == 1", "the module skips itself"),
    ("PT102", "later = pytest.mark.skipif(True, reason='x')\n@later\ndef test_a():\n    assert f() == 1", "is marked"),
    ("PT102", "@pytest.mark.skipif(sys.platform == 'x')\ndef test_a():\n    assert f() == 1", "is marked pytest"),
    ("PT102", "@pytest.mark.parametrize('n', [])\ndef test_a(n):\n    assert f() == n", "is parametrized with nothing"),
    ("PT102", "N = []\n@pytest.mark.parametrize('n', N)\ndef test_a(n):\n    assert f() == n", "parametrized with nothing"),
    ("PT102", "@pytest.mark.parametrize('n', [1])\ndef test_a(n):\n    assert f() == 1", "never looks at its argument 'n'"),
    ("PT102", "@settings(phases=())\n@given(st.text())\ndef test_a(s):\n    assert f(s) == 1", "takes phases away"),
    ("PT102", "@settings(max_examples=1)\n@given(st.text())\ndef test_a(s):\n    assert f(s) == 1", "draws 1 examples"),
    ("PT102", "@given(st.nothing())\ndef test_a(s):\n    assert f(s) == 1", "draws from nothing"),
    ("PT102", "@given(st.text())\ndef test_a(s):\n    assume(False)\n    assert f(s) == 1", "assumes what never holds"),
]  # fmt: skip
# Tests that run, and in which file; nothing means test_rule.py.
RUNNING: list[tuple[str, str]] = [
    ("def test_a():\n    assert f() == 1", "tests/rule_test.py"),
    ("class TestA:\n    def _do(self):\n        assert f() == 1\n    def test_a(self):\n        self._do()", ""),
    ("def _one(n):\n    assert f() == n\ndef _all():\n    _one(1)\ndef test_a():\n    _all()", ""),
    ("@pytest.mark.skipif(sys.platform == 'x', reason='fork')\ndef test_a():\n    assert f() == 1", ""),
    ("@settings(max_examples=10, suppress_health_check=[1])\n@given(s)\ndef test_a(s):\n    assert f(s)", ""),
    ("@pytest.mark.parametrize(('n', 'm'), [(1, 2)])\ndef test_a(n, m):\n    assert f(n) == m", ""),
    ("@pytest.fixture\ndef quick():\n    return f()\ndef test_a(quick):\n    assert quick == 1", ""),
]  # fmt: skip
# What a conftest does to all tests, and what is said of it.
CONFTESTS: list[tuple[str, str]] = [
    ("collect_ignore = ['test_rule.py']", "collect_ignore takes files out of the run"),
    ("def pytest_collection_modifyitems(items):\n    del items[1:]", "pytest_collection_modifyitems decides which"),
    ("def pytest_ignore_collect():\n    return True", "pytest_ignore_collect decides which tests count"),
    ("@pytest.fixture(autouse=True)\ndef a():\n    pytest.skip('x')", "the fixture a, used by every test, skips"),
    ("def end(session):\n    session.exitstatus = 0", "sets the exit status of the run"),
    ("settings.register_profile('fast', phases=[])", "every test takes phases away from hypothesis"),
]  # fmt: skip


def _module(code: str) -> str:
    """The text of a module of tests."""
    return HEAD.replace("shop", "triage") + code + "\n"


def _test(body: str) -> str:
    return _module(f"def test_a():\n    {body}")


_NEW = f"{TESTS}test_seed.py"
_RULE = f"{TESTS}test_rule.py"
_EXTRA = '"""Something more."""\n\n\ndef more() -> int:\n    """Give more."""\n    return 1\n'
_TESTED = "from triage.extra import more\n\n\ndef test_more():\n    assert more() == 1\n"

SEEDS: list[Seed] = [
    *(Defect(f"{body!r:.90}", _NEW, new=_test(body), code="PT102") for body, _ in BODIES),
    *(
        Defect(f"assert {claim}", _NEW, new=_test(f"assert rule.f() == 1\n    assert {claim}"), code="PT102")
        for claim in CLAIMS
        if claim != "MagicMock"
    ),
    *(Defect(f"{text!r:.90}", _NEW, new=_module(text), code=code) for code, text, _ in IDLE),
    *(Defect(f"{text!r:.90}", f"{TESTS}conftest.py", new=_module(text), code="PT104") for text, _ in CONFTESTS),
    *(Honest(f"{body!r:.90}", _NEW, new=_test(body), code="PT102") for body in FAIR),
    *(
        Honest(f"{text!r:.90}", path.replace("rule", "seed") or _NEW, new=_module(text), code=code)
        for text, path in RUNNING
        for code in ("PT101", "PT102")
    ),
    *IN_TESTS,
    *(seed for seed in IN_DECLARATIONS if seed.code.startswith("PT")),
    Defect("code under test is patched", _NEW, new=_test("from unittest import mock\n    with mock.patch('triage.rule.decide', return_value=1):\n        assert rule.decide() == 1"), code="PT102"),
    Defect("code under test is replaced", _NEW, new=_module("def test_a(monkeypatch):\n    monkeypatch.setattr(rule, 'decide', lambda: 1)\n    assert rule.decide() == 1"), code="PT102"),
    Honest("what the code under test calls is replaced", _NEW, new=_module("def test_a(monkeypatch):\n    monkeypatch.setattr(rule, 'fit', lambda: 1)\n    assert rule.decide() == 1"), code="PT102"),
    *(
        Defect(f"assert {claim}", _NEW, new=_test(f"assert {claim}"), code="PT102")
        for claim in (
            "np.allclose(rule.f(), 1, atol=np.inf)", "rule.f() == pytest.approx(1, rel=1e6)", "1 + 1 == 2",
            "all(v == 1 for v in {}.values())", "np.isclose(rule.f(), 1, rtol=1)",
        )
    ),
    Defect("tolerance of a test that is endless", _NEW, new=_test("np.testing.assert_allclose(rule.f(), 1, rtol=np.inf)"), code="PT102"),
    Honest("tolerance of one in a hundred", _NEW, new=_test("np.testing.assert_allclose(rule.f(), 1, rtol=0.01)"), code="PT102"),
    Defect("test that is nothing", _NEW, new=_module("test_a = lambda: None"), code="PT101"),
    Defect("test that is deleted", _NEW, new=_module("def test_a():\n    assert f() == 1\ndel test_a"), code="PT101"),
    Defect("test that waits for a next value", _NEW, new=_module("def test_a():\n    yield\n    assert f() == 1"), code="PT101"),
    Honest("generator inside of a test", _NEW, new=_module("def test_a():\n    def numbers():\n        yield 1\n    assert f() == list(numbers())"), code="PT101"),
    *(
        Defect(f"{text!r:.70}", f"{TESTS}conftest.py", new=_module(text), code="PT104")
        for text in (
            "def pytest_collection_finish(session):\n    session.items.clear()",
            "def pytest_runtest_setup(item):\n    pytest.skip('x')",
            "def pytest_report_teststatus(report):\n    return 'passed', '.', 'PASSED'",
            "def pytest_itemcollected(item):\n    item.add_marker(pytest.mark.xfail)",
            "def pytest_runtest_logreport(report):\n    report.outcome = 'passed'",
            "def pytest_configure(config):\n    config.option.collectonly = True",
            "def pytest_unconfigure(config):\n    import os\n    os._exit(0)",
            "import atexit, os\natexit.register(os._exit, 0)",
            "np.testing.assert_array_equal = print",
            "import builtins\nbuiltins.AssertionError = Exception",
            "@pytest.fixture\ndef quick():\n    pytest.skip('x')",
            "def setup_module():\n    pytest.skip('x')",
        )
    ),
    Defect("conftest above the tests", "conftest.py", new='"""All."""\n\ncollect_ignore = ["tests"]\n', code="PT104"),
    Honest("fixture that needs a program", f"{TESTS}conftest.py", new=_module("import shutil\n@pytest.fixture\ndef database():\n    if not shutil.which('initdb'):\n        pytest.skip('no database')\n    return 1"), code="PT104"),
    Honest("marker that a conftest declares", f"{TESTS}conftest.py", new=_module("def pytest_configure(config):\n    config.addinivalue_line('markers', 'slow: minutes')"), code="PT104"),
    Honest("option of a library", f"{TESTS}conftest.py", new=_module("import pandas as pd\npd.options.mode.copy_on_write = True"), code="PT104"),
    Honest("fixture for every test", f"{TESTS}conftest.py", new=_module("@pytest.fixture(autouse=True)\ndef quiet(monkeypatch):\n    monkeypatch.setenv('A', '1')"), code="PT104"),
    Honest("profile of more examples", f"{TESTS}conftest.py", new=_module("settings.register_profile('ci', max_examples=200)"), code="PT104"),
    Honest("module that says which platform it is for", _NEW, new=_module("pytestmark = pytest.mark.skipif(sys.platform == 'x', reason='fork')\ndef test_a():\n    assert f() == 1"), code="PT104"),
    Honest("module with a test of its own", SOURCE + "extra.py", new=_EXTRA, code="PT103", also=(Honest("", _NEW, new=_TESTED),)),
    Honest("package of nothing but imports", SOURCE + "extra/__init__.py", new='"""More."""\n\nfrom triage.rule import fit as fit\n', code="PT103"),
    Defect("module below the package that no test reaches", SOURCE + "extra/more.py", new=_EXTRA, code="PT103"),
    Defect("test that imports a namesake", SOURCE + "extra.py", new=_EXTRA, code="PT103", also=(Defect("", _NEW, new=_TESTED.replace("triage.extra", "other.extra")),)),
    Defect("pipeline that no test builds", f"{TESTS}test_pipeline.py", None, None, code="PT103"),
]  # fmt: skip
