"""Secrets in a text: shapes of well-known tokens, and values that are given to names of secrets."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator

# The first letters of a shape stand in the text: looking for these first is ten times as fast.
_SHAPES = (
    (
        "an AWS access key",
        ("AKIA", "ASIA"),
        re.compile(r"(?<![A-Za-z0-9/+])(?:AKIA|ASIA)[0-9A-Z]{16}(?![A-Za-z0-9/+])"),
    ),
    ("a private key", ("PRIVATE KEY",), re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY( BLOCK)?-----")),
    ("a GitHub token", ("gh", "github_pat_"), re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{40,})")),
    ("a GitLab token", ("glpat-",), re.compile(r"\bglpat-[\w-]{16,}")),
    ("a Slack token", ("xox", "xapp-"), re.compile(r"\b(?:xox[abeoprs]-[\w-]{10,}|xapp-\d-[\w-]{20,})")),
    ("a Slack address", ("hooks.slack.com",), re.compile(r"hooks\.slack\.com/services/T\w+/B\w+/\w{16,}")),
    ("an access token", ("sk-",), re.compile(r"(?<![\w-])sk-(?=[\w-]*\d)(?=[\w-]*[A-Z])[A-Za-z0-9_-]{20,}")),
    ("an access token", ("sk_live_", "rk_live_", "sk_test_"), re.compile(r"\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,}")),
    ("a Hugging Face token", ("hf_",), re.compile(r"\bhf_(?=\w*[A-Z])[A-Za-z0-9]{30,}")),
    ("a Google key", ("AIza", "GOCSPX-"), re.compile(r"\b(?:AIza[\w-]{35}|GOCSPX-[\w-]{20,})")),
    ("a package registry's token", ("npm_", "pypi-"), re.compile(r"\b(?:npm_[A-Za-z0-9]{30,}|pypi-AgE[\w-]{30,})")),
    ("a SendGrid key", ("SG.",), re.compile(r"\bSG\.[\w-]{16,}\.[\w-]{16,}")),
    ("a Databricks token", ("dapi",), re.compile(r"\bdapi[0-9a-f]{32}\b")),
    ("a JSON web token", ("eyJ",), re.compile(r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}")),
    ("an Azure key", ("AccountKey=",), re.compile(r"AccountKey=[A-Za-z0-9+/]{40,}")),
    ("a Telegram token", (":AA",), re.compile(r"\b\d{8,10}:AA[\w-]{32,}")),
)
_ADDRESS = re.compile(r"\b[a-zA-Z][\w+.-]{1,30}://([^/\s:@\"'<>{}]{0,100}):([^/\s@\"'<>]{1,200})@[\w\[]")
_NAMED = re.compile(
    r"(?P<name>\b\w*(?:passw(?:or)?d|passphrase|pwd|secret|token|api_?key|access_?key|auth_?key|private_?key|credential|"
    r"account_?key)s?(?:_\w{1,8}|\d{1,2})?)[\"']?\s*\]?\s*(?::\s*str\s*)?[=:]\s*[rbu]?"
    r"(?P<quote>[\"'])(?P<value>[^\"'\n]{6,300})(?P=quote)",
    re.IGNORECASE,
)
_SHELL = re.compile(
    r"^[ \t]*(?:%(?:set_)?env|!?\s*export|!\w+=)[ \t]+(?P<name>\w*(?:PASSW(?:OR)?D|SECRET|TOKEN|KEY)\w*)[= ]"
    r"(?P<value>[^\s$'\"{}]{8,})",
    re.MULTILINE | re.IGNORECASE,
)
# Most texts have none of these, and so need no longer look.
_HINT = re.compile(r"passw|passphrase|pwd|secret|token|key|credential", re.IGNORECASE)
_BEGINNINGS = re.compile("|".join(re.escape(part) for _, parts, _ in _SHAPES for part in parts))
_PASSWORD = re.compile(r"passw(or)?d|passphrase|pwd", re.IGNORECASE)
_NO_VALUE = re.compile(
    r"x{3,}|\*{3,}|\.{3}|…|<|>|\{|\}|\$[({]|^\$|%[(s]|your|my_|change|replace|insert|enter|example|dummy|sample|fake|placeholder|redacted|"
    r"hidden|todo|paste|here|test|none|null|secret$|^token|^password|^passwd|^pass$|^pwd|^api|_key$|^key|12345|abcdef|"
    r"\(|\)|\[|\]|://|localhost|foo|bar",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"[A-Z][A-Z0-9_]*|[a-z]+([_.-][a-z]+)*|[./~].*")
_NO_SECRET_NAME = re.compile(
    r"(file|path|dir|url|uri|name|id|type|regex|pattern|env|var|len\w*|hint|field|col\w*|class|s3|test)$", re.IGNORECASE
)
_SHORTEST_RANDOM = 16
_BITS_OF_CHANCE = 3.0
# What people write where a password would stand.
_SPOKEN = re.compile(
    r"(?i)(pass(word|wd)?|pwd|secret|pw|user(name)?|postgres|root|admin|guest|mysql|token|key|default)\d{0,3}"
)


def secret_in(text: str) -> str:
    """What secret a text holds, in words; empty for none."""
    for kind, beginnings, pattern in _SHAPES if _BEGINNINGS.search(text) else ():
        if any(beginning in text for beginning in beginnings) and any(
            not _is_example(found[0]) for found in pattern.finditer(text)
        ):
            return kind
    if "://" in text and any(_is_password(found[2]) for found in _ADDRESS.finditer(text)):
        return "an address with a password"
    return next(_assigned(text), "")


def _assigned(text: str) -> Iterator[str]:
    if not _HINT.search(text):
        return
    for pattern in (_NAMED, _SHELL):
        for found in pattern.finditer(text):
            name, value = found["name"], found["value"]
            if _NO_SECRET_NAME.search(name) or _NO_VALUE.search(value) or _REFERENCE.fullmatch(value):
                continue
            if _PASSWORD.search(name) and _is_password(value):
                yield f"a password, given to {name[:40]!r}"
            elif is_random(value):
                yield f"a secret, given to {name[:40]!r}"


def _is_password(value: str) -> bool:
    """Whether somebody would choose it: no word of a manual, and more than letters."""
    if _NO_VALUE.search(value) or _SPOKEN.fullmatch(value) or any(letter.isspace() for letter in value):
        return False
    has_letter, has_other = any(map(str.isalpha, value)), any(not letter.isalpha() for letter in value)
    return len(value) >= 6 and has_letter and has_other and len(set(value)) >= 5


def is_random(value: str) -> bool:
    """Whether a text looks made by chance: long, mixed, and of many different characters."""
    if len(value) < _SHORTEST_RANDOM or any(letter.isspace() for letter in value):
        return False
    shares = [count / len(value) for count in Counter(value).values()]
    is_mixed = any(map(str.isdigit, value)) and any(map(str.isalpha, value))
    return is_mixed and -sum(share * math.log2(share) for share in shares) >= _BITS_OF_CHANCE


def _is_example(found: str) -> bool:
    """Whether a token is one of a manual: the word itself, or one character again and again."""
    rest = found[8:] if len(found) > 12 else found
    return "EXAMPLE" in found.upper() or "xxxx" in found.lower() or (bool(rest) and len(set(rest)) <= 3)
