"""The reference of files: what each key of each format means."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from paddock.data import dtypes
from paddock.data.sources.formats import FORMATS

from paddock_ci.docs.anchors import slug
from paddock_ci.reference.entry import Entry, table

PAGE = "docs/reference/files.md"
_HEAD = """# Files

Made by `python -m paddock_ci.reference`; a test fails where the code knows a key that is not here. An unknown key, and
a value of another kind, is an error that names file, line and remedy.

"""
_FILES = (
    ("`pyproject.toml`", "yours", "[settings](settings.md), of the workspace and of each project"),
    ("`projects/NAME/catalog.toml`", "yours", "its datasets and sources; [why](../explanation/data.md)"),
    ("`projects/NAME/template.toml`", "tools", "its template; [why](../explanation/templates.md#updates)"),
    ("`projects/NAME/requirements.txt`", "`make requirements`", "the hashed requirements of its image"),
    ("`templates/NAME/cookiecutter.json`", "yours", "its questions; [why](../explanation/templates.md)"),
    (
        "`.paddock/runs/PROJECT/RUN/record.json`",
        "runs",
        "[the record of a run](run-record.md), with its [schema](run-record.schema.json)",
    ),
    ("`.paddock/score/*.json`", "`paddock score --json`", "scores that the site shows"),
    ("`.check-durations.json`", "`paddock check --record`", "seconds of jobs, for the shards"),
    ("`.paddock/`", "this machine", "versions, results of tasks, records, reports, caches; never in git"),
)
_PARTS = {
    ("catalog", "dataset"): "`catalog.toml`: a dataset, `[datasets.NAME]`",
    ("catalog", "column"): "`catalog.toml`: a column, `[datasets.NAME.columns.COLUMN]`",
    ("catalog", "source"): "`catalog.toml`: a source, `[sources.NAME]`",
    ("template", "record"): "`template.toml`",
    ("template", "questions"): "`cookiecutter.json` of a template",
}


@cache
def said() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """What each key means, by file and by part of it."""
    text = resources.files("paddock_ci.reference").joinpath("formats.toml").read_text(encoding="utf-8")
    found: Any = tomllib.loads(text)
    return found  # type: ignore[no-any-return]


def entries() -> list[Entry]:
    """An entry for each key, called as its part of the file and itself."""
    return [
        Entry(f"{part}.{key}", f"key of {title.replace('`', '')}", meaning, PAGE, slug(title.replace("`", "")))
        for (file, part), title in _PARTS.items()
        for key, meaning in said()[file][part].items()
    ]


def page() -> str:
    """The page in Markdown."""
    lines = [_HEAD, f"{table(('file', 'who writes it', 'what it says'), [*_FILES])}\n"]
    for (file, part), title in _PARTS.items():
        rows: list[tuple[object, ...]] = [(f"`{key}`", meaning) for key, meaning in said()[file][part].items()]
        lines.append(f"## {title}\n\n{table(('key', 'meaning'), rows)}\n")
        lines += [_dtypes()] if part == "column" else [_formats()] if part == "source" else []
    return "\n".join(lines)


def _dtypes() -> str:
    rows: list[tuple[object, ...]] = [(f"`{name}`", f"`{dtypes.arrow_type(name)}`") for name in dtypes.NAMES]
    return f"## Dtypes\n\n{table(('dtype', 'stored, in Arrow, as'), rows)}\n"


def _formats() -> str:
    rows: list[tuple[object, ...]] = [
        (f"`{suffix}`", "required" if one.needs_columns else "checked where given") for suffix, one in FORMATS.items()
    ]
    return f"## Files of sources\n\n{table(('name ends with', '`columns`'), rows)}\n"
