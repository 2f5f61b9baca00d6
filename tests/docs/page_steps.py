"""What a reader of a page does, in order: the blocks that are run, the files that are written, what must come out.

```sh                is run by bash, in the workspace, in one session for the whole page
```python            is run by the environment's Python, in the workspace
```diff              is an edit of a file: `--- PATH`, then the lines around, `-` out, `+` in
`PATH`: and a block  is a whole new file
```text              right behind one that is run is its output; `…` is whatever stands there
# ends with N        behind the last command of a block says that its exit code is N
<!-- not run: … -->  before a block says why nobody runs it here
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token

SHELL, PYTHON, DIFF, FILE = "sh", "python", "diff", "file"
_RUN = (SHELL, PYTHON, DIFF)
# What would be a command to a reader and nothing to the test.
_UNTRIED = {"bash", "shell", "zsh", "console", "shell-session", "pycon", "py", "patch"}
_NOT_RUN = re.compile(r"<!-- not run: (?P<reason>.+?) -->\s*", re.DOTALL)
_BEGINS = re.compile(r"<!-- begins where (?P<page>\S+\.md) ends -->")
_GIVEN = re.compile(r"<!-- given: (?P<name>[A-Z][A-Z0-9_]*) is (?P<what>[a-z0-9]+) -->")
_INSTRUCTION = re.compile(r"<!-- (?:given|begins|not run)\b.*?-->", re.DOTALL)
_TITLE = re.compile(r"`(?P<path>[^`]+)`:")
_ENDS = re.compile(r"[ \t]+# ends with (?P<code>\d+)[ \t]*\Z")


class Step(NamedTuple):
    """One thing that the reader does; `line` is where its block begins, `shown` its output as the page gives it."""

    kind: str
    text: str
    line: int
    path: str = ""
    shown: str | None = None
    ends_with: int = 0


class Skipped(NamedTuple):
    """A block that is not run here, and why."""

    line: int
    reason: str


class Walk(NamedTuple):
    """A page as what is done: its steps, what is left out, where it begins, and which servers it is given."""

    steps: tuple[Step, ...]
    skipped: tuple[Skipped, ...]
    begins: str
    given: dict[str, str]

    @property
    def commands(self) -> int:
        """How many commands the reader types."""
        texts = [step.text.replace("\\\n", " ") for step in self.steps if step.kind == SHELL]
        return sum(bool(line.strip()) and not line.startswith("#") for text in texts for line in text.splitlines())


class PageError(Exception):
    """A page that cannot be walked as it is written: the line, and why."""


def walk_of(text: str) -> Walk:
    """What a reader of this page does; raises PageError where the page leaves it open."""
    steps: list[Step] = []
    skipped: list[Skipped] = []
    reason = title = ""
    is_run = False
    for token in _outermost(text):
        if token.type != "fence":
            reason = _reason(token, reason)
            title = _title(token)
            is_run = False
            continue
        language, line = (token.info.split() or [""])[0], (token.map or [0])[0] + 1
        if reason:
            skipped.append(Skipped(line, reason))
        elif language == "text" and is_run:
            steps[-1] = steps[-1]._replace(shown=token.content)
        elif title and language != DIFF:
            steps.append(Step(FILE, token.content, line, title))
        elif language in _RUN:
            steps += _steps(language, token.content, line)
        elif language in _UNTRIED:
            raise PageError(
                f"line {line}: '{language}' is not run; write sh or python, or say why: <!-- not run: … -->"
            )
        is_run = not reason and not title and language in (SHELL, PYTHON)
        reason = title = ""
    if reason:
        raise PageError(f"no block follows <!-- not run: {reason} -->")
    _refuse_misspelt(text)
    begins = _BEGINS.search(text)
    given = {match["name"]: match["what"] for match in _GIVEN.finditer(text)}
    return Walk(tuple(steps), tuple(skipped), begins["page"] if begins else "", given)


def _refuse_misspelt(text: str) -> None:
    for found in _INSTRUCTION.findall(text):
        if not any(form.match(found) for form in (_NOT_RUN, _BEGINS, _GIVEN)):
            raise PageError(f"{found}: is no instruction; it is misspelt")


def _outermost(text: str) -> Iterator[Token]:
    """The tokens that say what stands where; a comment that is no instruction is passed over."""
    for token in MarkdownIt().enable("table").parse(text):
        if token.type in ("fence", "inline", "html_block"):
            yield token


def _reason(token: Token, before: str) -> str:
    """The reason that a comment gives; a sentence between comment and block changes nothing."""
    found = _NOT_RUN.fullmatch(token.content) if token.type == "html_block" else None
    return " ".join(found["reason"].split()) if found else before


def _title(token: Token) -> str:
    found = _TITLE.fullmatch(token.content.strip()) if token.type == "inline" else None
    return found["path"] if found else ""


def _steps(language: str, text: str, line: int) -> Iterator[Step]:
    """The steps of a block; a command that has to fail is one of its own, so that none before it fails in its place."""
    if language == DIFF:
        first, _, rest = text.partition("\n")
        if not first.startswith("--- "):
            raise PageError(f"line {line}: a diff begins with the file that it edits: --- PATH")
        yield Step(DIFF, rest, line, first.removeprefix("--- ").strip())
        return
    before, last = _last_command(text)
    ends = _ENDS.search(last) if language == SHELL else None
    if ends is None:
        yield Step(language, text, line)
        return
    if before:
        yield Step(SHELL, before, line)
    yield Step(SHELL, last, line + before.count("\n"), ends_with=int(ends["code"]))


def _last_command(text: str) -> tuple[str, str]:
    """What stands before the last line of a block, and that line, with those that it continues."""
    lines = text.rstrip("\n").splitlines(keepends=True)
    first = len(lines) - 1
    while first > 0 and lines[first - 1].endswith("\\\n"):
        first -= 1
    return "".join(lines[:first]), "".join(lines[first:])
