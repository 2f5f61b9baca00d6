"""The harness's commands, which `paddock` finds by the entry-point group `paddock.commands`."""

from __future__ import annotations

import typer
from paddock.cli import console
from paddock.cli.context import JsonOption, WorkspaceOption, workspace_of
from paddock.cli.run import listening, show

from paddock_ci.checks import ALL_CHECKS
from paddock_ci.demo import demonstrate

_EXIT_FINDINGS = 1


def check(json: JsonOption = False, workspace: WorkspaceOption = None) -> None:
    """Check the workspace: notebooks, catalogues, locked requirements."""
    found = workspace_of(workspace)
    findings = [finding for run in ALL_CHECKS.values() for finding in run(found)]
    if json:
        console.as_json([vars(finding) for finding in findings])
    else:
        for finding in findings:
            console.say(f"{finding.place}: {finding.code} {finding.message}\n  {finding.remedy}")
        console.say(f"{len(ALL_CHECKS)} checks, {len(findings)} findings")
    if findings:
        raise typer.Exit(_EXIT_FINDINGS)


def demo(workspace: WorkspaceOption = None) -> None:
    """Scaffold a real project in a scratch copy of the workspace, run it, and say what came out."""
    console.say("Rule or model? 569 real cases; the model is published only if it decides better.", "bold")
    with listening(quiet=False) as listener:
        made = demonstrate(workspace_of(workspace), listener)
    show(made.project, made.first)
    console.say(
        f"scaffold {made.scaffold_seconds:.1f} s, first run {made.first_seconds:.1f} s, "
        f"second run, nothing changed, {made.second_seconds:.1f} s"
    )
    console.say(f"look around: .venv/bin/paddock data list -C {made.project.workspace.root}")
    if made.first.status != "published":
        raise typer.Exit(_EXIT_FINDINGS)
