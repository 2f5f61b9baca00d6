"""The ending of a command: its exit code, and what people are told of an error."""

from __future__ import annotations

import os
import signal
import sys
from typing import NoReturn

import typer

from paddock.cli import console
from paddock.errors import ConfigurationError, PaddockError
from paddock.telling.pages import BUG, page_of_command

# What typer answers, too, for a KeyboardInterrupt in a command.
_INTERRUPTED = 128 + signal.SIGINT
_NO_COMMAND = "NoArgsIsHelpError"


def end_with(app: typer.Typer, name: str) -> NoReturn:
    """Run the command line and exit: 0 clean, 1 findings, 2 wrong usage, 3 our bug."""
    # What ends a command by SIGTERM unwinds as Ctrl-C does, so that a run can say that it was interrupted.
    signals: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, frame: _interrupt(signals, number))
    code = _exit_code(app, name)
    if code == _INTERRUPTED:
        console.err.print("interrupted; what was published and reported stays as it was")
        code = 128 + signals[0] if signals else code
    sys.exit(code)


def _interrupt(signals: list[int], number: int) -> NoReturn:
    signals.append(number)
    raise KeyboardInterrupt


def _exit_code(app: typer.Typer, name: str) -> int:
    try:
        return int(app(standalone_mode=False, prog_name=name) or 0)
    except PaddockError as error:
        console.fail(error)
        return error.exit_code
    except (typer.Abort, KeyboardInterrupt):
        return _INTERRUPTED
    except typer.TyperException as error:
        console.fail(*_of_usage(error))
        return ConfigurationError.exit_code
    except BrokenPipeError:
        # The reader went away (`paddock runs | head`): nobody is left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception:
        return _our_bug()


def _of_usage(error: typer.TyperException) -> tuple[ConfigurationError, str]:
    """The error of a command that was called in a wrong way, and the page about that command."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "paddock"
    is_group = context is None or hasattr(context.command, "commands")
    if is_group and type(error).__name__ == _NO_COMMAND:
        known = ", ".join(sorted(context.command.commands)) if context else ""
        error.message = f"{path}: expected a command, got none. Known: {known}."
    return ConfigurationError(error.format_message(), f"See: {path} --help"), page_of_command(path, is_group)


def _our_bug() -> int:
    # Slow imports, for what should not happen.
    import tempfile
    import traceback

    from paddock.notebooks import secret

    # The log is to be attached to a report, which others read.
    hide = secret.hider(os.environ)
    with tempfile.NamedTemporaryFile("w", prefix="paddock-", suffix=".log", delete=False, errors="replace") as log:
        log.write(hide(traceback.format_exc()))
    told = hide(repr(sys.exc_info()[1]))
    console.err.print(f"error: this is a bug of Paddock's, not yours: {told}", style="bold red", markup=False)
    console.err.print(f"Please report it and attach {log.name}", markup=False)
    console.err.print(f"More: {BUG}", style="dim")
    return 3
