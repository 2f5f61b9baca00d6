"""What the site makes of a workspace: honest, damaged, hostile, empty and large ones."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from paddock.errors import ConfigurationError, ToolError
from paddock.project import Project, Workspace, load_project
from paddock.runs import report as reports
from paddock.runs.record import FileFact, HostFact, Record, read_record
from paddock.runs.timeliness import confirm
from paddock.storage import lock

from tests.site import generated
from tests.site.conftest import NOW, Build

Fake = Callable[..., Path]
EVIL = "<script>window.ran=1</script>\"'><img src=x onerror=window.ran=1>\u202e&amp;{{ 7*7 }}"


class _Page(HTMLParser):
    """The elements, links and policy of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the element."""
        self.tags.append((tag, dict(attrs)))


@pytest.fixture
def triage(workspace: Workspace) -> Workspace:
    """A workspace with intake and triage, three runs each."""
    generated.write_projects(workspace, ["intake", "triage"])
    generated.write_runs(workspace, 3, ["intake", "triage"])
    return workspace


def _folder(workspace: Workspace, number: int, project: str = "triage") -> Path:
    return workspace.state / "runs" / project / generated.run_name(number, project)


def _page(site: Path, number: int, project: str = "triage") -> str:
    return (site / "run" / project / f"{generated.run_name(number, project)}.html").read_text()


def _pages(site: Path) -> dict[str, str]:
    return {path.relative_to(site).as_posix(): path.read_text() for path in site.rglob("*.html")}


def _bytes(site: Path) -> dict[str, bytes]:
    return {path.relative_to(site).as_posix(): path.read_bytes() for path in site.rglob("*") if path.is_file()}


def _assert_harmless(site: Path) -> None:
    """Every page has its policy, no element or attribute that could run, and only links that lead somewhere inside."""
    for name, text in _pages(site).items():
        if name.startswith("report/"):
            continue
        page = _Page(text)
        tags = [tag for tag, _ in page.tags]
        assert tags.count("script") == 1, name
        assert not {"img", "iframe", "style", "object", "embed", "base"} & set(tags), name
        assert "default-src 'none'; script-src 'self'" in text
        for tag, attributes in page.tags:
            assert not any(key.startswith("on") or key == "style" for key in attributes), (name, tag)
            link = attributes.get("href") or attributes.get("src") or ""
            target = unquote(link.partition("#")[0])
            assert ":" not in target, (name, link)
            assert not target or (site / name).parent.joinpath(target).exists(), (name, link)


def test_every_link_leads_somewhere(triage: Workspace, build_site: Build) -> None:
    """All pages are there, with policies, and without an address elsewhere."""
    generated.publish_versions(triage, ["intake", "triage"])
    site = build_site().folder
    assert {"index.html", "runs.html", "map.html", "project/triage.html", "dataset/intake.cases.html"} <= set(
        _pages(site)
    )
    _assert_harmless(site)
    assert "http" not in (site / "site.js").read_text() + (site / "style.css").read_text()


@pytest.mark.parametrize("docs", ["", "../index.html"])
def test_pages_lead_to_the_docs_where_there_are_some(triage: Workspace, build_site: Build, docs: str) -> None:
    """From any depth, by a path that holds wherever the folder lies; without docs there is no link."""
    build_site(triage.root / "all" / "site", docs="other.html" if docs else "../index.html")
    site = build_site(triage.root / "all" / "site", docs=docs).folder
    for name, text in _pages(site).items():
        links = [str(attributes["href"]) for tag, attributes in _Page(text).tags if tag == "a" and "href" in attributes]
        out = [link for link in links if not (site / name).parent.joinpath(link).resolve().is_relative_to(site)]
        places = [(site / name).parent.joinpath(link).resolve() for link in out]
        # A report is a page of its own, which leads to that of its run.
        is_led = docs and not name.startswith("report/")
        assert places == ([triage.root.resolve() / "all" / "index.html"] if is_led else []), name


def test_a_report_leads_to_its_run_and_datasets(triage: Workspace, build_site: Build) -> None:
    """In the site a report has links to its run's page and to its datasets' pages; nothing else of it is changed."""
    project, name = load_project(triage, "triage"), generated.run_name(2, "triage")
    reports.write(project, read_record(project, name))
    before = (_folder(triage, 2) / "report.html").read_text()
    assert "<a href" not in before.partition('id="datasets"')[2].partition("</table>")[0]
    site = build_site().folder
    after = (site / "report" / "triage" / f"{name}.html").read_text()
    links = [attributes.get("href") for tag, attributes in _Page(after).tags if tag == "a"]
    found = [link for link in links if link and not link.startswith("#")]
    assert found == [
        f"../../run/triage/{name}.html",
        "../../dataset/intake.cases.html",
        "../../dataset/triage.predictions.html",
    ]
    assert all((site / "report" / "triage" / link).resolve().is_file() for link in found)
    assert re.sub(r'<a href="\.\./[^>]*>([^<]*)</a>( · )?', r"\1", after).replace("RunPaddock", "Paddock") == before


def test_a_report_beside_a_site_leads_to_its_datasets(triage: Workspace, build_site: Build) -> None:
    """Where the workspace's own site has a page of a dataset, the report that a run writes links to it."""
    project, name = load_project(triage, "triage"), generated.run_name(2, "triage")
    site = build_site(triage.state / "site").folder
    reports.write(project, read_record(project, name))
    folder = _folder(triage, 2)
    links = re.findall(r'class="dataset"><a href="([^"]*)">', (folder / "report.html").read_text())
    assert [(folder / link).resolve().relative_to(site).as_posix() for link in links] == [
        "dataset/intake.cases.html",
        "dataset/triage.predictions.html",
    ]
    # The site's own copy has its own links, however often it is built.
    copy = (build_site(triage.state / "site").folder / "report" / "triage" / f"{name}.html").read_text()
    assert re.findall(r'class="dataset"><a href="([^"]*)">', copy) == [
        "../../dataset/intake.cases.html",
        "../../dataset/triage.predictions.html",
    ]


def test_a_report_says_since_when_each_gate_is_as_it_is(triage: Workspace) -> None:
    """The history comes from the earlier records of the project; a damaged one is passed over."""
    generated.write_runs(triage, 10, ["triage"])
    project, names = load_project(triage, "triage"), [generated.run_name(number, "triage") for number in range(10)]
    (_folder(triage, 4) / "record.json").write_text("{}")
    reports.write(project, read_record(project, names[9]))
    page = (_folder(triage, 9) / "report.html").read_text()
    said = re.findall(r'<td role="cell" class="history"><svg.*?</svg><small><bdi>([^<]*)', page)
    assert said == [f"fails since run {names[7]}; held in run {names[6]}", f"holds in all 9 runs since {names[0]}"]
    reports.write(project, read_record(project, names[0]))
    assert "<svg" not in (_folder(triage, 0) / "report.html").read_text()


def test_a_runs_page_says_what_its_record_knows(triage: Workspace, build_site: Build) -> None:
    """The cause with its exit code, seeds, files, machine and locks; and which file changed since the run before."""
    generated.write_runs(triage, 10, ["triage"])
    page = _page(build_site().folder, 9)
    for words in ("gate, exit code 11", "Linux 6.1 on x86_64, 4 cores", "PYTHONHASHSEED", "CPython, GCC 12", "Locks"):
        assert words in page
    assert f"projects/triage/{generated.NOTEBOOK}" in page
    assert f"file projects/triage/{generated.NOTEBOOK} changed" in page


def test_an_empty_workspace_has_a_site_that_says_the_next_step(build_site: Build) -> None:
    """No project, no run, no dataset: a page that says how to begin."""
    built = build_site()
    assert (built.projects, built.runs, built.datasets, built.faults) == (0, 0, 0, ())
    assert "paddock new" in built.front.read_text()
    _assert_harmless(built.folder)


def _edit(path: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


def test_an_edited_record_is_shown_as_unverified(triage: Workspace, build_site: Build) -> None:
    """Somebody makes a failed run published: its page says that nothing vouches for it, and no trend counts it."""
    _edit(_folder(triage, 2) / "record.json", lambda record: record.update(status="published", reason="all fine"))
    built = build_site()
    page = _page(built.folder, 2)
    assert "unverified" in page
    assert "was changed after the run wrote it" in page
    assert "was changed after" in built.faults[0]
    home = built.front.read_text()
    assert '<article class="card doubt"' in home
    assert '<span class="verdict">FAILS</span>' in home


@pytest.mark.parametrize(
    "damage",
    [b"", b"[]", b"{", b"\xff\xfe", b'{"schema_version": 9}', b'{"a":' * 100_000, b"null"],
    ids=["empty", "list", "cut", "binary", "schema", "deep", "null"],
)
def test_a_damaged_record_is_shown_as_unreadable(triage: Workspace, build_site: Build, damage: bytes) -> None:
    """Whatever is in the file, the site is built, and the run's page says that it cannot be read."""
    (_folder(triage, 2) / "record.json").write_bytes(damage)
    page = _page(build_site().folder, 2)
    assert "unreadable" in page
    assert "Nothing that it says can be shown" in page


def test_a_record_without_a_manifest_and_a_foreign_one_are_unverified(triage: Workspace, build_site: Build) -> None:
    """A record is trusted where it lies, and while its manifest vouches for it."""
    (_folder(triage, 0) / "record.json.manifest.json").write_text("{}")
    for name in ("record.json", "record.json.manifest.json"):
        shutil.copy(_folder(triage, 1) / name, _folder(triage, 2) / name)
    site = build_site().folder
    assert "its manifest is missing or damaged" in _page(site, 0)
    assert f"the record is of run {generated.run_name(1, 'triage')} of triage" in _page(site, 2)


def test_a_killed_run_is_unfinished(triage: Workspace, build_site: Build) -> None:
    """A folder without a record is a run that is going on or died; it is no fault of the site's."""
    (_folder(triage, 2) / "record.json").unlink()
    built = build_site()
    assert "going on, or it was killed" in _page(built.folder, 2)
    assert built.faults == ()


@pytest.mark.parametrize("what", ["bytes", "manifest", "gone"])
def test_only_a_whole_report_is_in_the_site(triage: Workspace, build_site: Build, what: str) -> None:
    """A report that was changed might run anything: it is left out, and its run's page says so."""
    report = _folder(triage, 1) / "report.html"
    match what:
        case "bytes":
            report.write_text("<script>alert(1)</script>")
        case "manifest":
            report.with_name("report.html.manifest.json").unlink()
        case _:
            report.unlink()
    site = build_site().folder
    assert not (site / "report" / "triage" / f"{generated.run_name(1, 'triage')}.html").exists()
    assert "Its report is" in _page(site, 1)
    assert "Read the report" not in _page(site, 1)
    assert "Read the report" in _page(site, 0)


def test_a_report_changed_between_two_builds_leaves_the_site(triage: Workspace, build_site: Build) -> None:
    """Same size, same time of change: it is noticed all the same, and the page no longer leads there."""
    report = _folder(triage, 1) / "report.html"
    for path in triage.state.rglob("*"):
        os.utime(path, (1.7e9, 1.7e9))
    build_site()
    before = report.stat()
    report.write_bytes(report.read_bytes()[:-1] + b"X")
    os.utime(report, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert "Its report is damaged" in _page(build_site().folder, 1)


def test_projects_and_datasets_that_are_gone_are_told_as_gone(triage: Workspace, build_site: Build) -> None:
    """Runs outlive their project's files; a dataset that no catalogue knows keeps a page."""
    shutil.rmtree(triage.root / "projects" / "intake")
    site = build_site().folder
    assert "projects/intake is gone" in (site / "project" / "intake.html").read_text()
    assert "In no catalogue" in (site / "dataset" / "intake.cases.html").read_text()
    assert "in no catalogue" in (site / "map.html").read_text()
    _assert_harmless(site)


@pytest.mark.parametrize("text", ["[tool.paddock]\nowner = 3\n", "[tool.paddock\n", "\x00"])
def test_a_broken_project_does_not_take_the_others_along(triage: Workspace, build_site: Build, text: str) -> None:
    """Its card says what is wrong, without the folder in which this clone lies; all others are as ever."""
    (triage.root / "projects" / "triage" / "pyproject.toml").write_text(text)
    built = build_site()
    home = built.front.read_text()
    assert "Cannot be read" in home
    assert str(triage.root) not in "".join(_pages(built.folder).values())
    assert "Intake" in home


def test_a_broken_catalogue_and_schedule_are_told(triage: Workspace, build_site: Build) -> None:
    """Each with its place; the project's runs are there."""
    (triage.root / "projects" / "triage" / "catalog.toml").write_text("[datasets.x]\n")
    manifest = triage.root / "projects" / "intake" / "pyproject.toml"
    manifest.write_text(manifest.read_text() + 'schedule = "99 99 * * *"\ndeadline_minutes = 5\n')
    site = build_site().folder
    assert "catalog.toml" in (site / "project" / "triage.html").read_text()
    assert "schedule" in (site / "project" / "intake.html").read_text()


def test_the_database_may_be_broken(triage: Workspace, build_site: Build) -> None:
    """Then dataset pages say that the log of publications cannot be read, and all else is there."""
    (triage.state / "serving.duckdb").write_bytes(b"not a database")
    built = build_site()
    assert any("serving database failed" in fault for fault in built.faults)
    assert "Cannot be read" in (built.folder / "dataset" / "intake.cases.html").read_text()


def _hostile(text: str) -> Record:
    """A record with the text in every place that a record has."""
    record = generated.record_of("triage", 0)
    notebook = record.notebooks[0]
    gates = tuple(gate.model_copy(update={"name": text, "bounds": text}) for gate in notebook.gates[:1])
    facts = notebook.model_copy(
        update={"source": text, "reason": text, "parameters": {text: text}, "gates": gates, "executed": text,
                "metrics": (notebook.metrics[0].model_copy(update={"name": text, "unit": text}),)}
    )  # fmt: skip
    return record.model_copy(
        update={
            **dict.fromkeys(("reason", "environment", "commit", "python", "packages_hash", "cause", "image"), text),
            **dict.fromkeys(("lock_hash", "dirty_hash", "interpreter", "files_fault"), text), "seeds": {text: text},
            "host": HostFact(system=text, machine=text, cores=1),
            "files": (FileFact(path=text, role="read", content_hash=text, by=(text,)),),
            "parameters": {text: text}, "notebooks": (facts,), "phases": {text: 1.0},
            "tasks": (record.tasks[0].model_copy(update={"name": text}),),
            "datasets": (record.datasets[0].model_copy(update={"name": text, "content_hash": text}),),
        }
    )  # fmt: skip


def test_a_hostile_record_is_only_text(triage: Workspace, build_site: Build) -> None:
    """Quotes, tags, braces and marks of direction in every field are shown as what they are."""
    generated.write_run(triage, _hostile(EVIL))
    site = build_site().folder
    _assert_harmless(site)
    page = _page(site, 0)
    assert "&lt;script&gt;" in page
    assert "{{ 7*7 }}" in page
    assert "⟨U+202E⟩" in page
    assert not any("\u202e" in text for text in (page, (site / "data" / "runs.js").read_text()))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(alphabet=st.characters(categories=None, exclude_categories=["Cs"]), min_size=1, max_size=60))
def test_any_name_in_any_place_builds(triage: Workspace, build_site: Build, name: str) -> None:
    """No text breaks the build, leaves its element, or makes a link that leads nowhere."""
    generated.write_run(triage, _hostile(name))
    _assert_harmless(build_site().folder)


@pytest.mark.parametrize("name", ["a'b\"c", "<b>x", "x\u202ey", "x..y", "A", "ü" * 60, "a b#c?d%41"])
def test_hostile_folders_have_pages(triage: Workspace, build_site: Build, name: str) -> None:
    """Folders of runs and projects may have any name that a disk takes."""
    shutil.copytree(_folder(triage, 0), triage.state / "runs" / name / name)
    built = build_site()
    assert built.projects == 3
    _assert_harmless(built.folder)


def test_a_record_never_leads_out_of_its_folder(triage: Workspace, build_site: Build, tmp_path: Path) -> None:
    """A path that climbs, and a link that does, bring no file from elsewhere into the site."""
    secret = tmp_path / "secret.ipynb"
    generated.put(secret, json.dumps({"cells": [{"cell_type": "code", "source": "PLANTED", "id": "x"}]}).encode())
    record = generated.record_of("triage", 1)
    for executed in (str(secret), "../../../../../secret.ipynb", "link.ipynb"):
        notebook = record.notebooks[0].model_copy(update={"executed": executed})
        folder = generated.write_run(triage, record.model_copy(update={"notebooks": (notebook,)}))
        for name in ("", ".manifest.json"):
            (folder / f"link.ipynb{name}").unlink(missing_ok=True)
            (folder / f"link.ipynb{name}").symlink_to(f"{secret}{name}")
        assert not any(b"PLANTED" in content for content in _bytes(build_site().folder).values())


def test_scores_are_shown_where_they_are_found(triage: Workspace, build_site: Build, tmp_path: Path) -> None:
    """A file in the state folder or one that is given; a wrong one is told and does no harm."""
    score = {"project": "triage", "score": 3.5, "band": "reasonably tested",
             "sections": [{"section": "Data", "points": 3.5, "items": [{}] * 7}]}  # fmt: skip
    (triage.state / "score").mkdir()
    (triage.state / "score" / "triage.json").write_text(json.dumps([score]))
    (triage.state / "score" / "wrong.json").write_text('{"score": "high"}')
    (tmp_path / "given.json").write_text(json.dumps(score | {"project": "intake", "score": 1}))
    built = build_site(scores=(tmp_path / "given.json",))
    assert built.front.read_text().count("ML Test Score") == 2
    assert "3.5 of 7" in (built.folder / "project" / "triage.html").read_text()
    assert [fault.partition(":")[0] for fault in built.faults] == ["wrong.json"]


def test_a_thousand_tables_have_pages_and_a_map(make_project: Callable[..., Project], build_site: Build) -> None:
    """Those that nobody else reads are one box of the map; all are in the table and have a page."""
    column = '[datasets.t{0}.columns.x]\ndtype = "int64"\ndescription = "x"\n'
    catalog = "".join(f'[datasets.t{n}]\ndescription = "Table {n}."\n{column.format(n)}' for n in range(1000))
    make_project("warehouse", catalog=catalog)
    make_project("reader", reads=["warehouse.t7"])
    built = build_site()
    assert built.datasets == 1000
    page = _Page((built.folder / "map.html").read_text())
    boxes = [attributes["data-node"] for tag, attributes in page.tags if attributes.get("data-node")]
    assert len(boxes) == 2 + 1 + 8 + 1
    assert "991 more datasets" in (built.folder / "map.html").read_text()
    assert len(list((built.folder / "dataset").iterdir())) == 1000


def test_the_same_workspace_gives_the_same_bytes(triage: Workspace, build_site: Build) -> None:
    """In whatever folder, and whether built at once or run by run."""
    generated.publish_versions(triage, ["intake", "triage"])
    one = _bytes(build_site(triage.root / "one").folder)
    moved = triage.root / "moved"
    shutil.move(_folder(triage, 2), moved)
    build_site(triage.root / "two")
    shutil.move(moved, _folder(triage, 2))
    assert _bytes(build_site(triage.root / "two").folder) == one


def test_what_did_not_change_is_the_very_same_file(triage: Workspace, build_site: Build) -> None:
    """Another run writes its own pages and the lists that it is in; a page that somebody edited is made anew."""
    site = build_site().folder
    page = site / "run" / "intake" / f"{generated.run_name(0, 'intake')}.html"
    inode, text = page.stat().st_ino, page.read_text()
    generated.write_run(triage, generated.record_of("triage", 3, 6))
    built = build_site()
    assert page.stat().st_ino == inode
    assert built.written < 12
    page.write_text("edited")
    build_site()
    assert page.read_text() == text


def test_runs_that_are_removed_leave_the_site(triage: Workspace, build_site: Build) -> None:
    """No page stays behind, and no figure that only it needed."""
    before = _bytes(build_site().folder)
    shutil.rmtree(_folder(triage, 2))
    after = _bytes(build_site().folder)
    gone = {name for name in before if generated.run_name(2, "triage") in name}
    assert len(gone) == 3
    assert not gone & set(after)


@pytest.mark.parametrize("strange", ["notes.txt", ".git/HEAD", "run/mine.html"])
def test_a_folder_with_other_files_is_refused(triage: Workspace, build_site: Build, strange: str) -> None:
    """Nothing of anybody else's is ever lost to a site."""
    site = build_site().folder
    (site / strange).parent.mkdir(exist_ok=True)
    (site / strange).write_text("mine")
    with pytest.raises(ConfigurationError, match=f"holds {strange}, which is not of a site"):
        build_site()
    assert (site / strange).read_text() == "mine"


def test_an_empty_folder_and_a_link_to_one_are_taken(triage: Workspace, build_site: Build, tmp_path: Path) -> None:
    """A folder that a host made, also through a link, becomes the site."""
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    build_site(tmp_path / "link")
    assert (tmp_path / "real" / "index.html").is_file()
    assert (tmp_path / "link").is_symlink()


def test_the_second_build_waits(triage: Workspace, build_site: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    """While another build works, this one waits as long as the settings say, and then names the holder."""
    site = build_site().folder
    held = next((triage.state / "sites").glob("*.lock"))
    monkeypatch.setenv("PADDOCK_LOCK_WAIT", "0.1")
    with lock.held(held, "building", 1), pytest.raises(ToolError, match=r"still busy after 0\.1 s; held by process"):
        build_site()
    assert build_site().folder == site


def test_an_unchanged_run_shows_what_still_stands(triage: Workspace, build_site: Build) -> None:
    """The newest run failed until a run found the good one still to stand; both times the good one can be reached."""
    good = generated.run_name(0, "triage")
    generated.write_run(triage, generated.record_of("triage", 0, 4))
    before = build_site().folder
    home, page = (before / "index.html").read_text(), (before / "project/triage.html").read_text()
    assert "last good" in home
    assert "Last good run" in page
    assert '<span class="pill neutral">trial</span>' in home
    confirm(load_project(triage, "triage"), NOW, good)
    after = build_site().folder
    home, page = (after / "index.html").read_text(), (after / "project/triage.html").read_text()
    assert "last good" not in home
    assert "Last good run" not in page
    assert 'class="pill bad"' not in home
    assert "FAILS" not in home


def test_a_trial_is_marked_where_runs_are_listed(triage: Workspace, build_site: Build) -> None:
    """In the table, in the script that searches, and beside it what was published with parameters."""
    site = build_site().folder
    assert '<span class="pill neutral">trial</span>' in (site / "runs.html").read_text()
    rows = (site / "data/runs.js").read_text()
    assert '"trial"]' in rows
    assert '"with -p"]' in rows
