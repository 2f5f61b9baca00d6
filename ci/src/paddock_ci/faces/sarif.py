"""SARIF 2.1.0: the findings for code scanning, which shows them beside the code and follows them over commits."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import quote

from paddock.errors import ConfigurationError
from paddock.project import read_toml, table_at

from paddock_ci.engine.check import Report
from paddock_ci.faces.characters import clean
from paddock_ci.faces.rules import promises
from paddock_ci.faces.telling import Told, severity, told
from paddock_ci.places import spot

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_MOST = 25_000  # results of a run; GitHub refuses a file with more


def render(report: Report, notes: Sequence[str], root: Path) -> str:
    """The report as a SARIF log with one run."""
    found = told(report, root)
    rules = _rules(found[:_MOST], _docs(root))
    run = {
        "tool": {"driver": {"name": "Paddock", "version": metadata.version("paddock-ci"), "rules": rules}},
        "invocations": [_invocation(report, notes, len(found) - _MOST)],
        "columnKind": "unicodeCodePoints",
        "results": _results(found[:_MOST], [rule["id"] for rule in rules], root),
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=1, ensure_ascii=False) + "\n"


def _rules(found: Iterable[Told], docs: str) -> list[dict[str, Any]]:
    """All rules, with those of other codes that were found after them."""
    known = promises()
    others = dict.fromkeys(clean(one.finding.code) for one in found)
    said = {code: known.get(code, code) for code in (*known, *others)}
    return [
        {
            "id": code,
            "shortDescription": {"text": text or "-"},
            **({"help": {"text": f"{text}\n\nWith examples: paddock explain {code}"}} if code in known else {}),
            **({"helpUri": f"{docs}/reference/rules.html#{code.lower()}"} if docs and code in known else {}),
        }
        for code, text in said.items()
    ]


def _docs(root: Path) -> str:
    """Where the workspace says that its documentation is hosted; nothing where it says so nowhere, or wrongly."""
    manifest = root / "pyproject.toml"
    try:
        said = table_at(manifest, read_toml(manifest), "tool", "paddock", "workspace").get("docs", "")
    except ConfigurationError:
        # Others say so.
        return ""
    return str(said).rstrip("/") if str(said).startswith("https://") else ""


def _results(found: Iterable[Told], codes: Sequence[str], root: Path) -> list[dict[str, Any]]:
    index = {code: number for number, code in enumerate(codes)}
    seen: Counter[str] = Counter()
    results = []
    for one in found:
        mark = _fingerprint(one)
        seen[mark] += 1
        result = _result(one, root)
        result["ruleIndex"] = index[result["ruleId"]]
        # GitHub knows this name alone; the number tells equal findings of a file apart.
        result["partialFingerprints"] = {"primaryLocationLineHash": f"{mark}:{seen[mark]}"}
        results.append(result)
    return results


def _result(one: Told, root: Path) -> dict[str, Any]:
    finding, at = one.finding, spot(one.place, root)
    cell = f"{one.place.within}: " if one.place.cell else ""
    location = {
        "artifactLocation": {"uri": quote(clean(at.path), safe="/"), "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": at.line},
    }
    return {
        "ruleId": clean(finding.code),
        "level": severity(finding),
        "message": {"text": clean(f"{cell}{finding.message}\n{finding.remedy}")},
        "locations": [{"physicalLocation": location}],
    }


def _fingerprint(one: Told) -> str:
    """What stays the same while lines move: numbers in a message mostly count or point to lines."""
    facts = (one.finding.code, one.place.path, re.sub(r"\d+", "", one.finding.message))
    return hashlib.sha256("\0".join(map(clean, facts)).encode()).hexdigest()[:32]


def _invocation(report: Report, notes: Sequence[str], left: int) -> dict[str, Any]:
    """That we came to the end, and what is told of no file."""
    said = [("warning", note) for note in notes]
    said += [("error", f"nothing is skipped from now on: {report.alarm}")] if report.alarm else []
    said += [("warning", f"{left} more findings are left out")] if left > 0 else []
    told_of = [{"level": level, "message": {"text": clean(text)}} for level, text in said]
    return {"executionSuccessful": True, "toolExecutionNotifications": told_of}
