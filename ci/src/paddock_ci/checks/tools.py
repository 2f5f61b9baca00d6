"""What the linters of the workspace say about projects: each is called once for all of them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from paddock.errors import ToolError

from paddock_ci.finding import Look

_BIN = Path(sys.executable).parent
_MADE = "requirements.txt"
# Made by tools, and full of digests.
_DIGESTS = (_MADE, "template.toml")
_NOTEBOOK = ".ipynb"
_UNFORMATTED = "unformatted"

# Looks at `files` below `root`; places are relative to `root`.
ToolCheck = Callable[[Path, Sequence[str]], Iterator[Look]]


def formatted(root: Path, files: Sequence[str]) -> Iterator[Look]:
    """The formatter changes nothing, in modules and notebooks."""
    code = _code(files)
    command = ["ruff", "format", "--check", "--no-cache", "--output-format", "json", *code]
    found = {
        _relative(root, fact["filename"]): "would be reformatted" if fact["code"] == _UNFORMATTED else _said(fact)
        for fact in (_facts(root, command) if code else [])
    }
    yield from _looks(code, found, "Run: ruff format")


def linted(root: Path, files: Sequence[str]) -> Iterator[Look]:
    """The linter has no finding, in modules and notebooks."""
    code = _code(files)
    command = ["ruff", "check", "--no-cache", "--output-format", "json", *code]
    found = {_relative(root, fact["filename"]): _said(fact) for fact in (_facts(root, command) if code else [])}
    yield from _looks(code, found, "Mend it; `ruff check --fix` mends some.")


def spelled(root: Path, files: Sequence[str]) -> Iterator[Look]:
    """No word is one of the common misspellings."""
    texts = [path for path in files if not path.endswith((_MADE, _NOTEBOOK))]
    answer = _call(root, ["codespell", *texts], (0, 65)) if texts else ""
    found = {
        _relative(root, path): f"line {line}: {words}"
        for path, line, words in re.findall(r"^(.+?):(\d+): (.*)$", answer, re.MULTILINE)
    }
    yield from _looks(texts, found, "Mend the spelling.")


def without_secrets(root: Path, files: Sequence[str]) -> Iterator[Look]:
    """Nothing looks like a secret."""
    texts = [path for path in files if not path.endswith(_DIGESTS)]
    # Without the detector of keywords, which takes each reference to a secret for one.
    command = ["detect-secrets", "scan", "--no-verify", "--disable-plugin", "KeywordDetector", *texts]
    answer = json.loads(_call(root, command, (0,)))["results"] if texts else {}
    found = {path: f"line {facts[0]['line_number']}: {facts[0]['type']}" for path, facts in answer.items()}
    yield from _looks(texts, found, "Refer to it by the name of an environment variable.")


def image_linted(root: Path, files: Sequence[str]) -> Iterator[Look]:
    """hadolint has no finding in any Dockerfile."""
    images = [path for path in files if path.rpartition("/")[2] == "Dockerfile"]
    answer = json.loads(_call(root, ["hadolint", "--format", "json", *images], (0, 1))) if images else []
    found = {fact["file"]: f"line {fact['line']}: {fact['code']} {fact['message']}" for fact in answer}
    yield from _looks(images, found, "Mend that line.")


TOOL_CHECKS: dict[str, ToolCheck] = {
    "TL101": formatted,
    "TL102": linted,
    "TL103": spelled,
    "TL104": without_secrets,
    "TL105": image_linted,
}


def _code(files: Sequence[str]) -> list[str]:
    return [path for path in files if path.endswith((".py", _NOTEBOOK))]


def _looks(files: Sequence[str], found: Mapping[str, str], remedy: str) -> Iterator[Look]:
    for path in files:
        yield Look(path, found.get(path, ""), remedy)
    for path in found.keys() - set(files):
        yield Look(path, found[path], remedy)


def _facts(root: Path, command: Sequence[str]) -> list[dict[str, Any]]:
    """What ruff prints as JSON; a file that it cannot parse is a fact too, though it ends as if it had failed."""
    answer = _call(root, command, (0, 1), verdict="[")
    return list(json.loads(answer))


def _said(fact: Mapping[str, Any]) -> str:
    where = f"line {fact['location']['row']}: " if fact["location"] else ""
    return f"{where}{fact['code']} {fact['message']}"


def _call(root: Path, command: Sequence[str], expected: Sequence[int], verdict: str = "") -> str:
    """What a tool prints; raises ToolError when it ends in a way that is no verdict.

    What begins with `verdict` is one, however the tool ends.
    """
    answer: subprocess.CompletedProcess[Any] = subprocess.run(
        [str(_BIN / command[0]), *command[1:]], cwd=root, capture_output=True, text=True, check=False
    )
    is_told = bool(verdict) and answer.stdout.startswith(verdict)
    if answer.returncode not in expected and not is_told:
        raise ToolError(
            f"{' '.join(command[:3])}: exit {answer.returncode}: {(answer.stderr or answer.stdout).strip()[-500:]}",
            "Mend the tool's settings.",
        )
    return str(answer.stdout)


def _relative(root: Path, path: str) -> str:
    file = Path(path)
    return file.relative_to(root).as_posix() if file.is_absolute() else file.as_posix().removeprefix("./")
