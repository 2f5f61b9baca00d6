"""The simple commands of a shell's text."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass

_QUOTED = r"'[^']*'|\"(?:\\.|[^\"\\])*\""
# A word of a shell, with a whole $(…) in it; what ends a command; a comment; a redirection with its target.
_SHELL = re.compile(
    rf"""(?P<newline>\n)|(?P<comment>(?<![^\s;|&()])\#[^\n]*)|(?P<redirection>\d*(?:[<>]&\d|&?[<>]{{1,2}}))
    |(?P<word>(?:\$\([^()]*\)|{_QUOTED}|\\.|[^\s'"\\;|&()<>]|["'\\])+)|(?P<end>[;|&()]+)|\s""",
    re.VERBOSE | re.DOTALL,
)
_NESTED = re.compile(r"\$\(([^()]*)\)|`([^`]*)`")
# Words that stand before a command and change nothing about which one it is.
_BEFORE = {
    "!", "{", "}", "if", "then", "elif", "else", "fi", "while", "until", "do", "done", "exec", "env", "command", "nice",
    "time", "sudo",
}  # fmt: skip
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=.*", re.DOTALL)


@dataclass(frozen=True)
class Command:
    """A simple command of a shell: its words without quotes, what they write to, the line (from 0), what came before.

    `words` begins with the command itself; `before` holds such as `sudo` or `if`; `joint` is what joins it to the
    command before, such as `&&`; inside another command it is that one's.
    """

    words: tuple[str, ...]
    line: int = 0
    before: tuple[str, ...] = ()
    joint: str = ""
    targets: tuple[str, ...] = ()

    @property
    def is_piped(self) -> bool:
        """Whether it reads what the command before writes."""
        return self.joint == "|"

    @property
    def is_excuse(self) -> bool:
        """Whether it does nothing but turn the failure of the command before into success."""
        is_idle = self.words in ((":",), ("true",), ("exit", "0"))
        return is_idle and self.joint.rstrip("(") in ("||", ";", "|", "&")


def shell_commands(text: str) -> tuple[Command, ...]:
    """The simple commands of a shell's text, those in `$(…)` and `sh -c` too, each with its line from 0."""
    found: list[Command] = []
    words: list[str] = []
    targets: list[str] = []
    line, begun, mark, is_target = 0, 0, "", False
    for match in [*_SHELL.finditer(text.replace("\\\n", " \x00 ")), None]:
        kind = match.lastgroup if match else "end"
        if match and kind == "word":
            if match[0] == "\x00":
                line += 1
                continue
            begun = begun if words else line
            (targets if is_target else words).append(match[0])
            is_target = False
        elif kind == "redirection":
            is_target = match is not None and not match[0][-1].isdigit()
        elif kind in ("end", "newline"):
            if words:
                found += commands_in([*map(_plain, words)], begun, mark, [*map(_plain, targets)])
                words, targets, mark = [], [], ""
            mark, is_target = match[0] if match and kind == "end" else mark, False
        line += match[0].count("\n") if match else 0
    return tuple(found)


def commands_in(words: Sequence[str], line: int, joint: str = "", targets: Sequence[str] = ()) -> tuple[Command, ...]:
    """The command that these words are, and those inside them."""
    count = 0
    while count < len(words) and (words[count] in _BEFORE or _ASSIGNMENT.fullmatch(words[count])):
        count += 1
    own = tuple(words[count:])
    inner = [text for word in words for match in _NESTED.finditer(word) for text in match.groups() if text]
    if len(own) > 2 and posixpath.basename(own[0]) in ("sh", "bash") and "c" in own[1].lstrip("-"):
        inner.append(own[2])
    found = (Command(own, line, tuple(words[:count]), joint, tuple(targets)),) if own else ()
    return found + tuple(Command(c.words, line, c.before, c.joint) for text in inner for c in shell_commands(text))


def _plain(word: str) -> str:
    """A shell's word without its quotes."""
    return re.sub(rf"{_QUOTED}|\\.", lambda m: m[0][1:] if m[0][0] == "\\" else m[0][1:-1], word)
