"""The schema of records, and what a record of this version says of where it comes from."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import subprocess
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from paddock.runs import environment
from paddock.runs.opened import Openings
from paddock.runs.provenance import difference_hash
from paddock.runs.record import Record, read_record, schema
from paddock.runs.request import Request
from paddock.runs.run import run

from tests.runs.conftest import MakeAnalysis

ROOT = Path(__file__).parents[2]


def test_the_schema_in_the_documentation_is_the_one_of_the_code() -> None:
    """Made anew with: paddock runs --schema > docs/reference/run-record.schema.json"""
    assert (ROOT / "docs/reference/run-record.schema.json").read_text(encoding="utf-8") == f"{schema()}\n"
    assert json.loads(schema())["$id"] == f"urn:paddock:run-record:{Record.model_fields['schema_version'].default}"


def test_a_record_says_all_that_it_takes_to_do_it_again(make_analysis: MakeAnalysis) -> None:
    """It obeys its schema: files with hashes and who opened them, seeds, host, interpreter, locks; nobody's name."""
    analysis = make_analysis(
        "import helper\nopen('notes.txt').read()",
        "import pandas as pd\npd.DataFrame({'a': [1]}).to_parquet('made.parquet')\nimport polars as pl",
        "pl.read_parquet('made.parquet')\npl.scan_csv('rates.csv').collect()",
    )
    for name, text in {"notes.txt": "x", "helper.py": "a = 1"}.items():
        (analysis.folder / name).write_text(text)
    root = analysis.workspace.root
    (root / "poetry.lock").write_text("locked")
    record = run(analysis, Request(parameters={"seed": "11"}))
    assert record.status == "audited", record.reason
    written = json.loads(read_record(analysis, record.run).model_dump_json())
    Draft202012Validator(json.loads(schema())).validate(written)
    files = {(fact.path, fact.role): fact for fact in record.files}
    if record.files_fault:
        pytest.skip(record.files_fault)
    read = {path for path, role in files if role == "read" and path.startswith("projects/report/")}
    assert read >= {f"projects/report/{name}" for name in ("helper.py", "notes.txt", "rates.csv")}
    assert ("projects/report/made.parquet", "written") in files
    notes = files["projects/report/notes.txt", "read"]
    assert (notes.content_hash, notes.by) == (hashlib.sha256(b"x").hexdigest(), ("report.ipynb",))
    assert not [path for path, _ in files if "site-packages" in path or ".paddock" in path]
    assert record.seeds["seed"] == "11"
    assert record.seeds["PYTHONHASHSEED"] == os.environ.get("PYTHONHASHSEED", "random")
    assert record.host is not None
    assert (record.host.machine, record.host.cores) == (platform.machine(), len(os.sched_getaffinity(0)))
    assert platform.python_version() in record.interpreter
    assert len(record.lock_hash) == len(record.notebooks[0].source_hash) == 64
    for name in {platform.node(), os.environ.get("USER", "")} - {"", "root"}:
        assert f'"{name}' not in json.dumps({**written, "project": "", "files": []})


def test_tasks_tell_what_they_open(tmp_path: Path) -> None:
    """A file that Python opens is noted with its role; what belongs to the installation is not."""
    (tmp_path / "a.csv").write_text("1")
    openings = Openings(tmp_path)
    with openings.of_tasks():
        (tmp_path / "a.csv").read_text()
        (tmp_path / "b.csv").write_text("2")
        Path(json.__file__).read_text()
    (tmp_path / "a.csv").read_text()
    found = [(one.path, one.role, one.by) for one in openings.found()]
    assert found == [("a.csv", "read", ("pipeline",)), ("b.csv", "written", ("pipeline",))]


def test_the_difference_from_the_commit_is_names_and_bytes(tmp_path: Path) -> None:
    """The same edit gives the same hash whatever git's settings; another byte, file or place gives another one."""
    git = ["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    for name in ("project/a.py", "other/b.py"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text("1\n")
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"]):
        subprocess.run([*git, *command], cwd=tmp_path, check=True)
    seen = ("project", "pyproject.toml")
    assert difference_hash(tmp_path, seen) == ""
    (tmp_path / "other/b.py").write_text("2\n")
    assert difference_hash(tmp_path, seen) == ""
    (tmp_path / "project/a.py").write_text("2\n")
    first = difference_hash(tmp_path, seen)
    subprocess.run([*git, "config", "diff.noprefix", "true"], cwd=tmp_path, check=True)
    subprocess.run([*git, "config", "diff.context", "0"], cwd=tmp_path, check=True)
    assert difference_hash(tmp_path, seen) == first
    (tmp_path / "project/ä new.bin").write_bytes(b"\0\1")
    second = difference_hash(tmp_path, seen)
    (tmp_path / "project/a.py").unlink()
    assert len({first, second, difference_hash(tmp_path, seen), ""}) == 4


def test_an_image_is_told_by_who_started_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else by Podman's own file; a container that nobody told anything is unknown."""
    none, told = tmp_path / "none", tmp_path / "containerenv"
    monkeypatch.setattr(environment, "_DOCKER", none)
    monkeypatch.setattr(environment, "_PODMAN", none)
    assert environment.image() == ""
    told.write_text('engine="podman-5"\nimageid="ab12"\n')
    monkeypatch.setattr(environment, "_PODMAN", told)
    assert environment.image() == "sha256:ab12"
    monkeypatch.setattr(environment, "_PODMAN", none)
    monkeypatch.setattr(environment, "_DOCKER", told)
    assert environment.image() == "unknown"
    monkeypatch.setenv("PADDOCK_IMAGE", "registry.example.org/triage@sha256:cd")
    assert environment.image() == "registry.example.org/triage@sha256:cd"
