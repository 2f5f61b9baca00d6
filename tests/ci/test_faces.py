"""What people and machines read of a check: JUnit, SARIF, GitHub's annotations, the summary."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from paddock_ci.affected.answer import Answer
from paddock_ci.engine.check import Report
from paddock_ci.engine.job import Job, Kind, Outcome, Status
from paddock_ci.faces import github, junit, sarif, summary
from paddock_ci.faces.characters import clean
from paddock_ci.finding import Finding
from paddock_ci.places import Place, Spot, parsed, spot

NOTEBOOK = "projects/archimedes/notebooks/validation.ipynb"
WAY = ("gauss/tasks.py", "dataset gauss.item_tags", "archimedes")
CHOSEN = Answer("5ba2ce91a04fdeadbeef", {"archimedes": WAY, "gauss": ("gauss/tasks.py",)}, "", 40)
GATE = Finding("NB301", f"{NOTEBOOK} cell 4", "gate share is 0.31; expected at most 0.2", "Run: paddock run archimedes")
LOOSE = Finding("PD103", "projects/gauss/src/gauss/tasks.py:3", "imports numpy, undeclared", "Declare it in `x.toml`.")
RUN, TESTS, OTHER = Job("archimedes", Kind.RUN), Job("gauss", Kind.TESTS), Job("gauss", Kind.RUN)
OUTCOMES = {
    RUN: Outcome(RUN, Status.FAILED, (GATE,), 12.5, "gauss.item_tags changed"),
    TESTS: Outcome(TESTS, Status.PASSED, (), 3.25, "tasks.py changed"),
    OTHER: Outcome(OTHER, Status.CACHED, seconds=64.0),
}
FAILING = Report(CHOSEN, 120, (LOOSE, GATE), OUTCOMES)
CLEAN = Report(CHOSEN, 120, (), {TESTS: OUTCOMES[TESTS], OTHER: OUTCOMES[OTHER]})


def _report(*findings: Finding) -> Report:
    return Report(CHOSEN, 1, findings)


def _notebook(*cells: str | list[str]) -> str:
    """A notebook with a cell for each source, whose outputs and metadata also have a `source`."""
    metadata = {"source": "no"}
    made = [{"outputs": [{"source": ["no"]}], "metadata": metadata, "source": source} for source in cells]
    return json.dumps({"metadata": metadata, "cells": made, "nbformat": 4}, indent=1)


# Places


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("projects/a/b.py", Place("projects/a/b.py")),
        ("projects/a/b.py:12", Place("projects/a/b.py", 12)),
        ("a b.ipynb cell 4", Place("a b.ipynb", 0, 4)),
        ("é.ipynb cell 4:7", Place("é.ipynb", 7, 4)),
        ("a:1.py:12", Place("a:1.py", 12)),
        ("my cell 3 notes.ipynb cell 4", Place("my cell 3 notes.ipynb", 0, 4)),
        ("", Place("")),
    ],
)
def test_a_place_is_taken_apart(tmp_path: Path, text: str, place: Place) -> None:
    """A path may hold spaces, colons and any letters; a line or cell is what stands at its end."""
    assert parsed(text, tmp_path) == place


@pytest.mark.parametrize("name", ["notes:12", "draft cell 4", "draft cell 4:7"])
def test_a_file_that_is_called_like_a_place_is_that_file(tmp_path: Path, name: str) -> None:
    """What is there decides whether a number at the end belongs to the name."""
    (tmp_path / name).touch()
    assert parsed(name, tmp_path) == Place(name)
    assert parsed(f"{name}:3", tmp_path) == Place(name, 3)


def test_a_cell_stands_at_its_line_of_the_file(tmp_path: Path) -> None:
    """An annotation of `cell 3:2` marks the line of the JSON which holds that line of that cell's source."""
    text = _notebook("one = 1", ["\n", 'say = "} \\" ["\n'], ["first\n", "second\n", "third"])
    (tmp_path / "a.ipynb").write_text(text)
    lines = text.splitlines()
    for place, held in (("1", "one = 1"), ("2:2", "say ="), ("3", "first"), ("3:2", "second"), ("3:99", "third")):
        found = spot(parsed(f"a.ipynb cell {place}", tmp_path), tmp_path)
        assert held in lines[found.line - 1]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"cells": 1}', '{"cells": [{}]}', _notebook("x"), "\udcff"])
def test_a_cell_that_is_not_there_stands_at_line_1(tmp_path: Path, text: str) -> None:
    """So does each of a notebook that cannot be read."""
    (tmp_path / "a.ipynb").write_text(text, encoding="utf-8", errors="surrogateescape")
    assert spot(Place("a.ipynb", 0, 5), tmp_path) == Spot("a.ipynb", 1)


def test_an_annotation_stands_at_a_file_of_the_clone(tmp_path: Path) -> None:
    """A folder is shown at its project's manifest, what lies elsewhere at the workspace's, all from the clone's top."""
    root = tmp_path / "team"
    (root / "projects/shop/tests").mkdir(parents=True)
    (root / "projects/shop/pyproject.toml").touch()
    (tmp_path / ".git").mkdir()
    places = {
        "projects/shop/tests": "team/projects/shop/pyproject.toml",
        "projects/shop/../shop/a.py": "team/projects/shop/a.py",
        "/etc/passwd": "team/pyproject.toml",
        "../x.py": "team/pyproject.toml",
        f"{root}/projects/shop/a.py": "team/projects/shop/a.py",
        "x" * 5000: "team/" + "x" * 5000,
    }
    assert {place: spot(parsed(place, root), root).path for place in places} == places


# JUnit


def _cases(report: Report, root: Path, notes: Sequence[str] = ()) -> dict[tuple[str, str], ElementTree.Element]:
    document = ElementTree.fromstring(junit.render(report, notes, root))
    return {(case.get("classname", ""), case.get("name", "")): case for case in document.iter("testcase")}


def test_junit_has_a_case_for_each_job_and_each_code_with_findings(tmp_path: Path) -> None:
    """A failed job fails with its findings' text, a cached one is skipped with the reason, a finding fails its code."""
    cases = _cases(FAILING, tmp_path)
    assert set(cases) == {("archimedes", "run"), ("gauss", "tests"), ("gauss", "run"), ("gauss", "PD103")}
    failure = cases["archimedes", "run"].find("failure")
    assert failure is not None
    assert GATE.message in (failure.text or "")
    assert GATE.remedy in (failure.text or "")
    skipped = cases["gauss", "run"].find("skipped")
    assert skipped is not None
    assert "passed before on the same inputs" in skipped.get("message", "")
    assert cases["gauss", "run"].get("time") == "0.000"
    assert cases["gauss", "tests"].find("failure") is None
    assert cases["gauss", "PD103"].find("failure") is not None


def test_junit_counts(tmp_path: Path) -> None:
    """Each suite is a project, and its totals are those of its cases; what was looked at is a property."""
    document = ElementTree.fromstring(junit.render(FAILING, ["the cache is slow"], tmp_path))
    assert [suite.get("name") for suite in document] == ["archimedes", "gauss", "workspace"]
    counts = {name: document.get(name) for name in ("tests", "failures", "errors", "skipped", "time")}
    assert counts == {"tests": "4", "failures": "2", "errors": "0", "skipped": "1", "time": "15.750"}
    [looked] = [found.get("value") for found in document.iter("property") if found.get("name") == "looked"]
    assert looked == "120"
    assert "the cache is slow" in (document.findtext("testsuite/system-out") or "")


def test_junit_tells_our_bug_from_a_failure(tmp_path: Path) -> None:
    """A job that crashed is an error, which CI servers show apart."""
    crashed = Outcome(RUN, Status.CRASHED, (replace(GATE, code="PL101"),))
    cases = _cases(Report(CHOSEN, 0, crashed.findings, {RUN: crashed}), tmp_path)
    assert cases["archimedes", "run"].find("error") is not None
    assert cases["archimedes", "run"].find("failure") is None


def test_what_only_warns_fails_no_case(tmp_path: Path) -> None:
    """A warning of a check is told below its code; a job whose findings are warnings by policy does not fail."""
    mild = Report(CHOSEN, 1, (replace(GATE, severity="warning"), replace(LOOSE, severity="note")), OUTCOMES)
    cases = _cases(mild, tmp_path)
    for case in cases.values():
        assert case.find("failure") is None
    assert GATE.message in (cases["archimedes", "run"].findtext("system-out") or "")
    assert LOOSE.message in (cases["gauss", "PD103"].findtext("system-out") or "")


# SARIF


def _log(report: Report, root: Path, notes: Sequence[str] = ()) -> Any:
    return json.loads(sarif.render(report, notes, root))["runs"][0]


def _assert_is_sarif(text: str) -> None:
    """What the standard and GitHub require of a log."""
    log = json.loads(text)
    assert log["version"] == "2.1.0"
    [run] = log["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(rules) == len(set(rules))
    assert all(rule["shortDescription"]["text"] for rule in run["tool"]["driver"]["rules"])
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note")
        assert isinstance(result["message"]["text"], str)
        [location] = result["locations"]
        artifact = location["physicalLocation"]["artifactLocation"]
        assert artifact["uriBaseId"] == "%SRCROOT%"
        assert re.fullmatch(r"(?!/)(?:[A-Za-z0-9_.~/-]|%[0-9A-F]{2})+", artifact["uri"])
        assert location["physicalLocation"]["region"]["startLine"] >= 1
        assert result["partialFingerprints"]["primaryLocationLineHash"]


def test_sarif_says_what_where_and_how_to_mend_it(tmp_path: Path) -> None:
    """Each finding is a result of its rule, whose description is the check's own; the path is a URI."""
    found = replace(LOOSE, place="projects/gauss/a b:ü.py:3", severity="warning")
    text = sarif.render(_report(found), (), tmp_path)
    _assert_is_sarif(text)
    run = json.loads(text)["runs"][0]
    [result] = run["results"]
    where = result["locations"][0]["physicalLocation"]
    assert (result["ruleId"], result["level"]) == ("PD103", "warning")
    assert LOOSE.message in result["message"]["text"]
    assert LOOSE.remedy in result["message"]["text"]
    assert (unquote(where["artifactLocation"]["uri"]), where["region"]["startLine"]) == ("projects/gauss/a b:ü.py", 3)
    rule = run["tool"]["driver"]["rules"][result["ruleIndex"]]
    assert rule["shortDescription"]["text"].startswith("Every package that the code imports is declared")


def test_every_code_of_a_job_has_its_words(tmp_path: Path) -> None:
    """Also the codes that no check function stands for."""
    rules = {rule["id"]: rule["shortDescription"]["text"] for rule in _log(CLEAN, tmp_path)["tool"]["driver"]["rules"]}
    for code in ("PL101", "PL102", "NB301", "PT201"):
        assert rules[code].endswith(".")


def _marks(root: Path, findings: Iterable[Finding]) -> list[str]:
    results = _log(_report(*findings), root)["results"]
    return [result["partialFingerprints"]["primaryLocationLineHash"] for result in results]


def test_a_finding_keeps_its_fingerprint_while_lines_move(tmp_path: Path) -> None:
    """Numbers change nothing; another file, code or message does; two equal findings of a file are told apart."""
    moved = replace(LOOSE, place="projects/gauss/src/gauss/tasks.py:99")
    counted = [replace(LOOSE, message=f"has {number} lines") for number in (3, 14)]
    assert _marks(tmp_path, [LOOSE]) == _marks(tmp_path, [moved])
    assert _marks(tmp_path, counted[:1]) == _marks(tmp_path, counted[1:])
    others = [replace(LOOSE, code="PD104"), replace(LOOSE, place="x.py:3"), replace(LOOSE, message="imports y")]
    assert len({*_marks(tmp_path, [LOOSE, moved]), *_marks(tmp_path, others)}) == 5


# GitHub's annotations


def test_an_annotation_stands_at_its_line(tmp_path: Path) -> None:
    """One line with file, line, code, message and remedy, in the runner's escapes."""
    found = replace(LOOSE, place="a,b:c.py:3", message="100%: x,\ny")
    assert list(github.render(_report(found), (), tmp_path)) == [
        (
            "::error file=a%2Cb%3Ac.py,line=3,title=PD103::100%25: x,%0Ay%0ADeclare it in `x.toml`."
            "%0AMore: paddock explain PD103"
        )
    ]


def test_a_finding_in_a_cell_names_the_cell(tmp_path: Path) -> None:
    """Since the line is one of the notebook's JSON, which nobody reads."""
    [line] = github.render(_report(GATE), (), tmp_path)
    assert line.startswith(f"::error file={NOTEBOOK},line=1,title=NB301::cell 4: gate share")


def test_no_more_is_annotated_than_github_shows(tmp_path: Path) -> None:
    """Ten of each; one of each file and code before the second of one; the last line says how many more there are."""
    many = [replace(LOOSE, place=f"a.py:{number}") for number in range(20)]
    warned = [replace(found, severity="warning") for found in many]
    noted = [replace(found, severity="note") for found in many]
    lines = list(github.render(_report(*many, LOOSE, *warned, *noted), ["the cache is slow"], tmp_path))
    commands = [line.split()[0] for line in lines]
    assert commands == ["::error"] * 10 + ["::warning"] * 10 + ["::notice"] * 10
    assert "tasks.py" in lines[1]
    assert "the cache is slow" in lines[10]
    assert f"::{62 - 29} more" in lines[-1]


def test_a_consequence_is_told_after_its_cause(tmp_path: Path) -> None:
    """A job that another one stopped comes last, and why that one failed is told even where nobody asked for it."""
    blocked = Finding("PL101", "projects/archimedes", "could not be checked: the run of euler failed", "Mend euler.")
    cause = Finding("PL101", "projects/euler", "column x is missing", "Add it.")
    needed = Job("euler", Kind.RUN)
    outcomes = {
        RUN: Outcome(RUN, Status.BLOCKED, (blocked,)),
        needed: Outcome(needed, Status.FAILED, (cause,)),
    }
    lines = list(github.render(Report(CHOSEN, 1, (blocked, LOOSE), outcomes), (), tmp_path))
    said = [next(found.message for found in (blocked, LOOSE, cause) if found.message in line) for line in lines]
    assert said == [cause.message, LOOSE.message, blocked.message]


# The summary


def _read(text: str) -> str:
    """What a reader of the rendered Markdown sees, without its markup."""
    rendered = MarkdownIt("gfm-like", {"linkify": False, "html": True}).render(text)
    return html.unescape(re.sub(r"<[^>]*>", "", rendered))


def test_the_summary_says_what_to_do_before_all_else(tmp_path: Path) -> None:
    """Project, file, cell, fault and next command of each finding, the way of the change; then the jobs."""
    text = summary.render(FAILING, ["the cache is slow"], tmp_path)
    seen = _read(text)
    parts = [
        "2 errors",
        "2 of 40 projects can be affected by what changed since 5ba2ce91a04f",
        "gauss/tasks.py → dataset gauss.item_tags → archimedes",
        f"archimedes: {NOTEBOOK} cell 4",
        GATE.message,
        "Next: run paddock run archimedes",
        "gauss: projects/gauss/src/gauss/tasks.py line 3",
        "Declare it in x.toml.",
        "gauss.item_tags changed",
        "passed before on the same inputs",
        "the cache is slow",
    ]
    position = 0
    for part in parts:
        assert part in seen[position:]
        position = seen.index(part, position)
    assert len(text.splitlines()) < 60


def test_a_clean_summary_says_what_was_proven_and_what_was_not(tmp_path: Path) -> None:
    """What was looked at, what ran, what was skipped and why; and that nothing ran where nothing did."""
    seen = _read(summary.render(CLEAN, (), tmp_path))
    assert "nothing to mend" in seen
    assert "120 things" in seen
    assert "Ran and passed: tests of gauss" in seen
    assert "Skipped: run of gauss, which passed before on the same inputs (64 s saved)" in seen
    assert "Not checked: 38 other projects" in seen
    assert "Not proven" in _read(summary.render(Report(CHOSEN, 120), (), tmp_path))


def test_a_job_whose_findings_are_borne_with_does_not_read_as_red(tmp_path: Path) -> None:
    """What the team bears with is said, but nobody has to do anything about it."""
    assert "| ❌ failed |" in summary.render(FAILING, (), tmp_path)
    assert "| ⚠️ failed, ignored |" in summary.render(replace(FAILING, findings=()), (), tmp_path)


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        (
            Answer("", {"a": ("x",), "b": ("x",)}, "poetry.lock changed", 2),
            "All 2 projects are checked: poetry.lock ch",
        ),
        (Answer("", {"a": ("named",)}, "", 2), "1 of 2 projects: those that were named"),
        (Answer("abc", {}, "", 2), "None of 2 projects is affected by what changed since abc"),
    ],
)
def test_the_summary_says_why_projects_were_chosen(tmp_path: Path, chosen: Answer, said: str) -> None:
    """Whether all of them, those that were named, or none."""
    assert said in _read(summary.render(Report(chosen), (), tmp_path))


def test_findings_of_a_file_and_code_are_one_item(tmp_path: Path) -> None:
    """With the places in a list, the remedy once where it is the same, and many of them folded."""
    found = [replace(LOOSE, place=f"a.py:{number}", message=f"imports x{number}") for number in range(1, 9)]
    text = summary.render(_report(*found), (), tmp_path)
    assert text.count("#### ") == 1
    assert text.count("**Next:**") == 1
    assert "line 1: imports x1" in _read(text)
    assert "3 more in this file" in text
    assert all(f"imports x{number}" in text for number in range(1, 9))
    other = replace(LOOSE, place="a.py:9", remedy="Run: paddock y")
    assert summary.render(_report(found[0], other), (), tmp_path).count("**Next:**") == 2


def test_an_alarm_is_something_to_mend(tmp_path: Path) -> None:
    """It fails the check, so every face says why, and the summary what to do."""
    report = replace(CLEAN, alarm="tests shop: passed before")
    seen = _read(summary.render(report, (), tmp_path))
    assert "skipping is not trusted" in seen
    assert "paddock check --trust" in seen
    assert report.alarm in next(github.render(report, (), tmp_path))
    assert report.alarm in junit.render(report, (), tmp_path)
    assert report.alarm in sarif.render(report, (), tmp_path)


def test_a_traceback_is_shown_as_it_is(tmp_path: Path) -> None:
    """A remedy of many lines keeps its lines, folded, also where it stands in a list."""
    lines = ["This is a bug:", *(f"  File {number}" for number in range(10)), "", "ValueError: <x>"]
    seen = summary.render(_report(replace(LOOSE, remedy="\n".join(lines))), (), tmp_path)
    rendered = html.unescape(MarkdownIt("gfm-like", {"linkify": False, "html": True}).render(seen))
    assert "\n".join(lines[1:]) in rendered


def test_the_summary_stays_below_what_github_takes(tmp_path: Path) -> None:
    """One MiB; it says how many findings, ways and jobs it leaves out."""
    names = [f"project-{number}" for number in range(1500)]
    chosen = Answer("abc", dict.fromkeys(names, ("é" * 500,)), "", 9000)
    found = [Finding("PD103", f"projects/{name}/{'<' * 150}.py", "|" * 900, "x" * 900) for name in names]
    jobs = [Job(name, Kind.RUN) for name in names]
    outcomes = {job: Outcome(job, Status.PASSED, (), 1.0, "*" * 900) for job in jobs}
    text = summary.render(Report(chosen, 1, tuple(found), outcomes), ["$" * 900] * 500, tmp_path)
    assert len(text.encode()) < 1 << 20
    assert re.search(r"\*\*\d+ more are left out here", text)
    assert re.search(r"and \d+ more jobs", text)
    assert re.search(r"and \d+ more: <code>paddock affected", text)


# Whatever is found


HOSTILE_PARTS = [
    "]]>", "|", "<script>", "</pre>", "\n", "\r\n", "\u2028", "```", "`", "\ud800", "\x00", "\x1b[31m", "::error::",
    "%", "&lt;", "<!--", " cell 4", ":12", "\\", "*", "[x](y)", "- ", "1. ", "# ", "\n\n", "    ",
    "/", "..", "@all", "__",
]  # fmt: skip
WORDS = st.one_of(
    st.text(st.characters(), max_size=30), st.lists(st.sampled_from(HOSTILE_PARTS), max_size=6).map("".join)
)
FINDINGS = st.builds(Finding, WORDS, WORDS, WORDS, WORDS, st.sampled_from(["error", "warning", "note", "odd"]))


def _anything(findings: Sequence[Finding], words: Mapping[str, str]) -> Report:
    """A report with foreign words wherever some can stand."""
    job = Job(words["project"], Kind.RUN)
    outcome = Outcome(job, Status.FAILED, tuple(findings[:1]), 1.0, words["reason"])
    chosen = Answer(words["base"], {words["project"]: (words["reason"], words["base"])}, "", 3)
    return Report(chosen, 1, tuple(findings), {job: outcome}, {}, words["alarm"])


REPORTS = st.builds(
    _anything,
    st.lists(FINDINGS, max_size=4),
    st.fixed_dictionaries(dict.fromkeys(("project", "reason", "base", "alarm"), WORDS)),
)
HOSTILE = _anything(
    [Finding("<a>\n", "a\n<b> cell 4", "# <c> | `<d>`\n\n<pre>", "Run: <e>\n```\n</pre><script>\x00\ud800]]>")],
    {"project": "<f>|", "reason": "<g>\n\n- ", "base": "`<h>`", "alarm": "<i>"},
)
ANY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@ANY
@example(HOSTILE)
@given(report=REPORTS)
def test_any_words_give_well_formed_machine_formats(tmp_path: Path, report: Report) -> None:
    """XML that parses, JSON that holds no surrogates, SARIF as required, and one workflow command on each line."""
    notes = [report.alarm]
    text = junit.render(report, notes, tmp_path)
    assert ElementTree.fromstring(text.encode()).tag == "testsuites"
    log = sarif.render(report, notes, tmp_path)
    assert log.encode()
    _assert_is_sarif(log)
    for line in github.render(report, notes, tmp_path):
        assert line.encode()
        assert len(line.splitlines()) == 1
        command = re.fullmatch(r"::(error|warning|notice) ((?:\w+=[^:,\n]*,?)+)::[^\n\r]*", line)
        assert command
        assert {part.partition("=")[0] for part in command[2].split(",")} <= {"file", "line", "title"}


OURS = re.compile(r"</?(?:code|pre|details|summary|sub|br)>")


def _neutral(report: Report) -> Report:
    """The same report, in which every `<` is another letter."""

    def of(finding: Finding) -> Finding:
        fields = (finding.code, finding.place, finding.message, finding.remedy)
        return Finding(*map(_other, fields), finding.severity)

    [(job, outcome)] = report.outcomes.items()
    named = Job(_other(job.project), job.kind)
    told = replace(outcome, job=named, findings=tuple(map(of, outcome.findings)), reason=_other(outcome.reason))
    ways = {_other(name): tuple(map(_other, steps)) for name, steps in report.chosen.ways.items()}
    chosen = report.chosen._replace(base=_other(report.chosen.base), ways=ways)
    return Report(chosen, 1, tuple(map(of, report.findings)), {named: told}, {}, _other(report.alarm))


def _other(text: str) -> str:
    return text.replace("<", "‹")


@ANY
@example(HOSTILE)
@given(report=REPORTS)
def test_no_markup_of_a_finding_survives_in_the_summary(tmp_path: Path, report: Report) -> None:
    """No `<` of a finding stands there raw: all are of our own tags, as many as without it; the structure is ours."""
    text = summary.render(report, [report.alarm], tmp_path)
    assert text.encode()
    assert "<" not in OURS.sub("", text)
    assert text.count("<") == summary.render(_neutral(report), [_other(report.alarm)], tmp_path).count("<")
    tokens = MarkdownIt("gfm-like", {"linkify": False, "html": True}).parse(text)
    inner = [child.type for token in tokens for child in token.children or ()]
    assert not {"code_block", "fence", "hr", "blockquote_open", "ordered_list_open"} & {token.type for token in tokens}
    assert not {"link_open", "image", "em_open", "s_open", "code_inline"} & set(inner)
    rows = [token.map for token in tokens if token.type == "tr_open"]
    assert len(rows) == 2
    assert sum(token.type == "td_open" for token in tokens) == 5


@given(text=st.text(st.characters()))
def test_what_is_clean_stays_as_it_is(text: str) -> None:
    """Cleaning twice is cleaning once, and leaves nothing that XML 1.0 forbids."""
    once = clean(text)
    assert clean(once) == once
    assert not re.search(r"[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", once)
