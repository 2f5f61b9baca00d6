"""What a task's code is made of: what it uses, however it is reached, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from paddock.errors import CodeError
from paddock.pipelines import code
from paddock.pipelines.code import code_digest


def _digest(folder: Path, **texts: str) -> str:
    """The digest of `run` in `job/main.py`, after writing the given modules."""
    for name, text in texts.items():
        path = folder / "job" / f"{name}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    (folder / "job" / "__init__.py").touch()
    return code_digest("job.main", "run", folder)


USES = {
    "a name imported from a module": "from job.helper import used\n\ndef run(): return used()\n",
    "an attribute of a module": "from job import helper\n\ndef run(): return helper.used()\n",
    "a dotted module": "import job.helper\n\ndef run(): return job.helper.used()\n",
    "a module under another name": "import job.helper as h\n\ndef run(): return h.used()\n",
    "a relative import": "from .helper import used as other\n\ndef run(): return other()\n",
    "an import inside the function": "def run():\n    from job.helper import used\n    return used()\n",
    "an import inside the function, as a module": "def run():\n    from job import helper\n    return helper.used()\n",
    "a star import": "from job.helper import *\n\ndef run(): return used()\n",
    "a base class": "from job.helper import Used\n\nclass run(Used): pass\n",
    "a decorator": "from job.helper import used\n\n@used\ndef run(): pass\n",
    "a default": "from job.helper import used\n\ndef run(value=used): pass\n",
    "another function of the module": (
        "from job.helper import used\n\ndef run(): return _more()\n\ndef _more(): return used()\n"
    ),
    "a constant of the module": "from job import helper\n\nTABLE = {'x': helper.used}\n\ndef run(): return TABLE\n",
    "a module handed on": "from job import helper\n\ndef run(): return getattr(helper, 'us' + 'ed')\n",
    "importlib": (
        "import importlib\nfrom job import helper\n\ndef run(): return importlib.import_module('job.helper')\n"
    ),
}
HELPER = (
    "LIMIT = 1\n\ndef used(*a): return LIMIT\n\nclass Used:\n    def m(self): return LIMIT\n\ndef unused(): return 3\n"
)


@pytest.mark.parametrize("main", USES.values(), ids=USES)
def test_an_edit_of_what_is_used_is_seen(tmp_path: Path, main: str) -> None:
    """However a helper is reached, an edit two steps away changes the digest."""
    before = _digest(tmp_path, main=main, helper=HELPER)
    assert _digest(tmp_path, helper=HELPER.replace("LIMIT = 1", "LIMIT = 2")) != before
    assert _digest(tmp_path, helper=HELPER) == before


@pytest.mark.parametrize("kind", ["a name imported from a module", "an attribute of a module", "a relative import"])
def test_an_edit_of_what_is_not_used_is_not_seen(tmp_path: Path, kind: str) -> None:
    """Another function of the same helper, comments, docstrings and blank lines change nothing."""
    before = _digest(tmp_path, main=USES[kind], helper=HELPER)
    for other in (
        HELPER.replace("return 3", "return 4"),
        HELPER.replace("def used", "# so it is\n\n\ndef used"),
        HELPER.replace("def used(*a): return", 'def used(*a):\n    """New words."""\n    return'),
    ):
        assert _digest(tmp_path, helper=other) == before


def test_what_is_registered_on_import_is_seen(tmp_path: Path) -> None:
    """A function that only notes itself in a table when its module is imported counts for who reads the table."""
    main = "from job import plugin\nfrom job.table import TABLE\n\ndef run(): return TABLE\n"
    table = "TABLE = []\n\ndef register(f): TABLE.append(f); return f\n"
    plugin = "from job.table import register\n\n@register\ndef add(): return 1\n\ndef other(): return 1\n"
    before = _digest(tmp_path, main=main, table=table, plugin=plugin)
    assert _digest(tmp_path, plugin=plugin.replace("def add(): return 1", "def add(): return 2")) != before
    assert _digest(tmp_path, plugin=plugin.replace("def other(): return 1", "def other(): return 2")) == before


def test_what_an_imported_module_does_is_seen(tmp_path: Path) -> None:
    """A statement that runs when a module is imported counts, also where nothing of that module is used by name."""
    main = "from job import effect\n\ndef run(): return 1\n"
    before = _digest(tmp_path, main=main, effect="import random\nrandom.seed(1)\n")
    assert _digest(tmp_path, effect="import random\nrandom.seed(2)\n") != before


def test_the_shared_models_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An edit in `paddock.models` is the team's own edit; one elsewhere in paddock moves results, and makes none."""
    shared = tmp_path / "paddock"
    for name in ("models/rules", "storage/lock"):
        (shared / name).parent.mkdir(parents=True)
        (shared / f"{name}.py").write_text("def f(): return 1\n")
    monkeypatch.setattr(code, "_SHARED_SOURCE", tmp_path)
    main = (
        "from paddock.models import rules\nfrom paddock.storage import lock\n\ndef run(): return rules.f(), lock.f()\n"
    )
    before = _digest(tmp_path, main=main)
    (shared / "storage/lock.py").write_text("def f(): return 2\n")
    assert _digest(tmp_path, main=main) == before
    (shared / "models/rules.py").write_text("def f(): return 2\n")
    assert _digest(tmp_path, main=main) != before


def test_the_version_of_a_package_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After an upgrade of what the slice imports, it is other code; packages that it does not import do not matter."""
    main = "import pandas as pd\n\ndef run(): return pd.NA\n\ndef other():\n    import numpy\n    return numpy.nan\n"
    before = _digest(tmp_path, main=main)
    for package, differs in (("numpy", False), ("pandas", True)):
        code._packages.cache_clear()
        monkeypatch.setattr(code, "version", lambda name, package=package: "99" if name == package else "1")
        other = _digest(tmp_path, main=main)
        code._packages.cache_clear()
        monkeypatch.setattr(code, "version", lambda name: "1")
        assert (other != _digest(tmp_path, main=main)) == differs
    code._packages.cache_clear()
    monkeypatch.undo()
    assert _digest(tmp_path, main=main) == before


def test_a_module_that_does_not_parse_names_file_and_line(tmp_path: Path) -> None:
    """Nothing is guessed about code that cannot be read."""
    main = "from job.helper import used\n\ndef run(): return used()\n"
    with pytest.raises(CodeError, match=r"helper\.py:2: SyntaxError"):
        _digest(tmp_path, main=main, helper="x = 1\ndef (:\n")
