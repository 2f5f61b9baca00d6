"""A project's README.md: its blocks, tables and inline code."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.token import Token

from paddock_ci.files import ProjectFiles

README = "README.md"


@dataclass(frozen=True)
class Code:
    """Inline code or a link: its text, its line, what stood before it in the same block, whether it must be a file."""

    text: str
    line: int
    before: tuple[str, ...] = ()
    is_file: bool = False
    is_link: bool = False

    @property
    def folders(self) -> tuple[str, ...]:
        """The folders in which it may lie: the project's own, and those of the files named before it."""
        return ("", *map(posixpath.dirname, self.before))


def tokens(files: ProjectFiles, *kinds: str) -> Iterator[Token]:
    """The parts of README.md, in order; those of some kinds, if any are named."""
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    yield from (token for token in parser.parse(files.text(README)) if not kinds or token.type in kinds)


def shown(token: Token) -> str:
    """What a reader sees of a block, without markup; what is HTML is not seen."""
    hidden = ("html_inline", "image")
    children = (child for child in token.children or () if child.type not in hidden)
    return " ".join("".join(" " if c.type == "softbreak" else c.content for c in children).split())


def rows(files: ProjectFiles) -> Iterator[tuple[int, str, str]]:
    """Line, first and second cell of each row of each table."""
    cells: list[str] = []
    for token in tokens(files):
        if token.type == "tr_open":
            cells, line = [], (token.map or [0])[0] + 1
        elif token.type == "inline":
            cells.append(shown(token))
        elif token.type == "tr_close" and len(cells) > 1:
            yield line, cells[0], cells[1]


def codes(files: ProjectFiles) -> Iterator[Code]:
    """Inline code and links of README.md, in order."""
    column, of_files = 0, False
    for token in tokens(files):
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
                yield Code(child.content, line, tuple(before), of_files and column == 1)
                before.append(child.content)
            elif link and not re.match(r"\w+:|#|//", link):
                yield Code(unquote(link).partition("#")[0], line, (), is_file=True, is_link=True)
