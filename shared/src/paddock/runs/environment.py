"""The environment that a run worked in: locks, interpreter, image, machine, seeds; no name of a user or a host."""

from __future__ import annotations

import hashlib
import os
import platform
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from paddock.project import Project
from paddock.runs.provenance import difference_hash

LOCKS = ("poetry.lock", "uv.lock", "pdm.lock", "pylock.toml", "requirements.txt")
_HASH_SEED = "PYTHONHASHSEED"
_SEED = re.compile(r"(?:^|_)(?:seed|random_state)(?:_|$)", re.IGNORECASE)
_IMAGE = "PADDOCK_IMAGE"
# Podman tells a container its image here; Docker only that it is a container.
_PODMAN, _DOCKER = Path("/run/.containerenv"), Path("/.dockerenv")
_UNKNOWN = "unknown"


def lock_hash(root: Path) -> str:
    """SHA-256 over the lock files of the workspace at `root`, by name; empty where there is none."""
    found = [root / name for name in LOCKS if (root / name).is_file()]
    digest = hashlib.sha256()
    for path in found:
        digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest() if found else ""


def interpreter() -> str:
    """The interpreter with its build, such as `CPython 3.11.7 (main), GCC 12.2.0`."""
    return f"{platform.python_implementation()} {platform.python_version()}, {platform.python_compiler()}"


def image() -> str:
    """The digest of the image that this runs in; empty outside of one, `unknown` where nobody told it.

    No container can see its own digest: whoever starts it says it in PADDOCK_IMAGE. Podman tells the image's id.
    """
    if named := os.environ.get(_IMAGE, ""):
        return named
    try:
        told = re.search(r'^imageid="?(\w+)', _PODMAN.read_text(encoding="utf-8"), re.MULTILINE)
        return f"sha256:{told[1]}" if told else _UNKNOWN
    except (OSError, ValueError):
        return _UNKNOWN if _DOCKER.exists() else ""


def seeds(parameters: Iterable[Mapping[str, object]]) -> dict[str, str]:
    """The seed of hashes (`random` where none is set), and parameters whose names say that they are seeds."""
    declared = {name: str(value) for values in parameters for name, value in values.items() if _SEED.search(name)}
    return {_HASH_SEED: os.environ.get(_HASH_SEED) or "random", **declared}


@dataclass(frozen=True)
class Surroundings:
    """What a run of a project worked in besides its commit; see the functions that tell each part."""

    dirty_hash: str
    lock_hash: str
    interpreter: str
    image: str
    system: str
    machine: str
    cores: int


def surroundings(project: Project) -> Surroundings:
    """The surroundings of a run that begins now; of uncommitted changes, those that it can see."""
    root = project.workspace.root
    seen = (project.folder.relative_to(root).as_posix(), "shared", "pyproject.toml", *LOCKS)
    return Surroundings(
        dirty_hash=difference_hash(root, seen),
        lock_hash=lock_hash(root),
        interpreter=interpreter(),
        image=image(),
        system=f"{platform.system()} {platform.release()}",
        machine=platform.machine(),
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
    )
