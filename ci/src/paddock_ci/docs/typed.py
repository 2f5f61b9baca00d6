"""The commands that a page tells its reader to type, and why one cannot be."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple

import typer

from paddock_ci.commands import is_module, named
from paddock_ci.docs.content import Block, Content
from paddock_ci.makefile import target_fault
from paddock_ci.programs import Program, usage_fault
from paddock_ci.shell import Command, shell_commands

_SHELLS = {"sh", "bash", "shell", "zsh"}
# Of these, and of what names no language, only what stands behind a prompt is typed; the rest is answered.
_SESSIONS = {"console", "shell-session", "shellsession", "sh-session", "terminal", "text", ""}
_PROMPT = re.compile(r"\s*(?:\([\w.-]+\)\s*)?[$%❯]\s+(?=\S)")
_HERE = re.compile(r"(<<-?\s*(['\"]?)(\w+)\2[^\n]*\n)(.*?)(^\s*\3$)", re.MULTILINE | re.DOTALL)
_ANGLED = re.compile(r"<[A-Za-z][\w.-]*(?: [\w.-]+)*>")
_PLACEHOLDER = re.compile(r"[A-Z][A-Z0-9_-]*(?:=.*)?|.*(?:…|\.\.\.|[$<{]).*", re.DOTALL)
_OPEN = {"…", "..."}
_MOST_ARGUMENTS = 3
_ALMOST = 0.85
_RUNNERS = {("poetry", "run"), ("uv", "run")}


class Typed(NamedTuple):
    """A command, the line on which it stands, whether it stands in a sentence, and whether in another folder."""

    words: tuple[str, ...]
    line: int
    is_short: bool = False
    is_elsewhere: bool = False


def typed(content: Content, root: Path) -> Iterator[Typed]:
    """The commands of `paddock`, `make` and `python -m` on a page: of its shell blocks, and of its inline code."""
    for block in content.blocks:
        is_elsewhere = False
        for command in shell_commands(_ANGLED.sub("…", _without_documents(_behind_prompts(block)))):
            if command.words[0] == "cd":
                # The folder of a clone is the workspace; one of the workspace is not.
                is_elsewhere = is_elsewhere or any((root / word).is_dir() for word in command.words[1:])
            elif words := _judged(command):
                yield Typed(words, block.line + command.line, is_elsewhere=is_elsewhere)
    for code in content.codes:
        for command in shell_commands(_ANGLED.sub("…", code.text)):
            if words := _judged(command):
                yield Typed(words, code.line, is_short=True)


def typed_fault(command: Typed, root: Path) -> str:
    """Why a command cannot be typed in the workspace, or nothing; names of projects and datasets are but examples."""
    name, words = posixpath.basename(command.words[0]), command.words[1:]
    if name == "paddock":
        return _paddock_fault(words, command.is_short)
    if get_close_matches(name, ["paddock"], cutoff=_ALMOST):
        return f"no command '{name}'. Did you mean 'paddock'?"
    if name == "make":
        given = [word for word in words if not _PLACEHOLDER.fullmatch(word)]
        return "" if command.is_elsewhere else target_fault(given, _text(root / "Makefile"))
    module = words[words.index("-m") + 1]
    is_there = command.is_elsewhere or _PLACEHOLDER.fullmatch(module) or is_module(module, str(root))
    return "" if is_there else f"no module '{module}' that could be run"


def _judged(command: Command) -> tuple[str, ...]:
    """The words of a command that can be judged; nothing of another."""
    words = command.words[2:] if command.words[:2] in _RUNNERS else command.words
    name = posixpath.basename(words[0]) if words else ""
    is_module_run = bool(re.fullmatch(r"python[\d.]*", name)) and "-m" in words[1:-1]
    # A slip of the pen, unless it stands for itself, as the name of a package does.
    is_slip = len(words) > 1 and bool(get_close_matches(name, ["paddock"], cutoff=_ALMOST))
    return words if name in ("paddock", "make") or is_module_run or is_slip else ()


def _behind_prompts(block: Block) -> str:
    """What a reader types of a block; every other line is empty."""
    lines = block.text.splitlines()
    if not any(_PROMPT.match(line) for line in lines):
        return block.text if block.language in _SHELLS else ""
    if block.language not in _SHELLS | _SESSIONS:
        return ""
    kept: list[str] = []
    for line in lines:
        is_continued = bool(kept) and kept[-1].endswith("\\")
        prompt = _PROMPT.match(line)
        kept.append(re.sub(r"^\s*> ", "", line) if is_continued else line[prompt.end() :] if prompt else "")
    return "\n".join(kept)


def _without_documents(text: str) -> str:
    """A shell's text whose here-documents are empty lines."""
    return _HERE.sub(lambda match: match[1] + "\n" * match[4].count("\n") + match[5], text)


def _paddock_fault(words: Sequence[str], is_short: bool) -> str:
    """Why `paddock` would refuse these arguments, whatever their placeholders stand for; a short form may lack some."""
    given = [word.strip("[]") or word for word in words]
    path, parser, rest, fault = named(given)
    if fault or parser is None:
        # Without a command's name, it lists them.
        return fault if rest and not _PLACEHOLDER.fullmatch(rest[0]) else ""
    rest = [word for word in rest if word != "OPTIONS" and (not word.startswith("-") or word.strip("-") not in _OPEN)]
    faults = [_refusal(path, parser, reading) for reading in _readings(rest, is_short)]
    return faults[0] if all(faults) else ""


def _readings(words: Sequence[str], is_short: bool) -> Iterator[list[str]]:
    """The words; where `…` stands for any others, or a sentence leaves them out, also with none and with several."""
    yield [*words]
    if is_short or _OPEN & {*words}:
        # Inside, it may be the value of an option.
        yield [*words[:-1]] if {*words[-1:]} & _OPEN else [*words]
        yield from ([*words, *["…"] * count] for count in range(1, _MOST_ARGUMENTS + 1))


def _refusal(path: str, parser: Any, words: Sequence[str]) -> str:
    """What the parser of a command says to these words, if it refuses them; a placeholder is no wrong value."""
    if isinstance(parser, Program):
        return usage_fault(path, words, parser)
    try:
        parser.make_context(path, [*words])
    except typer.TyperException as error:
        is_value = hasattr(error, "param") and not hasattr(error, "param_type")
        is_borne = is_value and any(_PLACEHOLDER.fullmatch(word) for word in words)
        return "" if is_borne else f"{path}: {error.format_message()}"
    return ""


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
