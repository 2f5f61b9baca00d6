"""`paddock backport`: an edit of a project's file becomes a patch of its template."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from paddock.cli import console
from paddock.cli.context import JsonOption, ProjectArgument, WorkspaceOption, require_scaffold, workspace_of
from paddock.errors import ConfigurationError, nearest
from paddock.project import project_names

if TYPE_CHECKING:
    from paddock.scaffold.backport import Backport

_FEW = 6  # files that are named for each answer


def backport(
    project: ProjectArgument,
    files: Annotated[list[str] | None, typer.Argument(help="Files of the project, by their paths in it.")] = None,
    common: Annotated[
        bool, typer.Option("--common", help="Give new files to all projects, not only to those of this variant.")
    ] = False,
    apply: Annotated[bool, typer.Option("--apply", help="Write the patch into templates/.")] = False,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Print the patch of the template that makes a project's files as they are, proved by baking again."""
    found = workspace_of(workspace)
    require_scaffold("backport")
    from paddock.scaffold.backport import backport as carried
    from paddock.scaffold.backport_patch import write

    if project not in (known := project_names(found)):
        raise ConfigurationError(f"projects/{project}: no such project", nearest(project, known))
    done = carried(found, project, files or [], common)
    if apply:
        write(found, done.changes)
    if json:
        console.as_json(_facts(done, apply))
        return
    if not apply:
        # Nothing else goes there: it is for `git apply`.
        sys.stdout.buffer.write(done.patch)
        sys.stdout.flush()
    _tell(done, apply)


def _tell(done: Backport, is_applied: bool) -> None:
    """Say what people have to look at, beside the patch and not in it."""
    for path in done.same:
        _say(f"{path}: the template makes it so already")
    for change in done.changes:
        _say(f"{change.path}: {change.action}", "green" if is_applied else "")
        for note in change.notes:
            _say(f"  {note}", "yellow")
    for effect in done.effects:
        more = f" and {len(effect.files) - _FEW} more" if len(effect.files) > _FEW else ""
        _say(f"{effect.answers}: changes {', '.join(effect.files[:_FEW])}{more}")
    if not done.changes:
        _say("nothing to carry back")
        return
    count = len(done.changes)
    said = "1 file comes" if count == 1 else f"{count} files come"
    _say(f"proved: baked again, {said} out as in projects/{done.project}")
    again = "" if is_applied else "write it into templates/ with --apply; then: "
    _say(f"next: {again}git diff, git commit, paddock update {done.project}")


def _say(text: str, style: str = "") -> None:
    console.err.print(text, style=style, markup=False)


def _facts(done: Backport, is_applied: bool) -> dict[str, Any]:
    return {
        "project": done.project,
        "template": done.template,
        "applied": is_applied,
        "changes": [
            {"file": one.file, "path": one.path, "action": one.action, "notes": one.notes} for one in done.changes
        ],
        "same": done.same,
        "effects": [{"answers": effect.answers, "files": effect.files} for effect in done.effects],
        "patch": done.patch.decode(errors="replace"),
    }
