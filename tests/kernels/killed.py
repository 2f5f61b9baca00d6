"""A runner of notebooks that is killed at given moments, as a program: what the suite of kills works with."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from pathlib import Path
from typing import NoReturn


def main(source: str, output: str) -> None:
    """For each line, a number of seconds: execute the notebook in a new process, and kill it when they are over."""
    # Loaded once: a new process is a copy of this one.
    import papermill  # noqa: F401
    from paddock.notebooks import client, engine, execution  # noqa: F401

    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    for line in sys.stdin:
        process = os.fork()
        if not process:
            _execute(Path(source), Path(output))
        ended = signal.sigtimedwait({signal.SIGCHLD}, float(line))
        if ended is None:
            os.kill(process, signal.SIGKILL)
        _, status = os.waitpid(process, 0)
        if ended is None:
            signal.sigtimedwait({signal.SIGCHLD}, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _execute(source: Path, output: Path) -> NoReturn:
    from paddock.notebooks.execution import execute

    code = 1
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
        execute(source, output, {}, {}, output.parent, 60, lambda number, total: None)
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


if __name__ == "__main__":
    main(*sys.argv[1:])
