"""Screenshots for the README and the docs, of a site with generated examples: `make screenshots`."""

from __future__ import annotations

import io
import json
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from paddock.notebooks.facts import CAPTION_MIME, GATE_MIME
from paddock.project import Workspace, load_project
from paddock.runs import report
from paddock.runs.record import Record
from paddock.settings import load_settings
from paddock.site.building import build

from tests.browser import launched
from tests.site import generated

_RUNS = 24
_LARGEST = 150_000
_COLOURS = 128
_NEWEST = generated.run_name(_RUNS - 1, "triage")
_NOW = generated.START + timedelta(days=_RUNS - 1, hours=1)
# The name of each picture, the page, the window.
_PICTURES = (
    ("site-start", "index.html", 1120, 820, "light"),
    ("report", f"report/triage/{_NEWEST}.html", 1120, 900, "light"),
    ("site-compare", f"compare.html#a=triage/{generated.run_name(19, 'triage')}&b=triage/{_NEWEST}", 1120, 820, "dark"),
)


def example(root: Path) -> Path:
    """Write a workspace with generated runs and a real report of the newest, and build its site; the site's folder."""
    (root / "projects").mkdir(parents=True)
    (root / "pyproject.toml").write_text("[tool.paddock.workspace]\n")
    workspace = Workspace(root)
    generated.write_projects(workspace)
    generated.publish_versions(workspace)
    generated.write_runs(workspace, _RUNS)
    for number in range(_RUNS):
        record = generated.record_of("triage", number, _RUNS)
        folder = workspace.state / "runs" / "triage" / record.run
        generated.put(folder / generated.NOTEBOOK, json.dumps(_notebook(record, number)).encode())
        report.write(load_project(workspace, "triage"), record)
    return build(workspace, load_settings(workspace), root / "site", (), _NOW).folder


def take(site: Path, output: Path) -> None:
    """Write each picture to the folder `output`."""
    output.mkdir(parents=True, exist_ok=True)
    with launched() as browser:
        for name, place, width, height, scheme in _PICTURES:
            page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
            # Pages say how long ago something was; the pictures are the same on any day.
            page.clock.set_fixed_time(_NOW)
            page.goto(f"{site.as_uri()}/{place}")
            page.wait_for_load_state("networkidle")
            content = _small(page.screenshot())
            (output / f"{name}.png").write_bytes(content)
            print(f"{output / name}.png: {len(content):,} bytes{', TOO LARGE' if len(content) > _LARGEST else ''}")
            page.close()


def _small(png: bytes) -> bytes:
    """The picture with a palette, which a page of text needs no more than."""
    from PIL import Image

    stream = io.BytesIO()
    Image.open(io.BytesIO(png)).convert("RGB").quantize(_COLOURS).save(stream, "PNG", optimize=True)
    return stream.getvalue()


def _notebook(record: Record, number: int) -> dict[str, Any]:
    """What an executed validation notebook of the run looks like."""
    gates = [{"output_type": "display_data", "metadata": {}, "data": {GATE_MIME: vars(gate)}} for gate in record.gates]
    cells = [
        _cell("markdown", "# Is the model fit to decide who is seen first?\n\nJudged on the patients of last week."),
        _cell("code", 'cases = paddock.read("intake.cases")\nscores = model.predict(cases)'),
        _cell("markdown", "## How well it ranks"),
        _cell("code", "paddock.figure(curve(scores))", _figure(number)),
        _cell("markdown", "## Gates"),
        _cell("code", 'paddock.gate("auc", auc, at_least=0.97)', *gates),
    ]
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}


def _cell(kind: str, source: str, *outputs: dict[str, Any]) -> dict[str, Any]:
    cell = {"cell_type": kind, "id": f"c-{len(source)}", "metadata": {}, "source": source}
    return cell | ({"outputs": list(outputs), "execution_count": 1} if kind == "code" else {})


def _figure(number: int) -> dict[str, Any]:
    """A curve that hangs lower in the runs that fail."""
    bend = 6 if number >= _RUNS - 3 else 2
    steps = " ".join(f"{40 + 4 * x},{200 - 1.8 * 100 * (x / 100) ** (bend / 20):.1f}" for x in range(101))
    drawing = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="480" height="220" viewBox="0 0 480 220">'
        '<path d="M40 20V200H440" fill="none" stroke="#57606a"/><path d="M40 200 440 20" stroke="#d5dbe1"/>'
        f'<polyline points="{steps}" fill="none" stroke="#0a58a8" stroke-width="2"/></svg>'
    )
    caption = {"kind": "figure", "caption": "Share of emergencies found, by share of patients seen"}
    return {"output_type": "display_data", "metadata": {}, "data": {"image/svg+xml": drawing, CAPTION_MIME: caption}}


def main() -> None:
    """Take all pictures into the folder that is named."""
    with tempfile.TemporaryDirectory() as scratch:
        take(example(Path(scratch, "example")), Path(sys.argv[1]))


if __name__ == "__main__":
    main()
