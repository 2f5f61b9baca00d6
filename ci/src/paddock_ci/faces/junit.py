"""JUnit: the report as XML that CI servers show as tests, a suite for each project."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from pathlib import Path
from xml.etree import ElementTree

from paddock_ci.engine.check import Report
from paddock_ci.engine.job import Outcome, Status
from paddock_ci.faces.characters import clean
from paddock_ci.faces.telling import LEFT_ALONE, Told, by_jobs, plain, severity, told
from paddock_ci.finding import Finding
from paddock_ci.places import spot

_WORKSPACE = "workspace"  # what belongs to no project
_LOOKS = "static checks"
_COUNTED = {"failures": "failure", "errors": "error", "skipped": "skipped"}


def render(report: Report, notes: Sequence[str], root: Path) -> str:
    """The report as JUnit XML: a test case for each job, and for each code of which a check found something."""
    cases = [*_jobs(report, root), *_looks(report, root)]
    suites = ElementTree.Element("testsuites", name="paddock check")
    for name in sorted({name for name, _ in cases} - {_WORKSPACE}):
        suites.append(_suite(name, [case for suite, case in cases if suite == name]))
    workspace = _suite(_WORKSPACE, [case for suite, case in cases if suite == _WORKSPACE])
    workspace.insert(0, _properties(report))
    if said := [*notes, *([f"nothing is skipped from now on: {report.alarm}"] if report.alarm else [])]:
        ElementTree.SubElement(workspace, "system-out").text = clean("\n".join(said))
    suites.append(workspace)
    _count(suites)
    ElementTree.indent(suites)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(suites, encoding="unicode")}\n'


Case = tuple[str, ElementTree.Element]


def _jobs(report: Report, root: Path) -> Iterable[Case]:
    """A case for each job; one that was audited too stands there a second time."""
    errors = {plain(one.finding) for one in told(report, root) if severity(one.finding) == "error"}
    for outcome in report.outcomes.values():
        yield _job(outcome, outcome.job.kind, errors)
    for outcome in report.audited.values():
        yield _job(outcome, f"{outcome.job.kind} (audit)", errors)


def _job(outcome: Outcome, name: str, errors: Set[Finding]) -> Case:
    """A job's case; it fails unless all that the job found is borne with, or only a warning."""
    is_cached = outcome.status is Status.CACHED
    # The seconds of a skipped job are those of the time when it ran.
    case = _case(outcome.job.project, name, 0.0 if is_cached else outcome.seconds)
    if is_cached:
        reason = outcome.reason or f"{LEFT_ALONE}, in {outcome.seconds:.1f} s then"
        ElementTree.SubElement(case, "skipped", message=clean(reason))
    elif not outcome.status.is_good and (not outcome.findings or not errors.isdisjoint(map(plain, outcome.findings))):
        what = "error" if outcome.status is Status.CRASHED else "failure"
        _fail(case, what, outcome.status, outcome.findings)
    elif said := f"{outcome.reason}\n{_texts(outcome.findings)}".strip():
        ElementTree.SubElement(case, "system-out").text = clean(f"{outcome.status}: {said}")
    return outcome.job.project, case


def _looks(report: Report, root: Path) -> Iterable[Case]:
    """A case for each project and code of which something was found by looking; one for all where nothing was."""
    from_jobs = by_jobs(report)
    groups: dict[tuple[str, str], list[Told]] = {}
    for one in told(report, root):
        if plain(one.finding) not in from_jobs:
            groups.setdefault((one.place.project or _WORKSPACE, one.finding.code), []).append(one)
    for (project, code), found in groups.items():
        yield project, _look(project, code, found, root)
    if not groups:
        yield _WORKSPACE, _case(_WORKSPACE, _LOOKS)


def _look(project: str, code: str, found: Sequence[Told], root: Path) -> ElementTree.Element:
    case = _case(project, code)
    first = spot(found[0].place, root)
    case.set("file", clean(first.path))
    case.set("line", str(first.line))
    errors = [one.finding for one in found if severity(one.finding) == "error"]
    milder = [one.finding for one in found if severity(one.finding) != "error"]
    if errors:
        _fail(case, "failure", code, errors)
    if milder:
        ElementTree.SubElement(case, "system-out").text = _texts(milder)
    return case


def _fail(case: ElementTree.Element, what: str, kind: str, findings: Sequence[Finding]) -> None:
    """One failure that holds all findings: most readers of JUnit show no second one."""
    first = findings[0].message if findings else f"ended as {kind}"
    more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
    ElementTree.SubElement(case, what, type=clean(kind), message=clean(first + more)).text = _texts(findings)


def _texts(findings: Iterable[Finding]) -> str:
    return clean("\n".join(str(finding) for finding in findings))


def _case(project: str, name: str, seconds: float = 0.0) -> ElementTree.Element:
    return ElementTree.Element("testcase", classname=clean(project), name=clean(name), time=f"{seconds:.3f}")


def _properties(report: Report) -> ElementTree.Element:
    properties = ElementTree.Element("properties")
    chosen = report.chosen
    facts = {"looked": report.looked, "chosen": len(chosen.ways), "projects": chosen.projects, "base": chosen.base}
    for name, value in facts.items():
        ElementTree.SubElement(properties, "property", name=name, value=clean(str(value)))
    return properties


def _suite(name: str, cases: Sequence[ElementTree.Element]) -> ElementTree.Element:
    suite = ElementTree.Element("testsuite", name=clean(name))
    suite.extend(cases)
    _count(suite)
    return suite


def _count(suite: ElementTree.Element) -> None:
    """Write the totals of a suite, or of all of them, into its attributes."""
    cases = list(suite.iter("testcase"))
    suite.set("tests", str(len(cases)))
    for attribute, tag in _COUNTED.items():
        suite.set(attribute, str(sum(case.find(tag) is not None for case in cases)))
    suite.set("time", f"{sum(float(case.get('time', 0)) for case in cases):.3f}")
