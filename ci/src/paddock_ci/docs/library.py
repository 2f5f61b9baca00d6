"""The pages of a workspace's documentation: which there are, and what stands on each."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from paddock import git
from paddock.project import Workspace

from paddock_ci.docs.content import NOTHING, Content, content_of

_WHERE = ("*.md", "docs/**/*.md", "projects/*.md")
_LARGEST = 1_000_000  # bytes; what nobody reads, and takes seconds to parse
# So that no character of a name means others.
_LITERAL = {"GIT_LITERAL_PATHSPECS": "1"}


@dataclass(frozen=True)
class Page:
    """A page at `path`, and the folder from which its links lead, both below the workspace.

    Where it cannot be read, `fault` and `remedy` say why and what to do, `line` where, and it has no content.
    """

    path: str
    folder: str
    content: Content = NOTHING
    fault: str = ""
    remedy: str = ""
    line: int = 1


def pages(workspace: Workspace) -> tuple[Page, ...]:
    """The pages that git has, or would commit, in order; those of projects and of the packages are not among them."""
    root = workspace.root
    found = {path.relative_to(root).as_posix() for pattern in _WHERE for path in root.glob(pattern)}
    paths = [path for path in found if not (root / path).is_dir() and not _is_hidden(path)]
    dropped = ignored(root, paths)
    return tuple(read(root, path) for path in sorted(paths) if path not in dropped)


def read(root: Path, path: str) -> Page:
    """The page at `path`."""
    file, folder = root / path, posixpath.dirname(path)
    try:
        if not file.is_file():
            return Page(path, folder, fault="cannot be read", remedy="Make it a file, or mend the link that it is.")
        if not (place := file.resolve()).is_relative_to(root.resolve()):
            return Page(path, folder, fault="is a link out of the workspace", remedy="Put the file here.")
        if file.stat().st_size > _LARGEST:
            fault = f"has {file.stat().st_size} bytes; expected at most {_LARGEST}"
            return Page(path, folder, fault=fault, remedy="Split it: nobody reads that much at once.")
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        return Page(path, folder, fault="is not UTF-8", remedy="Store it as UTF-8.", line=line)
    except OSError as error:
        return Page(path, folder, fault=f"cannot be read: {error.strerror}", remedy="Make it a file that can be read.")
    return Page(path, _below(root, place.parent), content_of(text))


def ignored(root: Path, paths: Iterable[str]) -> frozenset[str]:
    """Those of the paths that git leaves out; none where there is no git."""
    top = root.resolve()
    real = {path: (root / path).parent.resolve() / posixpath.basename(path) for path in paths}
    # A name that begins with a colon is none for git, unless something stands before it.
    names = {path: b"./" + os.fsencode(_below(root, at)) for path, at in real.items() if at.is_relative_to(top)}
    if not names:
        return frozenset()
    said = git.ask(root, "check-ignore", "-z", "--stdin", given=b"\0".join(names.values())) or b""
    found = set(said.split(b"\0")) - {b""}
    # A folder that is left out may have files that are not.
    found -= {name for name in found if git.ask(root, "ls-files", "-z", "--", os.fsdecode(name), environment=_LITERAL)}
    return frozenset(path for path, name in names.items() if name in found)


def _below(root: Path, path: Path) -> str:
    """A path, which has no links on its way, as it is below the workspace."""
    found = path.relative_to(root.resolve()).as_posix()
    return "" if found == "." else found


def _is_hidden(path: str) -> bool:
    """Whether a folder above it has a name with a dot, such as that of an environment."""
    return any(part.startswith(".") for part in path.split("/")[:-1])
