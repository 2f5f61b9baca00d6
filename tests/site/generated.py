"""Generated workspaces to build sites of: projects, catalogues, versions, and runs with notebooks and reports."""

from __future__ import annotations

import base64
import hashlib
import json
import random
import struct
import zlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
from paddock.data.publishing import publish, rollback
from paddock.data.session import open_session
from paddock.notebooks.facts import CAPTION_MIME
from paddock.project import Workspace, load_project
from paddock.runs.record import (
    DatasetFact,
    FileFact,
    GateFact,
    HostFact,
    MetricFact,
    NotebookFact,
    Record,
    SourceFact,
    TaskFact,
)
from paddock.settings import load_settings

START = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
NOTEBOOK = "notebooks/validation.ipynb"
# Each project with its title, its owner, what it writes and what it reads.
PROJECTS: dict[str, tuple[str, str, tuple[str, ...], tuple[str, ...]]] = {
    "intake": ("Intake", "Data platform", ("cases", "wards"), ()),
    "triage": ("Triage", "ML team", ("predictions",), ("intake.cases",)),
    "staffing": ("Staffing forecast", "Operations research", ("demand", "shifts"), ("intake.wards", "triage.predictions")),  # noqa: E501
    "billing": ("Billing codes", "Finance", ("codes",), ("intake.cases",)),
    "board": ("Board report", "Analytics", (), ("staffing.demand", "billing.codes")),
    "readmission": ("Readmission risk", "ML team", ("risk",), ("intake.cases", "triage.predictions")),
}  # fmt: skip
GATES: dict[str, tuple[tuple[str, str, float, float, float], ...]] = {
    "triage": (("auc", "at least", 0.97, 0.984, 0.004), ("share of missed emergencies", "at most", 0.02, 0.012, 0.003)),
    "staffing": (("mean absolute error", "at most", 3.5, 2.9, 0.3),),
    "billing": (("macro F1", "at least", 0.8, 0.86, 0.02), ("coverage", "at least", 0.99, 0.996, 0.002)),
    "readmission": (("auc", "at least", 0.75, 0.79, 0.01), ("calibration error", "at most", 0.05, 0.03, 0.006)),
    "intake": (("rows against yesterday", "at least", 0.9, 1.0, 0.03),),
    "board": (("figures that agree", "at least", 1.0, 1.0, 0.0),),
}


def write_projects(workspace: Workspace, names: Sequence[str] = tuple(PROJECTS)) -> None:
    """Write the files of projects: manifest, catalogue, tasks and notebook."""
    for name in names:
        title, owner, writes, reads = PROJECTS[name]
        folder = workspace.root / "projects" / name
        package = f'package = "{name}"\npipeline = "{name}.tasks:Pipeline"\n' if writes else ""
        schedule = 'schedule = "0 5 * * *"\ndeadline_minutes = 60\n' if name in ("staffing", "board") else ""
        texts = {
            "pyproject.toml": f'[project]\nname = "{name}"\nversion = "1"\ndescription = "What {title.lower()} is for, '
            f'in a sentence."\n\n[tool.paddock]\ntitle = "{title}"\nowner = "{owner}"\n{package}{schedule}'
            f'notebooks = ["{NOTEBOOK}"]\nreads = {json.dumps(list(reads))}\n',
            NOTEBOOK: json.dumps(_notebook([f'paddock.read("{read}")' for read in reads])),
        }
        if writes:
            texts["catalog.toml"] = "\n".join(map(_contract, writes))
            texts[f"src/{name}/tasks.py"] = "\n".join(f'class {w.title()}:\n    dataset = "{w}"\n' for w in writes)
        for path, text in texts.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)


def publish_versions(workspace: Workspace, names: Sequence[str] = tuple(PROJECTS), count: int = 3) -> None:
    """Write and publish versions of every dataset; the newest of `billing.codes` is taken back."""
    settings = load_settings(workspace)
    for name in (name for name in names if PROJECTS[name][2]):
        for number in range(count):
            session = open_session(load_project(workspace, name), settings, run=run_name(number))
            frame = pd.DataFrame(
                {"id": range(20 + number), "value": [0.5] * (20 + number), "who": ["a"] * (20 + number)}
            )
            versions = [session.write(dataset, frame) for dataset in PROJECTS[name][2]]
            publish(session.store, session.serving, session.catalogue, versions, run_name(number))
        if name == "billing" and count > 1:
            rollback(session.store, session.serving, session.catalogue, "billing.codes")


def write_runs(workspace: Workspace, count: int, names: Sequence[str] = tuple(PROJECTS), figure: int = 40) -> None:
    """Write `count` runs of each project, the oldest first."""
    for name in names:
        for number in range(count):
            write_run(workspace, record_of(name, number, count), figure)


def record_of(project: str, number: int, count: int = 10) -> Record:
    """The record of a generated run: triage fails its last three, billing failed once in between."""
    noise = random.Random(f"{project} {number}")
    fails = (project == "triage" and number >= count - 3) or (project == "billing" and number == count // 2)
    gates = tuple(_gate(*facts, noise, fails and at == 0) for at, facts in enumerate(GATES[project]))
    held = all(gate.held for gate in gates)
    _, _, writes, reads = PROJECTS[project]
    started = START + timedelta(days=number, minutes=sorted(PROJECTS).index(project) * 7)
    version = min(number // 4, 2) + (1 if fails and project == "triage" else 0)
    notebook = NotebookFact(
        source=NOTEBOOK, executed=NOTEBOOK, status="passed" if held else "failed",
        reason="" if held else "1 gate fails", seconds=round(noise.uniform(3, 9), 2), parameters={"threshold": "0.5"},
        gates=gates, cause="" if held else "gate",
        metrics=(MetricFact(name="rows judged", value=1200.0 + number, unit="rows"),),
    )  # fmt: skip
    return Record(
        run=run_name(number, project), project=project, environment="local" if number % 5 else "production",
        status="failed" if not held else "published" if writes else "audited",
        reason="every gate held" if held else f"{NOTEBOOK}: 1 gate fails: {gates[0].name}", until="publish",
        started=started, seconds=round(noise.uniform(12, 80), 1), phases={"build": 8.2, "audit": 5.5, "report": 0.4},
        commit=_sha(f"commit {number // 3}")[:40], dirty=False, packages_hash=_sha("packages"), python="3.11.7",
        fingerprint=_sha(f"{project} {number}"), parameters={"trees": str(100 + number // 6 * 50)},
        tasks=(TaskFact(name="Train", identity=_sha("train"), status="ran", seconds=6.1),), notebooks=(notebook,),
        datasets=(
            *(DatasetFact(name=r, role="read", version=version, content_hash=_sha(f"{r} {version}")) for r in reads),
            *(DatasetFact(name=f"{project}.{w}", role="written", version=number % 3, content_hash=_sha(f"{w} {number}"))
              for w in writes),
        ),
        sources=(SourceFact(name="export.csv", content_hash=_sha(f"export {number // 2}")),) if not reads else (),
        report="report.html", cause="" if held else "gate", lock_hash=_sha("locks"), interpreter="CPython, GCC 12",
        host=HostFact(system="Linux 6.1", machine="x86_64", cores=4), seeds={"PYTHONHASHSEED": "0", "seed": "7"},
        files=(FileFact(path=f"projects/{project}/{NOTEBOOK}", role="read", content_hash=_sha(f"code {number // 3}"),
                        by=(NOTEBOOK,)),),
    )  # fmt: skip


def write_run(workspace: Workspace, record: Record, figure: int = 40) -> Path:
    """Store a run's record, executed notebook and report; the notebook shows a figure of that many pixels a side."""
    folder = workspace.state / "runs" / record.project / record.run
    at = int(record.run[6:8])
    lines = [
        f"rows = {len(record.parameters)}",
        "import paddock",
        f"model = fit(trees={record.parameters.get('trees')})",
    ]
    put(folder / NOTEBOOK, json.dumps(_notebook(lines, png(figure, at))).encode())
    put(folder / "report.html", _report(record))
    put(folder / "record.json", record.model_dump_json(indent=1).encode(), {"run": record.run, "status": record.status})
    return folder


def put(path: Path, content: bytes, facts: dict[str, Any] | None = None) -> None:
    """Store an artifact with its manifest, as `artifact.write_bytes` does but for its care for the disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    manifest = {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content), "facts": facts or {}}
    path.with_name(f"{path.name}.manifest.json").write_text(json.dumps(manifest))


def run_name(number: int, project: str = "") -> str:
    """The name of a generated run, which begins with its start time."""
    return f"{START + timedelta(days=number):%Y%m%d-%H%M%S}-{_sha(f'{project} {number}')[:6]}"


def png(side: int, shade: int) -> str:
    """A picture in base64."""
    rows = b"".join(b"\0" + bytes((x * y * shade) % 256 for x in range(side)) for y in range(side))
    chunks = (
        (b"IHDR", struct.pack(">2I5B", side, side, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    )
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + body).decode()


def _gate(
    name: str, word: str, bound: float, usual: float, spread: float, noise: random.Random, fails: bool
) -> GateFact:
    side = 1 if word == "at least" else -1
    value = bound - side * spread if fails else usual + noise.uniform(-spread, spread)
    margin = round((value - bound) * side, 6)
    value = round(value, 5)
    return GateFact(name=name, value=value, bounds=f"{word} {bound:g}", held=margin >= 0, margin=margin)


def _contract(dataset: str) -> str:
    return f"""
[datasets.{dataset}]
description = "What the hospital knows of its {dataset}, a row each."
key = ["id"]
serve = true
max_age_days = 7

[datasets.{dataset}.columns.id]
dtype = "int64"
description = "The number of the row."
minimum = 0

[datasets.{dataset}.columns.value]
dtype = "float64"
unit = "mg/dl"
description = "What was measured."
nullable = true

[datasets.{dataset}.columns.who]
dtype = "string"
description = "The initials of the patient."
allowed = ["a", "b"]
personal = true
"""


def _notebook(lines: Sequence[str], image: str = "") -> dict[str, Any]:
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(_cells(lines, image))}


def _cells(lines: Sequence[str], image: str) -> Iterator[dict[str, Any]]:
    yield {"cell_type": "markdown", "id": "head", "metadata": {}, "source": "# Validation\n\nIs it as good as before?"}
    for at, line in enumerate(lines):
        outputs = []
        if image and at == len(lines) - 1:
            data = {"image/png": image, CAPTION_MIME: {"kind": "figure", "caption": "Calibration"}}
            outputs = [{"output_type": "display_data", "data": data, "metadata": {}}]
        yield {
            "cell_type": "code",
            "id": f"c{at}",
            "metadata": {},
            "execution_count": at + 1,
            "source": line,
            "outputs": outputs,
        }


def _report(record: Record) -> bytes:
    filler = f"<p>{'What the report says, at some length. ' * 40}</p>" * 30
    return f"<!doctype html><meta charset=utf-8><title>Report</title><h1>Report of {record.run}</h1>{filler}".encode()


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
