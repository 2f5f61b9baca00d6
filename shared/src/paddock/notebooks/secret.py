"""Values that must never be stored, and what stands in their place."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any
from urllib.parse import quote, quote_plus, unquote

from paddock.errors import ConfigurationError
from paddock.notebooks.scrubbing import hidden, scrubbed
from paddock.secrets import (
    addresses_in,
    is_password,
    is_reference,
    names_password,
    names_secret,
    sounds_secret,
)
from paddock.tokens import is_random, tokens_in

_SHORTEST_HIDDEN = 8
_LONG = 1_000
_VECTOR = "image/svg+xml"


def check(where: str, name: str, value: Any) -> None:
    """Raise ConfigurationError when `value`, or a value inside it, looks like a secret; it is not repeated."""
    if kind := _kind(name, value):
        raise ConfigurationError(
            f"{where}parameter '{name}' looks like {kind}, and parameters are stored and shown",
            "Give it by reference: the name of an environment variable, which the notebook reads with os.environ.",
        )


def hide(value: Any, environment: Mapping[str, str]) -> Any:
    """The JSON value without secrets: values of environment variables that hold some, and what looks like one."""
    return hider(environment)(value)


def hider(environment: Mapping[str, str]) -> Callable[[Any], Any]:
    """What `hide` does, for many values of one environment."""
    known: dict[str, str] = {}
    for name, text in environment.items():
        for spelling in _spellings(name, text):
            if len(spelling) >= _SHORTEST_HIDDEN:
                known.setdefault(spelling, hidden(name))
    # The longest first: one may be a part of another.
    parts = "|".join(map(re.escape, sorted(known, key=len, reverse=True)))
    return _Hider(known, re.compile(parts) if parts else None).hide


@dataclass(frozen=True)
class _Hider:
    known: Mapping[str, str]
    pattern: re.Pattern[str] | None
    # Long texts without a secret: most of them are seen twice, in a journal and in what is stored at the end.
    clean: set[str] = field(default_factory=set)

    def hide(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._hide_text(value)
        if isinstance(value, list | tuple):
            return type(value)([self.hide(inner) for inner in value])
        if isinstance(value, dict):
            return type(value)({self.hide(key): self._hide_named(str(key), inner) for key, inner in value.items()})
        return value

    def _hide_named(self, name: str, value: Any) -> Any:
        if not isinstance(value, str):
            return self.hide(value)
        if name.startswith("image/") and name != _VECTOR:
            # Letters made by chance, which may look like anything.
            return self._without_known(value)
        if (names_password(name) and is_password(value)) or (names_secret(name) and is_random(value)):
            return hidden("a password" if names_password(name) else "a secret")
        return self.hide(value)

    def _hide_text(self, text: str) -> str:
        if text in self.clean:
            return text
        kept = scrubbed(self._without_known(text))
        if kept == text and len(text) >= _LONG:
            self.clean.add(text)
        return kept

    def _without_known(self, text: str) -> str:
        return self.pattern.sub(lambda found: self.known[found[0]], text) if self.pattern else text


def _spellings(name: str, value: str) -> Iterator[str]:
    """How the secrets of an environment variable may be written in what a notebook shows."""
    if not _is_hidden(name, value):
        return
    passwords = [value[slice(*found.span)] for found in addresses_in(value, True)]
    for secret in (value, *passwords, *map(unquote, passwords)):
        yield from (secret, repr(secret)[1:-1], json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1])
        yield from (html.escape(secret), html.escape(secret, quote=False), quote(secret, safe=""), quote_plus(secret))
        yield base64.b64encode(secret.encode("utf-8", "surrogateescape")).decode()


def _is_hidden(name: str, value: str) -> bool:
    if len(value) < _SHORTEST_HIDDEN:
        return False
    # Some keys open nothing, they sort.
    return names_secret(name) or (sounds_secret(name) and is_random(value)) or bool(_kind("", value))


def _kind(name: str, value: Any) -> str:
    """What secret `value` looks like, in words; empty for none."""
    if isinstance(value, Mapping):
        return next((kind for key, inner in value.items() if (kind := _kind(str(key), inner))), "")
    if isinstance(value, list):
        return next((kind for inner in value if (kind := _kind(name, inner))), "")
    if not isinstance(value, str):
        return ""
    if found := next(chain(addresses_in(value, True), tokens_in(value, True)), None):
        return found.kind
    if is_reference(value):
        return ""
    if names_password(name) and value:
        return "a password"
    return "a secret" if sounds_secret(name) and is_random(value) else ""
