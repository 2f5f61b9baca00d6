"""An artifact: a file that counts as complete only by a manifest with the hash of its content."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from paddock.errors import DataError
from paddock.storage import durable

_CHUNK = 1 << 20


@dataclass(frozen=True)
class Manifest:
    """What was stored: SHA-256 and size in bytes of the content, and facts of the writer."""

    sha256: str
    size: int
    facts: dict[str, Any]


def manifest_path(path: Path) -> Path:
    """Where the manifest of the artifact at `path` stands."""
    return path.with_name(f"{path.name}.manifest.json")


def write(path: Path, fill: Callable[[Path], None], facts: dict[str, Any] | None = None) -> Manifest:
    """Let `fill` write a temporary file, make it the artifact at `path`, then write its manifest.

    Until the new bytes have the artifact's name, the old ones are complete; a manifest of the old ones never
    vouches for the new, since it holds their hash.
    """
    with durable.replacing(path) as temporary:
        fill(temporary)
        manifest = Manifest(file_sha256(temporary), temporary.stat().st_size, facts or {})
    durable.write_text(manifest_path(path), json.dumps(vars(manifest), indent=1, sort_keys=True))
    return manifest


def write_bytes(path: Path, content: bytes, facts: dict[str, Any] | None = None) -> Manifest:
    """Make `content` the artifact at `path`; see `write`."""

    def fill(temporary: Path) -> None:
        temporary.write_bytes(content)

    return write(path, fill, facts)


def read_manifest(path: Path) -> Manifest | None:
    """The manifest of the artifact at `path`, or None when there is none or it is damaged."""
    try:
        found = json.loads(manifest_path(path).read_text())
        return Manifest(str(found["sha256"]), int(found["size"]), dict(found["facts"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def is_complete(path: Path) -> bool:
    """Whether the artifact at `path` has a manifest and its bytes still match it."""
    manifest = read_manifest(path)
    try:
        return manifest is not None and path.stat().st_size == manifest.size and file_sha256(path) == manifest.sha256
    except OSError:
        return False


def verified_bytes(path: Path) -> bytes:
    """The bytes of the artifact at `path`; raises DataError when they do not match its manifest."""
    manifest = read_manifest(path)
    remedy = "Run the project again: what is incomplete or damaged is computed anew."
    if manifest is None:
        raise DataError(f"{path}: has no valid manifest, so it was never completed", remedy)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror or error}", remedy) from error
    got = hashlib.sha256(content).hexdigest()
    if got != manifest.sha256:
        raise DataError(
            f"{path}: the file is damaged: expected SHA-256 {manifest.sha256[:12]}…, got {got[:12]}…", remedy
        )
    return content


def remove(path: Path) -> None:
    """Remove the artifact at `path`; the manifest goes first, so no half of it counts as complete."""
    manifest_path(path).unlink(missing_ok=True)
    path.unlink(missing_ok=True)


def file_sha256(path: Path) -> str:
    """The SHA-256 of a file's bytes, as 64 hexadecimal digits."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
