"""What a Dockerfile says: its instructions, stage by stage."""

from __future__ import annotations

import json
import posixpath
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from paddock_ci.shell import Command, commands_in, shell_commands

KEYWORDS = {
    "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER",
    "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
}  # fmt: skip
_FLAG = re.compile(r"--([a-z][\w-]*)(?:=(\S*))?\s+")
_HEREDOC = re.compile(r"<<-?\s*([\"']?)(\w+)\1")
_VARIABLE = re.compile(r"\\\$|\$(?:\{(\w+)(?:(:?[-+?])([^}]*))?\}|(\w+))")


@dataclass(frozen=True)
class Instruction:
    """One instruction: what follows its flags as written (`value`) and with variables resolved (`expanded`).

    `stage` counts from 0; before the first FROM it is -1. `document` is the text of its here-documents.
    """

    keyword: str
    value: str
    expanded: str
    line: int
    stage: int = -1
    flags: tuple[tuple[str, str], ...] = ()
    document: str = ""

    def flag(self, name: str) -> str:
        """The value of the flag `--name`, or nothing."""
        return next((value for flag, value in self.flags if flag == name), "")

    @cached_property
    def exec_form(self) -> tuple[str, ...]:
        """The words of the exec form, a JSON list of texts; empty where it is written otherwise."""
        text = self.value
        if self.keyword == "HEALTHCHECK" and text[:4].upper() == "CMD ":
            text = text[4:]
        try:
            words = json.loads(text)
        except ValueError:
            return ()
        return tuple(words) if isinstance(words, list) and all(isinstance(word, str) for word in words) else ()

    @property
    def words(self) -> tuple[str, ...]:
        """The arguments one by one, without quotes."""
        return self.exec_form or _unquoted(self.expanded)

    @property
    def pairs(self) -> tuple[tuple[str, str | None], ...]:
        """Names and values of ENV, ARG and LABEL, as written; None for an ARG without a default."""
        return _pairs(self.keyword, self.value)

    @property
    def commands(self) -> tuple[Command, ...]:
        """The simple commands that it runs."""
        if self.exec_form:
            return commands_in(self.exec_form, 0)
        text = self.value.removeprefix("CMD ") if self.keyword == "HEALTHCHECK" else self.value
        return shell_commands(self.document or text)


@dataclass(frozen=True)
class Stage:
    """One stage: what it begins from, and all its instructions, after those of the stage that it begins from."""

    number: int
    name: str
    base: str
    line: int
    instructions: tuple[Instruction, ...]

    def last(self, keyword: str) -> Instruction | None:
        """The instruction that counts where each one replaces the one before."""
        return next((i for i in reversed(self.instructions) if i.keyword == keyword), None)

    def all(self, *keywords: str) -> tuple[Instruction, ...]:
        """Its instructions with one of these keywords."""
        return tuple(i for i in self.instructions if i.keyword in keywords)

    def environment(self, before: int | None = None) -> dict[str, str]:
        """The variables that its ENV instructions set, or those before a line."""
        found: dict[str, str] = {}
        for instruction in self.all("ENV"):
            if before is None or instruction.line < before:
                found |= {k: v or "" for k, v in _pairs("ENV", instruction.expanded)}
        return found

    def folder(self, before: int | None = None) -> str:
        """The working folder at its end, or before a line."""
        found = "/"
        for instruction in self.all("WORKDIR"):
            if before is None or instruction.line < before:
                found = posixpath.normpath(posixpath.join(found, instruction.expanded.strip("\"'")))
        return found


def parse(text: str) -> tuple[Instruction, ...]:
    """The instructions of a Dockerfile. What Docker would refuse is kept as it stands: checks judge it."""
    found: list[Instruction] = []
    given: dict[str, str] = {}  # ARG before the first FROM
    values: dict[str, str] = {}
    ends: dict[str, dict[str, str]] = {}  # the variables of each stage, by name and number
    for line, logical, document in _logical_lines(text):
        keyword, _, rest = logical.partition(" ")
        flags, value = _flags(rest.strip())
        stage = found[-1].stage if found else -1
        if keyword.upper() == "FROM":
            stage += 1
            base, name = _base(expanded(value, given))
            values = dict(ends.get(base.lower(), {}))
            ends[name.lower()] = ends[str(stage)] = values
        resolved = expanded(value, given if keyword.upper() == "FROM" else values)
        found.append(Instruction(keyword.upper(), value, resolved, line, stage, flags, document))
        if keyword.upper() in ("ARG", "ENV"):
            target = values if stage >= 0 else given
            for name, default in _pairs(keyword.upper(), resolved):
                inherited = given.get(name, "") if keyword.upper() == "ARG" else ""
                target[name] = inherited if default is None else default
    return tuple(found)


def stages(instructions: Sequence[Instruction]) -> tuple[Stage, ...]:
    """The stages in order; one that begins from another has that one's instructions first."""
    found: list[Stage] = []
    for start in (i for i in instructions if i.keyword == "FROM"):
        base, name = _base(start.expanded)
        before = next((s.instructions for s in found if base.lower() in (s.name.lower(), str(s.number))), ())
        own = tuple(i for i in instructions if i.stage == start.stage)
        found.append(Stage(start.stage, name, base, start.line, before + own))
    return tuple(found)


def expanded(text: str, values: Mapping[str, str]) -> str:
    """The text with `$NAME`, `${NAME}`, `${NAME:-default}` and `${NAME:+other}` resolved; unknown ones are empty."""

    def value(match: re.Match[str]) -> str:
        name, operator, other = match[1] or match[4], match[2] or "", match[3] or ""
        if not name:
            return "$"
        known = values.get(name, "")
        if operator.endswith("+"):
            return other if known else ""
        return known or (other if operator.endswith("-") else "")

    return _VARIABLE.sub(value, text)


def _unquoted(text: str) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(text))
    except ValueError:
        return tuple(text.split())


def _pairs(keyword: str, text: str) -> tuple[tuple[str, str | None], ...]:
    first, _, rest = text.strip().partition(" ")
    if keyword == "ENV" and "=" not in first:
        return ((first, rest.strip()),)
    split = [word.partition("=") for word in _unquoted(text)]
    return tuple((name, value if equals else None) for name, equals, value in split)


def _base(value: str) -> tuple[str, str]:
    """The image or stage that FROM names, and the name of the new stage."""
    found = re.match(r"(\S*)(?:\s+(?i:as)\s+(\S+))?", value)
    return (found[1], found[2] or "") if found else ("", "")


def _flags(text: str) -> tuple[tuple[tuple[str, str], ...], str]:
    found = []
    while match := _FLAG.match(text):
        found.append((match[1], match[2] or ""))
        text = text[match.end() :]
    return tuple(found), text


def _logical_lines(text: str) -> Iterator[tuple[int, str, str]]:
    """Line, text with continuations joined, and here-documents of each instruction."""
    lines = enumerate(text.splitlines(), 1)
    for number, line in lines:
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        parts = [line.strip()]
        while parts[-1].endswith("\\") and (following := next(lines, None)):
            if not following[1].lstrip().startswith("#") and following[1].strip():
                parts[-1] = parts[-1][:-1].rstrip()
                parts.append(following[1].strip())
        logical = " ".join(parts)
        document = ""
        for _, end in _HEREDOC.findall(logical) if re.match(r"(?i)(run|copy|add)\s", logical) else ():
            for _, inner in lines:
                if inner.strip() == end:
                    break
                document += inner + "\n"
        yield number, re.sub(r"^(\S+)\s+", r"\1 ", logical), document
