"""The reference of all commands: what each does, takes and ends with."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any

from paddock.notebooks.cause import EXIT_CODES

from paddock_ci.commands import commands
from paddock_ci.docs.anchors import slug
from paddock_ci.programs import Program, help_of
from paddock_ci.reference.entry import Entry, table

PAGE = "docs/reference/commands.md"
_HEAD = """# All commands

Made by `python -m paddock_ci.reference` from the commands themselves. `--help` after any of them prints the same in the
terminal. An image of production has those that come with the package `paddock`; `paddock-ci` brings the others.

## Exit codes of all commands

| exit code | meaning |
|---|---|
| 0 | done, and nothing to say against it |
| 1 | what was looked at is not as it should be; each command below says what that is |
| 2 | the command or the configuration is wrong; nothing was done |
| 3 | a bug of Paddock's, with a log file to attach |
| 130, 143 | interrupted by Ctrl-C or SIGTERM; what was published and reported stays as it was |
"""
_OF_PACKAGES = {"paddock": "the package `paddock`", "paddock-ci": "the harness, `paddock-ci`"}


def entries() -> list[Entry]:
    """An entry for each command and each command of a group, by its whole name."""
    return [Entry(path, "command", _text(path, owner, command), PAGE, slug(path)) for path, owner, command in walked()]


def page() -> str:
    """The page in Markdown."""
    return _HEAD + "".join(f"\n## {entry.name}\n\n{entry.text}\n" for entry in entries())


def walked() -> Iterator[tuple[str, str, Any]]:
    """Each command that does something: its path, the package that brings it, its parser."""
    for name, (owner, command) in sorted(commands().items()):
        inside: Mapping[str, Any] = getattr(command, "commands", {})
        if inside:
            yield from ((f"paddock {name} {each}", owner, parser) for each, parser in sorted(inside.items()))
        else:
            yield f"paddock {name}", owner, command


@cache
def said_of_ones() -> Mapping[str, str]:
    """What the exit code 1 of a command says, by its path without `paddock`; nothing of those that never give it."""
    text = resources.files("paddock_ci.reference").joinpath("commands.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)["one"]  # type: ignore[no-any-return]


def _text(path: str, owner: str, command: Any) -> str:
    lines = [*(_of_program(command) if isinstance(command, Program) else _of_parser(path, command))]
    lines += ["", _endings(path.removeprefix("paddock "))]
    lines += ["", f"Comes with {_OF_PACKAGES[owner]}."]
    return "\n".join(lines)


def _of_program(program: Program) -> Iterator[str]:
    yield f"```text\n{help_of(program).rstrip()}\n```"


def _of_parser(path: str, command: Any) -> Iterator[str]:
    context = command.make_context(path, [], resilient_parsing=True)
    yield command.help or ""
    yield ""
    yield f"```text\n{' '.join((path, *command.collect_usage_pieces(context)))}\n```"
    for heading, kind in (("argument", "argument"), ("option", "option")):
        records = [p.get_help_record(context) for p in command.params if p.param_type_name == kind and not p.hidden]
        rows: list[tuple[object, ...]] = [(f"`{name}`", said) for name, said in records]
        if rows:
            yield ""
            yield table((heading, "meaning"), rows)


def _endings(name: str) -> str:
    one = said_of_ones().get(name, "")
    lines = [f"Ends with 1 when {one}." if one else "Ends with 0, or as every command does when it cannot do its work."]
    if name == "report":
        codes = ", ".join(f"{code} `{cause}`" for cause, code in EXIT_CODES.items())
        lines.append(f"Where one cause explains every failure, with that of the [cause](errors.md#causes): {codes}.")
    return " ".join(lines)
