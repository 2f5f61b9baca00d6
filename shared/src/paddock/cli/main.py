"""The command `paddock`: its commands."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points, version

import typer

from paddock.cli import backport, console, data, ending, new, replay, report, run, runs, site, update

_ALL_ARGUMENTS = {"allow_extra_args": True, "ignore_unknown_options": True}
app = typer.Typer(
    name="paddock",
    help="Scaffold, run, audit and publish the projects of this workspace.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("new")(new.new)
app.command("update")(update.update)
app.command("backport")(backport.backport)
app.command("run")(run.run)
app.command("report")(report.report)
app.command("runs")(runs.runs)
app.command("replay")(replay.replay)
app.command("site")(site.site)
app.add_typer(data.app, name="data", help="Look at datasets and roll them back.")


@app.command("version")
def show_version() -> None:
    """Print the version of the installed package."""
    console.say(f"paddock {version('paddock')}")


def main() -> None:
    """Run the command line; exit with 0 clean, 1 findings, 2 wrong usage, 3 our bug."""
    for entry in entry_points(group="paddock.commands"):
        # The harness adds its commands where it is installed; a production image has none of them.
        app.command(entry.name)(entry.load())
    for entry in entry_points(group="paddock.programs"):
        app.command(entry.name, add_help_option=False, context_settings=_ALL_ARGUMENTS)(_program(entry))
    ending.end_with(app, "paddock")


def _program(entry: EntryPoint) -> Callable[[typer.Context], None]:
    """The command that gives all its arguments to a program, which has options of its own."""
    program = entry.load()

    def command(context: typer.Context) -> None:
        raise typer.Exit(program(context.args))

    command.__doc__ = program.__doc__
    return command
