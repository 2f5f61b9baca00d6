"""Comments that tell a tool to look away."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator

from paddock_ci.files import ProjectFiles, without_magics

_NAME_IT = "Remove it and mend what is found; or name the one rule that is wrong here."
# What each says where it names no rule, or speaks for a whole file.
_COMMENTS = {
    re.compile(r"#\s*(ruff|flake8)\s*:\s*noqa", re.IGNORECASE): "tells the linter to look away from the file",
    re.compile(r"#\s*noqa(?!\s*:\s*[A-Z]+\d)", re.IGNORECASE): "tells the linter to look away from every rule",
    re.compile(r"#\s*mypy\s*:"): "gives mypy other settings for the file",
    re.compile(r"#\s*type\s*:\s*ignore(?!\[)"): "tells mypy to look away from every error",
    re.compile(r"#\s*fmt\s*:\s*off|#\s*yapf\s*:\s*disable"): "tells the formatter to look away",
    re.compile(r"#\s*hadolint\s+(global\s+)?ignore"): "tells hadolint to look away",
    re.compile(r"#\s*pragma\s*:\s*allowlist\s+secret|pragma:\s*whitelist\s+secret"): "hides a secret from its detector",
    re.compile(r"#\s*pragma\s*:\s*no\s*cover"): "takes code out of the coverage",
}  # fmt: skip


def suppressed(files: ProjectFiles, path: str) -> Iterator[tuple[str, str, str]]:
    """Place, fault and remedy of each comment of a file that hides more than one named finding."""
    for place, text in _texts(files, path):
        for line, comment in _comments(text, is_python=path.endswith((".py", ".ipynb"))):
            for pattern, fault in _COMMENTS.items():
                if pattern.search(comment):
                    yield place if " cell " in place else f"{place}:{line}", f"{comment.strip()!r} {fault}", _NAME_IT
                    break


def _texts(files: ProjectFiles, path: str) -> Iterator[tuple[str, str]]:
    if path.endswith(".ipynb"):
        cells = files.notebooks.get(path, ())
        yield from ((f"{path} cell {cell.number}", without_magics(cell.source)) for cell in cells)
    else:
        yield path, files.text(path)


def _comments(text: str, is_python: bool) -> Iterator[tuple[int, str]]:
    """Line and text of each comment; in what is no Python, all that follows a `#`."""
    if is_python:
        try:
            tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
        except (tokenize.TokenError, SyntaxError):
            return
        yield from ((token.start[0], token.string) for token in tokens if token.type == tokenize.COMMENT)
        return
    for number, line in enumerate(text.splitlines(), 1):
        if "#" in line:
            yield number, line[line.index("#") :]
