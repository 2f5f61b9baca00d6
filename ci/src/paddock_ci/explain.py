"""`paddock explain`: what a code, an error, a state, a setting, a command or a word means, in the terminal."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from paddock.cli import console
from paddock.cli.context import JsonOption
from paddock.errors import ConfigurationError
from paddock.project import find_workspace

if TYPE_CHECKING:
    from paddock_ci.reference.entry import Entry

_WIDTH = 80
# Of a topic with more names than that, so many are shown.
_ALL_SHOWN, _SOME_SHOWN = 24, 6
_NUMBER = re.compile(r"(?:exit (?:code )?)?-?\d+")
# A code of two letters and a number, also where a digit was taken for a letter.
_CODE = re.compile(r"[a-z]{2}[ -]?[\dol]{2,4}\W?")
_LINK = re.compile(r"\[([^\]]+)\]\([^)]+\)")
_RULE = re.compile(r"\|[-|]+\|")
_CELLS = re.compile(r"(?<!\\)\|")


def explain(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME]",
            help="Such as NB103, ConfigurationError, 11, published or margin; without one, what there is.",
        ),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Explain the code of a check, an error, a cause, a state, a setting, a command, a public name or a word."""
    # Slow imports: it loads all checks.
    from paddock_ci.reference import words as glossary
    from paddock_ci.reference.pages import entries

    known = [*glossary.entries(_root()), *entries()]
    if not words:
        _list_topics(known, json)
        return
    name = " ".join(words)
    found, group = _called(known, name), _group(known, name)
    if not found and len(words) > 1:
        # Several codes, as one line of findings names them.
        each = [_called(known, word) for word in words]
        found = [entry for one in each for entry in one] if all(each) else []
    if not found and not group:
        raise ConfigurationError(f"explain: nothing is called '{name}'", _nearest(known, name))
    if json:
        console.as_json([asdict(entry) | {"place": entry.place} for entry in found or group])
        return
    said = "\n\n".join(_shown(entry) for entry in found) if found else "\n".join(map(_in_short, group))
    for line in said.splitlines():
        console.say(line)


def _root() -> Path:
    """The workspace whose glossary is asked; outside of one there is none."""
    try:
        return find_workspace(Path.cwd()).root
    except ConfigurationError:
        return Path.cwd()


def _list_topics(known: Sequence[Entry], json: bool) -> None:
    """Say what kinds of names there are, with names of each."""
    topics: dict[str, list[str]] = {}
    for entry in known:
        # Tables of the same file are one topic.
        file = "key of pyproject.toml" if entry.kind.startswith("key of [") else entry.kind
        topics.setdefault(file.partition(": ")[0], []).append(entry.name)
    topics = {topic: list(dict.fromkeys(names)) for topic, names in topics.items()}
    if json:
        console.as_json(topics)
        return
    for topic, names in topics.items():
        shown = names if len(names) <= _ALL_SHOWN else [*names[:_SOME_SHOWN], f"… ({len(names)})"]
        said = f"{topic}: {', '.join(shown)}"
        for line in textwrap.wrap(said, _WIDTH, subsequent_indent="    ", break_on_hyphens=False):
            console.say(line)


def _called(known: Sequence[Entry], name: str) -> list[Entry]:
    """The entries of that name, or, where there are none, of the name that it is the plural of."""
    asked = name.casefold()
    found = [entry for entry in known if entry.name.casefold() == asked]
    # A key without its table, a command without `paddock`, a name without its module.
    found += [entry for entry in known if entry not in found and asked in _short(entry)]
    return found if found or not asked.endswith("s") else _called(known, asked.removesuffix("s"))


def _group(known: Sequence[Entry], name: str) -> list[Entry]:
    """The checks whose codes begin with that, or the commands of that group; nothing begins with nothing."""
    asked = name.casefold()
    checks = [entry for entry in known if entry.kind == "check" and entry.name.casefold().startswith(asked)]
    inside = f"{asked.removeprefix('paddock').strip()} ".lstrip()
    commands = [
        entry for entry in known if entry.kind == "command" and entry.name.removeprefix("paddock ").startswith(inside)
    ]
    return (checks or commands) if asked else []


def _nearest(known: Sequence[Entry], name: str) -> str:
    """What somebody may have meant, of the kind that the name seems to be of."""
    asked = name.casefold()
    if _NUMBER.fullmatch(asked):
        return f"Exit codes: {', '.join(entry.name for entry in known if entry.kind == 'exit code')}."
    # What only code names is no answer to a word.
    typed = [entry for entry in known if "." in asked or entry.kind != "public name" or entry.name.count(".") == 1]
    looks = [entry for entry in known if entry.kind == "check"] if _CODE.fullmatch(asked) else typed
    names = {short: entry.name for entry in reversed(looks) for short in (entry.name.casefold(), *_short(entry))}
    close = list(dict.fromkeys(names[one] for one in get_close_matches(asked, names, n=3, cutoff=0.6)))
    meant = " or ".join(f"'{one}'" for one in close)
    return f"Did you mean {meant}?" if close else "All names: docs/reference/index.md"


def _short(entry: Entry) -> tuple[str, ...]:
    """What people may call an entry for short."""
    name = entry.name.casefold()
    if entry.kind == "exit code":
        return (f"exit {name}", f"exit code {name}")
    return (name.removeprefix("paddock "), name.rpartition(".")[2])


def _in_short(entry: Entry) -> str:
    """The name of an entry, and the first thing that it says."""
    indent = " " * (len(entry.name) + 2) if entry.kind == "check" else "    "
    lines = (line.strip() for line in entry.text.splitlines())
    first = next(line for line in lines if line and not line.startswith(("```", "Usage:")))
    return textwrap.fill(first, _WIDTH, initial_indent=f"{entry.name}  ", subsequent_indent=indent)


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
