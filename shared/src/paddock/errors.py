"""The errors of the package, split by who mends them."""

from __future__ import annotations

from collections.abc import Iterable


class PaddockError(Exception):
    """A mistake or fault that has one clear message; the command line prints it without a traceback.

    `message` says where, what, expected and got; `remedy` says how to mend it.
    """

    exit_code = 3

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message}\n{self.remedy}" if self.remedy else self.message


class ConfigurationError(PaddockError):
    """The user's configuration or command is wrong: exit code 2."""

    exit_code = 2


class DataError(PaddockError):
    """The user's data breaks its contract or is damaged: exit code 1."""

    exit_code = 1


class CodeError(PaddockError):
    """The project's own code failed (a task, a notebook cell): exit code 1."""

    exit_code = 1


class ToolError(PaddockError):
    """An outside tool or the machine failed (a database, a disk, a held lock): exit code 1."""

    exit_code = 1


def nearest(name: str, known: Iterable[str]) -> str:
    """A remedy that suggests the known name closest to `name`, or lists what is known."""
    # Here, since most commands end without a wrong name.
    import difflib

    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    if close:
        return f"Did you mean '{close[0]}'?"
    return f"Known: {', '.join(names)}." if names else "None is known yet."
