"""Edits of files as a page shows them: whole files, and diffs that a reader follows by eye."""

from __future__ import annotations

from pathlib import Path

from tests.docs.page_steps import DIFF, FILE, PageError, Step


def edit(root: Path, step: Step) -> None:
    """Do in the workspace at `root` what the step shows; raises PageError where it fits nowhere, or twice."""
    path = root / step.path
    if not path.resolve().is_relative_to(root.resolve()):
        raise PageError(f"line {step.line}: {step.path} leads out of the workspace")
    if step.kind == FILE:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(step.text, encoding="utf-8")
        return
    assert step.kind == DIFF
    if not path.is_file():
        raise PageError(f"line {step.line}: edits {step.path}, which is not there")
    path.write_text(edited(path.read_text(encoding="utf-8"), step), encoding="utf-8")


def edited(text: str, step: Step) -> str:
    """The text with each hunk of the diff in its place; `@@` stands between hunks."""
    for hunk in _hunks(step.text):
        old = "".join(line[1:] for line in hunk if line[0] in " -")
        new = "".join(line[1:] for line in hunk if line[0] in " +")
        found = ("\n" + text).count("\n" + old)
        if not old or found != 1:
            shown = old or "nothing to find"
            raise PageError(f"line {step.line}: {step.path}: stands {found} times there, expected once:\n{shown}")
        text = ("\n" + text).replace("\n" + old, "\n" + new)[1:]
    return text


def _hunks(diff: str) -> list[list[str]]:
    """The lines of each hunk, with their marks; an empty line is one of context."""
    hunks: list[list[str]] = [[]]
    for line in diff.splitlines(keepends=True):
        if line.startswith("+++ "):
            continue
        if line.startswith("@@"):
            hunks.append([])
        else:
            hunks[-1].append(line if line[0] in " +-" else f" {line}")
    return [hunk for hunk in hunks if hunk]
