"""The command `paddock`: its commands, and what becomes of an error."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points, version
from typing import NoReturn

import typer

from paddock.cli import console, data, new, run, runs
from paddock.errors import ConfigurationError, PaddockError

# What typer answers, too, for a KeyboardInterrupt in a command.
_INTERRUPTED = 128 + signal.SIGINT
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
app.command("run")(run.run)
app.command("report")(runs.report)
app.command("runs")(runs.runs)
app.add_typer(data.app, name="data", help="Look at datasets and roll them back.")


@app.command("version")
def show_version() -> None:
    """Print the version of the installed package."""
    console.say(f"paddock {version('paddock')}")


def main() -> None:
    """Run the command line; exit with 0 clean, 1 findings, 2 wrong usage, 3 our bug."""
    # What ends a command by SIGTERM unwinds as Ctrl-C does, so that a run can say that it was interrupted.
    signals: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, frame: _interrupt(signals, number))
    for entry in entry_points(group="paddock.commands"):
        # The harness adds its commands where it is installed; a production image has none of them.
        app.command(entry.name)(entry.load())
    for entry in entry_points(group="paddock.programs"):
        app.command(entry.name, add_help_option=False, context_settings=_ALL_ARGUMENTS)(_program(entry))
    code = _exit_code()
    if code == _INTERRUPTED:
        console.err.print("interrupted; what was published and reported stays as it was")
        code = 128 + signals[0] if signals else code
    sys.exit(code)


def _program(entry: EntryPoint) -> Callable[[typer.Context], None]:
    """The command that gives all its arguments to a program, which has options of its own."""
    program = entry.load()

    def command(context: typer.Context) -> None:
        raise typer.Exit(program(context.args))

    command.__doc__ = program.__doc__
    return command


def _interrupt(signals: list[int], number: int) -> NoReturn:
    signals.append(number)
    raise KeyboardInterrupt


def _exit_code() -> int:
    try:
        return int(app(standalone_mode=False) or 0)
    except PaddockError as error:
        console.fail(error)
        return error.exit_code
    except (typer.Abort, KeyboardInterrupt):
        return _INTERRUPTED
    except typer.TyperException as error:
        console.fail(ConfigurationError(error.format_message(), "See: paddock --help, or --help after a command."))
        return ConfigurationError.exit_code
    except BrokenPipeError:
        # The reader went away (`paddock runs | head`): nobody is left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception:
        return _our_bug()


def _our_bug() -> int:
    with tempfile.NamedTemporaryFile("w", prefix="paddock-", suffix=".log", delete=False) as log:
        log.write(traceback.format_exc())
    console.err.print(f"[bold red]error:[/] this is a bug of Paddock's, not yours: {sys.exc_info()[1]!r}", markup=True)
    console.err.print(f"Please report it and attach {log.name}")
    return 3
