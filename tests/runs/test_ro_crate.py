"""A run as an RO-Crate: what the specification 1.1 asks for, and what the run stored."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from paddock.errors import ConfigurationError, DataError
from paddock.project import Project
from paddock.runs.crate import export
from paddock.runs.record import Record
from paddock.runs.request import Request
from paddock.runs.run import run

from tests.runs.conftest import MakeAnalysis


@pytest.fixture
def ran(make_analysis: MakeAnalysis) -> tuple[Project, Record]:
    """An analysis and the record of its run."""
    analysis = make_analysis()
    return analysis, run(analysis, Request(parameters={"least": "2"}))


def _entities(path: Path) -> dict[str, dict[str, Any]]:
    graph = json.loads(path.read_text(encoding="utf-8"))["@graph"]
    found = {entity["@id"]: entity for entity in graph}
    assert len(found) == len(graph), "two entities share an @id"
    return found


def _links(value: Any) -> list[str]:
    if isinstance(value, list):
        return [link for inner in value for link in _links(inner)]
    return [value["@id"]] if isinstance(value, dict) else []


def test_the_metadata_are_as_the_specification_asks(ran: tuple[Project, Record], tmp_path: Path) -> None:
    """Descriptor, root with its four musts, types and names everywhere, each link leads to an entity."""
    path = export(*ran, tmp_path / "crate")
    found = _entities(path)
    context, terms = json.loads(path.read_text())["@context"]
    assert context == "https://w3id.org/ro/crate/1.1/context"
    # A key that no context defines makes a crate invalid; 1.1 itself has no word for this one.
    assert terms == {"sha256": "https://w3id.org/ro/terms/workflow-run#sha256"}
    descriptor = found["ro-crate-metadata.json"]
    assert descriptor["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.1"}
    assert descriptor["about"] == {"@id": "./"}
    root = found["./"]
    assert root["@type"] == "Dataset"
    assert all(root[name] for name in ("name", "description", "datePublished", "license"))
    for entity in found.values():
        assert entity["@type"]
        assert entity.get("name") or entity["@id"] == "ro-crate-metadata.json"
        for name, value in entity.items():
            for link in _links(value):
                assert link in found or link.startswith(("https://w3id.org/", "http://schema.org/")), (name, link)


def test_the_files_are_there_with_their_hashes(ran: tuple[Project, Record], tmp_path: Path) -> None:
    """Every file of the crate is described, and every description has its file."""
    path = export(*ran, tmp_path / "crate")
    found, folder = _entities(path), path.parent
    files = {name: entity for name, entity in found.items() if entity["@type"] == "File"}
    there = {one.relative_to(folder).as_posix() for one in folder.rglob("*") if one.is_file()} - {path.name}
    assert set(files) == there == {"record.json", "report.html", "report.ipynb"} == set(_links(found["./"]["hasPart"]))
    for name, entity in files.items():
        content = (folder / name).read_bytes()
        assert (entity["sha256"], entity["contentSize"]) == (hashlib.sha256(content).hexdigest(), str(len(content)))
    action = found["#run"]
    assert action["@type"] == "CreateAction"
    assert action["actionStatus"]["@id"].endswith("CompletedActionStatus")
    assert "#dataset-shop.orders-0-read" in _links(action["object"])
    values = {entity["name"]: entity["value"] for entity in found.values() if entity["@type"] == "PropertyValue"}
    assert values["least"] == "2"


def test_a_crate_is_all_or_nothing(ran: tuple[Project, Record], tmp_path: Path) -> None:
    """No folder with something in it is touched, and a damaged file of the run is not handed on."""
    (tmp_path / "full").mkdir()
    (tmp_path / "full/mine").write_text("x")
    with pytest.raises(ConfigurationError, match="not empty"):
        export(*ran, tmp_path / "full")
    project, record = ran
    (project.runs_folder / record.run / "report.html").write_text("<h1>edited</h1>")
    with pytest.raises(DataError, match=r"report\.html: the file is damaged"):
        export(*ran, tmp_path / "crate")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["full", "workspace"]
