"""The telling of an error in plain text, for programs that load none of the command line's libraries."""

from __future__ import annotations

import sys

from paddock.errors import PaddockError
from paddock.telling.pages import page_of, page_of_command


def told(error: PaddockError, *places: str, page: str = "") -> str:
    """The message, the `places` in the user's own code, the remedy and the page about it, each on lines of its own.

    The page is `page`, or else that of what raised the error.
    """
    page = page or page_of(error)
    lines = (f"error: {error.message}", *places, error.remedy, f"More: {page}" if page else "")
    return "\n".join(filter(None, lines)) + "\n"


def fail(error: PaddockError, page: str = "") -> int:
    """Tell people of an error, with the page about it; its exit code."""
    sys.stderr.write(told(error, page=page))
    return error.exit_code


def fail_of_program(command: str, error: PaddockError, see: str) -> int:
    """The same for a program of its own, which is told by the remedy `see` that it was called in a wrong way."""
    return fail(error, page_of_command(command) if error.remedy == see else "")
