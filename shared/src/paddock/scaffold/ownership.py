"""Whose a project's files are, as its template says in the table `_files` of its `cookiecutter.json`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any

from paddock.errors import ConfigurationError, nearest

# What tools make from other files of the project: no template has a say in it.
DERIVED = ("requirements.txt", "template.toml")


class Owner(StrEnum):
    """Whose a file is: the template's (`managed`), the project's after it was made (`owned`), or both's (`merged`)."""

    MANAGED = "managed"
    OWNED = "owned"
    MERGED = "merged"


def owners_in(place: str, table: Any) -> dict[str, Owner]:
    """The table of globs with whose they are; raises ConfigurationError, which names `place`, for any other."""
    if not isinstance(table, dict):
        raise ConfigurationError(
            f"{place}: _files: expected a table of globs, got {table!r:.60}",
            'Write, for instance: "_files": {"Dockerfile": "managed"}',
        )
    for glob, owner in table.items():
        if owner not in list(Owner):
            raise ConfigurationError(
                f"{place}: _files: {glob!r} is {owner!r}; expected {', '.join(Owner)}", nearest(str(owner), Owner)
            )
    return {glob: Owner(owner) for glob, owner in table.items()}


def owner_of(path: str, owners: Mapping[str, Owner]) -> Owner:
    """Whose the file at `path` is: the first glob that matches it decides, and without one it is merged."""
    return next((owner for glob, owner in owners.items() if fnmatchcase(path, glob)), Owner.MERGED)


def managed(paths: Iterable[str], owners: Mapping[str, Owner]) -> list[str]:
    """Those of the paths that are the template's, sorted."""
    return sorted(path for path in paths if path not in DERIVED and owner_of(path, owners) is Owner.MANAGED)


def digest(content: bytes) -> str:
    """The SHA-256 of a file's content, the same whichever line ends a clone writes."""
    return hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()
