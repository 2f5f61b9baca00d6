"""The HTML that stands in Markdown: what it links to, and what can be linked to in it."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import NamedTuple

_LINKING = {"a": "href", "img": "src", "source": "src", "video": "src"}


class Tags(NamedTuple):
    """The targets of links and the titles (`<h1>`), each with its line from 0; the names of places."""

    links: tuple[tuple[int, str], ...]
    titles: tuple[tuple[int, str], ...]
    names: tuple[str, ...]


def tags(text: str) -> Tags:
    """What the tags of a piece of HTML say; comments say nothing."""
    reader = _Reader()
    reader.feed(text)
    return Tags(tuple(reader.links), tuple(reader.titles), tuple(reader.names))


class _Reader(HTMLParser):
    """What the standard library's parser calls for each tag."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[tuple[int, str]] = []
        self.titles: list[tuple[int, str]] = []
        self.names: list[str] = []
        self.is_in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag that links, or that names a place."""
        line = self.getpos()[0] - 1
        given = {name: value for name, value in attrs if value}
        self.links += [(line, given[name])] if (name := _LINKING.get(tag, "")) in given else []
        self.names += [given[name] for name in ("id", "name") if name in given and (name == "id" or tag == "a")]
        if tag == "h1":
            self.titles.append((line, ""))
            self.is_in_title = True

    def handle_data(self, data: str) -> None:
        """Note the words of a title."""
        if self.is_in_title:
            line, text = self.titles[-1]
            self.titles[-1] = line, text + data

    def handle_endtag(self, tag: str) -> None:
        """Note where a title ends."""
        self.is_in_title = self.is_in_title and tag != "h1"
