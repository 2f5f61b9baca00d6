"""`paddock affected`: its options, and what it prints.

A program of its own, without the command line's libraries, whose imports alone would take the time that it has.
"""

from __future__ import annotations

import getopt
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from paddock.errors import ConfigurationError, PaddockError
from paddock.workspace import root_above

from paddock_ci.affected.answer import Answer, affected

_HELP = """Usage: paddock affected [OPTIONS]

  Say which projects a change can influence, and by which way.

Options:
  --base REF             The branch or commit to compare with; by default the
                         main branch.
  --head REF             The commit to look at; by default the files as they
                         lie here.
  -C, --workspace PATH   The clone to work in; by default the one around the
                         current folder.
  --json                 Print JSON for machines.
  --matrix               Print the matrix of a GitHub workflow.
  -h, --help             Show this message and exit.
"""
_MOST_JOBS = 256  # that a matrix of GitHub makes
_SEE = "See: paddock affected --help"
_LONG = {"-C": "--workspace", "-h": "--help"}


class Options(NamedTuple):
    """What the arguments say; `form` is `text`, `json`, `matrix` or `help`."""

    base: str = ""
    head: str = ""
    workspace: str = ""
    form: str = "text"


def main(arguments: Sequence[str] | None = None) -> int:
    """Say which projects a change can influence, and by which way."""
    try:
        options = _options(sys.argv[1:] if arguments is None else arguments)
        if options.form == "help":
            sys.stdout.write(_HELP)
            return 0
        answer = affected(_root(options.workspace), options.base, options.head)
    except PaddockError as error:
        return _fail(error)
    said = {"text": _text, "json": _json, "matrix": _matrix}[options.form](answer)
    # A file's name may hold bytes that are no text.
    sys.stdout.write(said.encode(errors="surrogateescape").decode(errors="replace"))
    return 0


def _fail(error: PaddockError) -> int:
    # Here, since what comes to its end needs none of it.
    from paddock.telling.plain import fail_of_program

    return fail_of_program("paddock affected", error, _SEE)


def _options(arguments: Sequence[str]) -> Options:
    """The options; raises ConfigurationError for what is none."""
    try:
        given, rest = getopt.getopt(list(arguments), "C:h", ["base=", "head=", "workspace=", "json", "matrix", "help"])
    except getopt.GetoptError as error:
        raise ConfigurationError(f"paddock affected: {error.msg}", _SEE) from error
    forms = [name[2:] for name, _ in given if name in ("--json", "--matrix")]
    if rest or len(set(forms)) > 1:
        wrong = f"expected no argument, got '{rest[0]}'" if rest else "expected one of --json and --matrix, got both"
        raise ConfigurationError(f"paddock affected: {wrong}", _SEE)
    values = {_LONG.get(name, name): value for name, value in given}
    is_help = "--help" in values
    base, head, workspace = (values.get(f"--{name}", "") for name in ("base", "head", "workspace"))
    return Options(base, head, workspace, "help" if is_help else (forms or ["text"])[0])


def _root(workspace: str) -> Path:
    return root_above(Path(workspace or os.environ.get("PADDOCK_WORKSPACE", ".")))


def _json(answer: Answer) -> str:
    projects = [{"project": name, "way": list(steps)} for name, steps in answer.ways.items()]
    document = {"base": answer.base, "everything": answer.everything, "projects": projects}
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _matrix(answer: Answer) -> str:
    """The matrix: a project for each of its jobs, or several, with spaces between them, where it cannot hold them."""
    names = list(answer.ways)
    size = -(-len(names) // _MOST_JOBS) or 1
    jobs = [" ".join(names[begin : begin + size]) for begin in range(0, len(names), size)]
    return json.dumps({"project": jobs}, separators=(",", ":")) + "\n"


def _text(answer: Answer) -> str:
    count = f"{len(answer.ways)} of {answer.projects} projects are affected since {answer.base[:12] or 'ever'}\n"
    if answer.everything:
        return f"{count}all of them: {answer.everything}\n"
    return count + "".join(f"{name}: {' → '.join(steps)}\n" for name, steps in answer.ways.items())
