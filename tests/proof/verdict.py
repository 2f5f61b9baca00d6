"""What one check says of the ground, and how well all of them do."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from paddock.project import Workspace, project_names
from paddock.scaffold.baking import bake
from paddock.scaffold.questions import load_template, template_names
from paddock_ci.bake.combinations import cover, legal_combinations
from paddock_ci.bake.comparison import COMPARISONS, Row
from paddock_ci.checks import FRESH_CHECKS, PROJECT_CHECKS, WORKSPACE_CHECKS
from paddock_ci.checks.tools import TOOL_CHECKS
from paddock_ci.engine.check import repo_of, scope_of
from paddock_ci.engine.plan import CYCLE, plan
from paddock_ci.files import ProjectFiles
from paddock_ci.finding import Finding, Look, findings
from paddock_ci.notebook.family import NOTEBOOK_CHECKS, looks_of_notebook
from paddock_ci.policy import judged

from tests.proof.seed import Defect, Seed, planted

OF_POLICY = ("CK101", "CK102", "CK103")


def said(code: str, project: Path) -> list[Finding]:
    """What the check `code` finds in a project, or in the workspace that the project lies in."""
    root = project.parents[1]
    if code in OF_POLICY:
        return [finding for finding in _of_policy(root) if finding.code == code]
    if code == CYCLE:
        return list(plan(repo_of(root), [project.name], ()).findings)
    return findings((code, look) for look in _looks(code, root, project))


def _looks(code: str, root: Path, project: Path) -> Iterable[Look]:
    if check := {**PROJECT_CHECKS, **FRESH_CHECKS}.get(code):
        return check(ProjectFiles(root, project))
    if check_all := WORKSPACE_CHECKS.get(code):
        return check_all(Workspace(root))
    if code in NOTEBOOK_CHECKS:
        return _of_notebooks(code, project)
    if compare := COMPARISONS.get(code):
        templates = [load_template(root / "templates", name) for name in template_names(root / "templates")]
        return [look for one in templates for look in compare(one, _baked(one.folder, tuple(one.folder.rglob("*"))))]
    paths = ProjectFiles(root, project).paths
    return TOOL_CHECKS[code](root, [f"projects/{project.name}/{path}" for path in paths])


@cache
def _baked(folder: Path, files: tuple[Path, ...]) -> list[Row]:
    """Projects that show each answer, by the names of their files alone, which those of the template decide."""
    rows, template = [], load_template(folder.parent, folder.name)
    for answers in cover(legal_combinations(template), 1):
        with TemporaryDirectory() as scratch:
            made = bake(template, answers, Path(scratch), quick=True)
            paths = [path.relative_to(made).as_posix() for path in made.rglob("*") if path.is_file()]
            rows.append((answers, dict.fromkeys(paths, "")))
    return rows


def _of_notebooks(code: str, project: Path) -> Iterator[Look]:
    for path in sorted(project.rglob("*.ipynb")):
        yield from (look for name, look in looks_of_notebook(path, project.parents[1]) if name == code)


def _of_policy(root: Path) -> list[Finding]:
    """What is found, the policy's own findings among it, of those checks alone that a table names."""
    projects = [root / "projects" / name for name in project_names(Workspace(root))]
    texts = [(folder / "pyproject.toml").read_text() for folder in (root, *projects)]
    codes = {code for text in texts for code in re.findall(r"ignore\.(\w+)", text)} & PROJECT_CHECKS.keys()
    found = [finding for project in projects for code in sorted(codes) for finding in _at_home(code, project)]
    scope = scope_of([project.name for project in projects], is_whole=True)
    return judged(root, found, scope, datetime.now(UTC).date())


def _at_home(code: str, project: Path) -> list[Finding]:
    looks = _looks(code, project.parents[1], project)
    return findings((code, look.below(f"projects/{project.name}")) for look in looks)


@dataclass(frozen=True)
class Line:
    """A line of the table: how many defects were planted and caught, how many honest seeds passed or were told off."""

    family: str
    planted: int = 0
    caught: int = 0
    honest: int = 0
    alarms: int = 0
    wrong: tuple[str, ...] = ()

    def __add__(self, other: Line) -> Line:
        return Line(
            self.family,
            self.planted + other.planted,
            self.caught + other.caught,
            self.honest + other.honest,
            self.alarms + other.alarms,
            self.wrong + other.wrong,
        )

    @property
    def is_good(self) -> bool:
        """Whether at least 99 % are caught, with at most 1 % of false alarms."""
        return self.caught >= 0.99 * self.planted and self.alarms <= 0.01 * self.honest


def judge(family: str, seeds: Iterable[Seed], project: Path, say: Callable[[str, Path], Collection[object]]) -> Line:
    """The line of a family: each seed is planted alone, and `say` tells what its check finds then."""
    line = Line(family)
    for seed in seeds:
        with planted(seed, project):
            found = say(seed.code, project)
        is_wrong = bool(found) != isinstance(seed, Defect)
        wrong = (f"{seed.code} {seed.name}: {next(iter(found), 'nothing is found')}",) if is_wrong else ()
        if isinstance(seed, Defect):
            line += Line(family, planted=1, caught=int(bool(found)), wrong=wrong)
        else:
            line += Line(family, honest=1, alarms=int(bool(found)), wrong=wrong)
    return line


def table(lines: Iterable[Line]) -> str:
    """The table of all families, their sum, and below it each seed of which the verdict is wrong."""
    found = list(lines)
    total = sum(found, Line("all"))
    rows = [f"{'family':<28}{'planted':>9}{'caught':>9}{'honest':>9}{'alarms':>9}"]
    rows += [
        f"{one.family:<28}{one.planted:>9}{one.caught:>9}{one.honest:>9}{one.alarms:>9}" for one in (*found, total)
    ]
    caught, alarms = total.caught / max(total.planted, 1), total.alarms / max(total.honest, 1)
    return "\n".join([*rows, f"{caught:.1%} caught, {alarms:.1%} false alarms", *total.wrong])
