"""Secrets: values that must never be stored, and what stands in their place."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from paddock.errors import ConfigurationError

_PATTERNS = {
    "a URL with a password": re.compile(r"\b[a-zA-Z][\w+.-]*://[^/\s:@]*:[^/\s@]+@"),
    "an AWS access key": re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    "an access token": re.compile(
        r"\b(?:gh[pousr]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|xox[abeprs]-[\w-]{10,}|sk-[\w-]{20,}"
        r"|hf_\w{20,}|AIza[\w-]{30,}|npm_\w{30,}|pypi-[\w-]{30,}|eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.)"
    ),
}
_PASSWORD_NAME = re.compile(r"(?:^|_)(?:password|passwd|passphrase|pwd)s?$", re.IGNORECASE)
_SECRET_NAME = re.compile(
    r"(?:^|_)(?:password|passwd|passphrase|pwd|secret|token|(?:api)?key|credential)s?(?:_|$)", re.IGNORECASE
)
_REFERENCE = re.compile(r"[A-Z][A-Z0-9_]*")
_SHORTEST_NAMED = 16
_SHORTEST_HIDDEN = 8
_BITS_OF_CHANCE = 3.0


def check(where: str, name: str, value: Any) -> None:
    """Raise ConfigurationError when `value`, or a value inside it, looks like a secret; it is not repeated."""
    if kind := _kind(name, value):
        raise ConfigurationError(
            f"{where}parameter '{name}' looks like {kind}, and parameters are stored and shown",
            "Give it by reference: the name of an environment variable, which the notebook reads with os.environ.",
        )


def hide(value: Any, environment: Mapping[str, str]) -> Any:
    """The JSON value without the values of those environment variables that hold secrets; keys stay."""
    secrets = {text: f"[hidden: {name}]" for name, text in environment.items() if _is_hidden(name, text)}
    return _hidden(value, secrets) if secrets else value


def _is_hidden(name: str, value: str) -> bool:
    return bool(len(value) >= _SHORTEST_HIDDEN and (_SECRET_NAME.search(name) or _kind("", value)))


def _hidden(value: Any, secrets: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        for text, name in secrets.items():
            value = value.replace(text, name)
        return value
    if isinstance(value, list):
        return [_hidden(inner, secrets) for inner in value]
    if isinstance(value, dict):
        return type(value)({key: _hidden(inner, secrets) for key, inner in value.items()})
    return value


def _kind(name: str, value: Any) -> str:
    """What secret `value` looks like, in words; empty for none."""
    if isinstance(value, Mapping):
        return next((kind for key, inner in value.items() if (kind := _kind(str(key), inner))), "")
    if isinstance(value, list):
        return next((kind for inner in value if (kind := _kind(name, inner))), "")
    if not isinstance(value, str):
        return ""
    for kind, pattern in _PATTERNS.items():
        if pattern.search(value):
            return kind
    if _REFERENCE.fullmatch(value):
        return ""
    if _PASSWORD_NAME.search(name) and value:
        return "a password"
    return "a secret" if _SECRET_NAME.search(name) and _is_random(value) else ""


def _is_random(value: str) -> bool:
    if len(value) < _SHORTEST_NAMED or any(letter.isspace() for letter in value):
        return False
    shares = [count / len(value) for count in Counter(value).values()]
    is_mixed = any(letter.isdigit() for letter in value) and any(letter.isalpha() for letter in value)
    return is_mixed and -sum(share * math.log2(share) for share in shares) >= _BITS_OF_CHANCE
