"""What the checks of a project's image find, and where they say it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from paddock.project import Project, Workspace
from paddock_ci.checks import image
from paddock_ci.files import ProjectFiles
from paddock_ci.finding import Look

Check = Callable[[ProjectFiles], Iterator[Look]]

DOCKERFILE = """\
ARG BASE=python:3.11-slim
FROM ${BASE} AS build
WORKDIR /workspace
COPY projects/shop/requirements.txt uv.txt ./
RUN pip install --require-hashes -r uv.txt && uv venv /opt/venv
RUN uv pip install --python /opt/venv/bin/python --require-hashes -r requirements.txt
COPY shared shared
RUN uv pip install --python /opt/venv/bin/python --no-deps --build-constraint uv.txt ./shared
FROM ${BASE}
ENV PATH=/opt/venv/bin:/usr/local/bin PADDOCK_WORKSPACE=/workspace
RUN useradd --uid 10001 paddock
COPY --from=build /opt/venv /opt/venv
WORKDIR /workspace
COPY pyproject.toml ./
COPY projects projects
USER 10001
VOLUME /workspace/.paddock
HEALTHCHECK CMD ["paddock", "data", "list"]
ENTRYPOINT ["paddock"]
CMD ["run", "shop"]
ARG COMMIT=""
ENV PADDOCK_COMMIT=${COMMIT}
"""
IGNORE = "*\n!pyproject.toml\n!uv.txt\n!shared/pyproject.toml\n!shared/src\n!projects/shop\n**/.env\n**/__pycache__\n"
CHECKS: dict[str, Check] = {
    "DK101": image.copies_what_is_there,
    "DK102": image.begins_from_pinned,
    "DK105": image.starts,
    "DK106": image.bakes_in_no_secret,
    "DK107": image.agrees_with_itself,
}
MakeProject = Callable[..., Project]


@pytest.fixture
def shop(workspace: Workspace, make_project: MakeProject) -> Project:
    """A project whose image is as it should be."""
    for path, text in {"uv.txt": "", "shared/pyproject.toml": 'from = "src"', "shared/src/paddock/x.py": ""}.items():
        (workspace.root / path).parent.mkdir(parents=True, exist_ok=True)
        (workspace.root / path).write_text(text)
    files = {"Dockerfile": DOCKERFILE, "Dockerfile.dockerignore": IGNORE, "requirements.txt": "", ".env": "X=1"}
    project: Project = make_project("shop", files=files | {"src/shop/.env": ""})
    _change(project, "version =", 'requires-python = ">=3.11,<3.14"\nversion =', "pyproject.toml")
    return project


def _faults(project: Project, code: str) -> list[tuple[str, str]]:
    looks = CHECKS[code](ProjectFiles(project.workspace.root, project.folder))
    return [(look.place, look.fault) for look in looks if look.fault]


def _change(project: Project, old: str, new: str, file: str = "Dockerfile") -> None:
    path = project.folder / file
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))


@pytest.mark.parametrize(("code", "count"), [*zip(CHECKS, (7, 2, 5, 15, 8), strict=True)])
def test_a_good_image_has_no_fault(shop: Project, code: str, count: int) -> None:
    """Each check looks at every thing that it promises something about."""
    looks = list(CHECKS[code](ProjectFiles(shop.workspace.root, shop.folder)))
    assert [look for look in looks if look.fault] == []
    assert len(looks) == count


def test_a_project_without_an_image_is_not_looked_at(workspace: Workspace, make_project: MakeProject) -> None:
    """Without a Dockerfile there is nothing to promise; with an empty one there is."""
    project = make_project("plain")
    files = ProjectFiles(workspace.root, project.folder)
    assert [look for check in CHECKS.values() for look in check(files)] == []
    (project.folder / "Dockerfile").write_text("# nothing\n")
    assert _faults(project, "DK102") == [("Dockerfile:1", "has no FROM")]


@pytest.mark.parametrize(
    ("old", "new", "line", "fault"),
    [
        ("uv.txt ./", "uw.txt ./", 4, "copies 'uw.txt', which the workspace has not"),
        ("COPY shared shared", "COPY ../shared shared", 7, "copies '../shared' from outside the workspace"),
        ("--from=build", "--from=made", 12, "takes from the stage 'made', which no line above begins"),
        ("COPY projects projects", "COPY projects /app/projects", 9, "no COPY brings projects/shop/catalog.toml to"),
        ("COPY pyproject.toml ./\n", "", 9, "no COPY brings pyproject.toml to /workspace/pyproject.toml"),
        ("RUN useradd", "RUN --mount=type=bind,from=no useradd", 11, "takes from the stage 'no'"),
    ],
)
def test_copies_of_what_is_not_there(shop: Project, old: str, new: str, line: int, fault: str) -> None:
    """Sources, stages and the project's own files are looked for, each at its place."""
    _change(shop, old, new)
    (found, *_) = _faults(shop, "DK101")
    assert found[0] == f"Dockerfile:{line}"
    assert fault in found[1]


@pytest.mark.parametrize(
    ("old", "new", "line", "fault"),
    [
        ("!uv.txt\n", "", 4, "copies 'uv.txt', which Dockerfile.dockerignore shuts out"),
        ("!shared/src\n", "", 7, "Dockerfile.dockerignore shuts out shared/src"),
        ("**/__py", "**/*.py\n**/__py", 9, "shuts out projects/shop/src/shop/__init__.py"),
    ],
)
def test_copies_of_what_is_shut_out(shop: Project, old: str, new: str, line: int, fault: str) -> None:
    """What the build does not see cannot be copied, nor what a copied folder should hold."""
    _change(shop, old, new, "Dockerfile.dockerignore")
    assert any(place == f"Dockerfile:{line}" and fault in text for place, text in _faults(shop, "DK101"))


def test_what_other_projects_declare_is_needed(shop: Project, make_project: MakeProject) -> None:
    """A project that reads another's dataset needs that one's catalogue in its image."""
    make_project("other")
    _change(shop, "reads = []", "reads = ['other.items']", "pyproject.toml")
    (found,) = _faults(shop, "DK101")
    assert found[0] == "Dockerfile:9"
    assert "Dockerfile.dockerignore shuts out projects/other/catalog.toml" in found[1]


def test_files_may_come_through_another_stage(shop: Project) -> None:
    """What one stage copied and another takes from it is followed."""
    _change(shop, "COPY shared", "COPY projects /made/projects\nCOPY shared")
    _change(shop, "COPY projects projects", "COPY --from=build /made/projects/shop projects/shop")
    assert _faults(shop, "DK101") == []


@pytest.mark.parametrize(
    ("base", "fault"),
    [
        ("=python", "expected an image with a version, got 'python'"),
        ("=python:latest", "expected an image with a version, got 'python:latest'"),
        ("=registry.io:5000/python:slim", "expected an image with a version, got 'registry.io:5000/python:slim'"),
        ("=python@sha256:123", "expected a digest @sha256: of 64 digits, got 'python@sha256:123'"),
        ("", "expected an image, got none: its variable has no default"),
        ("=python:3-slim", "expected a version X.Y, got 'python:3-slim'"),
        ("=python:3.10-slim", "Python 3.10 is not in requires-python, '>=3.11,<3.14'"),
        ("=python:3.14-slim", "Python 3.14 is not in requires-python, '>=3.11,<3.14'"),
        ("=python:3.13-rc-slim", "expected a released Python, got 'python:3.13-rc-slim'"),
        ("=python:3.13.0rc2-slim", "expected a released Python, got 'python:3.13.0rc2-slim'"),
        ("=debian:12", "expected an official python:X.Y, got 'debian:12'"),
        ("=evil/python:3.11-slim", "expected an official python:X.Y, got 'evil/python:3.11-slim'"),
    ],
)
def test_images_that_are_not_pinned(shop: Project, base: str, fault: str) -> None:
    """The default of a variable counts, in each stage that begins from it."""
    _change(shop, "=python:3.11-slim", base)
    assert _faults(shop, "DK102") == [("Dockerfile:2", fault), ("Dockerfile:9", fault)]


@pytest.mark.parametrize(
    "base",
    [
        "python:3.12-slim",
        "python:3.11.9-slim-bookworm",
        "python:3.13-alpine",
        "docker.io/library/python:3.11",
        "registry.example.org:5000/mirror/python:3.11-slim",
        f"python:3.11-slim@sha256:{'a' * 64}",
    ],
)
def test_official_images_of_python(shop: Project, base: str) -> None:
    """Any version that the project allows, of any flavour, by way of any mirror."""
    _change(shop, "python:3.11-slim", base)
    assert _faults(shop, "DK102") == []


def test_the_environment_is_made_and_run_by_one_python(shop: Project) -> None:
    """Another image in a stage, or another Python in the environment, does not fit; other stages may differ."""
    _change(shop, "FROM ${BASE} AS build", "FROM node:20 AS pages\nRUN npm ci\nFROM python:3.12-slim AS build")
    fault = "begins from 'python:3.12-slim', but the last stage from 'python:3.11-slim'"
    assert _faults(shop, "DK102") == [("Dockerfile:4", fault)]
    _change(shop, "FROM python:3.12-slim", "FROM ${BASE}")
    assert _faults(shop, "DK102") == []
    _change(shop, "uv venv", "uv venv --python 3.12")
    assert _faults(shop, "DK102") == [("Dockerfile:4", "makes an environment of Python 3.12 in 'python:3.11-slim'")]


def test_images_copied_from_are_pinned(shop: Project) -> None:
    """A digest pins; an image that is only copied from must be pinned too."""
    _change(shop, "=python:3.11-slim", f"=python:3@sha256:{'0' * 64}")
    _change(shop, "USER", "COPY --from=ghcr.io/astral/uv /uv /uv\nUSER")
    assert _faults(shop, "DK102") == [("Dockerfile:16", "expected an image with a version, got 'ghcr.io/astral/uv'")]


@pytest.mark.parametrize(
    ("new", "line", "fault"),
    [
        ("ENV DB_PASSWORD=hunter2", 16, "ENV DB_PASSWORD bakes in what looks like a secret"),
        ("ARG API_KEY=abc", 16, "ARG API_KEY bakes in what looks like a secret"),
        ("ENV HF_TOKEN=$TOKEN", 16, "ENV HF_TOKEN bakes in what looks like a secret"),
        ("ENV PADDOCK_SERVING_URL=postgresql://a:b@c/d", 16, "ENV PADDOCK_SERVING_URL bakes in what looks like"),
        ("RUN login --password=abc", 16, "RUN holds what looks like a secret"),
        ("COPY .netrc ./", 16, "copies '.netrc', which may hold secrets"),
        ("COPY keys/server.pem ./", 16, "copies 'keys/server.pem', which may hold secrets"),
    ],
)
def test_secrets_that_are_baked_in(shop: Project, new: str, line: int, fault: str) -> None:
    """A variable named like a secret has no value, and files that hold secrets are not copied."""
    _change(shop, "USER", f"{new}\nUSER")
    assert any(place == f"Dockerfile:{line}" and text.startswith(fault) for place, text in _faults(shop, "DK106"))


def test_variables_that_only_sound_like_secrets(shop: Project) -> None:
    """An ARG without a default, the path of a file, and a number of tokens are none."""
    _change(
        shop, "USER", "ARG TOKEN\nENV DB_PASSWORD_FILE=/run/secrets/db MAX_TOKENS_LIMIT= TOKENIZERS_PARALLELISM=0\nUSER"
    )
    assert [fault for fault in _faults(shop, "DK106") if ".env" not in fault[1]] == []


def test_a_folder_that_holds_secrets_is_not_copied(shop: Project) -> None:
    """Files below a copied folder are looked at, unless they are shut out."""
    assert _faults(shop, "DK106") == []
    _change(shop, "**/.env\n", "", "Dockerfile.dockerignore")
    assert _faults(shop, "DK106") == [
        ("Dockerfile:15", "copies 'projects/shop/.env', which may hold secrets"),
        ("Dockerfile.dockerignore:7", "lets in projects/shop/.env"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "line", "fault"),
    [
        ("*\n", "", 1, "does not begin by shutting out everything"),
        ("!uv.txt", "!**/uv.txt", 3, "lets in '**/uv.txt' from anywhere"),
        ("!uv.txt", "!uv.txt\n!.git\n!.env", 10, "lets in .git/config"),
        ("!projects/shop", "!projects", 8, "lets in projects/another-project/src/another_project/tasks.py"),
    ],
)
def test_a_build_that_sees_too_much(shop: Project, old: str, new: str, line: int, fault: str) -> None:
    """The build sees what it names, and neither history nor settings of a machine."""
    _change(shop, old, new, "Dockerfile.dockerignore")
    assert (f"Dockerfile.dockerignore:{line}", fault) in _faults(shop, "DK106")


@pytest.mark.parametrize(
    ("old", "new", "line", "fault"),
    [
        ("WORKDIR /workspace", "WORKDIR workspace", 3, "WORKDIR is not absolute"),
        ("WORKDIR /workspace", "WORKDIRS /workspace", 3, "'WORKDIRS' is no instruction"),
        ("WORKSPACE=/workspace", "WORKSPACE=/app", 9, "PADDOCK_WORKSPACE is /app, but the last WORKDIR is /workspace"),
        ("PADDOCK_WORKSPACE", "PADDOCK_WORKPLACE", 9, "PADDOCK_WORKPLACE is no setting; known after PADDOCK_: COMMIT"),
        ("PATH=/opt/venv", "PATH=/opt/env", 12, "PATH does not begin with /opt/venv/bin"),
        ("PATH=/opt/venv/bin:/usr/local/bin", "PATH=/usr/local/bin:/opt/venv/bin", 12, "PATH does not begin with"),
        ("COPY --from=build /opt/venv /opt/venv\n", "", 9, "/opt/venv is not copied from the stage that makes it"),
        ("/opt/venv /opt/venv", "/opt/venv /venv", 12, "/opt/venv is copied to where it does not work"),
        ("uv venv /opt/venv", "uv venv /opt/env", 6, "installs into /opt/venv/bin/python, which no line above makes"),
        ("VOLUME /workspace", "VOLUME /data", 17, "the volume /data/.paddock is not below the workspace /workspace"),
        ("VOLUME /workspace/.paddock\n", "", 9, "has no VOLUME for its state"),
        ("ENV PADDOCK_COMMIT=${COMMIT}\n", "", 9, "PADDOCK_COMMIT is not set: no run would name its commit"),
        ("${COMMIT}", "0123abc", 9, "PADDOCK_COMMIT is '0123abc', which no ARG above gives"),
        ('ARG COMMIT=""\n', "", 9, "PADDOCK_COMMIT is '${COMMIT}', which no ARG above gives"),
        ("ENV PATH", "ENV PYTHONPATH=/x\nENV PATH", 9, "PYTHONPATH loads code that was not installed"),
        ("ENV PATH", "ENV LD_PRELOAD=/tmp/x.so\nENV PATH", 9, "LD_PRELOAD loads code that was not installed"),
        ("--uid 10001", "--uid 10002", 16, "USER 10001, but the user made is 10002"),
    ],
)
def test_an_image_that_contradicts_itself(shop: Project, old: str, new: str, line: int, fault: str) -> None:
    """What is said in two places is the same in both."""
    _change(shop, old, new)
    assert any(place == f"Dockerfile:{line}" and text.startswith(fault) for place, text in _faults(shop, "DK107"))
