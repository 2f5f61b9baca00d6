"""`paddock explain`: what a code, an error, an exit code, a state, a setting or a command means, in the terminal."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated

import typer
from paddock.cli import console
from paddock.cli.context import JsonOption
from paddock.errors import ConfigurationError

if TYPE_CHECKING:
    from paddock_ci.reference.entry import Entry

_WIDTH = 80
_LINK = re.compile(r"\[([^\]]+)\]\([^)]+\)")
_RULE = re.compile(r"\|[-|]+\|")
_CELLS = re.compile(r"(?<!\\)\|")


def explain(
    words: Annotated[
        list[str], typer.Argument(metavar="NAME", help="Such as NB103, ConfigurationError, 11, published or run.")
    ],
    json: JsonOption = False,
) -> None:
    """Explain the code of a check, an error, an exit code, a cause, a state, a setting, a command or a public name."""
    # Slow imports: it loads all checks.
    from paddock_ci.reference.pages import entries

    known, name = entries(), " ".join(words)
    found = _called(known, name)
    if json:
        console.as_json([asdict(entry) | {"place": entry.place} for entry in found])
        return
    if not _is_family(found, name):
        for line in "\n\n".join(_shown(entry) for entry in found).splitlines():
            console.say(line)
        return
    for entry in found:
        said = textwrap.fill(
            entry.text.splitlines()[0], _WIDTH, initial_indent=f"{entry.name}  ", subsequent_indent=" " * 7
        )
        console.say(said)


def _called(known: Sequence[Entry], name: str) -> list[Entry]:
    """The entries of that name; or, for the beginning of codes, of these checks. Raises ConfigurationError."""
    asked = name.casefold()
    found = [entry for entry in known if entry.name.casefold() == asked]
    # A key without its table, a command without `paddock`, a name without its module.
    found += [entry for entry in known if entry not in found and asked in _short(entry)]
    if not found:
        found = [entry for entry in known if entry.kind == "check" and entry.name.casefold().startswith(asked)]
    if not found:
        names = {short: entry.name for entry in reversed(known) for short in (entry.name.casefold(), *_short(entry))}
        close = list(dict.fromkeys(names[one] for one in get_close_matches(asked, names, n=3, cutoff=0.6)))
        said = f"Did you mean {' or '.join(map(repr, close))}?" if close else "All names: docs/reference/index.md"
        raise ConfigurationError(f"explain: nothing is called '{name}'", said)
    return found


def _short(entry: Entry) -> tuple[str, ...]:
    """What people may call an entry for short."""
    name = entry.name.casefold()
    if entry.kind == "exit code":
        return (f"exit {name}", f"exit code {name}")
    return (name.removeprefix("paddock "), name.rpartition(".")[2])


def _is_family(found: Sequence[Entry], name: str) -> bool:
    return found[0].kind == "check" and found[0].name.casefold() != name.casefold()


def _shown(entry: Entry) -> str:
    """An entry as plain text of 80 columns; only lines of code may be longer."""
    said = "\n".join(_plain(entry.text)).rstrip()
    return f"{entry.name} ({entry.kind})\n\n{said}\n\nMore: {entry.place}"


def _plain(text: str) -> Iterator[str]:
    """Markdown as a terminal shows it: paragraphs are wrapped, blocks of code indented, rows of tables lists."""
    is_code, paragraph = False, list[str]()
    lines = text.splitlines()
    # The heading of a table says nothing that its rows do not.
    kept = [line for line, below in zip(lines, [*lines[1:], ""], strict=True) if not _RULE.fullmatch(below)]
    for line in [*kept, ""]:
        if is_code or not line or line.startswith(("```", "|")):
            yield from _wrapped(" ".join(paragraph))
            paragraph = []
        if line.startswith("```"):
            is_code = not is_code
        elif is_code or not line:
            yield f"    {line}".rstrip()
        elif line.startswith("|") and not _RULE.fullmatch(line):
            yield from _row(line)
        elif not line.startswith("|"):
            paragraph.append(line)


def _row(line: str) -> Iterator[str]:
    cells = [cell.strip().replace("\\|", "|") for cell in _CELLS.split(line)[1:-1]]
    yield "    " + _unlinked(cells[0])
    for cell in filter(None, cells[1:]):
        yield from _wrapped(cell, " " * 8)


def _wrapped(paragraph: str, indent: str = "") -> list[str]:
    said = _unlinked(paragraph)
    return textwrap.wrap(said, _WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)


def _unlinked(text: str) -> str:
    return _LINK.sub(r"\1", text)
