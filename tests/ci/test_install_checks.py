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
    for path in ("uv.txt", "requirements.txt", "shared/pyproject.toml"):
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
        ("RUN useradd", "RUN install -d -m 0777 /x && useradd", 9, "makes files writable for all"),
        ("RUN useradd", "RUN umask 000 && useradd", 9, "makes files writable for all"),
        ("RUN useradd", "RUN chmod u+s /usr/bin/find && useradd", 9, "lets a program run as another user"),
        ("RUN useradd", "RUN chmod 4755 /usr/bin/find && useradd", 9, "lets a program run as another user"),
        ("--uid", "--groups video,sudo --uid", 9, "puts the user into the group sudo"),
        ("COPY pyproject", "COPY --chown=10001 pyproject", 11, "gives / to the user who runs it"),
        ("USER 10001", "RUN chown -R 10001 /app\nUSER 10001", 12, "gives /app to the user who runs it"),
        ("RUN useradd", "USER 10001\nRUN useradd", 10, "useradd runs as USER 10001, who may not"),
        ("USER 10001", "USER 10001:0", 12, "the user's group is root's"),
        ("USER 10001", "RUN install -d -o root /s\nVOLUME /s\nUSER 1", 12, "the state belongs to root"),
    ],
)
def test_privileges(shop: Project, old: str, new: str, line: int, fault: str) -> None:
    """Root, installers in the last stage, downloads by ADD and files open to all are found in any spelling."""
    _change(shop, old, new)
    found = _faults(shop, installs.runs_unprivileged)[0]
    assert found[0] == f"Dockerfile:{line}"
    assert found[1].startswith(fault)


@pytest.mark.parametrize(
    "new",
    [
        "RUN apt-get update && apt-get install -y libgomp1=12.2.0-14 && useradd",
        "VOLUME /s\nRUN install -d -m 0755 -o paddock /s && chown -R paddock: /s/x && umask 022 && useradd",
        "RUN groupadd --gid 10001 paddock && useradd --gid 10001",
        "COPY --chown=root:root shared /shared\nRUN useradd",
    ],
)
def test_what_an_image_may_do(shop: Project, new: str) -> None:
    """Libraries of the system at one version, and a state that belongs to the user."""
    _change(shop, "RUN useradd", new)
    assert _faults(shop, installs.runs_unprivileged) == []


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
        ("-r uv.txt &&", "-r uv.txt || true;", 4, "'true' hides whether the install before succeeded"),
        ("-r uv.txt &&", "-r uv.txt || echo no;", 4, "'echo no' hides whether the install before succeeded"),
        ("-r requirements.txt", "-r requirements.txt ; true", 5, "'true' hides whether the install before succeeded"),
        ("-r uv.txt &&", "-r uv.txt ;", 4, "'uv venv /opt/venv' hides whether the install before succeeded"),
        ("-r uv.txt", "--no-verify-hashes -r uv.txt", 4, "does without hashes: --no-verify-hashes"),
        ("uv venv", "uv venv --system-site-packages", 4, "the environment sees packages of the base"),
        ("--require-hashes -r req", "--link-mode symlink --require-hashes -r req", 5, "links to a cache that the"),
        ("uv.txt ./shared", "uv.txt -e ./shared", 7, "installs a link to a folder: -e ./shared"),
        ("projects/shop/requirements.txt uv", "requirements.txt uv", 5, "installs requirements.txt, which is not this"),
        ("USER", "ENV UV_NO_VERIFY_HASHES=1\nUSER", 12, "UV_NO_VERIFY_HASHES does without hashes"),
        ("USER", "ENV PIP_INDEX_URL=https://a.b\nUSER", 12, "PIP_INDEX_URL names an index"),
    ],
)
def test_installs_that_no_hash_vouches_for(shop: Project, old: str, new: str, line: int, fault: str) -> None:
    """Packages come from hashed requirements that are there; a download has a checksum."""
    _change(shop, old, new)
    ((place, found),) = _faults(shop, installs.installs_by_hash)
    assert place == f"Dockerfile:{line}"
    assert found.startswith(fault)


def test_a_shell_that_stops_hides_nothing(shop: Project) -> None:
    """After `set -e` a semicolon is as good as `&&`, and an end that fails is no excuse."""
    _change(
        shop, "RUN pip install --require-hashes -r uv.txt &&", "RUN set -eu; pip install --require-hashes -r uv.txt;"
    )
    _change(shop, "-r requirements.txt", "-r requirements.txt || exit 1")
    assert _faults(shop, installs.installs_by_hash) == []


def test_a_download_with_a_checksum_is_verified(shop: Project) -> None:
    """A file that a command wrote is there, and a checksum in the same instruction vouches for a download."""
    _change(shop, "uv venv", "curl -o x https://a.b && echo '0 x' | sha256sum -c && uv venv")
    _change(shop, "pip install --require-hashes -r uv.txt", "sed 1d uv.txt > /a && pip install --require-hashes -r /a")
    assert _faults(shop, installs.installs_by_hash) == []
