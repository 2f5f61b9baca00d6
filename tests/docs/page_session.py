"""One reader's session in a clone: a shell that remembers folder and variables from block to block."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from tests.docs.page_edits import edit
from tests.docs.page_output import difference
from tests.docs.page_steps import PYTHON, SHELL, PageError, Step, Walk

_ENVIRONMENT = Path(sys.executable).parents[1]
_SECONDS = 300
_SESSION = """
set -euo pipefail
if [ -f "$PAGE_STATE" ]; then source "$PAGE_STATE"; fi
trap 'code=$?; { export -p; printf "cd %q\\n" "$PWD"; } >"$PAGE_STATE"; exit $code' EXIT
"""


class Outcome(NamedTuple):
    """How a page was walked: the seconds of its commands, and its first fault, if any."""

    seconds: float
    fault: str


def walked(walk: Walk, root: Path, given: Mapping[str, str]) -> Outcome:
    """Do all steps in the workspace at `root`, until one is not as the page says."""
    state = root.parent / f"{root.name}.session"
    variables = variables_of(root, walk) | dict(given) | {"PAGE_STATE": str(state)}
    begun = time.monotonic()
    for step in walk.steps:
        try:
            fault = _done(step, root, variables)
        except PageError as error:
            fault = str(error)
        if fault:
            return Outcome(time.monotonic() - begun, fault)
    return Outcome(time.monotonic() - begun, "")


def _done(step: Step, root: Path, variables: Mapping[str, str]) -> str:
    """Do one step; what is not as the page says, or nothing."""
    if step.kind not in (SHELL, PYTHON):
        edit(root, step)
        return ""
    script = _SESSION + (step.text if step.kind == SHELL else 'python - <"$PAGE_CODE"')
    code = Path(variables["PAGE_STATE"]).with_suffix(".py")
    code.write_text(step.text, encoding="utf-8")
    answer = subprocess.run(
        ["bash", "-c", script],
        cwd=root,
        env=dict(variables) | {"PAGE_CODE": str(code)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=_SECONDS,
    )
    place = f"line {step.line}:\n{step.text}"
    if answer.returncode != step.ends_with:
        return f"{place}ends with {answer.returncode}, expected {step.ends_with}:\n{answer.stdout[-6000:]}"
    fault = "" if step.shown is None else difference(step.shown, answer.stdout)
    return f"{place}says something else than the page:\n{fault}" if fault else ""


def variables_of(root: Path, walk: Walk) -> dict[str, str]:
    """What a new user's shell has: a home of its own, nothing of the developer's, a terminal of usual width."""
    path = [part for part in os.environ["PATH"].split(":") if Path(part) != _ENVIRONMENT / "bin"]
    home = root.parent / f"{root.name}.home"
    home.mkdir(exist_ok=True)
    known = {"PATH": ":".join(path), "HOME": str(home), "LANG": "C.UTF-8", "COLUMNS": "100", "OMP_NUM_THREADS": "1"}
    names = {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in _WHO.items()}
    # Servers of kernels that live on would outlive the test.
    kernels = {"PADDOCK_KERNELS": "own"}
    # The packages of a clone are installed from its own folder; those of this environment lie elsewhere.
    edits_packages = any(step.path.startswith(("shared/", "ci/")) for step in walk.steps)
    packages = {"PYTHONPATH": f"{root}/shared/src:{root}/ci/src"} if edits_packages else {}
    return known | names | kernels | packages


_WHO = {"NAME": "A new member", "EMAIL": "new@example.org"}
