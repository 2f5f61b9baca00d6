"""A Docker engine: the one that answers on this machine, else one of its own for as long as it is used."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

import pytest

_SHARED_MEMORY = Path("/dev/shm")
# Packages, stages and images of one session come to 5 GB.
_ROOMY = 10 * 2**30
_ANSWERS_WITHIN_SECONDS = 60
# Nothing is forwarded, bridged or filtered: builds use the host's network, containers none.
_FLAGS = ("--iptables=false", "--bridge=none", "--ip-forward=false", "--ip-masq=false")
_PROBE = "FROM scratch\nLABEL paddock=probe\n"


class NoEngineError(Exception):
    """No engine answers and none can be started; the message says why and what to install."""


@dataclass(frozen=True)
class Engine:
    """A client program, and the environment in which it reaches an engine that builds with BuildKit."""

    program: str
    environment: Mapping[str, str] = field(default_factory=dict)

    def run(
        self, *arguments: str, folder: Path | None = None, text: str = "", seconds: float = 900
    ) -> subprocess.CompletedProcess[str]:
        """What `docker ARGUMENTS` answered, whatever that is; raises TimeoutExpired when nothing comes for so long."""
        environment = os.environ | self.environment | {"DOCKER_BUILDKIT": "1"}
        return subprocess.run(
            [self.program, *arguments],
            env=environment,
            cwd=folder,
            input=text,
            capture_output=True,
            text=True,
            check=False,
            timeout=seconds,
        )

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """`docker ARGUMENTS` as a process whose output can be read as it comes."""
        return subprocess.Popen([self.program, *arguments], env=os.environ | self.environment, stdout=subprocess.PIPE)

    def answers(self, *arguments: str) -> bool:
        """Whether `docker ARGUMENTS` succeeds."""
        return self.run(*arguments).returncode == 0

    def call(self, *arguments: str, folder: Path | None = None) -> str:
        """What `docker ARGUMENTS` printed; it succeeded."""
        answer = self.run(*arguments, folder=folder)
        assert answer.returncode == 0, f"docker {' '.join(arguments)}\n{answer.stdout}{answer.stderr}"
        return answer.stdout


def missing(programs: Mapping[str, str | None], *, is_root: bool) -> str:
    """Why no engine of one's own can be started with `programs`, or nothing when one can."""
    absent = [name for name, path in programs.items() if path is None]
    if absent:
        return f"{', '.join(absent)} not installed: apt-get install docker.io"
    if not is_root:
        return "only root can start one: start Docker's service, or ask to join the group docker"
    return ""


def give_up(error: NoEngineError, *, is_ci: bool) -> NoReturn:
    """Skip the test where a developer has no engine; CI has one, or fails."""
    if is_ci:
        pytest.fail(f"{error} (.ci/run installs what CI needs)")
    pytest.skip(str(error))


@contextlib.contextmanager
def engine() -> Iterator[Engine]:
    """An engine that builds with BuildKit; raises NoEngineError when there is none. What it starts, it stops."""
    clients = _clients()
    running, refusal = _first_that_builds(clients, {})
    if running:
        yield running
        return
    programs = {"docker": clients[0] if clients else None} | {name: _find(name) for name in ("dockerd", "runc")}
    reason = missing(programs, is_root=os.geteuid() == 0)
    if reason:
        raise NoEngineError(f"no Docker engine builds here{refusal}; {reason}")
    with _own_engine() as environment:
        started, refusal = _first_that_builds(clients, environment)
        if started is None:
            raise NoEngineError(f"no client builds with BuildKit{refusal}; apt-get install docker-buildx or docker.io")
        yield started


def _clients() -> list[str]:
    """The client programs in the order in which they are tried; some cannot build with BuildKit."""
    found = dict.fromkeys((shutil.which("docker"), "/usr/bin/docker"))
    return [path for path in found if path and Path(path).exists()]


def _find(name: str) -> str | None:
    return shutil.which(name, path=f"{os.environ.get('PATH', os.defpath)}:/usr/local/sbin:/usr/sbin:/sbin")


def _first_that_builds(clients: list[str], environment: Mapping[str, str]) -> tuple[Engine | None, str]:
    """The first client that builds an image of nothing with BuildKit, so that it and the engine work; else why not."""
    refusal = ""
    for program in clients:
        candidate = Engine(program, environment)
        answer = candidate.run("build", "--quiet", "-", text=_PROBE, seconds=_ANSWERS_WITHIN_SECONDS)
        if answer.returncode == 0:
            candidate.run("rmi", answer.stdout.strip())
            return candidate, ""
        refusal += f" ({program}: {' '.join(answer.stderr.split())[:200]})"
    return None, refusal


@contextlib.contextmanager
def _own_engine() -> Iterator[dict[str, str]]:
    """The environment of an engine with a folder and a socket of its own; both are gone afterwards."""
    is_roomy = _SHARED_MEMORY.is_dir() and shutil.disk_usage(_SHARED_MEMORY).free > _ROOMY
    # A short path: the name of a socket has 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="paddock-docker-", dir=_SHARED_MEMORY if is_roomy else None))
    environment = {"DOCKER_HOST": f"unix://{folder}/socket", "DOCKER_CONTEXT": ""}
    try:
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(_command(folder), stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            _wait_until_it_answers(process, environment, folder / "log")
            yield environment
        finally:
            process.terminate()
            process.wait(timeout=60)
    finally:
        _remove(folder)


def _command(folder: Path) -> list[str]:
    # Killed tests leave no engine behind: it gets a signal when its parent ends.
    tied = ["setpriv", "--pdeathsig", "TERM", "--"] if _find("setpriv") else []
    places = ["--data-root", f"{folder}/data", "--exec-root", f"{folder}/exec", "--pidfile", f"{folder}/pid"]
    return [*tied, str(_find("dockerd")), *places, "--host", f"unix://{folder}/socket", *_FLAGS]


def _wait_until_it_answers(process: subprocess.Popen[bytes], environment: Mapping[str, str], log: Path) -> None:
    clients = [Engine(program, environment) for program in _clients()]
    deadline = time.monotonic() + _ANSWERS_WITHIN_SECONDS
    while not any(client.answers("version") for client in clients):
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=0.1)
        if process.returncode is not None or time.monotonic() > deadline:
            raise NoEngineError(f"dockerd did not start:\n{log.read_text()[-2000:]}")


def _remove(folder: Path) -> None:
    """Remove an engine's folder; first what it left mounted there."""
    mounted = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
    for place in reversed([path for path in mounted if path.startswith(f"{folder}/")]):
        subprocess.run(["umount", place], check=False, capture_output=True)
    shutil.rmtree(folder, ignore_errors=True)
