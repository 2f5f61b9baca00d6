"""Parameters as they are given on the command line: NAME=VALUE."""

from __future__ import annotations

from collections.abc import Sequence

from paddock.errors import ConfigurationError


def pairs(texts: Sequence[str]) -> dict[str, str]:
    """The parameters by name; raises ConfigurationError for what is none, and for a name given twice."""
    found: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.isidentifier():
            raise ConfigurationError(
                f"--parameters {text}: expected NAME=VALUE with a Python name, got '{text}'",
                "Write, for instance: -p alpha=0.1",
            )
        if name in found:
            raise ConfigurationError(f"--parameters {name}: given twice", "Give it once.")
        found[name] = value
    return found
