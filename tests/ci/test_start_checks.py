"""What the check of how a project's image starts finds, and where it says it is."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from paddock.project import Project
from paddock_ci.checks import image
from paddock_ci.files import ProjectFiles

DOCKERFILE = """\
FROM python:3.11-slim
HEALTHCHECK CMD ["paddock", "data", "list"]
ENTRYPOINT ["paddock"]
CMD ["run", "shop"]
"""
MakeProject = Callable[..., Project]


@pytest.fixture
def shop(make_project: MakeProject) -> Project:
    """A project whose image starts as it should."""
    return make_project("shop", files={"Dockerfile": DOCKERFILE, "requirements.txt": ""})


def _faults(project: Project) -> list[tuple[str, str]]:
    looks = image.starts(ProjectFiles(project.workspace.root, project.folder))
    return [(look.place, look.fault) for look in looks if look.fault]


def _change(project: Project, old: str, new: str) -> None:
    path = project.folder / "Dockerfile"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))


@pytest.mark.parametrize(
    ("old", "new", "line", "fault"),
    [
        ('HEALTHCHECK CMD ["paddock", "data", "list"]\n', "", 1, "has no HEALTHCHECK"),
        ('CMD ["paddock", "data", "list"]', "NONE", 2, "has no HEALTHCHECK"),
        ('"data", "list"', '"data", "lst"', 2, "paddock data: no command 'lst'. Did you mean 'list'?"),
        ('"data", "list"', '"data"', 2, "paddock data: expected a command, got none."),
        ('["paddock", "data", "list"]', "curl -f localhost || exit 1", 2, "'curl' is no command of the image"),
        ('"data", "list"', '"check"', 2, "paddock: no command 'check'."),
        ('["paddock", "data", "list"]', '["true"]', 2, "'true' says nothing about whether the project works"),
        ('["paddock", "data", "list"]', '["sh", "-c", "true"]', 2, "'true' says nothing about whether"),
        ('["paddock", "data", "list"]', "echo ok", 2, "'echo ok' says nothing about whether the project works"),
        ('"data", "list"', '"--help"', 2, "'paddock --help' says nothing about whether the project works"),
        ('"data", "list"', '"version"', 2, "'paddock version' says nothing about whether the project works"),
        ('["paddock", "data", "list"]', '["python", "-c", "pass"]', 2, "'python -c pass' says nothing about"),
        ('["paddock", "data", "list"]', "paddock data list || true", 2, "'true' hides what the command before says"),
        ('["paddock", "data", "list"]', "paddock data list; exit 0", 2, "'exit 0' hides what the command before says"),
        ('ENTRYPOINT ["paddock"]\n', "", 1, "has no ENTRYPOINT"),
        ('ENTRYPOINT ["paddock"]', "ENTRYPOINT paddock", 3, "ENTRYPOINT is not in exec form"),
        ('ENTRYPOINT ["paddock"]', 'ENTRYPOINT ["padock"]', 4, "'padock' is no command of the image"),
        ('ENTRYPOINT ["paddock"]', 'ENTRYPOINT ["pytest"]', 4, "'pytest' is no command of the image"),
        ('CMD ["run", "shop"]', "", 1, "has no CMD"),
        ('"run", "shop"', '"run", "other"', 4, "paddock run: expected the project 'shop', got 'other'"),
        ('"run", "shop"', '"run"', 4, "paddock run: Missing argument 'project'."),
        ('"run", "shop"', '"run", "shop", "--fast"', 4, "paddock run: No such option: --fast"),
        ('"run", "shop"', '"data", "list"', 4, "expected paddock run shop, got 'paddock data list'"),
        ('"run", "shop"', '"run", "shop", "--help"', 4, "expected paddock run shop, got 'paddock run shop --help'"),
        ('"run", "shop"', '"run", "shop", "-p", "rate=1"', 4, "sets 'rate', which is no parameter"),
        ('["paddock"]', '["sh", "-c", "paddock run shop || true"]', 4, "expected paddock run shop, got 'sh -c"),
        ('["paddock"]', '["echo"]', 4, "expected paddock run shop, got 'echo run shop'"),
        ('["paddock"]', '["python", "-m", "shop.main"]', 4, "no module 'shop.main'"),
        ('["paddock"]', '["python", "-m", "json.tool"]', 4, "expected a module of this project, got 'json.tool'"),
        ('"run", "shop"', '"data", "show", "shop.items"', 4, "paddock data show: no dataset 'shop.items'"),
    ],
)
def test_commands_that_do_not_start(shop: Project, old: str, new: str, line: int, fault: str) -> None:
    """The image's commands exist in the image, with their sub-commands, options and project."""
    _change(shop, old, new)
    found = _faults(shop)
    assert found[0][0] == f"Dockerfile:{line}"
    assert found[0][1].startswith(fault)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('["paddock", "data", "list"]', "paddock data list || exit 1"),
        ('["paddock", "data", "list"]', '["sh", "-c", "/opt/venv/bin/paddock data list || exit 1"]'),
        ('["paddock", "data", "list"]', '["python", "-c", "import paddock"]'),
        ('["paddock"]', '["python", "-m", "shop.tasks"]'),
        ('"run", "shop"', '"run", "shop", "--until", "audit"'),
    ],
)
def test_commands_that_start(shop: Project, old: str, new: str) -> None:
    """There is more than one way to ask for health, or to run."""
    (shop.folder / "src/shop/tasks.py").write_text("")
    _change(shop, old, new)
    assert _faults(shop) == []
