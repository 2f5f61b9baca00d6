"""Other tools that answer the same question, installed into a scratch folder and told what they need to know."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.cpu import Cost, cpu
from tests.benchmarks.monorepo import commit, git

_SECONDS = 120  # that installing and preparing a peer may take
_BIN = Path(sys.executable).parent
_QUIET = {"DO_NOT_TRACK": "1", "TURBO_TELEMETRY_DISABLED": "1", "NX_DAEMON": "false", "NO_COLOR": "1"}
_IGNORED = "node_modules\n.nx/\n.turbo/\n"
_STAGE = """stages:
  run:
    cmd: python -m tasks
    deps: {deps}
    outs:
      - scores.csv:
          cache: false
"""
# Asks a module graph who imports `gauss`; a package that is gone is one of those outside.
_GRIMP = """
import sys, grimp
gone, *packages = sys.argv[1:]
graph = grimp.build_graph(*packages, include_external_packages=True, cache_dir=None)
found = graph.find_downstream_modules(gone, as_package=gone in packages) if gone in graph.modules else ()
print("\\n".join(sorted({module.partition(".")[0] for module in found})))
"""


class NotAvailableError(Exception):
    """A peer that cannot be measured here; its text says why."""


@dataclass(frozen=True)
class Peer:
    """A tool: how it is asked what changed since the commit before, and how its answer reads."""

    name: str
    command: Sequence[str]
    parsed: Callable[[str], set[str]]
    environment: Mapping[str, str]

    def ask(self, root: Path, rounds: int = 1, before: Callable[[int], object] = lambda number: None) -> Cost:
        """What asking costs in the workspace at `root`; raises RuntimeError."""
        return cpu(self.command, root, rounds, before, self.environment)


def _of_turbo(said: str) -> set[str]:
    return {item["name"] for item in json.loads(said[said.index("{") :])["packages"]["items"]}


TURBO = Peer(
    "turborepo",
    ("node_modules/.bin/turbo", "ls", "--affected", "--output=json"),
    _of_turbo,
    {**_QUIET, "TURBO_SCM_BASE": "HEAD~1", "TURBO_SCM_HEAD": "HEAD"},
)
NX = Peer(
    "nx",
    ("node_modules/.bin/nx", "show", "projects", "--affected", "--base=HEAD~1", "--head=HEAD"),
    lambda said: set(said.split()),
    _QUIET,
)


def install(folder: Path) -> Path:
    """Install turborepo and nx below `folder`, and return the folder of modules; raises NotAvailableError."""
    folder.mkdir(parents=True)
    (folder / "package.json").write_text('{"private": true}')
    _run(["npm", "install", "--no-audit", "--no-fund", "turbo", "nx"], folder, time.monotonic() + _SECONDS)
    return folder / "node_modules"


def forget_all(root: Path) -> None:
    """Make nx forget what it knows of the workspace at `root`."""
    _run(["node_modules/.bin/nx", "reset"], root, time.monotonic() + _SECONDS)


def declare(root: Path, modules: Path) -> None:
    """Tell turborepo and nx of every project at `root` what `reads` declares, and commit that."""
    deadline = time.monotonic() + _SECONDS
    version = _run(["npm", "--version"], root, deadline).strip()
    for folder, owners in _reads(root).items():
        dependencies = dict.fromkeys(owners, "*")
        _write(folder / "package.json", {"name": folder.name, "version": "0.1.0", "dependencies": dependencies})
    workspaces = {"private": True, "packageManager": f"npm@{version}", "workspaces": ["projects/*"]}
    _write(root / "package.json", {"name": "workspace", **workspaces})
    _write(root / "turbo.json", {"tasks": {"build": {"dependsOn": ["^build"]}}})
    _write(root / "nx.json", {})
    with (root / ".gitignore").open("a") as file:
        file.write(_IGNORED)
    _run(["npm", "install", "--package-lock-only", "--no-audit", "--no-fund"], root, deadline)
    (root / "node_modules").symlink_to(modules)
    commit(root, "tell the peers")


def who_imports(root: Path, package: str, packages: Sequence[str]) -> set[str]:
    """The packages of projects at `root` that import `package`, also through others, as grimp knows it."""
    path = ":".join(str(folder) for folder in sorted(root.glob("projects/*/src")))
    command = [sys.executable, "-c", _GRIMP, package, *packages]
    return set(cpu(command, root, rounds=1, environment={"PYTHONPATH": path}).said.split())


def dvc_status(workspace: Path, folder: Path, edited: str) -> Cost:
    """What `dvc status` costs in a clone of the workspace with a stage for each project, one file of it `edited`.

    Raises NotAvailableError where installing and preparing it takes more than two minutes.
    """
    deadline = time.monotonic() + _SECONDS
    _run([str(_BIN / "uv"), "venv", "-q", str(folder / "venv")], workspace, deadline)
    dvc, python = str(folder / "venv/bin/dvc"), str(folder / "venv/bin/python")
    _run([str(_BIN / "uv"), "pip", "install", "-q", "--python", python, "dvc"], workspace, deadline)
    root = folder / "workspace"
    git(folder, "clone", "-q", str(workspace), str(root))
    for project, owners in _reads(root).items():
        deps = ["src", *(f"../{owner}/scores.csv" for owner in owners)]
        (project / "dvc.yaml").write_text(_STAGE.format(deps=json.dumps(deps)))
        (project / "scores.csv").write_text("1\n")
    for arguments in (("init", "-q"), ("config", "core.analytics", "false"), ("config", "core.check_update", "false")):
        _run([dvc, *arguments], root, deadline)
    _run([dvc, "commit", "-f", "-q"], root, deadline)
    with (root / edited).open("a") as file:
        file.write("EDITED = 1\n")
    return cpu([dvc, "status"], root, rounds=1)


def _reads(root: Path) -> dict[Path, list[str]]:
    """By the folder of each project, the projects whose datasets it declares to read."""
    found = {}
    for manifest in sorted(root.glob("projects/*/pyproject.toml")):
        table = tomllib.loads(manifest.read_text())["tool"]["paddock"]
        found[manifest.parent] = sorted({name.partition(".")[0] for name in table.get("reads", [])})
    return found


def _run(command: Sequence[str], folder: Path, deadline: float) -> str:
    try:
        left = max(deadline - time.monotonic(), 0.1)
        answer = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True, timeout=left)
    except FileNotFoundError as error:
        raise NotAvailableError(f"there is no {Path(command[0]).name} here") from error
    except subprocess.TimeoutExpired as error:
        raise NotAvailableError(f"{Path(command[0]).name} was not done within {_SECONDS} s") from error
    except subprocess.CalledProcessError as error:
        last = (error.stderr or error.stdout).strip().splitlines()[-1:] or ["it said nothing"]
        raise NotAvailableError(f"{' '.join(command[:2])} failed: {last[0]}") from error
    return answer.stdout


def _write(path: Path, document: Mapping[str, object]) -> None:
    path.write_text(json.dumps(document, indent=1))
