"""GitHub's workflow commands: lines of a log that it shows beside the code of a pull request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from paddock_ci.engine.check import Report
from paddock_ci.faces.characters import clean, clipped
from paddock_ci.faces.telling import Told, severity, told
from paddock_ci.finding import more
from paddock_ci.places import spot

_MOST = 10  # that GitHub shows of each command in a step
_LONGEST = 4000  # characters of a message
_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


class _Shown(NamedTuple):
    command: str
    properties: dict[str, str]
    message: str


def render(report: Report, notes: Sequence[str], root: Path) -> Iterator[str]:
    """A line for each finding that GitHub will show, the most telling first; the last says how many it will not."""
    commands = [*_general(report, notes), *(_annotation(one, root) for one in told(report, root))]
    left = 0
    for name in _COMMANDS.values():
        mine = [command for command in commands if command.command == name]
        # The last place of the notices is for the one below.
        most = _MOST - 1 if name == "notice" else _MOST
        yield from map(_line, mine[:most])
        left += len(mine[most:])
    if left:
        more = f"{left} more, which GitHub shows no room for: see the summary of this job."
        yield _line(_Shown("notice", {"title": "Paddock"}, more))


def _general(report: Report, notes: Sequence[str]) -> Iterator[_Shown]:
    """What is told of no file."""
    if report.alarm:
        said = f"Nothing is skipped from now on: {report.alarm}\nFind out why, then: paddock check --trust"
        yield _Shown("error", {"title": "Paddock"}, said)
    yield from (_Shown("warning", {"title": "Paddock"}, note) for note in notes)


def _annotation(one: Told, root: Path) -> _Shown:
    finding, at = one.finding, spot(one.place, root)
    # The line is that of the notebook's JSON; people know the cell.
    cell = f"{one.place.within}: " if one.place.cell else ""
    properties = {"file": at.path, "line": str(at.line), "title": finding.code}
    return _Shown(
        _COMMANDS[severity(finding)], properties, f"{cell}{finding.message}\n{finding.remedy}\n{more([finding])}"
    )


def _line(shown: _Shown) -> str:
    properties = ",".join(f"{name}={_property(value)}" for name, value in shown.properties.items())
    return f"::{shown.command} {properties}::{_data(clipped(shown.message, _LONGEST))}"


def _data(text: str) -> str:
    return clean(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
