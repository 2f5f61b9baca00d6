"""What a workspace allows its jobs: time, memory, variables of the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from paddock.errors import ConfigurationError, nearest
from paddock.project import read_toml, table_at

from paddock_ci import policy

_KEYS = ("time_limit", "memory_limit", "environment", *policy.KEYS)
_GIB = 1 << 30


@dataclass(frozen=True)
class Limits:
    """Seconds and bytes that a job may take, and the variables of the environment that it sees."""

    seconds: float = 900.0
    memory: int = 8 * _GIB
    environment: Mapping[str, str] = field(default_factory=dict)


def load_limits(root: Path) -> Limits:
    """The limits in `[tool.paddock.checks]` of the workspace: `time_limit` in seconds, `memory_limit` in GiB.

    `environment` lists the variables that jobs may see; their values are part of the key. Raises ConfigurationError.
    """
    manifest = root / "pyproject.toml"
    table = table_at(manifest, read_toml(manifest), "tool", "paddock", "checks")
    if unknown := sorted(set(table) - set(_KEYS)):
        raise ConfigurationError(
            f"{manifest}: [tool.paddock.checks] has an unknown key '{unknown[0]}'", nearest(unknown[0], _KEYS)
        )
    names = table.get("environment", [])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        _refuse(manifest, "environment", "a list of names", names)
    return Limits(
        seconds=_number(manifest, table, "time_limit", Limits.seconds),
        memory=int(_number(manifest, table, "memory_limit", Limits.memory / _GIB) * _GIB),
        environment={name: os.environ[name] for name in sorted(names) if name in os.environ},
    )


def _number(manifest: Path, table: Mapping[str, Any], key: str, default: float) -> float:
    value = table.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        _refuse(manifest, key, "a number above 0", value)
    return float(value)


def _refuse(manifest: Path, key: str, expected: str, got: object) -> None:
    raise ConfigurationError(
        f"{manifest}: [tool.paddock.checks] {key}: expected {expected}, got {got!r}", "Mend that line."
    )
