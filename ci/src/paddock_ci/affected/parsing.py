"""Whether what changed can be read at all: from a file that does not parse, nobody can tell what it uses."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from paddock_ci.repo.changes import GONE
from paddock_ci.repo.objects import Entry, read

_SUFFIXES = (".py", ".ipynb", ".toml")


def fault(root: Path, changed: Mapping[str, Mapping[str, Entry]]) -> str:
    """The first changed file, of all projects, that does not parse; nothing where all do."""
    paths = {
        f"projects/{name}/{path}": entry.id
        for name, files in changed.items()
        for path, entry in files.items()
        if path.endswith(_SUFFIXES) and entry.mode != GONE and not entry.is_submodule
    }
    contents = zip(paths, read(root, paths.values()), strict=True)
    return next((f"{path} does not parse" for path, (_, _, content) in contents if not _parses(path, content)), "")


def _parses(path: str, content: bytes) -> bool:
    try:
        if path.endswith(".py"):
            compile(content, path, "exec", dont_inherit=True)
        elif path.endswith(".ipynb"):
            import json

            return isinstance(json.loads(content)["cells"], list)
        else:
            import tomllib

            tomllib.loads(content.decode())
    except (SyntaxError, ValueError, KeyError, TypeError, RecursionError):
        return False
    return True
