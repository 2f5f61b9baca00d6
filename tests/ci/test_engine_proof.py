"""The proof that nothing is skipped that would fail: random repositories, random edits, verdicts from scratch."""

from __future__ import annotations

import json
import os
import random
import re
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from paddock_ci.affected.answer import affected
from paddock_ci.engine.job import Job, Kind

from tests.ci.harnessed import Played, needs_landlock, perform
from tests.ci.repository import Repository, notebook, repository

pytestmark = needs_landlock
NAMES = ("gauss", "euler", "item-tags", "noether")
# How one project uses another: a line of its `uses.py`, or a cell of its notebook. The last is made at run time.
LINES = {
    "import": "import {package}.values",
    "importlib": 'importlib.import_module("{package}.values")',
    "notebook": "import {package}.values as v",
    "magic": "%run ../../{name}/src/{package}/values.py",
    "dataset": 'session.read("{name}.rows")',
    "file": 'open("../{name}/value.txt")',
    "link": 'open("link-{name}/value.txt")',
    "run time": 'open("../" + "{head}" + "{tail}" + "/value.txt")',
}
BEGINNING = {
    "gauss": (),
    "euler": (("dataset", "gauss"), ("link", "gauss")),
    "item-tags": (("import", "gauss"), ("dataset", "euler")),
    "noether": (("magic", "item-tags"), ("file", "euler"), ("dataset", "item-tags")),
}
IN_NOTEBOOKS = ("notebook", "magic")


Stages = dict[str, tempfile.TemporaryDirectory[str]]


class Model:
    """What the repository holds, and how to change it."""

    def __init__(self, team: Repository) -> None:
        self.team = team
        self.values = {name: number for number, name in enumerate(NAMES)}
        self.uses: dict[str, list[tuple[str, str]]] = {name: list(uses) for name, uses in BEGINNING.items()}
        for name in NAMES:
            self._write(name)

    def apply(self, edit: str, at: int, to: int, way: str) -> None:
        """Do one edit to the project number `at`, with the number or the project `to`."""
        names = sorted(self.values)
        name, other = names[at % len(names)], names[to % len(names)]
        folder = self.team.root / "projects" / name
        match edit:
            case "value":
                self.values[name] = to
            case "use" if name != other:
                self.uses[name].append((way, other))
            case "unuse":
                self.uses[name] = self.uses[name][1:]
            case "delete" if len(names) > 2:
                self.team.remove(f"projects/{name}")
                del self.values[name], self.uses[name]
                return
            case "rename" if f"{name}-two" not in names and len(name) < 20:
                folder.rename(folder.with_name(f"{name}-two"))
                self.values[f"{name}-two"], self.uses[f"{name}-two"] = self.values.pop(name), self.uses.pop(name)
                name = f"{name}-two"
            case "shadow":
                self.team.write({f"projects/{name}/src/{other.replace('-', '_')}/values.py": f"VALUE = {to}\n"})
            case "remove file":
                (folder / "value.txt").unlink(missing_ok=True)
                return
            case "conftest" | "template" | "lock" | "docs":
                path = {
                    "conftest": "conftest.py",
                    "template": "templates/a.txt",
                    "lock": "poetry.lock",
                    "docs": "docs/a.md",
                }
                self.team.write({path[edit]: f"# {to}\n"})
                return
        self._write(name)

    def _write(self, name: str) -> None:
        package, uses = name.replace("-", "_"), self.uses[name]
        lines = {way: LINES[way].format(**_words(other)) for way, other in uses}
        reads = sorted({f"{other}.rows" for way, other in uses if way == "dataset"})
        files = {
            "pyproject.toml": f'[tool.paddock]\npackage = "{package}"\nreads = {json.dumps(reads)}\n',
            "catalog.toml": "[datasets.rows]\n",
            "value.txt": f"{self.values[name]}\n",
            f"src/{package}/values.py": f"VALUE = {self.values[name]}\n",
            "uses.py": "".join(f"{line}\n" for way, line in lines.items() if way not in IN_NOTEBOOKS),
            "a.ipynb": notebook(*(line for way, line in lines.items() if way in IN_NOTEBOOKS)),
        }
        self.team.write({f"projects/{name}/{path}": text for path, text in files.items()})
        for other in (other for way, other in uses if way == "link"):
            link = self.team.root / f"projects/{name}/link-{other}"
            if not link.is_symlink():
                link.symlink_to(f"../{other}")


def _words(name: str) -> dict[str, str]:
    return {"name": name, "package": name.replace("-", "_"), "head": name[:2], "tail": name[2:]}


def played(job: Job, place: Path, given: Mapping[str, Path]) -> tuple[str, Mapping[str, str]]:
    """Do what the lines of the project say, as far as the stage holds it; an odd sum of what they give is a fault."""
    folder = place / "projects" / job.project
    numbers = [_number(folder / "value.txt"), _number(place / "conftest.py"), _number(place / "poetry.lock")]
    if job.kind is Kind.RUN:
        numbers += [int(path.read_text()) for _, path in sorted(given.items())]
        total = sum(number or 0 for number in numbers)
        # Halved, so that some edits leave the data as they were.
        return ("its sum is odd" if total % 2 else ""), {f"{job.project}.rows": str(total // 2)}
    numbers += [_number(path) for path in _read_by(folder, set())]
    if None in numbers[3:] or numbers[0] is None:
        return "a file is not there", {}
    return ("its sum is odd" if sum(number or 0 for number in numbers) % 2 else ""), {}


def _read_by(folder: Path, seen: set[Path]) -> Iterator[Path]:
    """The files that a project's lines read, and those of the projects whose modules they import."""
    if folder in seen or not folder.exists():
        return
    seen.add(folder)
    cells = json.loads((folder / "a.ipynb").read_text())["cells"] if (folder / "a.ipynb").exists() else []
    text = (folder / "uses.py").read_text() if (folder / "uses.py").exists() else ""
    for line in [*text.splitlines(), *("".join(cell["source"]) for cell in cells)]:
        if found := re.search(r'(?:import |import_module\(")(\w+)\.values', line):
            # Its own folder comes first on the path, as with any test.
            places = [folder, *sorted(path for path in folder.parent.iterdir() if path != folder)]
            hits = [place for place in places if (place / f"src/{found[1]}/values.py").exists()]
            yield hits[0] / f"src/{found[1]}/values.py" if hits else folder / "nothing"
            yield from _read_by(hits[0], seen) if hits else ()
        elif found := re.search(r"%run (\S+)", line):
            yield Path(os.path.normpath(folder / "notebooks" / found[1]))
        elif line.startswith("open"):
            yield folder / "".join(re.findall(r'"([^"]*)"', line))


def _number(path: Path) -> int | None:
    try:
        return int(re.findall(r"\d+", path.read_text())[0])
    except OSError:
        return None


EDITS = (
    "value",
    "value",
    "use",
    "use",
    "use",
    "unuse",
    "delete",
    "rename",
    "shadow",
    "remove file",
    "conftest",
    "template",
    "lock",
    "docs",
)
STEP = st.tuples(
    st.sampled_from(EDITS), st.integers(0, 7), st.integers(0, 7), st.sampled_from(sorted(LINES)), st.booleans()
)


def _verdicts(
    team: Repository, stages: Stages, projects: set[str] | None, is_cached: bool, workers: int
) -> dict[Job, bool]:
    outcomes = perform(team.root, Played(played, stages=stages), projects, is_cached=is_cached, workers=workers)
    return {job: outcome.status.is_good for job, outcome in outcomes.items()}


def _holds(steps: list[tuple[str, int, int, str, bool]]) -> None:
    """After each edit, what is selected and run, with what was known before, is what a run of everything says."""
    with tempfile.TemporaryDirectory() as scratch:
        team = repository(Path(scratch) / "team")
        model = Model(team)
        base = team.commit()
        stages: Stages = {}
        known = _verdicts(team, stages, None, is_cached=True, workers=1)
        for edit, at, to, way, is_committed in steps:
            model.apply(edit, at, to, way)
            selected = set(affected(team.root, base).ways)
            told = known | _verdicts(team, stages, selected, is_cached=True, workers=2)
            scratch_verdicts = _verdicts(team, stages, None, is_cached=False, workers=1)
            assert {job: told[job] for job in scratch_verdicts} == scratch_verdicts, (edit, sorted(selected))
            if is_committed:
                base, known = team.commit(), scratch_verdicts


@pytest.mark.parametrize("seed", range(6))
def test_nothing_is_skipped_that_would_say_otherwise(seed: int) -> None:
    """Whatever is edited, deleted, renamed, shadowed or linked: no verdict that changes is skipped or stale."""
    # Not from hypothesis, whose few first examples are all small.
    draw = random.Random(seed)
    _holds(
        [
            (draw.choice(EDITS), draw.randrange(8), draw.randrange(8), draw.choice(sorted(LINES)), draw.random() < 0.5)
            for _ in range(12)
        ]
    )


@pytest.mark.slow
@given(st.lists(STEP, min_size=3, max_size=12))
@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow])
def test_nothing_is_skipped_in_many_histories(steps: list[tuple[str, int, int, str, bool]]) -> None:
    """The same over many and longer histories: `make proof`."""
    _holds(steps)
