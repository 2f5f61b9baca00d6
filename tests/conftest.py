"""What every test may ask for: a workspace of its own, projects in it, a real PostgreSQL."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from paddock.project import Project, Workspace, load_project
from xdist.scheduler.loadscope import LoadScopeScheduling

from tests.browser import launched

# Files whose tests share what takes long to make (an engine with an image, a cluster, a project that ran): each goes
# to one worker, the largest first. All other tests go one by one to whichever worker is free.
_TOGETHER = {
    "tests/ci/test_cluster.py",
    "tests/ci/test_reference.py",
    "tests/ci/test_score.py",
    "tests/docker/test_image.py",
    "tests/docs/test_languages.py",
    "tests/docs/test_site.py",
    "tests/docs/test_pages.py",
    "tests/end_to_end/test_readme.py",
    "tests/proof/test_proof.py",
    "tests/reports/test_cluster.py",
}

# The same examples each time: a verdict of CI is no matter of luck. `--hypothesis-profile=search` looks for new ones.
# No deadline: how fast a machine is says nothing about the code.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("search", derandomize=False, deadline=None)
settings.load_profile("same")

# Where one process starts one kernel, a server of its own costs more than it saves; tests of notebooks have one.
os.environ["PADDOCK_KERNELS"] = "stock"

MakeProject = Callable[..., Project]


class _Scheduling(LoadScopeScheduling):
    """Groups by file where that saves time; marks of groups are lost with this version of pytest."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return file if file in _TOGETHER else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> _Scheduling:
    """How tests are spread over workers."""
    return _Scheduling(config, log)


@pytest.fixture(autouse=True)
def _no_inherited_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's own PADDOCK_ variables never change a verdict."""
    for name in [name for name in os.environ if name.startswith("PADDOCK_") and name != "PADDOCK_KERNELS"]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def _place_of_servers() -> Iterator[Path]:
    """A folder in which servers of kernels are found; they end with it. Its name leaves room for a socket's path."""
    with tempfile.TemporaryDirectory(prefix="k-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)
        for command in Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                if b"paddock.kernels.server" in (said := command.read_bytes()) and folder.encode() in said:
                    os.kill(int(command.parent.name), signal.SIGTERM)


@pytest.fixture
def shared_kernels(_place_of_servers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All runs of this test, also in processes of their own, take kernels from the same server, as runs of users do."""
    monkeypatch.setenv("PADDOCK_KERNELS", "shared")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(_place_of_servers))


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """One Chromium for all tests of a module; while it lives, its loop runs in this thread."""
    with launched() as found:
        yield found


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """An empty workspace."""
    root = tmp_path / "workspace"
    (root / "projects").mkdir(parents=True)
    (root / "pyproject.toml").write_text("[tool.paddock.workspace]\n")
    return Workspace(root)


@pytest.fixture
def make_project(workspace: Workspace) -> MakeProject:
    """Make a project with the given catalogue, declared reads and files; without a pipeline it is an analysis."""

    def make(
        name: str,
        catalog: str = "",
        reads: Sequence[str] = (),
        files: dict[str, str] | None = None,
        notebooks: Sequence[str] = (),
        has_pipeline: bool = True,
    ) -> Project:
        folder = workspace.root / "projects" / name
        package = name.replace("-", "_")
        pipeline = f'package = "{package}"\npipeline = "{package}.tasks:Pipeline"\n' if has_pipeline else ""
        texts = {
            "pyproject.toml": (
                f'[project]\nname = "{name}"\nversion = "0.1.0"\ndescription = "A project of the tests."\n\n'
                f'[tool.paddock]\nowner = "Ada"\n{pipeline}'
                f"notebooks = {list(notebooks)!r}\nreads = {list(reads)!r}\n"
            ),
        }
        if has_pipeline:
            texts[f"src/{package}/__init__.py"] = ""
        if has_pipeline or catalog:
            texts["catalog.toml"] = catalog
        for path, text in (texts | (files or {})).items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)
        return load_project(workspace, name)

    return make


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a PostgreSQL server that this session started, with an empty database."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not programs:
        assert not os.environ.get("CI"), "PostgreSQL is missing; .ci/run installs it"
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    binaries = programs[-1].parent
    # Not below pytest's own folder: the server's user cannot enter that one.
    folder = Path(tempfile.mkdtemp(prefix="paddock-pg-"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    user = _server_user(folder)
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    control = [*user, str(binaries / "pg_ctl"), "-D", str(folder / "data"), "-w", "-l", str(folder / "log")]
    try:
        _call(
            [*user, str(binaries / "initdb"), "-D", str(folder / "data"), "-A", "trust", "-U", "postgres", "--no-sync"]
        )
        _call([*control, "-o", options, "start"])
        yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
        _call([*control, "-m", "immediate", "stop"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _server_user(folder: Path) -> list[str]:
    """How to become a user that may run the server, which root may not."""
    if os.geteuid() != 0:
        return []
    shutil.chown(folder, "postgres")
    return ["runuser", "-u", "postgres", "--"]


def _call(command: Sequence[str]) -> None:
    # The server outlives pg_ctl and would hold a captured pipe open, so its output goes to a file.
    with tempfile.TemporaryFile() as output:
        code = subprocess.run(command, stdout=output, stderr=subprocess.STDOUT, cwd="/", check=False).returncode
        output.seek(0)
        assert code == 0, output.read().decode()
