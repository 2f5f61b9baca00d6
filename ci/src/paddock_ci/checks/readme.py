"""Checks of what a project's README.md says: the files, commands and parameters that it names, its model card."""

from __future__ import annotations

import fnmatch
import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import pairwise
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.token import Token
from paddock.errors import ConfigurationError, nearest

from paddock_ci.commands import command_fault
from paddock_ci.files import ProjectFiles
from paddock_ci.finding import Look
from paddock_ci.parameters import notebook_parameters, pipeline_parameters, value_fault
from paddock_ci.shell import Command, shell_commands

_FILE = "README.md"
_KNOWN_FILES = {"Dockerfile", "Makefile", "LICENSE", "CODEOWNERS", ".gitignore", ".dockerignore", ".env"}
_SUFFIXES = {
    "py", "ipynb", "toml", "yaml", "yml", "md", "txt", "json", "csv", "parquet", "sh", "cfg", "ini", "sql", "lock",
    "html", "png", "svg", "dockerignore", "feather", "onnx", "skops", "safetensors", "joblib", "duckdb", "rst", "js",
    "css", "xml", "env",
}  # fmt: skip
_ELSEWHERE = re.compile(r"[<>${}…\s]|://|^[/~#]|^mailto:|^\.paddock\b|^\.venv\b")
_OF_WORKSPACE = {"projects", "shared", "ci", "templates", "docs", "tests", ".github", ".ci"}
_OTHER_SHELLS = {"", "bash", "shell", "console", "zsh", "shell-session", "sh-session", "terminal", "cmd", "powershell"}
_STARTS = re.compile(r"^\s*(?:[$>%]\s+)?(?:paddock|pytest|make|docker)\s", re.MULTILINE)
_MAKES_FILES = {"git", "mkdir", "echo", "export", "touch", "cp", "mv", "docker", "make", "rm", "unset"}
_TARGET = re.compile(r"^([A-Za-z0-9][\w.-]*(?: [\w.-]+)*)\s*::?(?!=)", re.MULTILINE)
_PARAMETER = re.compile(r"(?<![\w-])(?:-p|--parameters)[ =]([A-Za-z_]\w*)=('[^']*'|\"[^\"]*\"|[^\s`,;)]+)")
_CARD = (
    "Intended use", "Not for", "Data", "Model", "Baseline", "Measured by", "Known limits", "Schedule",
)  # fmt: skip
_UNSAID = re.compile(r"\W*|(?i:todo|tbd|fixme|xxx|none|n/?a)\b.*")


@dataclass(frozen=True)
class _Code:
    """Inline code or a link: its text, its line, what stood before it in the same block, whether it must be a file."""

    text: str
    line: int
    before: tuple[str, ...] = ()
    is_file: bool = False


def names_what_exists(files: ProjectFiles) -> Iterator[Look]:
    """Every path that README.md names, in code, tables and links, exists."""
    for code in _codes(files):
        if code.is_file or _is_path(code.text) or _is_almost_path(code.text, files):
            fault = "" if _exists(files, code) else f"names '{code.text}', which the project has not"
            close = get_close_matches(code.text, files.paths, n=1, cutoff=0.4)
            yield _look(code.line, fault, f"Did you mean '{close[0]}'?" if close else "Add it, or name what exists.")


def commands_exist(files: ProjectFiles) -> Iterator[Look]:
    """Every command of README.md exists with its options, targets and paths, in blocks that are executed: `sh`."""
    executed = {block.line: block.text for block in files.shell_blocks(_FILE)}
    for token in _tokens(files, "fence", "code_block"):
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
        for command in shell_commands(text):
            yield _look(start + command.line, _command_fault(command, files), "Name what exists.")
    for code in _codes(files):
        if re.match(r"(paddock|make) [a-z]", code.text):
            fault = _command_fault(Command(tuple(code.text.split())), files)
            is_short = "Missing argument" in fault
            yield _look(code.line, "" if is_short else fault, "Name what exists.")


def parameters_exist(files: ProjectFiles) -> Iterator[Look]:
    """Every parameter that README.md sets is one of the pipeline or of a notebook, and the value is legal for it."""
    pipeline, notebooks = pipeline_parameters(files), notebook_parameters(files)
    for number, line in enumerate(files.text(_FILE).splitlines(), 1):
        for name, value in _PARAMETER.findall(line):
            fault = value_fault(name, value.strip("'\""), pipeline, notebooks)
            known = {*pipeline, *notebooks}
            yield _look(number, fault, "Write a legal value." if name in known else nearest(name, known))


def has_model_card(files: ProjectFiles) -> Iterator[Look]:
    """A project that serves a dataset has a model card in which every row says something, and the schedule is true."""
    from paddock.project import read_toml

    try:
        datasets = read_toml(files.folder / "catalog.toml").get("datasets", {})
    except ConfigurationError:
        return
    if not any(isinstance(facts, dict) and facts.get("serve") for facts in datasets.values()):
        return
    rows = {label: (line, text) for line, label, text in _rows(files)}
    for label in _CARD:
        line, text = rows.get(label, (1, ""))
        fault = f"the model card's row '{label}' is {'empty' if label in rows else 'missing'}"
        yield _look(line, fault if _UNSAID.fullmatch(text) else "", f"Write: | {label} | … |")
    line, text = rows.get("Schedule", (1, ""))
    for expected in _schedule(files):
        is_said = re.search(rf"(?<![\d:]){expected}(?![\d:])", text)
        fault = "" if is_said else f"the schedule is '{text}'; expected {expected}, which pyproject.toml says"
        yield _look(line, fault, "Write what [tool.paddock] says.")


def names_title_and_owner(files: ProjectFiles) -> Iterator[Look]:
    """README.md shows the title and the owner of pyproject.toml, as they are."""
    shown = [(token.map or [0])[0] + 1 for token in _tokens(files, "heading_open")]
    texts = [((token.map or [0])[0] + 1, _shown(token)) for token in _tokens(files, "inline")]
    title = next(((line, text) for line, text in texts if line in shown[:1]), (1, ""))
    owner = next(((line, text) for line, text in texts if text.startswith("Owner:")), (1, "none"))
    expected = " ".join(str(files.settings.get("title", files.name)).split())
    fault = "" if title[1] == expected else f"expected the heading '{expected}', got '{title[1]}'"
    yield _look(title[0], fault, f"Write, with markup escaped: # {expected}")
    expected = f"Owner: {' '.join(str(files.settings.get('owner', '')).split())}"
    fault = "" if owner[1] == expected else f"expected the line '{expected}', got '{owner[1]}'"
    yield _look(owner[0], fault, "Write what pyproject.toml says, with markup escaped.")


def _command_fault(command: Command, files: ProjectFiles) -> str:
    """Why a command of README.md, given in the workspace's folder, cannot be run."""
    name, words = posixpath.basename(command.words[0]), command.words[1:]
    if fault := command_fault(command.words, files):
        return fault
    if name == "make":
        makefile = files.text(posixpath.relpath(files.root / "Makefile", files.folder))
        targets = {target for names in _TARGET.findall(makefile) for target in names.split()}
        wrong = [w for w in words if not w.startswith("-") and "=" not in w and w not in targets]
        return f"the Makefile has no target '{wrong[0]}'. {nearest(wrong[0], targets)}" if wrong else ""
    for path in _arguments(name, words):
        parts = path.split("/")
        if parts[0] == "projects" and len(parts) > 1 and parts[1] not in ("", files.name):
            return f"'{path}' is not of this project, projects/{files.name}"
        if not any(files.root.glob(path)):
            return f"'{path}' does not exist in the workspace"
    return ""


def _arguments(name: str, words: Sequence[str]) -> Iterator[str]:
    """The arguments of a command that name files which must be there."""
    if name == "docker":
        words = [word for before, word in pairwise(words) if before in ("-f", "--file")]
    elif name in _MAKES_FILES:
        return
    elif name == "papermill":
        words = [w for w in words if not w.startswith("-")][:1]
    for word in words:
        path = re.split("::|=", word)[0 if "::" in word else -1].removeprefix("./")
        if ("/" in path or _suffix(path) in _SUFFIXES) and not _ELSEWHERE.search(path):
            yield path.rstrip("/")


def _schedule(files: ProjectFiles) -> Iterator[str]:
    """What the row of the schedule must say: minutes until the deadline, the time of day where it is one."""
    if minutes := files.settings.get("deadline_minutes"):
        yield str(minutes)
    fields = str(files.settings.get("schedule", "")).split()
    if len(fields) == 5 and fields[0].isdigit() and fields[1].isdigit():
        yield f"{int(fields[1]):02}:{int(fields[0]):02}"


def _tokens(files: ProjectFiles, *kinds: str) -> Iterator[Token]:
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    yield from (token for token in parser.parse(files.text(_FILE)) if not kinds or token.type in kinds)


def _shown(token: Token) -> str:
    """What a reader sees of a block, without markup; what is HTML is not seen."""
    hidden = ("html_inline", "image")
    children = (child for child in token.children or () if child.type not in hidden)
    return " ".join("".join(" " if c.type == "softbreak" else c.content for c in children).split())


def _rows(files: ProjectFiles) -> Iterator[tuple[int, str, str]]:
    """Line, first and second cell of each row of each table."""
    cells: list[str] = []
    for token in _tokens(files):
        if token.type == "tr_open":
            cells, line = [], (token.map or [0])[0] + 1
        elif token.type == "inline":
            cells.append(_shown(token))
        elif token.type == "tr_close" and len(cells) > 1:
            yield line, cells[0], cells[1]


def _codes(files: ProjectFiles) -> Iterator[_Code]:
    """Inline code and links of README.md, in order."""
    column, of_files = 0, False
    for token in _tokens(files):
        if token.type == "tr_open":
            column = 0
        elif token.type == "table_close":
            of_files = False
        elif token.type in ("th_open", "td_open"):
            column += 1
        if token.type != "inline":
            continue
        if column == 1 and token.content.lower() in ("file", "path"):
            of_files = True
        line, before = (token.map or [0])[0] + 1, list[str]()
        for child in token.children or ():
            line += child.type in ("softbreak", "hardbreak")
            link = str(child.attrs.get("href") or child.attrs.get("src") or "")
            if child.type == "code_inline":
                yield _Code(child.content, line, tuple(before), of_files and column == 1)
                before.append(child.content)
            elif link and not re.match(r"\w+:|#|//", link):
                yield _Code(unquote(link).partition("#")[0], line, (), True)


def _suffix(path: str) -> str:
    return path.rpartition(".")[2] if "." in path.rpartition("/")[2] else ""


def _is_path(text: str) -> bool:
    if _ELSEWHERE.search(text) or text.startswith("-"):
        return False
    return "/" in text or text in _KNOWN_FILES or _suffix(text) in _SUFFIXES


def _is_almost_path(text: str, files: ProjectFiles) -> bool:
    """Whether a text is all but the name of a file of the project: a slip of the pen."""
    return bool(get_close_matches(text, files.paths, n=1, cutoff=0.85))


def _exists(files: ProjectFiles, code: _Code) -> bool:
    """Whether a path is one of the project, beside a file named before it, or, where it says so, of the workspace."""
    path = re.split(r"::|:(?=\d+$)", code.text)[0].removeprefix("./")
    folders = ["", *(posixpath.dirname(before) for before in code.before)]
    known = {*files.paths, *(posixpath.dirname(p) for p in files.paths)}
    known |= {parent for p in files.paths for parent in _parents(p)}
    for folder in folders:
        full = posixpath.normpath(posixpath.join(folder, path))
        if full in known or fnmatch.filter(known, full):
            return True
    upward = posixpath.normpath(posixpath.join(files.folder.relative_to(files.root).as_posix(), path))
    if path.startswith("../") and not upward.startswith(".."):
        return (files.root / upward).exists()
    is_of_workspace = path.partition("/")[0] in _OF_WORKSPACE if "/" in path else path in _KNOWN_FILES
    return is_of_workspace and any(files.root.glob(path))


def _parents(path: str) -> Iterator[str]:
    while path := posixpath.dirname(path):
        yield path


def _look(line: int, fault: str = "", remedy: str = "") -> Look:
    return Look(f"{_FILE}:{line}", fault, remedy if fault else "")
