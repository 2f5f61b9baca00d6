"""The reference of outcomes: how things end, and what state they are in."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import NamedTuple, get_args

from paddock import errors
from paddock.data.state import State
from paddock.errors import PaddockError
from paddock.notebooks.cause import EXIT_CODES, Cause
from paddock.runs.record import Status as RunStatus
from paddock.scaffold.outcome import Status as UpdateStatus
from paddock.site.history import Trust

from paddock_ci.docs.anchors import slug
from paddock_ci.engine.job import Status as JobStatus
from paddock_ci.reference.entry import Entry, table

ERRORS = "docs/reference/errors.md"
STATES = "docs/reference/states.md"
_CODES = {
    "0": "done, and nothing to say against it",
    "1": "what was looked at is not as it should be: a finding, a gate, data, code or a tool",
    "2": "the command or the configuration is wrong; nothing was done",
    "3": "a bug of Paddock's, with a log file to attach",
    "143": "ended by SIGTERM; what was published and reported stays as it was",
}
_ERRORS_HEAD = """# Errors, exit codes, causes

Made by `python -m paddock_ci.reference` from the classes themselves. An error is one message (where, what, expected,
got), a remedy, and the page about it; there is never a traceback. What each command ends with:
[commands](commands.md).
"""
_STATES_HEAD = """# States

Made by `python -m paddock_ci.reference` from the types that the code decides by; a test fails where one of them has a
state without a text, or a text is of no state.
"""


class Family(NamedTuple):
    """States of one thing: the heading of its table, what a state is called, the words that the code knows."""

    title: str
    kind: str
    words: tuple[str, ...]


FAMILIES = {
    "dataset": Family("Of a version of a dataset", "state of a dataset", tuple(State)),
    "run": Family("Of a run", "status of a run", get_args(RunStatus)),
    "trust": Family("Of a record", "trust in a record", get_args(Trust)),
    "job": Family("Of a job", "status of a job", tuple(JobStatus)),
    "update": Family("Of an update of a project", "status of an update", tuple(UpdateStatus)),
}


@cache
def said() -> Mapping[str, Mapping[str, str]]:
    """What each word means, by what it is said of."""
    return tomllib.loads(resources.files("paddock_ci.reference").joinpath("outcomes.toml").read_text(encoding="utf-8"))


def states(group: str) -> dict[str, str]:
    """The text of each state of a family, in the order of its type; raises LookupError where they do not fit."""
    words, texts = FAMILIES[group].words, said()[group]
    if odd := set(words) ^ set(texts):
        raise LookupError(f"[{group}] in outcomes.toml: expected a text of each state, and none more: {sorted(odd)}")
    return {str(word): texts[word] for word in words}


def error_classes() -> Iterator[type[PaddockError]]:
    """The classes of errors, the base first."""
    found = (value for value in vars(errors).values() if isinstance(value, type))
    yield from sorted((one for one in found if issubclass(one, PaddockError)), key=lambda one: len(one.__mro__))


def codes() -> dict[str, str]:
    """The meaning of each exit code."""
    causes = {str(code): f"every notebook failed for the cause `{cause}`" for cause, code in EXIT_CODES.items()}
    causes[str(EXIT_CODES[Cause.INTERRUPTED])] = "interrupted by Ctrl-C; what was published and reported stays"
    return dict(sorted((_CODES | causes).items(), key=lambda pair: int(pair[0])))


def entries() -> list[Entry]:
    """An entry for each error, exit code, cause and state."""
    found = [Entry(one.__name__, "error", _of_error(one), ERRORS, one.__name__.lower()) for one in error_classes()]
    found += [
        Entry(code, "exit code", f"{text[0].upper()}{text[1:]}.", ERRORS, "exit-codes")
        for code, text in codes().items()
    ]
    found += [Entry(str(cause), "cause", _of_cause(cause), ERRORS, "causes") for cause in Cause]
    for group, family in FAMILIES.items():
        found += [Entry(word, family.kind, text, STATES, slug(family.title)) for word, text in states(group).items()]
    return found


def errors_page() -> str:
    """The page of errors, exit codes and causes in Markdown."""
    lines = [_ERRORS_HEAD, "## Errors\n"]
    lines += [f"### {one.__name__}\n\n{_of_error(one)}\n" for one in error_classes()]
    rows: list[tuple[object, ...]] = [*codes().items()]
    lines.append(f"## Exit codes\n\n{table(('exit code', 'meaning'), rows)}\n")
    rows = [(f"`{cause}`", EXIT_CODES[cause], said()["cause"][cause]) for cause in Cause]
    lines.append("## Causes\n\nWhat made a notebook fail, told by facts and never by the text of a message.\n")
    lines.append(f"{table(('cause', 'exit code of `paddock report`', 'meaning'), rows)}\n")
    return "\n".join(lines)


def states_page() -> str:
    """The page of states in Markdown."""
    lines = [_STATES_HEAD]
    for group, family in FAMILIES.items():
        rows: list[tuple[object, ...]] = [(f"`{word}`", text) for word, text in states(group).items()]
        lines.append(f"## {family.title}\n\n{table(('state', 'meaning'), rows)}\n")
    return "\n".join(lines)


def _of_error(one: type[PaddockError]) -> str:
    first = (one.__doc__ or "").splitlines()[0]
    return f"{first}\n\n{said()['error'][one.__name__]} Exit code {one.exit_code}."


def _of_cause(cause: Cause) -> str:
    return f"{said()['cause'][cause]} Exit code {EXIT_CODES[cause]} of `paddock report`."
