"""`paddock fleet`: what a change of templates does to every project."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from paddock.cli import console
from paddock.cli.context import JsonOption, WorkspaceOption, require_scaffold, workspace_of

if TYPE_CHECKING:
    from paddock_ci.fleet.effect import Effect, Fleet
    from paddock_ci.fleet.fleet import Telling

_EXIT_WORSE = 1
_CORES = os.cpu_count() or 1


def fleet(
    base: Annotated[str, typer.Option(help="The branch or commit to compare with; by default the main branch.")] = "",
    head: Annotated[str, typer.Option(help="The commit to look at; by default the files as they lie here.")] = "",
    gates: Annotated[bool, typer.Option("--gates", help="Also run each changed project up to its gates.")] = False,
    workers: Annotated[int, typer.Option("--workers", "-n", min=1, help="Processes at the same time.")] = _CORES,
    markdown: Annotated[Path | None, typer.Option(help="Also write the effect in Markdown to this file.")] = None,
    summary: Annotated[Path | None, typer.Option(help="Also add the effect in Markdown to this file.")] = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Show what a change of templates does to every project, in scratch copies: files, conflicts, checks that turn."""
    found = workspace_of(workspace)
    require_scaffold("fleet")
    from paddock_ci import progress
    from paddock_ci.cache.store import open_store
    from paddock_ci.fleet.fleet import Wish
    from paddock_ci.fleet.fleet import fleet as effect_of
    from paddock_ci.fleet.gates import Running

    with progress.listening(quiet=json or not gates) as listener, _telling(is_quiet=json or gates) as tell:
        running = Running(workers, listener, open_store(found.root)) if gates else None
        effect = effect_of(found, Wish(base, head, workers, running), tell)
    if json:
        console.as_json(_facts(effect))
    else:
        _show(effect)
    _write(effect, markdown, summary)
    if effect.is_worse:
        raise typer.Exit(_EXIT_WORSE)


@contextmanager
def _telling(is_quiet: bool) -> Iterator[Telling]:
    """On a terminal, a line below says how far it is; what a log would keep is told at the end."""
    if is_quiet or not console.out.is_terminal:
        yield lambda text: None
        return
    with console.out.status("") as status:
        yield status.update


def _show(fleet: Fleet) -> None:
    from paddock_ci.fleet import words

    if not fleet.templates:
        console.say(f"{words.title(fleet)}: nothing to show")
        console.say("what projects have not followed yet: paddock update --all --dry-run")
        return
    for line in words.scope(fleet):
        console.say(line)
    for effect in (*fleet.effects, fleet.workspace):
        _show_one(effect)
    console.say(words.counts(fleet))
    console.say(words.title(fleet), "bold red" if fleet.is_worse else "green")


def _show_one(effect: Effect) -> None:
    from paddock_ci.fleet import words

    if effect.project:
        listed = f" ({words.files(effect)})" if effect.files else ""
        gates = f"; gates {effect.gates}" if effect.gates else ""
        style = "bold red" if effect.is_worse else ""
        console.say(f"{effect.project}: {words.verdict(effect)}{listed}{gates}", style)
    for note in words.notes(effect):
        console.say(f"  {note}")
    for hunk in effect.hunks:
        console.say(f"  {words.hunk(hunk)}", "red" if hunk.is_new else "")
    if effect.refusal:
        console.say(f"  {effect.refusal.message}", "red" if effect.refusal.is_new else "")
        console.say(f"  {effect.refusal.remedy}")
    for said, findings, style in (("red", effect.red, "red"), ("gate", effect.failed, "red")):
        for finding in findings:
            console.say(f"  {said}: {finding}".replace("\n", "\n  "), style)
    for finding in effect.green:
        console.say(f"  green: {finding.place}: {finding.code} {finding.message}", "green")


def _write(fleet: Fleet, markdown: Path | None, summary: Path | None) -> None:
    if not (markdown or summary):
        return
    from paddock.errors import ToolError
    from paddock.storage import durable

    from paddock_ci.fleet.markdown import render

    if markdown:
        durable.write_text(markdown.absolute(), render(fleet))
    if summary:
        try:
            with summary.open("a", encoding="utf-8") as file:
                file.write(render(fleet))
        except OSError as error:
            raise ToolError(
                f"{summary}: cannot be written: {error.strerror}", "Name a file that you may write."
            ) from error


def _facts(fleet: Fleet) -> dict[str, object]:
    from dataclasses import asdict

    facts = asdict(fleet)
    projects = [{**asdict(effect), "is_worse": effect.is_worse} for effect in fleet.effects]
    workspace = {"red": facts["workspace"]["red"], "green": facts["workspace"]["green"]}
    del facts["effects"]
    return {**facts, "is_worse": fleet.is_worse, "effects": projects, "workspace": workspace}
