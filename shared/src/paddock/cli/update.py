"""`paddock update`: projects follow their template through its changes."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from paddock.cli import console
from paddock.cli.context import JsonOption, WorkspaceOption, named_each, require_scaffold, workspace_of
from paddock.errors import ConfigurationError, nearest
from paddock.project import project_names

if TYPE_CHECKING:
    from paddock.project import Workspace
    from paddock.scaffold.outcome import Outcome
    from paddock.scaffold.update import Listener

_STYLES = {"current": "", "updated": "green", "conflicts": "bold red", "marked": "bold red", "refused": "bold red"}


def update(
    projects: Annotated[
        list[str] | None, typer.Argument(help="Projects, as their folders below projects/.", callback=named_each)
    ] = None,
    all_projects: Annotated[bool, typer.Option("--all", help="Every project of the workspace.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done; write nothing.")] = False,
    conflicts: Annotated[
        bool, typer.Option("--conflicts", help="Write conflicts into the files, with marks, and go on.")
    ] = False,
    restore: Annotated[
        bool, typer.Option("--restore", help="Make managed files as the template renders them, edited or not.")
    ] = False,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Bring the changes of their templates into projects; what they edited stays."""
    found = workspace_of(workspace)
    require_scaffold("update")
    from paddock.scaffold.outcome import Request
    from paddock.scaffold.update import update as update_projects

    names = _chosen(found, projects or [], all_projects)
    request = Request(datetime.now(UTC).date(), dry_run, conflicts, restore)
    is_detailed = dry_run or not all_projects
    with _listening(len(names), json, lambda outcome: _tell(outcome, dry_run, is_detailed)) as listener:
        outcomes = update_projects(found, names, request, listener)
    if json:
        console.as_json({"dry_run": dry_run, "projects": [_facts(outcome) for outcome in outcomes]})
    else:
        _conclude(found, outcomes, dry_run)
    if code := _exit_code(outcomes):
        raise typer.Exit(code)


def _chosen(workspace: Workspace, projects: Sequence[str], is_all: bool) -> list[str]:
    known = project_names(workspace)
    if is_all == bool(projects):
        raise ConfigurationError("paddock update: expected names of projects, or --all", nearest("", known))
    for name in projects:
        if name not in known:
            raise ConfigurationError(f"projects/{name}: no such project", nearest(name, known))
    return list(known) if is_all else list(dict.fromkeys(projects))


@contextmanager
def _listening(count: int, is_quiet: bool, tell: Listener) -> Iterator[Listener]:
    """Tells of each project when it is done; on a terminal a line below says how many are left."""
    if is_quiet:
        yield lambda outcome: None
    elif not console.out.is_terminal or count == 1:
        yield tell
    else:
        with console.out.status(f"0 of {count} projects") as status:
            done = 0

            def listener(outcome: Outcome) -> None:
                nonlocal done
                done += 1
                tell(outcome)
                status.update(f"{done} of {count} projects")

            yield listener


def _tell(outcome: Outcome, is_dry: bool, is_detailed: bool) -> None:
    console.say(f"{outcome.project}: {_said(outcome, is_dry)}", _STYLES[outcome.status])
    for note in outcome.notes:
        console.say(f"  {note}")
    for change in outcome.changes:
        if change.words or (is_detailed and change.path != "template.toml"):
            console.say(f"  {change.path}: {change.words or change.action}", "yellow" if change.words else "")
    for conflict in outcome.conflicts:
        lines = f" ({', '.join(conflict.lines)})" if conflict.lines else ""
        console.say(f"  {conflict.path}{lines}: {conflict.reason}", "red")
    for remedy in dict.fromkeys(conflict.remedy for conflict in outcome.conflicts if outcome.status == "conflicts"):
        console.say(f"  {remedy}")
    if outcome.error:
        console.say(f"  {outcome.error.message}", "red")
        console.say(f"  {outcome.error.remedy}")


def _said(outcome: Outcome, is_dry: bool) -> str:
    counts = Counter(str(one.action) for one in outcome.changes if one.path != "template.toml")
    files = ", ".join(f"{count} {action}" for action, count in sorted(counts.items()) if action != "kept")
    match str(outcome.status):
        case "current":
            return "follows its template already"
        case "updated":
            return f"{'would be updated' if is_dry else 'updated'}: {files or 'no file differs'}"
        case "conflicts":
            count = len(outcome.conflicts)
            return f"{count} conflict{'s' if count > 1 else ''}; nothing is written, and the record is as it was"
        case "marked":
            done = ("would be", "would move") if is_dry else ("are", "moved")
            return f"conflicts {done[0]} written, and the record {done[1]} on: {files or 'no file differs'}"
    return "refused"


def _conclude(workspace: Workspace, outcomes: Sequence[Outcome], is_dry: bool) -> None:
    if len(outcomes) > 1:
        counts = Counter(str(outcome.status) for outcome in outcomes)
        console.say(f"{len(outcomes)} projects: " + ", ".join(f"{count} {name}" for name, count in counts.items()))
    written = [outcome for outcome in outcomes if outcome.after and str(outcome.status) in ("updated", "marked")]
    for name in sorted({outcome.template for outcome in written if _is_dirty(workspace, outcome.template)}):
        console.say(
            f"templates/{name} has edits that are not committed, and they are what the projects follow now: commit "
            "both together",
            "yellow",
        )
    if written and not is_dry:
        console.say("next: git diff, paddock check, git commit")
    if not is_dry and any(_stands_in(workspace.root / "projects" / outcome.project) for outcome in written):
        console.say('your shell stands in the folder as it was: cd "$PWD"', "yellow")


def _is_dirty(workspace: Workspace, template: str) -> bool:
    from paddock import git

    return git.is_dirty(workspace.root / "templates" / template)


def _stands_in(folder: Path) -> bool:
    with suppress(OSError):
        return Path(os.environ.get("PWD", "/")).is_relative_to(folder)
    return False


def _exit_code(outcomes: Sequence[Outcome]) -> int:
    """1 where somebody has to do something; of a single project that is refused, what the reason says."""
    if all(outcome.is_clean for outcome in outcomes):
        return 0
    errors = [outcome.error for outcome in outcomes]
    return errors[0].exit_code if len(errors) == 1 and errors[0] else 1


def _facts(outcome: Outcome) -> dict[str, Any]:
    return {
        "project": outcome.project,
        "status": outcome.status,
        "template": outcome.template,
        "before": outcome.before,
        "after": outcome.after,
        "changes": [{"path": one.path, "action": one.action, "words": one.words} for one in outcome.changes],
        "conflicts": [
            {"path": one.path, "lines": one.lines, "reason": one.reason, "remedy": one.remedy}
            for one in outcome.conflicts
        ],
        "notes": outcome.notes,
        "error": outcome.error.message if outcome.error else "",
        "remedy": outcome.error.remedy if outcome.error else "",
    }
