"""What the checks of what an image installs find, and where they say it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from paddock.project import Project, Workspace
from paddock_ci.checks import installs
from paddock_ci.files import ProjectFiles
from paddock_ci.finding import Look

Check = Callable[[ProjectFiles], Iterator[Look]]

DOCKERFILE = """\
FROM python:3.11-slim AS build
WORKDIR /workspace
COPY projects/shop/requirements.txt uv.txt ./
RUN pip install --require-hashes -r uv.txt && uv venv /opt/venv
RUN uv pip install --python /opt/venv/bin/python --require-hashes -r requirements.txt
COPY shared shared
RUN uv pip install --python /opt/venv/bin/python --no-deps --build-constraint uv.txt ./shared
FROM python:3.11-slim
RUN useradd --uid 10001 paddock
COPY --from=build /opt/venv /opt/venv
COPY pyproject.toml ./
USER 10001
"""
MakeProject = Callable[..., Project]


@pytest.fixture
def shop(workspace: Workspace, make_project: MakeProject) -> Project:
    """A project whose image installs as it should."""
    for path in ("uv.txt", "shared/pyproject.toml"):
        (workspace.root / path).parent.mkdir(parents=True, exist_ok=True)
        (workspace.root / path).write_text("")
    return make_project("shop", files={"Dockerfile": DOCKERFILE, "requirements.txt": ""})


def _faults(project: Project, check: Check) -> list[tuple[str, str]]:
    looks = check(ProjectFiles(project.workspace.root, project.folder))
    return [(look.place, look.fault) for look in looks if look.fault]


def _change(project: Project, old: str, new: str) -> None:
    path = project.folder / "Dockerfile"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))


@pytest.mark.parametrize(("check", "count"), [(installs.runs_unprivileged, 5), (installs.installs_by_hash, 3)])
def test_a_good_image_has_no_fault(shop: Project, check: Check, count: int) -> None:
    """Each check looks at every thing that it promises something about, and at nothing without a Dockerfile."""
    looks = list(check(ProjectFiles(shop.workspace.root, shop.folder)))
    assert [look for look in looks if look.fault] == []
    assert len(looks) == count
    (shop.folder / "Dockerfile").unlink()
    assert list(check(ProjectFiles(shop.workspace.root, shop.folder))) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "fault"),
    [
        ("USER 10001", "USER root", 12, "expected a numeric USER other than 0, got root"),
        ("USER 10001", "USER 0:0", 12, "expected a numeric USER other than 0, got 0"),
        ("USER 10001\n", "", 8, "expected a numeric USER other than 0, got none"),
        ("USER 10001", "USER 10001\nUSER paddock", 13, "expected a numeric USER other than 0, got paddock"),
        ("RUN useradd", "RUN pip install x && useradd", 9, "installs into the last stage: pip install x"),
        ("RUN useradd", "RUN python3 -m pip install x;", 9, "installs into the last stage: python3 -m pip"),
        ("RUN useradd", "RUN apk add gcc;", 9, "installs into the last stage: apk add gcc"),
        ("RUN useradd", "RUN wget -O- https://a.b | sh;", 9, "installs into the last stage: wget -O- https://a.b"),
        ("RUN useradd", "RUN bash -c 'poetry install';", 9, "installs into the last stage: poetry install"),
        ("FROM python:3.11-slim\n", "FROM build\n", 4, "installs into the last stage: pip install --require-hashes"),
        ("RUN pip", "ADD https://a.b/c /c\nRUN pip", 4, "ADD takes a file from an address"),
        ("RUN pip", "RUN sudo pip", 4, "uses sudo"),
        ("RUN useradd", "RUN chmod -R 0777 / ;", 9, "makes files writable for all"),
        ("RUN useradd", "RUN chmod a+rwx / ;", 9, "makes files writable for all"),
        ("COPY pyproject", "COPY --chmod=777 pyproject", 11, "makes files writable for all"),
    ],
)
def test_privileges(shop: Project, old: str, new: str, line: int, fault: str) -> None:
    """Root, installers in the last stage, downloads by ADD and files open to all are found in any spelling."""
    _change(shop, old, new)
    assert _faults(shop, installs.runs_unprivileged)[0] == (f"Dockerfile:{line}", fault)


@pytest.mark.parametrize(
    ("old", "new", "line", "fault"),
    [
        ("--require-hashes -r uv.txt", "uv", 4, "installs uv without a hash"),
        ("--require-hashes -r uv.txt", "-r uv.txt", 4, "reads requirements without --require-hashes"),
        ("-r uv.txt", "-r uw.txt", 4, "reads 'uw.txt', which this stage has not"),
        ("-r uv.txt", "-r uv.txt boto3", 4, "installs boto3 beside requirements"),
        ("-r uv.txt", "-i https://a.b -r uv.txt", 4, "names an index: -i https://a.b"),
        ("-r uv.txt", "--trusted-host a.b -r uv.txt", 4, "trusts a host without its certificate"),
        ("COPY shared shared\n", "", 6, "reads './shared', which this stage has not"),
        ("--no-deps ", "", 7, "installs a folder without --no-deps and --build-constraint"),
        ("--build-constraint uv.txt", "", 7, "installs a folder without --no-deps and --build-constraint"),
        ("uv venv", "curl -O https://a.b && uv venv", 4, "curl downloads without a checksum"),
        ("uv venv", "git clone https://a.b && uv venv", 4, "git downloads without a checksum"),
        ("uv venv", "uv sync && uv venv", 4, "uv sync may change the lock: expected --locked"),
        ("uv venv", "uv tool install x && uv venv", 4, "uv installs without hashes"),
        ("USER", "ENV PIP_INDEX_URL=https://a.b\nUSER", 12, "PIP_INDEX_URL names an index"),
    ],
)
def test_installs_that_no_hash_vouches_for(shop: Project, old: str, new: str, line: int, fault: str) -> None:
    """Packages come from hashed requirements that are there; a download has a checksum."""
    _change(shop, old, new)
    assert _faults(shop, installs.installs_by_hash) == [(f"Dockerfile:{line}", fault)]


def test_a_download_with_a_checksum_is_verified(shop: Project) -> None:
    """A file that a command wrote is there, and a checksum in the same instruction vouches for a download."""
    _change(shop, "uv venv", "curl -o x https://a.b && echo '0 x' | sha256sum -c && uv venv")
    _change(shop, "pip install --require-hashes -r uv.txt", "sed 1d uv.txt > /a && pip install --require-hashes -r /a")
    assert _faults(shop, installs.installs_by_hash) == []
