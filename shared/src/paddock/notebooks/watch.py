"""The watch in the kernel: it notes what would otherwise let a notebook pass by accident."""

from __future__ import annotations

import functools
import os
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, NoReturn

from paddock.notebooks import bundle, children, followed, limits, quiet, threads, usage, variation
from paddock.notebooks.facts import FACTS_MIME
from paddock.notebooks.gates import LEDGER

_LONGEST_TEXT = 500
_SHELLS = ("bash", "sh", "zsh", "ksh")
# `pipefail` is unknown to some old `sh`; there the first failing command still ends the script.
_STRICT = "set -e; (set -o pipefail) 2>/dev/null && set -o pipefail; "
_DO_NOTHING = ("false", "true", "echo", ":")


@dataclass
class _Watch:
    """Faults so far, each with the message id of its cell, and the threads that still run at the end."""

    faults: list[tuple[str, str]] = field(default_factory=list)
    left: list[tuple[str, str]] = field(default_factory=list)


_WATCH = _Watch()


class Facts:
    """Everything that the kernel knows of the notebook, as a MIME bundle that the engine fetches."""

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Mapping[str, Any]:
        stated = {
            "faults": _WATCH.faults,
            "left": _WATCH.left,
            "gates": [asdict(gate) for gate in LEDGER.gates.values()],
            "metrics": [asdict(metric) for metric in LEDGER.metrics.values()],
        }
        return {FACTS_MIME: stated, "text/plain": ""}


def install() -> None:
    """Start to watch this kernel; its cells are run once, in order."""
    shell = bundle.shell()
    LEDGER.is_final = True
    threads.install(shell)
    threading.excepthook = _then(_note_thread, threading.excepthook)
    _watch_tasks()
    _watch_commands()
    _watch_scripts()
    shell.ask_exit = _exit
    limits.install(shell)
    usage.install(shell)
    children.install(shell)
    quiet.install(shell)
    followed.install()
    variation.install()


def facts() -> Facts:
    """What was stated and noted, after the threads that the notebook started have ended."""
    _WATCH.left = threads.wait()
    _note_kept_tasks()
    followed.write()
    return Facts()


def note(text: str) -> None:
    """Note a fault of the cell that runs now."""
    parent = bundle.shell().get_parent() or {}
    _WATCH.faults.append((parent.get("header", {}).get("msg_id", ""), " ".join(text.split())[:_LONGEST_TEXT]))


def _then(first: Callable[[Any], None], second: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def both(arguments: Any) -> Any:
        first(arguments)
        return second(arguments)

    return both


def _note_thread(arguments: Any) -> None:
    if arguments.exc_type is not SystemExit:
        note(f"an exception in a thread: {arguments.exc_type.__name__}: {arguments.exc_value}")


def _watch_tasks() -> None:
    """Note the exception of a task that nobody awaited."""
    import asyncio

    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return
    previous = loop.get_exception_handler()

    def handle(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if error is not None and context.get("message") == "Task exception was never retrieved":
            note(f"an exception in a task: {type(error).__name__}: {error}")
        if previous is None:
            loop.default_exception_handler(context)
        else:
            previous(loop, context)

    loop.set_exception_handler(handle)


def _note_kept_tasks() -> None:
    """Note the exception of a task that a variable, or IPython's `Out`, keeps from being collected."""
    if "asyncio" not in sys.modules:
        return
    names = bundle.shell().user_ns
    for value in {id(value): value for value in [*names.values(), *names.get("Out", {}).values()]}.values():
        # The flag by which asyncio itself knows that nobody asked for the exception.
        if isinstance(value, sys.modules["asyncio"].Future) and value._log_traceback:
            note(f"an exception in a task: {value.exception()!r}")


def _watch_commands() -> None:
    """Note each `!command`, `x = !command` and `%sx` whose exit code is not 0."""
    from IPython.core import interactiveshell

    zmqshell = sys.modules["ipykernel.zmqshell"]
    system: Callable[[str], int] = zmqshell.system

    def noted_system(command: str) -> int:
        code = system(_without_input(command))
        _note_code(command, code)
        return code

    for module in (zmqshell, interactiveshell):
        vars(module).update(system=noted_system, getoutput=_noted_output)


def _without_input(command: str) -> str:
    """The command with an empty standard input: one that asks would wait for ever."""
    program = os.environ.get("SHELL", "sh").rsplit("/", 1)[-1]
    return f"exec </dev/null; {command}" if program in (*_SHELLS, "dash") else command


def _noted_output(command: str) -> str:
    """What IPython's own does, which forgets the exit code; of several lines (`%%sx`) each must succeed."""
    import subprocess

    from IPython.utils._process_common import process_handler

    script = f"{_STRICT}{command}" if "\n" in command.strip() else command
    answer = process_handler(script, lambda process: (process.communicate()[0], process), subprocess.STDOUT)
    if answer is None:
        return ""
    output, process = answer
    _note_code(command, process.returncode)
    return str(output.decode(errors="replace"))


def _note_code(command: str, code: int | None) -> None:
    if code:
        note(f"command failed with exit code {code}: {command}")


def _watch_scripts() -> None:
    """Make shell scripts in cells stop at their first failing command, and note cells that run nothing."""
    from subprocess import CalledProcessError

    # Not the magic: to look it up makes all of them, which takes longer than a cell.
    from IPython.core.magics.script import ScriptMagics

    script = ScriptMagics.shebang

    # With the parser of its options.
    @functools.wraps(script)
    def strict_script(self: Any, line: str, cell: str) -> Any:
        words = [word for word in line.split() if not word.startswith("-")]
        program = words[0].rsplit("/", 1)[-1] if words else ""
        if program in _DO_NOTHING:
            note(f"a cell was skipped by %%script {program}")
        try:
            return script(self, line, f"{_STRICT}{cell}" if program in _SHELLS else cell)
        except CalledProcessError as error:
            # Its own message repeats the whole script.
            raise CalledProcessError(error.returncode, f"%%{program}") from None

    ScriptMagics.shebang = strict_script  # type: ignore[method-assign]


def _exit(*_: Any) -> NoReturn:
    """What `exit` and `quit` do here: end the cell as `sys.exit` does, so that the engine learns of it."""
    raise SystemExit
