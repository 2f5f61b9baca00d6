"""Checks of the workspace's documentation: its links, commands, words, pages and blocks of code."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from paddock.project import Workspace

from paddock_ci.docs import glossary, library, links
from paddock_ci.docs.content import Content, Part
from paddock_ci.docs.languages import is_known, misparse
from paddock_ci.docs.library import Page
from paddock_ci.docs.typed import typed, typed_fault
from paddock_ci.finding import Look

_BEGINNINGS = ("README.md", "docs/README.md", "docs/index.md")


def leads_somewhere(workspace: Workspace) -> Iterator[Look]:
    """Every link and image of a page leads to a file that is there and that git has, and to a heading or line in it."""
    root, pages = workspace.root, library.pages(workspace)
    leads = [
        (page, link, found) for page in pages for link in page.content.links if (found := links.lead(page, link.text))
    ]
    faults = {found: links.path_fault(root, found) or links.fragment_fault(root, found) for _, _, found in leads}
    dropped = library.ignored(root, {found.path for found, fault in faults.items() if not fault})
    for page, link, found in leads:
        fault, remedy = faults[found] or ("", "")
        if found.path in dropped:
            fault, remedy = f"leads to {found.path!r}, which git ignores", "Commit it, or lead to what is committed."
        yield _look(page, link.line, fault, remedy)
    for page in pages:
        for part in page.content.misread:
            remedy = "Define its label, write %20 for spaces; or put it in backquotes, if it is code."
            yield _look(page, part.line, f"'{part.text}' is not read as a link", remedy)


def commands_exist(workspace: Workspace) -> Iterator[Look]:
    """Every command of `paddock`, `make` and `python -m` that a page gives exists, with its options."""
    for page in library.pages(workspace):
        for command in typed(page.content, workspace.root):
            yield _look(page, command.line, typed_fault(command, workspace.root), "Name what exists.")


def words_have_one_meaning(workspace: Workspace) -> Iterator[Look]:
    """The glossary defines each of its words once, and no page says what its column `not` says not to say."""
    pages = library.pages(workspace)
    for page in (page for page in pages if page.path == glossary.GLOSSARY and not page.fault):
        found = tuple(glossary.entries(page.content))
        if not found:
            yield _look(
                page, 1, "has no table with the columns 'word' and 'meaning'", "Add it: | word | meaning | not |"
            )
        yield from _looks_of_words(page, found)
        for other in pages:
            for use in glossary.uses(other.content, found):
                said = "' or '".join(use.entry.words)
                yield _look(other, use.line, f"says '{use.word}'; expected '{said}'", "Say what the glossary says.")


def can_be_reached(workspace: Workspace) -> Iterator[Look]:
    """Every page below `docs` has one title, and can be reached by links from README.md or the index of `docs`."""
    pages = {page.path: page for page in library.pages(workspace)}
    reached, waiting = set[str](), [path for path in _BEGINNINGS if path in pages]
    while waiting:
        path = waiting.pop()
        if path in pages and path not in reached:
            reached.add(path)
            waiting += links.pages_led_to(pages[path])
    for path, page in pages.items():
        if path.startswith("docs/") and not page.fault:
            yield from _looks_of_titles(page, page.content)
            fault = "" if path in reached else "no link leads here from README.md or the index of docs"
            yield _look(page, 1, fault, "Link to it from the page that its readers come from.")


def blocks_parse(workspace: Workspace) -> Iterator[Look]:
    """Every page is UTF-8 of readable size, and its blocks of Python, TOML, JSON and YAML parse, whatever `…` is."""
    for page in library.pages(workspace):
        yield _look(page, page.line, page.fault, page.remedy)
        for block in (block for block in page.content.blocks if is_known(block.language)):
            found = misparse(block.language, block.text)
            line = block.line + found.line - 1 if found else block.line
            fault = f"is no {block.language}: {found.reason}" if found else ""
            yield _look(page, line, fault, "Mend it, write … for what is left out, or name another language.")


def _looks_of_words(page: Page, found: Sequence[glossary.Entry]) -> Iterator[Look]:
    """A look for each word that the glossary defines, and for each that it says not to use."""
    lines: dict[str, int] = {}
    for entry in found:
        fault = "defines no word" if not entry.words else "gives no meaning" if entry.is_open else ""
        yield _look(page, entry.line, fault, "Write both, or remove the row.")
        for word in entry.words:
            before = lines.setdefault(glossary.normal(word), entry.line)
            fault = "" if before == entry.line else f"defines '{word}', which line {before} defines, too"
            yield _look(page, entry.line, fault, "Keep one of them.")
    for entry in found:
        for word in entry.others:
            line = lines.get(glossary.normal(word))
            fault = f"says not to say '{word}', which line {line} defines" if line else ""
            yield _look(page, entry.line, fault, "Say one or the other.")


def _looks_of_titles(page: Page, content: Content) -> Iterator[Look]:
    """A look for the title of a page, and for each further one."""
    first, *others = content.titles or (Part("", 1),)
    yield _look(page, first.line, "" if first.text.strip() else "has no title", "Begin it with: # …")
    for title in others:
        remedy = "Make it a second-level heading (##), or another page."
        yield _look(page, title.line, f"has a second title, '{title.text}'; the first is '{first.text}'", remedy)


def _look(page: Page, line: int, fault: str = "", remedy: str = "") -> Look:
    return Look(f"{page.path}:{line}", fault, remedy if fault else "")
