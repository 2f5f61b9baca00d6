"""`paddock affected`: its options, and what it prints.

A program of its own, without the command line's libraries, whose imports alone would take the time that it has.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from paddock.errors import PaddockError
from paddock.workspace import root_above

from paddock_ci.affected.answer import Answer, affected


def main(arguments: Sequence[str] | None = None) -> int:
    """Say which projects a change can influence, and by which way."""
    options = _parser().parse_args(arguments)
    try:
        answer = affected(_root(options.workspace), options.base, options.head)
    except PaddockError as error:
        sys.stderr.write(f"error: {error}\n")
        return error.exit_code
    sys.stdout.write(_matrix(answer) if options.matrix else _json(answer) if options.json else _text(answer))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="paddock affected", description=main.__doc__)
    parser.add_argument("--base", default="", help="The branch or commit to compare with; by default the main branch.")
    parser.add_argument("--head", default="", help="The commit to look at; by default the files as they lie here.")
    parser.add_argument("--workspace", "-C", default="", help="The clone to work in; by default the one around here.")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="Print JSON for machines.")
    form.add_argument("--matrix", action="store_true", help="Print the matrix of a GitHub workflow.")
    return parser


def _root(workspace: str) -> Path:
    return root_above(Path(workspace or os.environ.get("PADDOCK_WORKSPACE", ".")))


def _json(answer: Answer) -> str:
    projects = [{"project": name, "way": list(steps)} for name, steps in answer.ways.items()]
    document = {"base": answer.base, "everything": answer.everything, "projects": projects}
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _matrix(answer: Answer) -> str:
    return json.dumps({"project": list(answer.ways)}) + "\n"


def _text(answer: Answer) -> str:
    count = f"{len(answer.ways)} of {answer.projects} projects are affected since {answer.base[:12] or 'ever'}\n"
    if answer.everything:
        return f"{count}all of them: {answer.everything}\n"
    return count + "".join(f"{name}: {' → '.join(steps)}\n" for name, steps in answer.ways.items())
