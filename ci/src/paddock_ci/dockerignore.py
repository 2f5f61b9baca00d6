"""The context of a build: the folder that it sees, less what its `.dockerignore` shuts out."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_IGNORED = re.compile(r"\*\*/?|\*|\?|\[[^\]]*\]|\\.|.", re.DOTALL)
_NEVER_SENT = {".git", ".venv", "node_modules", "__pycache__"}


@dataclass(frozen=True)
class Context:
    """The folder that a build sees, and the patterns of its `.dockerignore` with their lines, in order."""

    root: Path
    patterns: tuple[tuple[int, str], ...] = ()

    def shuts_out(self, path: str) -> bool:
        """Whether the build does not see `path`: the last pattern that matches it or a folder above it decides."""
        parts = path.split("/")
        lineage = ["/".join(parts[:count]) for count in range(1, len(parts) + 1)]
        is_out = False
        for _, pattern in self.patterns:
            if is_out == pattern.startswith("!") and any(_matches(pattern.lstrip("!"), part) for part in lineage):
                is_out = not is_out
        return is_out

    def files(self, path: str) -> Iterator[str]:
        """The files at or below `path` that the build sees."""
        if (self.root / path).is_file() and not self.shuts_out(path):
            yield path
        for folder, folders, names in os.walk(self.root / path):
            folders[:] = sorted(set(folders) - _NEVER_SENT)
            found = ((Path(folder) / name).relative_to(self.root).as_posix() for name in sorted(names))
            yield from (name for name in found if not self.shuts_out(name))

    def sources(self, source: str) -> tuple[str, ...]:
        """What a source of COPY names in the folder, pattern or not, whether the build sees it or not."""
        cleaned = posixpath.normpath(source.lstrip("/") or ".")
        if cleaned == ".":
            return (".",)
        found = self.root.glob(cleaned) if re.search(r"[*?\[]", cleaned) else [self.root / cleaned]
        return tuple(sorted(path.relative_to(self.root).as_posix() for path in found if path.exists()))


def ignore_patterns(text: str) -> tuple[tuple[int, str], ...]:
    """The patterns of a `.dockerignore` with their lines, cleaned as Docker cleans them."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        mark, pattern = ("!", line[1:]) if line.startswith("!") else ("", line)
        if pattern.strip() and not line.startswith("#"):
            found.append((number, mark + posixpath.normpath(pattern.strip().lstrip("/") or ".")))
    return tuple(found)


def _matches(pattern: str, path: str) -> bool:
    return bool(_pattern(pattern).fullmatch(path))


@cache
def _pattern(pattern: str) -> re.Pattern[str]:
    """A pattern of `.dockerignore` as Docker translates it: `**` is any number of folders."""

    def token(match: re.Match[str]) -> str:
        text = match[0]
        if text.startswith("**"):
            return ".*" if match.end() == len(pattern) and text == "**" else "(?:.*/)?"
        if text[0] == "[" and len(text) > 2:
            return text
        return {"*": "[^/]*", "?": "[^/]"}.get(text, re.escape(text[-1] if text[0] == "\\" else text))

    return re.compile(_IGNORED.sub(token, pattern), re.DOTALL)
