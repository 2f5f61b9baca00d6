"""Lines of Python: where one begins a statement, and where it goes on with a string, a bracket or a backslash."""

from __future__ import annotations

import re

_TOKEN = re.compile(r"'''|\"\"\"|['\"]|[()\[\]{}]|#|\\")


class Scanner:
    """Reads lines one after another, and knows whether the next one begins a statement."""

    def __init__(self) -> None:
        self.quote = ""
        self.depth = 0
        self.goes_on = False

    @property
    def is_between(self) -> bool:
        """Whether the next line begins a statement."""
        return not (self.quote or self.depth or self.goes_on)

    def read(self, line: str) -> None:
        """Take in a line."""
        self.goes_on, position = False, 0
        while position < len(line):
            position = self._in_string(line, position) if self.quote else self._in_code(line, position)
        if len(self.quote) == 1 and not self.goes_on:
            # A string of one line that nobody closed: the cell has a fault, which the parser tells.
            self.quote = ""

    def _in_string(self, line: str, position: int) -> int:
        while position < len(line):
            if line[position] == "\\":
                self.goes_on = position == len(line) - 1
                position += 2
            elif line.startswith(self.quote, position):
                position += len(self.quote)
                self.quote = ""
                return position
            else:
                position += 1
        return position

    def _in_code(self, line: str, position: int) -> int:
        found = _TOKEN.search(line, position)
        if found is None or found[0] == "#":
            return len(line)
        token = found[0]
        if token == "\\":
            self.goes_on = found.end() == len(line)
        elif token in "([{":
            self.depth += 1
        elif token in ")]}":
            self.depth = max(0, self.depth - 1)
        else:
            self.quote = token
        return found.end()
