"""The harness's commands, which `paddock` finds by the entry-point group `paddock.commands`."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from paddock.cli import console
from paddock.cli.context import JsonOption, ProjectArgument, WorkspaceOption, project_of, workspace_of
from paddock.cli.run import listening, show
from paddock.project import Workspace, project_names

from paddock_ci.finding import Finding, Look, findings

if TYPE_CHECKING:
    from paddock_ci.bake.proof import Proof

# Each command imports what it needs: `paddock` loads this module for every command, also for those of others.
_EXIT_FINDINGS = 1
_STYLES = {True: "green", False: "bold red"}


def check(json: JsonOption = False, workspace: WorkspaceOption = None) -> None:
    """Check the workspace and each of its projects: what they declare, notebooks, gates, tests, images, READMEs."""
    from paddock_ci.checks import PROJECT_CHECKS, WORKSPACE_CHECKS

    looks = list(_looks(workspace_of(workspace)))
    found = findings(looks)
    if json:
        console.as_json([asdict(finding) for finding in found])
    else:
        _say(found)
        checks = len(WORKSPACE_CHECKS) + len(PROJECT_CHECKS)
        console.say(f"{checks} checks looked at {len(looks)} things, {len(found)} findings")
    if found:
        raise typer.Exit(_EXIT_FINDINGS)


def templates(
    names: Annotated[list[str] | None, typer.Argument(help="Templates; all of them when none is named.")] = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Prove templates: bake every legal combination of answers, and check everything that was baked."""
    from paddock.scaffold.questions import load_template, template_names

    from paddock_ci.bake.proof import prove

    found = workspace_of(workspace)
    folder = found.root / "templates"
    chosen = [load_template(folder, name).name for name in names or template_names(folder)]
    with tempfile.TemporaryDirectory(prefix="paddock-templates-") as scratch:
        proofs = [prove(found, name, Path(scratch, name), _progress(name, quiet=json)) for name in chosen]
    if json:
        console.as_json([asdict(proof) for proof in proofs])
    else:
        for proof in proofs:
            _show_proof(proof)
    if any(proof.findings for proof in proofs):
        raise typer.Exit(_EXIT_FINDINGS)


def verify(project: ProjectArgument, workspace: WorkspaceOption = None) -> None:
    """Verify one project before it is proposed: its checks, its own tests, its run."""
    from paddock_ci.verify import verify as steps_of

    for step in steps_of(project_of(workspace, project)):
        last = step.said.splitlines()[-1:]
        console.say(step.said if not step.passed or step.name == "run" else "\n".join(last))
        console.say(
            f"{step.name} {'passed' if step.passed else 'FAILED'} in {step.seconds:.1f} s", _STYLES[step.passed]
        )
        if not step.passed:
            raise typer.Exit(_EXIT_FINDINGS)


def demo(workspace: WorkspaceOption = None) -> None:
    """Scaffold a real project in a scratch copy of the workspace, run it, and say what came out."""
    from paddock_ci.demo import demonstrate

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


def _looks(workspace: Workspace) -> Iterator[tuple[str, Look]]:
    """What every check says of the workspace, with places relative to it."""
    from paddock_ci.checks import WORKSPACE_CHECKS, looks_of
    from paddock_ci.files import ProjectFiles

    for code, check in WORKSPACE_CHECKS.items():
        yield from ((code, look) for look in check(workspace))
    for name in project_names(workspace):
        yield from looks_of(ProjectFiles(workspace.root, workspace.root / "projects" / name))


def _say(found: Sequence[Finding]) -> None:
    for finding in found:
        console.say(str(finding))


def _progress(name: str, quiet: bool) -> Callable[[int, int], None]:
    def tell(done: int, of: int) -> None:
        if not quiet and (done % 12 == 0 or done == of):
            console.err.print(f"{name}: baked and checked {done} of {of} combinations")

    return tell


def _show_proof(proof: Proof) -> None:
    from paddock_ci.bake.proof import promise

    console.say(f"\ntemplates/{proof.template}: {proof.combinations} legal combinations of answers", style="bold")
    console.table(("check", "looked at", "description"), [(c, n, promise(c)) for c, n in proof.looked.items()])
    _say(proof.findings)
    console.say(f"{len(proof.findings)} findings in {proof.seconds:.0f} s", "red" if proof.findings else "green")
