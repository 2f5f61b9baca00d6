"""The glossary: the words that it defines, and those that it says not to use for them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from markdown_it.token import Token

from paddock_ci.docs.content import Content, Part, line_of, prose_of, shown

GLOSSARY = "docs/glossary.md"
_WORD, _MEANING, _NOT = "word", "meaning", "not"
_SAYS_NOTHING = re.compile(r"[\W_]*|(todo|tbd|fixme|xxx)\b.*", re.IGNORECASE | re.DOTALL)


class Entry(NamedTuple):
    """A row: the words that it defines, their meaning, the words not to use for them, and the cell that names those."""

    words: tuple[str, ...]
    meaning: str
    others: tuple[str, ...]
    told: Part

    @property
    def line(self) -> int:
        """The line on which it stands."""
        return self.told.line

    @property
    def is_open(self) -> bool:
        """Whether it leaves the meaning open."""
        return _SAYS_NOTHING.fullmatch(self.meaning) is not None


class Use(NamedTuple):
    """A word on a page that the glossary says not to use, and the line; the entry knows what to say instead."""

    word: str
    line: int
    entry: Entry


def entries(content: Content) -> Iterator[Entry]:
    """The rows of each table that has the columns `word` and `meaning`; a column `not` may be there."""
    for head, *rows in _tables(content.tokens):
        columns = [shown(cell).lower() for cell in head]
        for row in rows if {_WORD, _MEANING} <= {*columns} else ():
            cells = dict(zip(columns, row, strict=False))
            other = cells.get(_NOT)
            told = Part(prose_of(other) if other else "", line_of(row[0]))
            others = _listed(shown(other)) if other else ()
            yield Entry(_words(cells[_WORD]), shown(cells[_MEANING]), others, told)


def uses(content: Content, glossary: Sequence[Entry]) -> Iterator[Use]:
    """Each use, in the prose of a page, of a word that the glossary says not to use; code is no prose."""
    defined = {normal(word) for entry in glossary for word in entry.words}
    instead = {normal(other): entry for entry in glossary for other in entry.others if normal(other) not in defined}
    names = sorted(instead, key=len, reverse=True)
    forms = "|".join(r"\s+".join(map(re.escape, name.split())) for name in names)
    pattern = re.compile(rf"(?<![\w-])({forms})(?:s|es)?(?![\w-])", re.IGNORECASE)
    told = {entry.told for entry in glossary}
    for part in content.prose if instead else ():
        for match in pattern.finditer(part.text) if part not in told else ():
            line = part.line + part.text.count("\n", 0, match.start())
            yield Use(" ".join(match[0].split()), line, instead[normal(match[1])])


def normal(word: str) -> str:
    """A word as it is compared: in small letters, with single spaces."""
    return " ".join(word.lower().split())


def _tables(tokens: Sequence[Token]) -> Iterator[list[list[Token]]]:
    """The tables of a page: the cells of each row, the head first."""
    rows: list[list[Token]] = []
    for before, token in pairwise(tokens):
        if token.type == "table_open":
            rows = []
        elif token.type == "tr_open":
            rows.append([])
        elif before.type in ("th_open", "td_open"):
            rows[-1].append(token)
        elif token.type == "table_close":
            yield rows


def _words(cell: Token) -> tuple[str, ...]:
    """The words in bold of a cell; where none is, what it says as a whole."""
    bold = (after.content for child, after in pairwise(cell.children or ()) if child.type == "strong_open")
    return tuple(bold) or _listed(shown(cell))


def _listed(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if re.search(r"\w", word))
