"""What the checks of a project's README.md find, and where they say it is."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest
from paddock.project import Project, Workspace
from paddock_ci.checks import readme
from paddock_ci.files import ProjectFiles
from paddock_ci.finding import Look

Check = Callable[[ProjectFiles], Iterator[Look]]

README = """\
# A \\*shop\\* \\#1

Owner: O'Brien \\\\ \\<b\\>

```sh
paddock run shop -p rate=0.5   # all of it
pytest projects/shop/tests/test_a.py::test_b
make lint
```

| file | what it holds |
|---|---|
| `src/shop/tasks.py`, `model.py` | begin here: `rate` |
| `Dockerfile` | see [the notebook](notebooks/audit.ipynb) and [the glossary](../../docs/glossary.md#top) |

Set `-p minimum=0.9` or `-p since=2026-01-31`; see `triage.items` and `https://a.b/c.py`.

## Model card

| | |
|---|---|
| Intended use | a |
| Not for | b |
| Data | c |
| Model | d |
| Baseline | e |
| Measured by | f |
| Known limits | g |
| Schedule | daily at 05:30 UTC, within 60 minutes |
"""
TASKS = """\
class Shared:
    rate: float = luigi.FloatParameter(default=1)
class Pipeline(Shared):
    many = ListParameter()
"""
MANIFEST = """\
[tool.paddock]
title = "A *shop* #1"
owner = "O'Brien \\\\ <b>"
package = "shop"
pipeline = "shop.tasks:Pipeline"
notebooks = ["notebooks/audit.ipynb"]
schedule = "30 5 * * *"
deadline_minutes = 60
"""
CELL = {
    "cell_type": "code",
    "metadata": {"tags": ["parameters"]},
    "source": "from datetime import date\nminimum: float = 0.5\nsince: date | None = None",
}
FILES = {
    "README.md": README, "pyproject.toml": MANIFEST, "Dockerfile": "",
    "src/shop/tasks.py": TASKS, "src/shop/model.py": "", "tests/test_a.py": "",
    "notebooks/audit.ipynb": json.dumps({"cells": [CELL]}),
}  # fmt: skip
SERVED = '[datasets.items]\ndescription = "Items."\nserve = true\n'
MakeProject = Callable[..., Project]


@pytest.fixture
def shop(workspace: Workspace, make_project: MakeProject) -> Project:
    """A project whose README.md is as it should be."""
    (workspace.root / "Makefile").write_text("lint: setup ## Lint\n\tfalse\nsetup:\n")
    (workspace.root / "docs").mkdir()
    (workspace.root / "docs/glossary.md").write_text("")
    return make_project("shop", catalog=SERVED, files=FILES)


def _looks(project: Project, check: Check, old: str = "", new: str = "") -> list[Look]:
    path = project.folder / "README.md"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))
    return list(check(ProjectFiles(project.workspace.root, project.folder)))


def _faults(project: Project, check: Check, old: str, new: str) -> list[tuple[str, str]]:
    return [(look.place, look.fault) for look in _looks(project, check, old, new) if look.fault]


@pytest.mark.parametrize(
    ("check", "count"),
    [
        (readme.names_what_exists, 7),
        (readme.commands_exist, 3),
        (readme.parameters_exist, 3),
        (readme.has_model_card, 9),
        (readme.names_title_and_owner, 2),
    ],
)
def test_a_good_readme_has_no_fault(shop: Project, check: Check, count: int) -> None:
    """Each check looks at every thing that it promises something about."""
    looks = _looks(shop, check)
    assert [look for look in looks if look.fault] == []
    assert len(looks) == count


@pytest.mark.parametrize(
    ("old", "new", "line", "fault"),
    [
        ("shop/tasks.py", "shop/task.py", 13, "names 'src/shop/task.py', which the project has not"),
        ("`model.py`", "`models.py`", 13, "names 'models.py', which the project has not"),
        ("`rate`", "`tasks.py` alone", 13, "names 'tasks.py', which the project has not"),
        ("`Dockerfile`", "`Dockerfil`", 14, "names 'Dockerfil', which the project has not"),
        ("notebooks/audit", "notebooks/other", 14, "names 'notebooks/other.ipynb', which the project has not"),
        ("docs/glossary", "docs/words", 14, "names '../../docs/words.md', which the project has not"),
        ("../../docs", "../../../docs", 14, "names '../../../docs/glossary.md', which the project has not"),
        (
            "Set `",
            "See `notebooks/`,\n`src/*.sql` and `projects/shop`; set `",
            17,
            "names 'src/*.sql', which the project",
        ),
        ("Set `", "See `pyproject.tml`, set `", 16, "names 'pyproject.tml', which the project has not"),
        ("Set `", "See `src/x`, set `", 16, "names 'src/x', which the project has not"),
    ],
)
def test_paths_that_are_not_there(shop: Project, old: str, new: str, line: int, fault: str) -> None:
    """Code, tables and links are read; a bare name stands beside the file named before it in the cell."""
    found = _faults(shop, readme.names_what_exists, old, new)
    assert found[0][0] == f"README.md:{line}"
    assert found[0][1].startswith(fault)


@pytest.mark.parametrize(
    ("old", "new", "line", "fault"),
    [
        (
            "`src/shop/tasks.py`, `model.py`",
            "`src/shop/tasks.py`",
            13,
            "the table of files does not tell what src/shop/m",
        ),
        ("`https", "`PADDOCK_SERVING_URI` and `https", 16, "PADDOCK_SERVING_URI is no setting"),
        ("`https", "`shop.item` and `https", 16, "names the dataset 'shop.item', which catalog.toml has not"),
        ("`https", '`paddock.read("shop.item")`, `https', 16, "names the dataset 'shop.item', which catalog.toml has"),
    ],
)
def test_names_that_nothing_has(shop: Project, old: str, new: str, line: int, fault: str) -> None:
    """Modules are told of in the table of files; settings and datasets that are named exist."""
    ((place, found),) = _faults(shop, readme.names_what_exists, old, new)
    assert place == f"README.md:{line}"
    assert found.startswith(fault)


@pytest.mark.parametrize(
    "text",
    [
        "Sizes are in `px/cell` or `mg/dL`, the threshold is `1/6`",
        "The report is `report.html`",
        "`PADDOCK_SERVING_URL`, `shop.items` and the module `shop.tasks`",
    ],
)
def test_code_that_names_no_path(shop: Project, text: str) -> None:
    """Units, fractions and what a run makes are no paths of the project."""
    assert _faults(shop, readme.names_what_exists, "Set `", f"{text}. Set `") == []


@pytest.mark.parametrize(
    ("old", "new", "line", "fault"),
    [
        ("paddock run", "padock run", 6, "'padock' is no command of this environment"),
        ("paddock run", "paddock rn", 6, "paddock: no command 'rn'. Did you mean 'run'?"),
        ("run shop", "run shop --fast", 6, "paddock run: No such option: --fast"),
        ("run shop", "run shop --until x", 6, "paddock run: Invalid value for '--until'"),
        ("run shop", "run other", 6, "paddock run: expected the project 'shop', got 'other'"),
        ("run shop", "data describe shop.parts #", 6, "paddock data describe: no dataset 'shop.parts'"),
        ("shop/tests/test_a", "shop/tests/test_c", 7, "'projects/shop/tests/test_c.py' does not exist"),
        ("projects/shop/tests", "projects/other/tests", 7, "'projects/other/tests/test_a.py' is not of this project"),
        ("make lint", "export A=1 && make lnt", 8, "the Makefile has no target 'lnt'. Did you mean 'lint'?"),
        ("make lint", "pytest projects/shop || true", 8, "'true' hides what the command before says"),
        ("make lint", "pytest projects/shop --nothing", 8, "pytest has no option --nothing"),
        ("make lint", "docker composse up", 8, "docker: no command 'composse'. Did you mean 'compose'?"),
        ("make lint", "docker compose -f projects/shop/compose.yaml upp", 8, "docker compose: no command 'upp'."),
        ("make lint", "docker run --rm shopp", 8, "docker run: expected the image 'shop', got 'shopp'"),
        ("make lint", "git clnoe https://a.b/c", 8, "git: no command 'clnoe'. Did you mean 'clone'?"),
        ("make lint", "rm -rf .paddock", 8, "rm removes whole folders"),
        ("make lint", "sudo make lint", 8, "uses sudo"),
        ("make lint", "pip install pandas", 8, "pip installs beside the lock"),
        ("make lint", "python -m pip install pandas", 8, "pip installs beside the lock"),
        ("make lint", "curl https://a.b/c | sh", 8, "pipes into sh"),
        ("make lint", "export DB_PASSWORD=hunter2", 8, "writes 'DB_PASSWORD' down"),
        ("make lint", "DB_PASSWORD='hunter2' make lint", 8, "writes 'DB_PASSWORD' down"),
        ("make lint", "python -m nothing", 8, "no module 'nothing'"),
        ("make lint", "docker build -f projects/shop/Dockerfil .", 8, "'projects/shop/Dockerfil' does not exist"),
        ("Set `", "Use `paddock reprt`, set `", 16, "paddock: no command 'reprt'."),
        ("Set `", "Use `make test`, set `", 16, "the Makefile has no target 'test'."),
    ],
)
def test_commands_that_do_not_exist(shop: Project, old: str, new: str, line: int, fault: str) -> None:
    """Programs, sub-commands, options, targets, projects and paths of a command are looked for."""
    found = _faults(shop, readme.commands_exist, old, new)
    assert [place for place, _ in found] == [f"README.md:{line}"]
    assert found[0][1].startswith(fault)


@pytest.mark.parametrize(
    "command",
    [
        "paddock check",
        "git status",
        "source .venv/bin/activate",
        "papermill notebooks.md",
        'psql "$PADDOCK_SERVING_URL" -c "select 1"',
        "kubectl get cronjobs",
        "git -C .. status",
        "docker run --rm --name shops shop:1",
        "curl https://a.b/c",
        "paddock runs shop --json | jq .",
        "export DB_PASSWORD=… TOKEN=<yours> API_KEY=$KEY",
        "python -m pytest projects/shop -k rule -x --maxfail=1 -n 2",
    ],
)
def test_commands_of_the_harness_and_the_system(shop: Project, command: str) -> None:
    """The harness's commands are commands of paddock, and what every machine has is taken for there."""
    faults = _faults(shop, readme.commands_exist, "make lint", command)
    assert faults == (
        [("README.md:8", "'notebooks.md' does not exist in the workspace")] if "papermill" in command else []
    )


@pytest.mark.parametrize(
    ("block", "line", "fault"),
    [
        ("```bash\nmake lint\n```", 16, "is a block of bash, which nobody would execute"),
        ("```\nx\n```", 16, "is a block of no language, which nobody would execute"),
        ("~~~sh\nmake lint\n~~~", 16, "is a block of sh, which nobody would execute"),
        ("```text\n$ paddock run shop\n```", 16, "is a block of text, which nobody would execute"),
        ("    pytest projects/shop", 16, "is a block of no language, which nobody would execute"),
    ],
)
def test_blocks_that_nobody_executes(shop: Project, block: str, line: int, fault: str) -> None:
    """Commands stand in blocks fenced as sh, since only those are executed."""
    assert _faults(shop, readme.commands_exist, "Set `", f"{block}\n\nSet `") == [(f"README.md:{line}", fault)]


def test_a_readme_without_commands(shop: Project) -> None:
    """A README.md shows at least one command; blocks of other languages are none."""
    (shop.folder / "README.md").write_text("# A\n\n```toml\na = 1\n```\n")
    assert _faults(shop, readme.commands_exist, "", "") == [("README.md:1", "has no block of commands")]


@pytest.mark.parametrize(
    ("old", "new", "line", "fault"),
    [
        ("-p rate=0.5", "-p rte=0.5", 6, "sets 'rte', which is no parameter of the pipeline or of a notebook"),
        ("-p rate=0.5", "-p rate=high", 6, "parameter 'rate': 'high' is not legal"),
        ("-p minimum=0.9", "--parameters minimum=high", 16, "parameter 'minimum': expected float, got 'high'"),
        ("since=2026-01-31", "since=2026-13-31", 16, "parameter 'since': expected date or None, got '2026-13-31'"),
        ("since=2026-01-31", "many='[1'", 16, "parameter 'many': '[1' is not legal"),
    ],
)
def test_parameters_that_cannot_be_set(shop: Project, old: str, new: str, line: int, fault: str) -> None:
    """A parameter is the pipeline's, its parent class's or a notebook's, and its value has the declared type."""
    found = _faults(shop, readme.parameters_exist, old, new)
    assert [place for place, _ in found] == [f"README.md:{line}"]
    assert found[0][1].startswith(fault)
