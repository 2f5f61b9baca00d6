"""The image of a baked project: built in a scratch clone, run, looked into."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import tarfile
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from paddock.project import Workspace
from paddock.scaffold.new import new_project
from paddock_ci.demo import ANSWERS

from tests.docker.base_image import find_base
from tests.docker.engine import Engine
from tests.working_tree import copy_working_tree

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "paddock-tests"
# What a cautious operator takes from a container: the network, the root file system, every capability, most memory.
CONFINED = (
    "--network=none", "--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges",
    "--memory=1g", "--tmpfs=/tmp:size=256m",
)  # fmt: skip
_GIT = ("git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgsign=false")


@dataclass(frozen=True)
class Step:
    """One instruction of a Dockerfile as the engine named it, and whether its stored result was taken."""

    stage: str
    instruction: str
    is_cached: bool


@dataclass(frozen=True)
class Image:
    """A name for the image of `project` in the clone at `folder`."""

    engine: Engine
    base: str
    folder: Path
    project: str
    tag: str

    @property
    def commit(self) -> str:
        """The commit of the clone, of which the image is told."""
        return _call(["git", "rev-parse", "HEAD"], self.folder).strip()

    def tracked(self) -> set[str]:
        """The files that the clone's commit holds."""
        return set(_call(["git", "ls-files", "-z"], self.folder).split("\0")) - {""}

    def build(self, *options: str) -> tuple[Step, ...]:
        """Build it by the command that its Dockerfile names; the steps in the engine's order."""
        answer = self.engine.run(
            *("build", "--network=host", "--progress=plain", f"--build-arg=BASE={self.base}", *options),
            *("-f", f"projects/{self.project}/Dockerfile", "-t", self.tag),
            *("--build-arg", f"COMMIT={self.commit}", "."),
            folder=self.folder,
        )
        assert answer.returncode == 0, f"{answer.stdout}{answer.stderr}"
        return tuple(_steps(answer.stdout + answer.stderr))

    def run(self, *arguments: str, options: Sequence[str] = CONFINED) -> subprocess.CompletedProcess[str]:
        """What a container of it answered to `ARGUMENTS`."""
        return self.engine.run("run", "--rm", *options, self.tag, *arguments)

    def python(self, code: str, options: Sequence[str] = CONFINED) -> Any:
        """What Python code in a container of it printed as JSON."""
        answer = self.run("-c", code, options=(*options, "--entrypoint=python"))
        assert answer.returncode == 0, answer.stdout + answer.stderr
        return json.loads(answer.stdout)

    def configuration(self) -> dict[str, Any]:
        """User, variables, health check and command, as the engine stores them."""
        return dict(json.loads(self.engine.call("inspect", "--format={{json .Config}}", self.tag)))

    def elsewhere(self, folder: Path) -> Image:
        """An image of a copy of the clone at `folder`, to edit and build under a name of its own."""
        shutil.copytree(self.folder, folder, symlinks=True)
        return replace(self, folder=folder, tag=f"{self.tag}-{folder.name}")

    def edit_source(self, line: str) -> None:
        """Append a line to the module of the project's tasks in the clone."""
        package = self.project.replace("-", "_")
        path = self.folder / "projects" / self.project / "src" / package / "tasks.py"
        path.write_text(f"{path.read_text()}{line}\n")


def clone(root: Path, folder: Path) -> str:
    """Make `folder` a clone of the working tree at `root` with two more projects; the name of the first."""
    copy_working_tree(root, folder)
    workspace = Workspace(folder)
    project = new_project(workspace, ANSWERS).name
    new_project(workspace, ANSWERS | {"project_name": "Another", "problem": "regression"})
    for command in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message=All of it"]):
        _call([*_GIT, *command], folder)
    return project


@contextmanager
def image_of(root: Path, scratch: Path, engine: Engine) -> Iterator[Image]:
    """The image, not built yet, of a project baked in a clone of `root`; what was built of it is removed afterwards."""
    project = clone(root, scratch / "clone")
    tag = f"paddock-test/{project}:{uuid.uuid4().hex[:12]}"
    try:
        yield Image(engine, find_base(engine, CACHE), scratch / "clone", project, tag)
    finally:
        engine.run("rmi", "--force", *engine.run("images", "--quiet", f"{tag}*").stdout.split())


def files_of(engine: Engine, image: str) -> dict[str, str]:
    """The path of everything in an image, with its kind, mode and owner; and, outside /opt, what it holds."""
    container = engine.call("create", image, "nothing").strip()
    try:
        with engine.start("export", container) as process, tarfile.open(fileobj=process.stdout, mode="r|") as tar:
            return {member.name.strip("/"): _state(tar, member) for member in tar}
    finally:
        engine.call("rm", container)


def _steps(printed: str) -> Iterator[Step]:
    cached = set(re.findall(r"^#(\d+) CACHED$", printed, re.M))
    named = re.findall(r"^#(\d+) \[(\S+) +\d+/\d+\] (.*)$", printed, re.M)
    for number, stage, instruction in dict.fromkeys(named):
        yield Step(stage, instruction, number in cached)


def _state(tar: tarfile.TarFile, member: tarfile.TarInfo) -> str:
    is_read = member.isreg() and not member.name.startswith("opt/")
    content = tar.extractfile(member) if is_read else None
    digest = hashlib.sha256(content.read()).hexdigest() if content else member.linkname
    return f"{'file' if member.isreg() else 'other'} {member.mode:o} {member.uid}:{member.gid} {digest}"


def _call(command: Sequence[str], folder: Path) -> str:
    # A developer's own settings of git, hooks and ignored files, never change a verdict.
    environment = os.environ | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    answer = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, f"{' '.join(command)}\n{answer.stdout}{answer.stderr}"
    return answer.stdout
