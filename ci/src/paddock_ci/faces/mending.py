"""Items of what is to be mended: for each code and file what is wrong there, and the next command or edit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from paddock_ci.engine.check import Report
from paddock_ci.faces.characters import clean
from paddock_ci.faces.markdown import block, code, details, fitting, prose
from paddock_ci.faces.rules import promises
from paddock_ci.faces.telling import Told, severity, told
from paddock_ci.finding import Finding

_OPEN = 5  # findings of an item that are shown without a click
_GROUP = 100_000  # bytes of them
_COMMAND = re.compile(r"Run: (?P<command>[^;\n]+)")


def items(report: Report, root: Path) -> list[str]:
    """One item of Markdown for each code and file, the most telling first, and one for an alarm."""
    groups: dict[tuple[str, str, str], list[Told]] = {}
    for one in told(report, root):
        groups.setdefault((severity(one.finding), one.finding.code, one.place.path), []).append(one)
    words = promises()
    found = [_item(number, group, words) for number, group in enumerate(groups.values(), 1)]
    return [*found, _alarm(len(found) + 1, report.alarm)] if report.alarm else found


def _item(number: int, group: Sequence[Told], words: Mapping[str, str]) -> str:
    first = group[0]
    shared = len({one.finding.remedy for one in group}) == 1
    lines = [_heading(number, group), "", *_said(group, shared)]
    if shared:
        lines += ["", _next(first.finding)]
    lines += ["", *_context(first, words)]
    return "\n".join(lines)


def _heading(number: int, group: Sequence[Told]) -> str:
    """Which project, which file and, where there is one finding, which cell or line of it."""
    place, finding = group[0].place, group[0].finding
    project = f"{prose(place.project)}: " if place.project else ""
    within = place.within if len(group) == 1 else f"({len(group)} times)"
    milder = "" if severity(finding) == "error" else f" · {severity(finding)}"
    return f"#### {number}. {project}{code(place.path)} {within}".rstrip() + f" · {prose(finding.code)}{milder}"


def _said(group: Sequence[Told], shared: bool) -> Iterator[str]:
    """What is wrong: a sentence, or a list of places and what is wrong there; each with its remedy if they differ."""
    if len(group) == 1:
        yield _message(group[0].finding)
        return
    lines = []
    for one in group:
        where = f"{one.place.within}: " if one.place.within else ""
        lines.append(f"- {where}{_message(one.finding)}" + ("" if shared else f"<br>{_next(one.finding)}"))
    kept, left = fitting(lines, _GROUP)
    kept += [f"- and {left} more"] if left else []
    yield from kept[:_OPEN]
    if kept[_OPEN:]:
        yield ""
        yield details(f"{len(kept) - _OPEN} more in this file", kept[_OPEN:])


def _message(finding: Finding) -> str:
    """The message; one of several lines as they are, below its first."""
    first, _, rest = clean(finding.message).strip().partition("\n")
    return f"{prose(first)}{block(rest) if rest else ''}"


def _next(finding: Finding) -> str:
    """What to do next: a command as one that can be copied."""
    first, _, rest = clean(finding.remedy).strip().partition("\n")
    below = block(rest) if rest else ""
    if found := _COMMAND.fullmatch(first):
        return f"**Next:** run {code(found['command'])}{below}"
    return f"**Next:** {prose(first)}{below}"


def _context(first: Told, words: Mapping[str, str]) -> Iterator[str]:
    """What the rule promises: for who did not write the change."""
    if rule := words.get(first.finding.code, ""):
        yield f"<sub>{prose(first.finding.code)}: {prose(rule)}</sub>"


def _alarm(number: int, reason: str) -> str:
    return "\n".join(
        (
            f"#### {number}. Nothing is skipped from now on",
            "",
            prose(reason),
            "",
            f"**Next:** find out why, then run {code('paddock check --trust')}",
        )
    )
