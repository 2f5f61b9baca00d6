"""What holds for any edits on both sides: no line is lost, and the way through versions does not matter."""

from __future__ import annotations

import random
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st
from paddock.scaffold.decision import Change
from paddock.scaffold.entry import Entry, entries_in, write_entry
from paddock.scaffold.outcome import Status
from paddock.scaffold.ownership import Owner
from paddock.scaffold.plan import Plan, Rules, plan_of

from tests.scaffold.enduring import contents, team_at

Texts = dict[str, str]
RULES = Rules({"managed": Owner.MANAGED, "owned": Owner.OWNED})
NAMES = ("managed", "owned", "a", "b", "deep/c", "new")
START: Texts = {name: "".join(f"{name} {number}\n" for number in range(12)) for name in NAMES if name != "new"}

# An edit: which file, at which line, how many lines go, how many come; all lines of a file gone means that it goes.
EDITS = st.lists(
    st.tuples(st.sampled_from(NAMES), st.integers(0, 12), st.integers(0, 3), st.integers(0, 2)), max_size=4
)
GONE = st.sets(st.sampled_from(("a", "b", "deep/c")), max_size=1)


def _edited(texts: Mapping[str, str], edits: list[tuple[str, int, int, int]], gone: set[str], who: str) -> Texts:
    """The texts with the edits; each line that comes is one that nobody else writes."""
    found = dict(texts)
    for number, (name, at, out, into) in enumerate(edits):
        lines = found.get(name, "").splitlines(keepends=True)
        lines[at : at + out] = [f"{who} {number} {line}\n" for line in range(into)]
        if lines:
            found[name] = "".join(lines)
    return {name: text for name, text in found.items() if name not in gone}


def _entries(texts: Mapping[str, str]) -> dict[str, Entry]:
    return {name: Entry(text.encode()) for name, text in texts.items()}


def _folder(place: Path, texts: Mapping[str, str]) -> Path:
    for name, text in texts.items():
        write_entry(place, name, Entry(text.encode()))
    return place


def _followed(ours: Mapping[str, str], before: Texts, after: Texts) -> tuple[Plan, Texts]:
    """The plan of an update, and what the project is after it."""
    with TemporaryDirectory() as scratch:
        folder = _folder(Path(scratch), ours)
        plan = plan_of(folder, _entries(before), _entries(after), RULES)
        found = entries_in(folder)
    for change in plan.changes:
        _apply(change, found)
    return plan, {name: entry.content.decode() for name, entry in found.items()}


def _apply(change: Change, files: dict[str, Entry]) -> None:
    if change.is_deletion:
        del files[change.path]
    elif change.entry:
        files[change.path] = change.entry


@settings(max_examples=150)
@given(ours=EDITS, theirs=EDITS, ours_gone=GONE, theirs_gone=GONE)
def test_no_line_of_a_user_is_lost_without_being_named(
    ours: list[tuple[str, int, int, int]],
    theirs: list[tuple[str, int, int, int]],
    ours_gone: set[str],
    theirs_gone: set[str],
) -> None:
    """Each line that the user wrote is in the file, or the file is named; so is each that the template wrote."""
    mine, new = _edited(START, ours, ours_gone, "ours"), _edited(START, theirs, theirs_gone, "theirs")
    plan, result = _followed(mine, START, new)
    named = {conflict.path for conflict in plan.conflicts} | {change.path for change in plan.changes if change.words}
    for name in NAMES:
        written = [line for line in mine.get(name, "").splitlines() if line.startswith("ours")]
        assert name in named or set(written) <= set(result.get(name, "").splitlines())
        come = [line for line in new.get(name, "").splitlines() if line.startswith("theirs")]
        assert name in named or set(come) <= set(result.get(name, "").splitlines())
        if name in ours_gone:
            assert name not in result
    again, same = _followed(result, new, new)
    assert not [change for change in again.changes if change.entry]
    assert same == result


@settings(max_examples=150)
@given(ours=EDITS, first=EDITS, second=EDITS, gone=GONE)
def test_the_way_through_a_version_does_not_matter(
    ours: list[tuple[str, int, int, int]],
    first: list[tuple[str, int, int, int]],
    second: list[tuple[str, int, int, int]],
    gone: set[str],
) -> None:
    """From a to b to c is from a to c, where none of them is a conflict."""
    mine = _edited(START, ours, set(), "ours")
    middle = _edited(START, first, set(), "first")
    last = _edited(middle, second, gone, "second")
    plan_one, through = _followed(mine, START, middle)
    plan_two, through = _followed(through, middle, last)
    plan_three, straight = _followed(mine, START, last)
    if not (plan_one.conflicts or plan_two.conflicts or plan_three.conflicts):
        assert through == straight


def test_random_edits_of_many_projects_over_three_versions(tmp_path: Path) -> None:
    """In a real clone: whoever has a conflict stays as it was, whoever has none has every line of both sides."""
    chance = random.Random(7)
    team = team_at(tmp_path / "team")
    projects = [team.new(f"Shop {number}") for number in range(6)]
    written: dict[str, list[str]] = {}
    for version in range(3):
        for project in projects:
            lines = (project / "src/model.py").read_text().splitlines()
            lines.insert(chance.randrange(len(lines)), f"{project.name} {version}")
            written.setdefault(project.name, []).append(f"{project.name} {version}")
            (project / "src/model.py").write_text("\n".join(lines) + "\n")
        lines = (team.template / "src/model.py").read_text().splitlines()
        lines[chance.randrange(len(lines))] = f"template {version}"
        team.release({"src/model.py": "\n".join(lines) + "\n"})
        before = {project.name: contents(project) for project in projects}
        for project, outcome in zip(projects, team.update(*(one.name for one in projects)), strict=True):
            text = (project / "src/model.py").read_text()
            assert set(written[project.name]) <= set(text.splitlines())
            if outcome.status is Status.CONFLICTS:
                assert contents(project) == before[project.name]
            else:
                assert f"template {version}" in text
        team.repo.commit()
