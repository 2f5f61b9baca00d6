"""Checks of what a project's README.md says: the files, commands and parameters that it names, its model card."""

from __future__ import annotations

import ast
import fnmatch
import posixpath
import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from paddock.errors import ConfigurationError, nearest

from paddock_ci.files import ProjectFiles
from paddock_ci.finding import Look
from paddock_ci.instructions import instruction_fault, secret_fault
from paddock_ci.parameters import notebook_parameters, pipeline_parameters, value_fault
from paddock_ci.paths import exists, is_almost_path, is_path
from paddock_ci.readme import README, codes, rows, shown, tokens
from paddock_ci.schedule import schedule_fault, schedule_words
from paddock_ci.settings import setting_fault
from paddock_ci.shell import Command, shell_commands

_OTHER_SHELLS = {"", "bash", "shell", "console", "zsh", "shell-session", "sh-session", "terminal", "cmd", "powershell"}
_STARTS = re.compile(r"^\s*(?:[$>%]\s+)?(?:paddock|pytest|make|docker)\s", re.MULTILINE)
_PARAMETER = re.compile(r"(?<![\w-])(?:-p|--parameters)[ =]([A-Za-z_]\w*)=('[^']*'|\"[^\"]*\"|[^\s`,;)]+)")
_CARD = (
    "Intended use", "Not for", "Data", "Model", "Baseline", "Measured by", "Known limits", "Schedule",
)  # fmt: skip
_UNSAID = re.compile(
    r"\W*|(?i:todo|tbd|fixme|xxx|none|n/?a|lorem|coming soon|fill (this )?in|"
    r"to be (written|added|done|decided|defined|determined|filled|described))\b.*"
)


def names_what_exists(files: ProjectFiles) -> Iterator[Look]:
    """Every path, setting and dataset that README.md names exists, and its table of files tells of every module."""
    for code in codes(files):
        if code.is_file or is_path(code.text, files) or is_almost_path(code.text, files):
            fault = "" if exists(files, code) else f"names '{code.text}', which the project has not"
            close = get_close_matches(code.text, files.paths, n=1, cutoff=0.4)
            yield _look(code.line, fault, f"Did you mean '{close[0]}'?" if close else "Add it, or name what exists.")
    for line, name in _members(files):
        yield _look(line, f"names '{name}', which the package has not", "Name what exists.")
    for line, name in _settings(files):
        yield _look(line, setting_fault(name), "Write the name of a setting.")
    for line, name in _datasets(files):
        yield _look(line, f"names the dataset '{files.name}.{name}', which catalog.toml has not", "Name what exists.")
    rows_of_files = [code for code in codes(files) if code.is_file and not code.is_link]
    told = {posixpath.join(folder, code.text) for code in rows_of_files for folder in code.folders}
    for path in files.paths if rows_of_files else ():
        if path.startswith("src/") and path.endswith(".py") and not path.endswith("__init__.py"):
            is_told = any(fnmatch.fnmatch(path, t) or path.startswith(f"{t.rstrip('/')}/") for t in told)
            fault = "" if is_told else f"the table of files does not tell what {path} holds"
            yield _look(rows_of_files[0].line, fault, "Add a row for it.")


def commands_exist(files: ProjectFiles) -> Iterator[Look]:
    """Every command of README.md exists with its options, targets and paths, in blocks that are executed: `sh`."""
    executed = {block.line: block.text for block in files.shell_blocks(README)}
    for token in tokens(files, "fence", "code_block"):
        line = (token.map or [0])[0] + 1
        language = token.info.strip().lower()
        if token.type == "fence" and line + 1 in executed:
            continue
        if (token.type == "fence" and language in _OTHER_SHELLS | {"sh"}) or _STARTS.search(token.content):
            fault = f"is a block of {language or 'no language'}, which nobody would execute"
            yield _look(line, fault, "Fence it as: ```sh")
    if not executed:
        yield _look(1, "has no block of commands", "Show how to run the project, fenced as: ```sh")
    for start, text in executed.items():
        for number, row in enumerate(text.splitlines(), start):
            if fault := secret_fault(row):
                yield _look(number, fault, "Let the reader fill it in: NAME=…")
        for command in shell_commands(text):
            yield _look(start + command.line, instruction_fault(command, files), "Name what exists.")
    for code in codes(files):
        if re.match(r"(paddock|make) [a-z]", code.text):
            fault = instruction_fault(Command(tuple(code.text.split())), files)
            is_short = "Missing argument" in fault
            yield _look(code.line, "" if is_short else fault, "Name what exists.")


def parameters_exist(files: ProjectFiles) -> Iterator[Look]:
    """Every parameter that README.md sets is one of the pipeline or of a notebook, and the value is legal for it."""
    pipeline, notebooks = pipeline_parameters(files), notebook_parameters(files)
    for number, line in enumerate(files.text(README).splitlines(), 1):
        for name, value in _PARAMETER.findall(line):
            fault = value_fault(name, value.strip("'\""), pipeline, notebooks)
            known = {*pipeline, *notebooks}
            yield _look(number, fault, "Write a legal value." if name in known else nearest(name, known))


def has_model_card(files: ProjectFiles) -> Iterator[Look]:
    """A project that serves a dataset has a model card in which every row says something, and the schedule is true."""
    if not any(isinstance(facts, dict) and facts.get("serve") for facts in _catalogue(files).values()):
        return
    found: dict[str, tuple[int, str]] = {}
    for line, label, text in rows(files):
        if label in _CARD and label in found:
            yield _look(line, f"the model card has two rows '{label}'", "Remove one.")
        found.setdefault(label, (line, text))
    for label in _CARD:
        line, text = found.get(label, (1, ""))
        fault = f"the model card's row '{label}' is {'empty' if label in found else 'missing'}"
        words = schedule_words(files.settings) if label == "Schedule" else ""
        yield _look(line, fault if _UNSAID.fullmatch(text) else "", f"Write: | {label} | {words or '…'} |")
    line, text = found.get("Schedule", (1, ""))
    # A row that is missing was told already.
    if not _UNSAID.fullmatch(text):
        yield _look(line, schedule_fault(files.settings, text), f"Write: {schedule_words(files.settings) or '…'}")


def names_title_and_owner(files: ProjectFiles) -> Iterator[Look]:
    """README.md shows the title and the owner of pyproject.toml, as they are."""
    headings = [(token.map or [0])[0] + 1 for token in tokens(files, "heading_open")]
    texts = [((token.map or [0])[0] + 1, shown(token)) for token in tokens(files, "inline")]
    title = next(((line, text) for line, text in texts if line in headings[:1]), (1, ""))
    owner = next(((line, text) for line, text in texts if text.startswith("Owner:")), (1, "none"))
    expected = " ".join(str(files.settings.get("title", files.name)).split())
    fault = "" if title[1] == expected else f"expected the heading '{expected}', got '{title[1]}'"
    second = [(token.map or [0])[0] + 1 for token in tokens(files, "heading_open") if token.tag == "h1"][1:]
    if second:
        yield _look(second[0], "is a second title", "Make it a heading of level 2.")
    yield _look(title[0], fault, f"Write, with markup escaped: # {expected}")
    expected = f"Owner: {' '.join(str(files.settings.get('owner', '')).split())}"
    fault = "" if owner[1] == expected else f"expected the line '{expected}', got '{owner[1]}'"
    yield _look(owner[0], fault, "Write what pyproject.toml says, with markup escaped.")


def _catalogue(files: ProjectFiles) -> dict[str, Any]:
    """The datasets of catalog.toml; none where it does not parse."""
    from paddock.project import read_toml

    try:
        found = read_toml(files.folder / "catalog.toml").get("datasets", {})
    except ConfigurationError:
        return {}
    return found if isinstance(found, dict) else {}


def _members(files: ProjectFiles) -> Iterator[tuple[int, str]]:
    """The members of the package's modules that README.md names, as `module.name`, and that are not there."""
    package = files.settings.get("package", "")
    modules = {path.removeprefix(f"src/{package}/").removesuffix(".py"): tree for path, tree in files.modules.items()}
    for code in codes(files):
        match = re.fullmatch(rf"(?:{package}\.)?([a-z_]+)[.:](\w+)(?:\(.*\))?", code.text)
        tree = modules.get(match[1]) if match and package and not code.is_link else None
        if match and tree and not is_path(code.text, files) and not is_almost_path(code.text, files):
            named = {getattr(node, "name", getattr(node, "id", "")) for node in ast.walk(tree)}
            named |= {
                alias.asname or alias.name
                for node in ast.walk(tree)
                for alias in getattr(node, "names", ())
                if isinstance(alias, ast.alias)
            }
            if match[2] not in named:
                yield code.line, code.text


def _settings(files: ProjectFiles) -> Iterator[tuple[int, str]]:
    """The settings of Paddock that README.md names, with their lines."""
    for number, line in enumerate(files.text(README).splitlines(), 1):
        yield from ((number, name) for name in re.findall(r"(?<!\w)PADDOCK_[A-Z0-9_]*[A-Z0-9](?![\w*…])", line))


def _datasets(files: ProjectFiles) -> Iterator[tuple[int, str]]:
    """The datasets of this project that README.md names and the project has not, with their lines."""
    known = _catalogue(files)
    for number, line in enumerate(files.text(README).splitlines(), 1) if known else ():
        for name in re.findall(rf"[`\"']{re.escape(files.name)}\.([a-z]\w*)[`\"']", line):
            if name not in known and not any(re.search(rf"/{name}(\.\w+|/.*)$", f"/{path}") for path in files.paths):
                yield number, name


def _look(line: int, fault: str = "", remedy: str = "") -> Look:
    return Look(f"{README}:{line}", fault, remedy if fault else "")
