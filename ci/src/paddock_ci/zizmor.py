"""The one door to zizmor, which knows what is dangerous in a workflow of GitHub, and which form one has."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

_PROGRAM = Path(sys.executable).parent / "zizmor"
# Findings are borne with in one place, where reasons stand: neither its comments nor its settings are read.
_COMMAND = (
    "--offline", "--quiet", "--no-progress", "--no-config", "--no-ignores", "--strict-collection",
    "--min-confidence", "medium", "--format", "json",
)  # fmt: skip
_LONGEST_WAIT = 60  # seconds
_MISFIT = re.compile(r"failed to load (?:file://)?(?:\./)?(?P<path>\S.*?) as workflow")
_CAUSE = re.compile(r"Caused by:\n(?P<cause>.*?)(?:\n\s*\n|\Z)", re.DOTALL)


@dataclass(frozen=True)
class Injection:
    """A line of a script into which a workflow pastes what somebody else wrote."""

    path: str
    line: int
    expression: str


@dataclass(frozen=True)
class Audit:
    """What zizmor says of workflows: their injections, why a file fits no schema, and why it could not say anything."""

    injections: tuple[Injection, ...] = ()
    misfits: Mapping[str, str] = field(default_factory=dict)
    fault: str = ""


@lru_cache(maxsize=4)
def audit(root: Path, texts: tuple[tuple[str, str], ...]) -> Audit:
    """What zizmor says of these files below `root`, paths with their texts; the same texts are given to it once."""
    left = [path for path, _ in texts]
    misfits: dict[str, str] = {}
    while left:
        try:
            answer = _call(root, left)
        except FileNotFoundError:
            return Audit(fault="zizmor is not installed")
        except (OSError, subprocess.TimeoutExpired) as error:
            return Audit(misfits=misfits, fault=f"zizmor did not answer: {error}")
        if answer.stdout.startswith("["):
            return Audit(tuple(_injections(json.loads(answer.stdout), left)), misfits)
        path, cause = _misfit(answer.stderr)
        if path not in left:
            return Audit(misfits=misfits, fault=f"zizmor failed: {' '.join(answer.stderr.split())[:300]}")
        # It says nothing of all others because of one.
        misfits[path] = cause
        left.remove(path)
    return Audit(misfits=misfits)


def _call(root: Path, paths: list[str]) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("ZIZMOR_", "RUST_"))}
    return subprocess.run(
        [str(_PROGRAM), *_COMMAND, "--", *paths],
        cwd=root,
        env={**environment, "NO_COLOR": "1"},
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
        timeout=_LONGEST_WAIT,
    )


def _misfit(said: str) -> tuple[str, str]:
    """Which file zizmor could not take for a workflow, and why."""
    found, cause = _MISFIT.search(said), _CAUSE.search(said)
    lines = cause["cause"].splitlines() if cause else []
    told = [re.sub(r"^\s*\d+: ", "", line).strip() for line in lines]
    # The first says that it does not fit, the others why.
    return (found["path"] if found else ""), "; ".join(told[1:] or told)


def _injections(facts: list[dict[str, Any]], paths: list[str]) -> Iterator[Injection]:
    for fact in facts:
        for place in fact["locations"] if fact["ident"] == "template-injection" else ():
            names = [name for key in place["symbolic"]["key"].values() for name in key.values() if name in paths]
            if place["symbolic"]["kind"] == "Primary" and names:
                yield Injection(names[0], place["concrete"]["location"]["start_point"]["row"] + 1, _expression(place))


def _expression(place: dict[str, Any]) -> str:
    kind = place["symbolic"]["feature_kind"]
    fragment = kind.get("Subfeature", {}).get("fragment", {}) if isinstance(kind, dict) else {}
    return next((text for text in fragment.values() if isinstance(text, str)), "an expression")
