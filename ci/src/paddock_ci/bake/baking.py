"""One combination of answers: baked in a workspace of its own, and checked."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from paddock.project import Workspace
from paddock.scaffold.new import new_project
from paddock.scaffold.questions import Template

from paddock_ci.bake.combinations import Answers
from paddock_ci.bake.comparison import same_twice, stays_inside
from paddock_ci.checks import FRESH_CHECKS, PROJECT_CHECKS, WORKSPACE_CHECKS
from paddock_ci.files import ProjectFiles
from paddock_ci.finding import Finding, Look, findings
from paddock_ci.notebook.family import NOTEBOOK_CHECKS, looks_of_notebook

# A project that others read, so that a template may ask for a dataset of another project.
NEIGHBOUR = "neighbour.predictions"
# What a fresh project needs of the workspace around it.
_LINKED = ("Makefile", "ci", "poetry.lock", "pyproject.toml", "requirements.txt", "shared", "templates")
# The checks of a workspace that look at each of its projects.
_OF_PROJECTS = ("WS102",)


@dataclass(frozen=True)
class Baked:
    """One combination of answers, the project that came of it, the hash of each of its files, and what checks say.

    The places of findings are relative to the project.
    """

    answers: Answers
    root: Path
    name: str
    hashes: Mapping[str, str]
    looked: Mapping[str, int]
    findings: tuple[Finding, ...]


def bake_and_check(root: Path, template: Template, answers: Answers, place: Path) -> Baked:
    """Bake `template` of the workspace at `root` with `answers`, twice, in a workspace at `place`; check it."""
    workspace = scratch_workspace(root, place)
    before = hashes_of(place)
    with _at_home(place / "ada"):
        folder = new_project(workspace, answers, template.name)
    first = hashes_of(folder)
    shutil.move(folder, place.parent / f"{place.name}-first")
    with _at_home(place / "bob"):
        new_project(workspace, answers, template.name)
    shutil.rmtree(place.parent / f"{place.name}-first")
    looks = list(check_project(place, folder, template.exempt))
    looks += [("BK101", look) for look in same_twice(first, hashes_of(folder))]
    looks += [("BK104", look) for look in stays_inside(before, hashes_of(place), f"projects/{folder.name}")]
    inside = (replace(found, place=found.place.removeprefix(f"projects/{folder.name}/")) for found in findings(looks))
    return Baked(answers, place, folder.name, first, Counter(code for code, _ in looks), tuple(inside))


@contextlib.contextmanager
def _at_home(folder: Path) -> Iterator[None]:
    """As another user with an empty home, so that what a template takes from there, or leaves there, shows."""
    folder.mkdir()
    kept = {name: os.environ.get(name) for name in ("HOME", "USER", "LOGNAME", "TZ")}
    os.environ.update(HOME=str(folder), USER=folder.name, LOGNAME=folder.name, TZ=f"{folder.name}-{len(folder.name)}")
    try:
        yield
    finally:
        for name, value in kept.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def check_project(root: Path, folder: Path, exempt: Iterable[str] = ()) -> Iterator[tuple[str, Look]]:
    """What the checks of projects, and those of its workspace, say about a baked project."""
    files, prefix = ProjectFiles(root, folder), f"projects/{folder.name}/"
    for code, check in (PROJECT_CHECKS | FRESH_CHECKS).items():
        yield from _or_nothing(code, [look.below(f"projects/{folder.name}") for look in check(files)], folder, exempt)
    notebooks = [found for path in sorted(folder.rglob("*.ipynb")) for found in looks_of_notebook(path, root)]
    for code in NOTEBOOK_CHECKS:
        yield from _or_nothing(code, [look for name, look in notebooks if name == code], folder, exempt)
    for code in _OF_PROJECTS:
        found = [look for look in WORKSPACE_CHECKS[code](Workspace(root)) if look.place.startswith(prefix)]
        yield from _or_nothing(code, found, folder, exempt)


def scratch_workspace(root: Path, target: Path, neighbour: bool = True) -> Workspace:
    """A workspace at `target` that shares the templates, packages and lock of the one at `root`."""
    (target / "projects").mkdir(parents=True)
    for name in _LINKED:
        (target / name).symlink_to(root / name)
    if neighbour:
        _add_neighbour(target / "projects")
    return Workspace(target)


def hashes_of(folder: Path) -> dict[str, str]:
    """The SHA-256 of each file below `folder`, by its path."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in paths}


def _or_nothing(code: str, found: list[Look], folder: Path, exempt: Iterable[str]) -> Iterator[tuple[str, Look]]:
    """The looks of a check; where there are none and the template gives no reason, a finding that says so."""
    if not found and code not in exempt:
        remedy = "Mend the check or the template; or say why in _exempt of its cookiecutter.json."
        found = [Look(f"projects/{folder.name}", "looked at nothing", remedy)]
    yield from ((code, look) for look in found)


def _add_neighbour(projects: Path) -> None:
    project, dataset = NEIGHBOUR.split(".")
    folder = projects / project
    folder.mkdir()
    (folder / "pyproject.toml").write_text(
        f'[project]\nname = "{project}"\ndependencies = []\n\n[tool.paddock]\nowner = "Ada"\n'
        f'package = "{project}"\npipeline = "{project}.tasks:Pipeline"\n'
    )
    (folder / "catalog.toml").write_text(
        f'[datasets.{dataset}]\ndescription = "What another project says."\n\n[datasets.{dataset}.columns]\n'
        'score = { dtype = "float64", description = "A number." }\n'
    )
