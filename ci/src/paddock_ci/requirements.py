"""The hashed export of `poetry.lock`, from which every machine installs, and what each project takes of it."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from packaging.utils import canonicalize_name
from paddock.errors import PaddockError, ToolError
from paddock.project import read_toml
from paddock.scaffold.closure import FILE, Lock, requirements_of, write_requirements
from paddock.telling.plain import fail

_INPUTS = ("pyproject.toml", "shared/pyproject.toml", "ci/pyproject.toml", "poetry.lock")
_PINNED = re.compile(r"([\w.-]+)(?:\[[^\]]*\])?==([^\s;\\]+)")
_PACKAGE = re.compile(r'^name = "(.+)"\nversion = "(.+)"$', re.MULTILINE)
_LOCKED_HASH = re.compile(r'hash = "(\w+:\w+)"')
_HASH = re.compile(r"\s+--hash=(\w+:\w+)")
_MARK = "# made from poetry.lock by `make lock`; inputs sha256 "


def export(root: Path) -> str:
    """The export as text, without the workspace's own packages. Needs no network."""
    command = [
        sys.executable,
        "-m",
        "poetry",
        "export",
        "--with",
        "projects,dev,docs",
        "--all-extras",
        "-f",
        FILE,
    ]
    answer = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if answer.returncode:
        raise ToolError(f"{root}: poetry export failed: {answer.stderr.strip()}", "Mend poetry.lock: poetry lock")
    lines = [line for line in answer.stdout.splitlines() if not line.startswith("-e ")]
    return f"{_MARK}{_inputs_hash(root)}\n" + "\n".join(lines) + "\n"


def fault(root: Path) -> str:
    """Why `requirements.txt` does not answer to its inputs, or nothing when it does."""
    path = root / FILE
    first = path.read_text(encoding="utf-8").splitlines()[0] if path.exists() else ""
    expected = f"{_MARK}{_inputs_hash(root)}"
    if first != expected:
        return f"expected the first line '{expected}', got '{first[:100]}'"
    return _unlocked(*((root / name).read_text(encoding="utf-8") for name in (FILE, "poetry.lock")))


def _unlocked(text: str, lock: str) -> str:
    """What the export holds that the text of the lock does not: a package at a version, a hash, an option."""
    packages = {(canonicalize_name(name), version) for name, version in _PACKAGE.findall(lock)}
    hashes = set(_LOCKED_HASH.findall(lock))
    for line in text.splitlines():
        if (found := _PINNED.match(line)) and (canonicalize_name(found[1]), found[2]) not in packages:
            return f"has {found[1]}=={found[2]}, which poetry.lock has not"
        if (found := _HASH.match(line)) and found[1] not in hashes:
            return f"has the hash {found[1][:20]}…, which poetry.lock has not"
        if line.startswith("-"):
            return f"has the option {line.split()[0]}, which no export has"
    return ""


def project_fault(project: Path, lock: Lock) -> str:
    """Why the requirements file of a project's image does not answer to the lock, or nothing when it does."""
    path = project / FILE
    found = path.read_text(encoding="utf-8") if path.exists() else ""
    expected = requirements_of(project, lock)
    if found == expected:
        return ""
    differing = {line.split(" ")[0] for line in set(found.splitlines()) ^ set(expected.splitlines()) if "==" in line}
    return f"expected what the lock says; differs in {', '.join(sorted(differing)[:5]) or 'its hashes'}"


def write_all(root: Path) -> None:
    """Write the export, then the requirements file of each project."""
    (root / FILE).write_text(export(root), encoding="utf-8")
    write_projects(root)


def write_projects(root: Path) -> None:
    """Write the requirements file of each project, from the lock and the export that are there: no index is asked."""
    for manifest in sorted(root.glob("projects/*/pyproject.toml")):
        write_requirements(manifest.parent)


def _inputs_hash(root: Path) -> str:
    """SHA-256 of the lock and of the dependency tables that it answers to, so that other settings do not count."""
    digest = hashlib.sha256()
    for name in _INPUTS:
        document = read_toml(root / name)
        if name != "poetry.lock":
            poetry = {
                k: v for k, v in document.get("tool", {}).get("poetry", {}).items() if k in ("dependencies", "group")
            }
            project = document.get("project", {})
            document = {
                "poetry": poetry,
                **{k: project.get(k) for k in ("dependencies", "optional-dependencies", "requires-python")},
            }
        digest.update(repr(_sorted(document)).encode())
    return digest.hexdigest()


def _sorted(value: object) -> object:
    if isinstance(value, dict):
        return sorted((key, _sorted(item)) for key, item in value.items())
    return [_sorted(item) for item in value] if isinstance(value, list) else value


def main(words: Sequence[str] | None = None) -> int:
    """Write the export of the workspace in the current folder, and the requirements file of each project.

    With `--projects`, only those of the projects.
    """
    try:
        given = sys.argv[1:] if words is None else words
        (write_projects if "--projects" in given else write_all)(Path.cwd())
    except PaddockError as error:
        return fail(error)
    return 0


if __name__ == "__main__":
    sys.exit(main())
