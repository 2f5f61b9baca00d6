"""Where a link of a page leads, and what is wrong with that."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from paddock_ci.docs.library import Page, read

_ELSEWHERE = re.compile(r"(?!file:)[a-z][a-z0-9+.-]+:|//", re.IGNORECASE)
_OUTSIDE = re.compile(r"file:|\.\.(?:/|$)", re.IGNORECASE)
_LINES = re.compile(r"L(\d{1,9})(?:C\d+)?(?:-L?(\d{1,9})(?:C\d+)?)?")
# What every browser knows: the top of the page, and a text on it.
_OF_BROWSERS = re.compile(r"|top|:~:.*", re.DOTALL)
_INDEXES = ("README.md", "index.md")


# What is wrong, and the remedy.
Fault = tuple[str, str]


class Lead(NamedTuple):
    """Where a link leads: a path below the workspace (or out of it), and what follows its `#`."""

    path: str
    fragment: str = ""
    is_plain: bool = False


def lead(page: Page, target: str) -> Lead | None:
    """Where the target of a link of a page leads; None where that is no file, such as `https:` or `mailto:`."""
    if _ELSEWHERE.match(target):
        return None
    rest, _, fragment = target.partition("#")
    quoted, _, query = rest.partition("?")
    path = unquote(quoted)
    if not path:
        return Lead(page.path, unquote(fragment))
    if path.startswith("file:"):
        return Lead(path)
    # As GitHub reads them, a path that begins with a slash begins at the top.
    folder = "" if path.startswith("/") else page.folder
    return Lead(posixpath.normpath(posixpath.join(folder, path.lstrip("/"))), unquote(fragment), "plain=1" in query)


def is_there(root: Path, found: Lead) -> bool:
    """Whether a link leads to a file, or to a folder that is not empty."""
    try:
        path = root / found.path
        return path.is_file() or (path.is_dir() and any(path.iterdir()))
    except (OSError, ValueError):
        # No name of a file: too long, or with characters that none may have.
        return False


def path_fault(root: Path, found: Lead) -> Fault | None:
    """Why a link leads to no file or folder of the workspace, with the remedy; None where it does."""
    if _OUTSIDE.match(found.path):
        return "leads out of the workspace", "Lead to a file of the workspace, or write the whole URL."
    if found.path.split("/")[0] == ".git":
        return f"leads to {found.path!r}, which is git's own", "Lead to a file of the workspace."
    return None if is_there(root, found) else (f"leads to {found.path!r}, which is not there", _nearest(root, found))


def fragment_fault(root: Path, found: Lead) -> Fault | None:
    """Why a link that leads to a file leads to no place in it, with the remedy; None where it does, or who knows."""
    if _OF_BROWSERS.fullmatch(found.fragment):
        return None
    path = next((inside for inside in _indexes(found.path) if (root / inside).is_file()), found.path)
    is_page = path.lower().endswith(".md") and not found.is_plain
    lines = None if is_page else _LINES.fullmatch(found.fragment)
    if lines:
        count = _count(root / path)
        is_short = count is not None and max(map(int, filter(None, lines.groups()))) > count
        fault = f"leads to {found.fragment} of {path!r}, which has {count} lines"
        return (fault, "Name a line of it.") if is_short else None
    page = read(root, path) if is_page else None
    if page is None or page.fault or found.fragment in page.content.anchors:
        return None
    close = get_close_matches(found.fragment, page.content.anchors, n=1, cutoff=0.5)
    remedy = f"Did you mean '#{close[0]}'?" if close else "Name one of its headings, in small letters, with hyphens."
    return f"leads to {'#' + found.fragment!r}, which no heading of {path} makes", remedy


def pages_led_to(page: Page) -> Iterator[str]:
    """The paths of all pages to which a page leads; a folder stands for the page that is shown with it."""
    for link in page.content.links:
        if found := lead(page, link.text):
            yield found.path
            yield from _indexes(found.path)


def _indexes(folder: str) -> Iterator[str]:
    """The pages that may be shown with a folder."""
    yield from (posixpath.normpath(posixpath.join(folder, name)) for name in _INDEXES)


def _nearest(root: Path, found: Lead) -> str:
    """The remedy for a path that leads nowhere."""
    folder, name = posixpath.split(found.path)
    try:
        names = [path.name for path in (root / folder).iterdir()]
    except (OSError, ValueError):
        names = []
    close = get_close_matches(name, names, n=1, cutoff=0.6)
    return f"Did you mean '{posixpath.join(folder, close[0])}'?" if close else "Add it, or lead to what exists."


def _count(path: Path) -> int | None:
    """How many lines a file has; None where it is no file that can be read."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    return content.count(b"\n") + (not content.endswith(b"\n"))
