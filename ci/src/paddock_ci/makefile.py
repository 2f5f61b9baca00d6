"""The targets of a Makefile."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from paddock.errors import nearest

_RULE = re.compile(r"^([^\s#:=][^:=#\n]*?)[ \t]*::?(?![:=])", re.MULTILINE)
_INCLUDE = re.compile(r"^[-s]?include[ \t]", re.MULTILINE)
# Options that take another Makefile, and those whose next word is a value.
_ELSEWHERE = re.compile(r"-[Cf].*|--(directory|(make)?file)\b.*", re.DOTALL)
_VALUED, _NUMBERED = {"-o", "-W", "-I"}, {"-j", "-l"}
# What a rule names and nobody asks for, such as .PHONY.
_SPECIAL = re.compile(r"\.[A-Z_]+")


def target_fault(words: Sequence[str], text: str) -> str:
    """Why `make WORDS` finds no target in the Makefile with this text, or nothing."""
    targets = {target for names in _RULE.findall(text) for target in names.split() if not _SPECIAL.fullmatch(target)}
    is_open = _INCLUDE.search(text) or any("$" in target for target in targets)
    if is_open or any(_ELSEWHERE.fullmatch(word) for word in words):
        return ""
    patterns = [target.replace("%", "*") for target in targets if "%" in target]
    for word in _asked(words):
        if word not in targets and not any(fnmatch.fnmatchcase(word, pattern) for pattern in patterns):
            return f"the Makefile has no target '{word}'. {nearest(word, targets)}"
    return ""


def _asked(words: Sequence[str]) -> Iterator[str]:
    """The words that name targets."""
    for before, word in pairwise(["", *words]):
        is_value = before in _VALUED or (before in _NUMBERED and word.replace(".", "").isdigit())
        if not word.startswith("-") and "=" not in word and not is_value:
            yield word
