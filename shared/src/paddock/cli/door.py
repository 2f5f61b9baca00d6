"""The script `paddock`: a command that has to answer at once is a program of its own, all others are the command line.

A program is an executable called `paddock-<command>` that is installed beside this script, as with git.
"""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Do what the arguments say, and exit."""
    command = sys.argv[1] if len(sys.argv) > 1 else ""
    program = os.path.join(os.path.dirname(sys.argv[0]), f"paddock-{command}")  # noqa: PTH118, PTH120
    if command.isidentifier() and os.path.isfile(program):  # noqa: PTH113
        # In this process: to start another would cost as much as the answer.
        sys.argv = [program, *sys.argv[2:]]
        _become(program)
    if command == "report":
        # Alone, without what all other commands import: a report that is reused has to be there at once.
        from paddock.cli.report import main as report

        sys.argv = [sys.argv[0], *sys.argv[2:]]
        report()
    from paddock.cli.main import main as command_line

    command_line()


def _become(program: str) -> None:
    import runpy

    runpy.run_path(program, run_name="__main__")
    sys.exit()
