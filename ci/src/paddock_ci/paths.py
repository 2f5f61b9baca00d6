"""The paths that a README.md may name."""

from __future__ import annotations

import fnmatch
import posixpath
import re
from collections.abc import Iterator
from difflib import get_close_matches

from paddock_ci.files import ProjectFiles
from paddock_ci.readme import Code

_KNOWN_FILES = {"Dockerfile", "Makefile", "LICENSE", "CODEOWNERS", ".gitignore", ".dockerignore", ".env"}
SUFFIXES = {
    "py", "ipynb", "toml", "yaml", "yml", "md", "txt", "json", "csv", "parquet", "sh", "cfg", "ini", "sql", "lock",
    "html", "png", "svg", "dockerignore", "feather", "onnx", "skops", "safetensors", "joblib", "duckdb", "rst", "js",
    "css", "xml", "env",
}  # fmt: skip
ELSEWHERE = re.compile(r"[<>${}…\s]|://|^[/~#]|^mailto:|^\.paddock\b|^\.venv\b")
_OF_WORKSPACE = {"projects", "shared", "ci", "templates", "docs", "tests", ".github", ".ci"}
# What a run leaves for its reader.
_OF_RUNS = {"report.html", "record.json"}


def suffix(path: str) -> str:
    """The ending of a path, without its dot."""
    return path.rpartition(".")[2] if "." in path.rpartition("/")[2] else ""


def is_path(text: str, files: ProjectFiles) -> bool:
    """Whether a text means a file or folder: by its ending, or by a first folder that is there; `px/cell` does not."""
    if ELSEWHERE.search(text) or text.startswith("-") or text in _OF_RUNS:
        return False
    first, slash, _ = text.removeprefix("./").partition("/")
    is_folder = first in _OF_WORKSPACE or any(path.startswith(f"{first}/") for path in files.paths)
    return (bool(slash) and is_folder) or text in _KNOWN_FILES or suffix(text) in SUFFIXES


def is_almost_path(text: str, files: ProjectFiles) -> bool:
    """Whether a text is all but the name of a file of the project: a slip of the pen."""
    return bool(get_close_matches(text, files.paths, n=1, cutoff=0.85))


def exists(files: ProjectFiles, code: Code) -> bool:
    """Whether a path is one of the project, beside a file named before it, or, where it says so, of the workspace."""
    path = re.split(r"::|:(?=\d+$)", code.text)[0].removeprefix("./")
    known = {*files.paths, *(posixpath.dirname(p) for p in files.paths)}
    known |= {parent for p in files.paths for parent in _parents(p)}
    for folder in code.folders:
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
