"""What a team says of its checks: which it wants, which findings it bears with and until when, which only warn.

`[tool.paddock.checks]` of the workspace says so for everything, that of a project for the project:

    [tool.paddock.checks]
    select = ["NB", "PD"]                      # beginnings of codes; the workspace alone may say so
    severity = { NB111 = "warning" }           # or "note", or "error"
    ignore.NB205 = "it has no model"
    ignore.NB109 = { reason = "chance is its subject", until = 2027-01-31, paths = ["notebooks/draws.ipynb"] }
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from paddock.errors import ConfigurationError, nearest
from paddock.project import read_toml, table_at

from paddock_ci.finding import Finding
from paddock_ci.places import parsed

SEVERITIES = ("error", "warning", "note")
KEYS = ("select", "ignore", "severity")
_MANIFEST = "pyproject.toml"
_TABLE = "[tool.paddock.checks]"
_EXAMPLE = 'Write, for instance: ignore.NB205 = "it has no model"'


@dataclass(frozen=True)
class Ignore:
    """Findings that somebody bears with: their code, why, until which day, in which files (globs), and who says so."""

    code: str
    reason: str
    until: date | None
    paths: tuple[str, ...]
    place: str

    def is_live(self, today: date) -> bool:
        """Whether it still holds."""
        return self.until is None or self.until >= today

    def fits(self, finding: Finding, root: Path) -> bool:
        """Whether it speaks of this finding in the workspace at `root`."""
        if finding.code != self.code:
            return False
        file = parsed(finding.place, root).path
        return any(fnmatchcase(file, path) for path in self.paths)


@dataclass(frozen=True)
class Policy:
    """What one `[tool.paddock.checks]` says, and what is wrong with it."""

    select: tuple[str, ...] = ()
    ignores: tuple[Ignore, ...] = ()
    severity: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Scope:
    """What was looked at: these projects, and the whole workspace or not.

    `codes` are those of all checks, `static` those that look whenever a project is looked at.
    """

    projects: tuple[str, ...]
    is_whole: bool
    codes: Collection[str]
    static: Collection[str]


def judged(root: Path, findings: Iterable[Finding], scope: Scope, today: date) -> list[Finding]:
    """The findings that count, each with its severity, and those about what the workspace and its projects say."""
    policies = _loaded(root, scope.projects, scope.codes)
    ignores, select = [ignore for policy in policies for ignore in policy.ignores], policies[0].select
    wanted = [finding for finding in findings if _is_selected(finding.code, select)]
    used = {ignore for ignore in ignores for finding in wanted if ignore.fits(finding, root)}
    said = [finding for policy in policies for finding in policy.findings]
    idle = [ignore for ignore in ignores if ignore not in used and _was_asked(ignore, scope, select)]
    ended = [ignore for ignore in ignores if ignore in used and not ignore.is_live(today)]
    return _weighed([*_borne_out(root, wanted, policies, today), *said, *_ended(ended), *_unused(idle)], policies)


def counted(root: Path, findings: Iterable[Finding], projects: Iterable[str], today: date) -> list[Finding]:
    """The same for a few findings of these projects, without a word about what the tables say."""
    policies = _loaded(root, projects, None)
    return _weighed(_borne_out(root, findings, policies, today), policies)


def _loaded(root: Path, projects: Iterable[str], codes: Collection[str] | None) -> list[Policy]:
    return [load(root, folder, codes) for folder in ("", *(f"projects/{name}" for name in projects))]


def _borne_out(root: Path, findings: Iterable[Finding], policies: list[Policy], today: date) -> list[Finding]:
    """Those of selected checks with which nobody bears."""
    live = [ignore for policy in policies for ignore in policy.ignores if ignore.is_live(today)]
    wanted = (finding for finding in findings if _is_selected(finding.code, policies[0].select))
    return [finding for finding in wanted if not any(ignore.fits(finding, root) for ignore in live)]


def _weighed(findings: Iterable[Finding], policies: list[Policy]) -> list[Finding]:
    severity = policies[0].severity
    return [replace(found, severity=severity.get(found.code, found.severity)) for found in findings]


def load(root: Path, folder: str, codes: Collection[str] | None) -> Policy:
    """What the table of the workspace (`folder` is empty) or of a project says; a file that cannot be read, nothing.

    Where `codes`, all that there are, are not known, any may be named.
    """
    place = f"{folder}/{_MANIFEST}" if folder else _MANIFEST
    try:
        document = read_toml(root / place)
        table = table_at(root / place, document, "tool", "paddock", "checks")
    except ConfigurationError:
        # Others say so.
        return Policy()
    faults: list[tuple[str, str]] = []
    ignores = tuple(_ignores(table.get("ignore", {}), folder, place, codes, faults))
    severity = _severity(table.get("severity", {}), codes, faults)
    select = _select(table.get("select", []), codes, faults)
    if not folder and (unknown := sorted(set(table) - set(KEYS))):
        faults.append(
            (f"has the key {unknown[0]!r}, which nothing reads. {nearest(unknown[0], KEYS)}", "Mend the key.")
        )
    if folder and (others := sorted(set(table) - {"ignore"})):
        faults.append((f"has the key '{others[0]}', which is the workspace's", "Move it into the workspace's table."))
    found = tuple(Finding("CK101", place, f"{_TABLE} {fault}", remedy) for fault, remedy in faults)
    return Policy(select, ignores, severity, found)


def _is_selected(code: str, select: tuple[str, ...]) -> bool:
    # What is said of the table itself cannot be left out by it.
    return not select or code.startswith(("CK", *select))


def _ignores(
    table: Any, folder: str, place: str, codes: Collection[str] | None, faults: list[tuple[str, str]]
) -> Iterator[Ignore]:
    if not isinstance(table, dict):
        faults.append((f"ignore: expected codes with their reasons, got {table!r}", _EXAMPLE))
        return
    for code, given in table.items():
        said: Any = {"reason": given} if isinstance(given, str) else given
        fault = _ignore_fault(code, said, codes)
        if fault:
            faults.append((f"ignore.{code}: {fault}", _EXAMPLE))
            continue
        prefix = f"{folder}/" if folder else ""
        paths = tuple(f"{prefix}{path}" for path in said.get("paths", ["*"]))
        yield Ignore(
            code, said["reason"], said.get("until"), (*paths, *([folder] if "paths" not in said else [])), place
        )


def _ignore_fault(code: str, said: Any, codes: Collection[str] | None) -> str:
    if codes is not None and code not in codes:
        return f"no such check. {nearest(code, codes)}"
    if not isinstance(said, dict) or set(said) - {"reason", "until", "paths"}:
        return f"expected a reason, or a table of reason, until and paths, got {said!r}"
    if not isinstance(said.get("reason"), str) or not said["reason"].strip():
        return f"expected a reason, got {said.get('reason')!r}"
    # A moment is a day to isinstance, but cannot be compared with one.
    if type(said.get("until", date.max)) is not date:
        return f"until: expected a date such as 2027-01-31 (without quotes), got {said['until']!r}"
    paths = said.get("paths", [])
    is_list = isinstance(paths, list) and all(isinstance(path, str) for path in paths)
    return "" if is_list else f"paths: expected a list of files or patterns, got {paths!r}"


def _severity(table: Any, codes: Collection[str] | None, faults: list[tuple[str, str]]) -> dict[str, str]:
    found = table if isinstance(table, dict) else {"severity": table}
    for code, level in found.items():
        if codes is not None and code not in codes:
            faults.append((f"severity.{code}: no such check. {nearest(code, codes)}", "Mend the code."))
        elif level not in SEVERITIES:
            faults.append((f"severity.{code}: expected {', '.join(SEVERITIES)}, got {level!r}", "Mend that line."))
    return {code: level for code, level in found.items() if level in SEVERITIES}


def _select(given: Any, codes: Collection[str] | None, faults: list[tuple[str, str]]) -> tuple[str, ...]:
    wanted = given if isinstance(given, list) else [given]
    if not isinstance(given, list):
        faults.append((f"select: expected a list of beginnings of codes, got {given!r}", 'Write: select = ["NB"]'))
    for begin in wanted:
        if (
            not isinstance(begin, str)
            or not begin
            or (codes is not None and not any(code.startswith(begin) for code in codes))
        ):
            faults.append(
                (f"select: no check's code begins with {begin!r}", "Mend it; see docs/explanation/checks.md.")
            )
    return tuple(begin for begin in wanted if isinstance(begin, str) and begin)


def _ended(ignores: Iterable[Ignore]) -> Iterator[Finding]:
    for ignore in ignores:
        fault = f"{_TABLE} ignore.{ignore.code} ended on {ignore.until}: {ignore.reason}"
        yield Finding("CK102", ignore.place, fault, "Mend what it bore with, or say why it needs longer.")


def _was_asked(ignore: Ignore, scope: Scope, select: tuple[str, ...]) -> bool:
    """Whether all was looked at that an ignore can speak of."""
    is_asked = ignore.code in scope.static and _is_selected(ignore.code, select)
    return is_asked and (scope.is_whole or ignore.place != _MANIFEST)


def _unused(ignores: Iterable[Ignore]) -> Iterator[Finding]:
    for ignore in ignores:
        fault = f"{_TABLE} ignore.{ignore.code} bears with nothing any more"
        yield Finding("CK103", ignore.place, fault, "Remove that line.", severity="warning")
