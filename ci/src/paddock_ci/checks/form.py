"""Checks of the form of a project's files."""

from __future__ import annotations

import ast
import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

import yaml

from paddock_ci.files import ProjectFiles
from paddock_ci.finding import Look
from paddock_ci.yaml_text import load

_LARGEST = 1_000_000
_MADE = {"requirements.txt"}
# A path of one person's machine.
_HOME = re.compile(r"(?<![\w.:/])(?:/home/|/Users/|[A-Z]:[\\/]{1,2}Users[\\/]{1,2})[\w.-]+")
# Where a literal begins like this, it is the path of one machine.
_MACHINE = re.compile(
    r"~(/|$)|/(tmp|mnt|data|root|media|nfs|scratch|Volumes|dbfs|kaggle|content/drive|var/tmp)/|[A-Za-z]:[\\/]|\\\\\w"
)
# They turn text round, or stand where nobody sees them: what is read is not what is run (CVE-2021-42574).
_UNSEEN = re.compile("[\u202a-\u202e\u2066-\u2069\u200b\u2060\ufeff]")
_CONFLICT = re.compile(r"^(<{7}|>{7}|\|{7}) ", re.MULTILINE)
_PICTURES = (".png", ".jpg", ".jpeg", ".svg", ".webp", ".gif")
_PICTURED = ("docs/", "notebooks/")
# What is made by programs or hides secrets: nobody commits it.
_UNWANTED = re.compile(
    r"(^|/)(\.env(\.(?!example$|sample$|template$)[^/]*)?|\.DS_Store|Thumbs\.db|nohup\.out|"
    r"[^/]*\.(bak|orig|rej|swp|tmp|pkl|pickle|joblib)|[^/]*~|[^/]* \(\d+\)\.\w+|[^/]*( - Copy|-Copy\d+)\.\w+|"
    r"Untitled\d*\.ipynb)$"
)
_TAG = re.compile(r"(?<![${])\{\{(?!\{)|\{%|\{#|%\}|\bcookiecutter\.")


def parses(files: ProjectFiles) -> Iterator[Look]:
    """Every TOML, YAML, JSON and Python file parses, no key stands twice, and the cells of notebooks have ids."""
    for path in files.paths:
        parse = _PARSERS.get(PurePosixPath(path).suffix)
        if parse is None:
            continue
        try:
            parse(files.text(path))
        except (ValueError, SyntaxError, yaml.YAMLError) as error:
            yield Look(path, f"does not parse: {str(error).splitlines()[0][:200]}", "Mend it.")
        else:
            yield Look(path)


def holds_no_tags(files: ProjectFiles) -> Iterator[Look]:
    """Nothing of the template's language is left, neither in a file nor in a file's name."""
    for path in files.paths:
        for line, text in enumerate([path, *_lines(files, path)]):
            if match := _TAG.search(text):
                place = f"{path}:{line}" if line else path
                yield Look(place, f"holds {match[0]!r} of the template", "Mend the tag in the template.")
        yield Look(path)


def is_tidy(files: ProjectFiles) -> Iterator[Look]:
    """Every file is UTF-8 text that ends with one newline, without carriage returns or spaces at line ends."""
    seen: dict[str, str] = {}
    for path in files.paths:
        if (twin := seen.setdefault(path.lower(), path)) != path:
            yield Look(path, f"differs from {twin} by capitals alone: many machines have one of them", "Rename one.")
        yield Look(path, _untidy(files, path), "Save it as UTF-8 text with Unix line ends; remove it if it is empty.")


def _untidy(files: ProjectFiles, path: str) -> str:
    file = files.folder / path
    if file.is_symlink():
        return "is a symbolic link; expected a file"
    if _UNWANTED.search(path):
        return "is a file that nobody commits: a copy, a secret, or what a program left behind"
    content = file.read_bytes()
    if len(content) > _LARGEST:
        return f"has {len(content)} bytes; expected at most {_LARGEST}: data belongs into datasets and sources"
    is_picture = path.startswith(_PICTURED) and path.lower().endswith(_PICTURES)
    return "" if is_picture else _untidy_text(path, content)


def _untidy_text(path: str, content: bytes) -> str:
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        return f"is not UTF-8 text (byte {error.start})"
    if not text.strip() and not path.endswith(("__init__.py", "py.typed")):
        return "is empty"
    if "\r" in text or "\0" in text:
        return "holds carriage returns or null bytes"
    if text and (not text.endswith("\n") or text.endswith("\n\n")):
        return "does not end with one newline"
    if conflict := _CONFLICT.search(text):
        return f"holds a mark of a conflict in line {text.count(chr(10), 0, conflict.start()) + 1}"
    if unseen := _UNSEEN.search(text):
        line = text.count("\n", 0, unseen.start()) + 1
        return f"holds a character that nobody sees in line {line}: U+{ord(unseen[0]):04X}"
    trailing = [number for number, line in enumerate(text.split("\n"), 1) if line != line.rstrip()]
    return f"has spaces at the end of line {trailing[0]}" if trailing and path not in _MADE else ""


def names_no_home(files: ProjectFiles) -> Iterator[Look]:
    """No file names a path of one person's machine."""
    for path in (path for path in files.paths if not path.endswith(".ipynb")):
        found = [(f"{path}:{n}", m[0]) for n, line in enumerate(_lines(files, path), 1) if (m := _HOME.search(line))]
        found = found or list(_literals(files, path))
        if found:
            place, name = found[0]
            yield Look(place, f"names {name}", "Name it relative to the project, or by a setting.")
        else:
            yield Look(path)


def _literals(files: ProjectFiles, path: str) -> Iterator[tuple[str, str]]:
    """Place and text of each path of a machine in the code of the package."""
    tree = files.modules.get(path) if path.startswith("src/") else None
    for node in ast.walk(tree) if tree else ():
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        is_home = isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("Path.home", "expanduser"))
        where = f"{path}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.Constant) and is_text and _MACHINE.match(str(node.value)):
            yield where, str(node.value)[:80]
        elif is_home:
            yield where, "the home of whoever runs it"


def _lines(files: ProjectFiles, path: str) -> list[str]:
    """The lines that people write: what is made from the lock has thousands of hashes, and another check."""
    return [] if path in _MADE else files.text(path).splitlines()


def _parse_notebook(text: str) -> None:
    """Raise for a notebook of a format without ids; all else that may be wrong with one, its own checks say."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return
    if isinstance(document, dict) and document.get("nbformat") == 4 and document.get("nbformat_minor") in range(5):
        raise ValueError("expected format 4.5 or later, whose cells have ids")


def _json(text: str) -> Any:
    return json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse_constant)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        raise ValueError(f"the key {next(name for name in names if names.count(name) > 1)!r} stands twice")
    return dict(pairs)


def _refuse_constant(text: str) -> None:
    raise ValueError(f"{text} is no JSON")


def _parse_yaml(text: str) -> None:
    _, twice = load(text)
    if twice:
        raise ValueError(f"the key {twice[0][1]!r} stands twice")


_PARSERS: Mapping[str, Callable[[str], object]] = {
    ".toml": tomllib.loads,
    ".yaml": _parse_yaml,
    ".yml": _parse_yaml,
    ".json": _json,
    ".ipynb": _parse_notebook,
    ".py": ast.parse,
}
