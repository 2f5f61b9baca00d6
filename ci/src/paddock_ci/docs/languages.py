"""The languages in which blocks of code are written, and whether one parses."""

from __future__ import annotations

import ast
import doctest
import json
import re
import textwrap
import tomllib
import warnings
from collections.abc import Callable
from typing import NamedTuple

import yaml

_REST = r"(?:…|\.\.\.)"
# A string, which is left as it is, or else what stands for something left out: after a comma, after a bracket, alone.
_LEFT_OUT = re.compile(
    rf"""(?P<string>\"\"\".*?\"\"\"|'''.*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|\#[^\n]*)
    |(?P<listed>,(?:[ \t]*\#[^\n]*)?\s*{_REST})|(?P<opened>(?<=[\[({{])\s*{_REST}[ \t]*,?)
    |(?P<alone>^[ \t]*{_REST}[ \t]*$)|(?P<value>{_REST})""",
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)


class Misparse(NamedTuple):
    """Why a block does not parse, and on which of its lines, from 1."""

    reason: str
    line: int


class _Language(NamedTuple):
    """What parses a text, and what can stand where a value was left out, or a line."""

    parse: Callable[[str], object]
    value: str
    lines: str = ""


def misparse(language: str, text: str) -> Misparse | None:
    """Why a text in a language does not parse, even if what was left out (`…`) were there; None where it does."""
    spoken = _LANGUAGES[language]
    found = _tried(spoken.parse, text)
    filled = _LEFT_OUT.sub(lambda match: _filling(match, spoken), text)
    return found if found is None or filled == text else _tried(spoken.parse, filled)


def is_known(language: str) -> bool:
    """Whether the texts of a language can be parsed."""
    return language in _LANGUAGES


def _tried(parse: Callable[[str], object], text: str) -> Misparse | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            parse(text)
    except SyntaxError as error:
        return Misparse(error.msg, error.lineno or 1)
    except json.JSONDecodeError as error:
        return Misparse(error.msg, error.lineno)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"\(at line (\d+)", str(error))
        return Misparse(str(error).partition(" (at ")[0], int(place[1]) if place else text.count("\n") or 1)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        return Misparse(getattr(error, "problem", None) or str(error), mark.line + 1 if mark else 1)
    except (ValueError, RecursionError, MemoryError) as error:
        return Misparse(str(error) or "is nested too deeply", 1)
    return None


def _filling(match: re.Match[str], language: _Language) -> str:
    """What stands for a placeholder; as many lines as before."""
    lines = "\n" * match[0].count("\n")
    kind = match.lastgroup
    if kind == "string":
        return match[0]
    indentation = match[0][: len(match[0]) - len(match[0].lstrip())]
    filling = {"listed": lines, "opened": lines, "alone": indentation + language.lines, "value": language.value}
    return filling[kind or "value"]


def _python(text: str) -> None:
    """Parse Python, or the examples of a session at its prompt."""
    text = textwrap.dedent(text)
    if not text.lstrip().startswith(">>>"):
        ast.parse(text)
        return
    for example in doctest.DocTestParser().get_examples(text):
        try:
            ast.parse(example.source)
        except SyntaxError as error:
            error.lineno = (error.lineno or 1) + example.lineno
            raise


def _yaml(text: str) -> None:
    # Events alone: tags of other programs are legal, and no depth of nesting is too much.
    for _event in yaml.parse(text, Loader=yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader):
        pass


_PYTHON = _Language(_python, "_", "_")
_YAML = _Language(_yaml, "_")
_LANGUAGES = {
    "python": _PYTHON, "python3": _PYTHON, "py": _PYTHON, "pycon": _PYTHON, "json": _Language(json.loads, "null"),
    "toml": _Language(tomllib.loads, '""'), "yaml": _YAML, "yml": _YAML,
}  # fmt: skip
