"""The harness's commands, which `paddock` finds by the entry-point group `paddock.commands`."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from paddock.cli import console
from paddock.cli.context import JsonOption, ProjectArgument, WorkspaceOption, named_each, project_of, workspace_of
from paddock.cli.run import listening, show

from paddock_ci import progress
from paddock_ci.engine.job import Kind
from paddock_ci.finding import Finding

if TYPE_CHECKING:
    from paddock_ci.bake.proof import Proof

# Each command imports what it needs: `paddock` loads this module for every command, also for those of others.
_EXIT_FINDINGS = 1
_CORES = os.cpu_count() or 1
_STYLES = {True: "green", False: "bold red"}


def check(
    projects: Annotated[
        list[str] | None,
        typer.Argument(help="Projects; by default those that the change can influence.", callback=named_each),
    ] = None,
    base: Annotated[str, typer.Option(help="The branch or commit to compare with; by default the main branch.")] = "",
    everything: Annotated[bool, typer.Option("--all", help="All projects, whatever changed.")] = False,
    static: Annotated[bool, typer.Option("--static", help="Only look, run nothing of the projects.")] = False,
    only: Annotated[list[Kind] | None, typer.Option(help="Run only this kind of jobs.")] = None,
    workers: Annotated[
        int, typer.Option(min=1, help="Jobs at the same time.", show_default="one for each core")
    ] = _CORES,
    retries: Annotated[int, typer.Option(min=0, help="Run a failed job again so often; it is flaky if it passes.")] = 0,
    part: Annotated[str, typer.Option("--shard", help="K/N: this machine's part of the jobs.")] = "1/1",
    on: Annotated[str, typer.Option("--on", help="A Dask scheduler to run the jobs on, such as tcp://host:8786.")] = "",
    cache: Annotated[bool, typer.Option("--cache/--no-cache", help="Take what passed before from the cache.")] = True,
    audit: Annotated[float, typer.Option(min=0, max=1, help="The share of skipped jobs that run all the same.")] = 0.0,
    record: Annotated[bool, typer.Option("--record", help="Write how long jobs took, for the shards.")] = False,
    trust: Annotated[bool, typer.Option("--trust", help="Skip again, after an audit had found a fault.")] = False,
    junit: Annotated[Path | None, typer.Option(help="Also write JUnit XML to this file.")] = None,
    sarif: Annotated[Path | None, typer.Option(help="Also write SARIF to this file.")] = None,
    summary: Annotated[Path | None, typer.Option(help="Also add a summary in Markdown to this file.")] = None,
    github: Annotated[bool, typer.Option("--github", help="Print annotations for GitHub, too.")] = False,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Check what a change can influence: what projects declare, and whether tests, pipelines and notebooks pass."""
    from paddock_ci.cache.store import open_store
    from paddock_ci.engine import cluster, shard
    from paddock_ci.engine import trust as trusting
    from paddock_ci.engine.check import Wish
    from paddock_ci.engine.check import check as checked
    from paddock_ci.faces import files as faces

    found = workspace_of(workspace)
    if trust:
        trusting.restore(found.root)
    kinds = () if static else tuple(only or Kind)
    store = open_store(found.root) if cache and kinds else None
    number, count = shard.parsed(part)
    wish = Wish(tuple(projects or ()), base, everything, kinds, (number, count), audit, workers, retries, store)
    with cluster.executing(on, workers) as (execute, places), progress.listening(quiet=json) as listener:
        report = checked(found, replace(wish, execute=execute, workers=places), listener)
    if record:
        shard.record(found.root, report.outcomes.values())
    notes = [*(store.warnings if store else ()), *(store.alerts if store else ())]
    progress.as_json(report, notes) if json else progress.show(report, notes)
    faces.write(faces.Wanted(junit, sarif, summary), report, notes, found.root)
    if github:
        from paddock_ci.faces.github import render

        print(*render(report, notes, found.root), sep="\n")
    if not report.is_clean:
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
