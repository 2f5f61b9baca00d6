"""Tokens: texts that their looks give away as secrets, whatever they are given to."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple


class Found(NamedTuple):
    """A secret in a text: where it begins, what it is, in words, and its place without the name it is given to."""

    position: int
    kind: str
    span: tuple[int, int]


class _Shape(NamedTuple):
    """How tokens of one kind look. One of `beginnings` stands in each: looking for these first is ten times as fast.

    Where a token is one only after a name, the pattern's group `value` is the token.
    """

    kind: str
    beginnings: tuple[str, ...]
    pattern: re.Pattern[str]


_KEY = "a private key"
_SHAPES = (
    _Shape(
        "an AWS access key",
        ("AKIA", "ASIA"),
        re.compile(r"(?<![A-Za-z0-9/+])(?:AKIA|ASIA)[0-9A-Z]{16}(?![A-Za-z0-9/+])"),
    ),
    _Shape(
        "an AWS secret key",
        ("ecret_access_key", "ECRET_ACCESS_KEY", "ecretAccessKey", "ecret-access-key"),
        re.compile(
            r"(?i:secret[_-]?access[_-]?key)\\?[\"'`]?\]?(?:\s{0,40}(?::\s?str\s?)?[=:,]|\s)\s{0,40}\\?[rb]?[\"'`]?"
            r"(?P<value>(?=[a-z\d/+]{0,39}[A-Z])(?=[A-Z\d/+]{0,39}[a-z])(?=[A-Za-z/+]{0,39}\d)[A-Za-z\d/+]{40})"
            r"(?![A-Za-z\d/+=])"
        ),
    ),
    _Shape(
        "a bearer's token",
        ("Bearer ", "bearer "),
        re.compile(
            r"(?i:authorization)\\?[\"'`]?\]?\s{0,40}[=:,]\s{0,40}[rbf]?\\?[\"'`]?[Bb]earer "
            r"(?P<value>(?=[A-Za-z_.~+/-]{0,200}\d)(?=[\d_.~+/-]{0,200}[A-Za-z])[\w.~+/-]{20,2000}={0,2})"
            r"(?![\w.~+/${}<>…*-])"
        ),
    ),
    _Shape(_KEY, ("PRIVATE KEY",), re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY( BLOCK)?-----")),
    _Shape(
        "a GitHub token",
        ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
        re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,})"),
    ),
    _Shape("a GitLab token", ("glpat-", "gldt-", "glrt-", "glptt-"), re.compile(r"\bgl(?:pat|dt|rt|ptt)-[\w-]{16,}")),
    _Shape("a Slack token", ("xox", "xapp-"), re.compile(r"\b(?:xox[abeoprs]-[\w-]{10,}|xapp-\d-[\w-]{20,})")),
    _Shape("a Slack address", ("hooks.slack.com",), re.compile(r"hooks\.slack\.com/services/T\w+/B\w+/\w{16,}")),
    _Shape("an access token", ("sk-",), re.compile(r"(?<![\w-])sk-[A-Za-z0-9_-]{20,}")),
    _Shape(
        "an access token", ("sk_live_", "rk_live_", "sk_test_"), re.compile(r"\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,}")
    ),
    _Shape("a Hugging Face token", ("hf_",), re.compile(r"\bhf_[A-Za-z0-9]{20,}")),
    _Shape("a Google key", ("AIza", "GOCSPX-"), re.compile(r"\b(?:AIza[\w-]{30,}|GOCSPX-[\w-]{20,})")),
    _Shape(
        "a package registry's token",
        ("npm_", "pypi-", "dckr_pat_"),
        re.compile(r"\b(?:npm_[A-Za-z0-9]{30,}|pypi-[\w-]{30,}|dckr_pat_[\w-]{20,})"),
    ),
    _Shape("a SendGrid key", ("SG.",), re.compile(r"\bSG\.[\w-]{16,}\.[\w-]{16,}")),
    _Shape("a Databricks token", ("dapi",), re.compile(r"\bdapi[0-9a-f]{32}\b")),
    _Shape("a JSON web token", ("eyJ",), re.compile(r"\beyJ[\w-]{10,999}\.eyJ[\w-]{10,9999}\.[\w-]{10,}")),
    _Shape("an Azure key", ("AccountKey=",), re.compile(r"AccountKey=[A-Za-z0-9+/]{40,}")),
    _Shape("a Telegram token", (":AA",), re.compile(r"\b\d{8,10}:AA[\w-]{32,}")),
)
# What stands in each token of a kind; the kind, and how it looks.
BEGINNINGS = [(beginning, (shape.kind, shape.pattern)) for shape in _SHAPES for beginning in shape.beginnings]
# What follows the first line of a private key, but for the dots of a manual.
_BODY = re.compile(
    r"(?:\\[nr]|[\s\"'+\\>|#*,()])*(?:MI[A-Z]|MH[a-zA-Z]|MC[4w]|b3Blb|Proc-Type:|Version:|[A-Za-z0-9+/]{20})"
    r"(?![\w+/]{0,60}(?:\.\.|…|x{4}))"
)
# What no word of a name is as long as.
_RUN = re.compile(r"[A-Za-z0-9]{12}")
# In tokens of these beginnings, words are of any length.
_OF_OPENAI = re.compile(r"sk-(?:proj|svcacct|admin|None)-")
# What people write where a token would stand, and what a token, made by chance, has: letters with digits among them.
_WORDS_FOR_ONE = re.compile(
    r"your|my[_-]|change|replace|insert|dummy|sample|fake|placeholder|redacted|paste|secret|token|\.{3}|12345|abcdef",
    re.IGNORECASE,
)
_PARTS = re.compile(r"[_.~+/=-]+")
_MIXED = re.compile(r"(?=\d*[A-Za-z]+\d|[A-Za-z]*\d+[A-Za-z]).{8,}")
_SHORTEST_RANDOM = 16
_BITS_OF_CHANCE = 3.0


def tokens_in(text: str, with_examples: bool = False) -> Iterator[Found]:
    """The tokens and private keys in a text; `with_examples`, also those of manuals."""
    for kind, pattern in dict.fromkeys([shape for beginning, shape in BEGINNINGS if beginning in text]):
        for found in pattern.finditer(text):
            group = "value" if "value" in pattern.groupindex else 0
            if with_examples or not _is_shown(text, kind, found, found[group]):
                yield Found(found.start(group), kind, found.span(group))


def is_random(value: str) -> bool:
    """Whether a text looks made by chance: long, mixed, and of many different characters."""
    if len(value) < _SHORTEST_RANDOM or any(letter.isspace() for letter in value):
        return False
    shares = [count / len(value) for count in Counter(value).values()]
    is_mixed = any(map(str.isdigit, value)) and any(map(str.isalpha, value))
    return is_mixed and -sum(share * math.log2(share) for share in shares) >= _BITS_OF_CHANCE


def _is_shown(text: str, kind: str, found: re.Match[str], token: str) -> bool:
    """Whether what looks like a token, or like a private key, only shows how one looks."""
    if kind == _KEY:
        return _is_bare(text, found)
    return _is_example(token) or (bool(found.re.groupindex) and _stands_for_one(token))


def _is_bare(text: str, found: re.Match[str]) -> bool:
    """Whether the first line of a private key is all there is of it."""
    return not _BODY.match(text, found.end())


def _is_example(found: str) -> bool:
    """Whether a token is one of a manual: the word itself, or one character again and again."""
    rest = found[8:] if len(found) > 12 else found
    is_example = "EXAMPLE" in found.upper() or "xxxx" in found.lower() or (bool(rest) and len(set(rest)) <= 3)
    return is_example or _is_name(found)


def _stands_for_one(token: str) -> bool:
    """Whether what is given to a name is made of words."""
    is_made = any(is_random(part) or _MIXED.fullmatch(part) for part in _PARTS.split(token))
    return bool(_WORDS_FOR_ONE.search(token)) or not is_made or not is_random(token)


def _is_name(found: str) -> bool:
    """Whether what begins like a token is a name, of a class or of a package."""
    if found.startswith("sk-") and not any(map(str.isdigit, found)):
        return True
    if start := _OF_OPENAI.match(found):
        rest = found[start.end() :]
        return rest in (rest.lower(), rest.upper()) or not is_random(rest)
    if found.startswith(("sk-", "hf_")):
        return found == found.lower() or not _RUN.search(found)
    return found.startswith("pypi-") and not found.startswith("pypi-AgE")
