"""The fleet effect in Markdown: what a pull request that changes a template shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from paddock_ci.faces.markdown import block, code, counted, details, fitting, prose, table
from paddock_ci.finding import Finding
from paddock_ci.fleet import words
from paddock_ci.fleet.effect import Effect, Fleet

_OPEN = 10  # rows and items that are shown without a click
_FEW = 8  # projects that are named for one finding
# Bytes of each part; together below the 1 MiB that GitHub takes.
_ROWS, _ITEMS, _FILES = 250_000, 350_000, 200_000


def render(fleet: Fleet) -> str:
    """The effect as Markdown for the summary of a job, or a comment."""
    parts = [f"## {'❌' if fleet.is_worse else '✅'} paddock fleet: {words.title(fleet)}"]
    if fleet.templates:
        parts += ["\n".join(f"- {prose(line)}" for line in words.scope(fleet)), prose(words.counts(fleet))]
        parts += _parts(fleet)
    return "\n\n".join(parts) + "\n"


def _parts(fleet: Fleet) -> Iterator[str]:
    everyone = (*fleet.effects, fleet.workspace)
    yield from _section("Refused", _refusals(fleet.effects))
    yield from _section("Conflicts", _conflicts(fleet.effects))
    yield from _section("Turned red", _findings({effect.project: effect.red for effect in everyone}))
    yield from _section("Gates that failed", _findings({effect.project: effect.failed for effect in everyone}))
    yield from _section("Turned green", _findings({effect.project: effect.green for effect in everyone}))
    yield from _rows(fleet.effects)
    yield from _files(fleet.effects)


def _section(title: str, items: Sequence[str]) -> Iterator[str]:
    """A heading with its items; many are folded."""
    if items:
        kept, left = fitting(items, _ITEMS)
        kept += [f"- and {left} more: {code('paddock fleet --json')}"] if left else []
        yield f"### {title}"
        yield "\n".join(kept) if len(kept) <= _OPEN else details(counted(len(items), "item"), kept)


def _refusals(effects: Sequence[Effect]) -> list[str]:
    """Each reason once, with its projects."""
    projects: dict[tuple[str, str, bool], list[str]] = {}
    for effect in effects:
        if found := effect.refusal:
            projects.setdefault((found.message, found.remedy, found.is_new), []).append(effect.project)
    return [
        f"- {_named(names)}: {prose(message)} {prose(remedy)}{'' if is_new else ' (as before the change)'}"
        for (message, remedy, is_new), names in projects.items()
    ]


def _conflicts(effects: Sequence[Effect]) -> list[str]:
    return [f"- **{prose(one.project)}**: {prose(words.hunk(hunk))}" for one in effects for hunk in one.hunks]


def _findings(found: Mapping[str, Sequence[Finding]]) -> list[str]:
    """Each finding once, with the projects that have it: a template has made the same in all of them."""
    projects: dict[tuple[str, str, str, str], list[str]] = {}
    for project, findings in found.items():
        for one in findings:
            place = one.place.removeprefix(f"projects/{project}/")
            projects.setdefault((one.code, place, one.message, one.remedy), []).append(project or "the workspace")
    return [
        f"- {code(found_code)} {code(place)}: {prose(message)} {prose(remedy)} ({_named(names)})"
        for (found_code, place, message, remedy), names in projects.items()
    ]


def _rows(effects: Sequence[Effect]) -> Iterator[str]:
    """A row for each project, the worst first."""
    if not effects:
        return
    rows = [" | ".join(_row(effect)) for effect in effects]
    kept, left = fitting(rows, _ROWS)
    shown = table(("project", "update", "turned red", "turned green", "gates", "to know"), [[row] for row in kept])
    shown += [f"\nand {counted(left, 'more project')}"] if left else []
    yield "### Projects"
    yield "\n".join(shown) if len(rows) <= _OPEN else details(counted(len(rows), "project"), shown)


def _row(effect: Effect) -> tuple[str, ...]:
    mark = "❌" if effect.is_worse else "✅"
    red, green = len(effect.red), len(effect.green)
    note = "; ".join(words.notes(effect))
    return (
        f"{mark} {prose(effect.project)}",
        prose(words.verdict(effect)),
        str(red),
        str(green),
        effect.gates,
        prose(note),
    )


def _files(effects: Sequence[Effect]) -> Iterator[str]:
    """The files of each project with their lines, behind a click."""
    changed = [effect for effect in effects if effect.files]
    if changed:
        items = [f"**{prose(one.project)}** {block(chr(10).join(map(words.lines, one.files)))}" for one in changed]
        kept, left = fitting(items, _FILES)
        kept += [f"and {left} more: {code('paddock fleet --json')}"] if left else []
        yield details("Files and lines", ["\n\n".join(kept)])


def _named(projects: Sequence[str]) -> str:
    more = f" and {len(projects) - _FEW} more" if len(projects) > _FEW else ""
    return ", ".join(map(prose, projects[:_FEW])) + more
