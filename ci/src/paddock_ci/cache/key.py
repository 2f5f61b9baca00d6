"""The key of a job: one digest of everything that its verdict depends on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import NamedTuple

# No ASCII escapes: they would give two different texts, a pair of lone surrogates and the letter it spells, one form.
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


class Difference(NamedTuple):
    """The names of the inputs that are not the same in two mappings, each list sorted."""

    changed: tuple[str, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]

    def __str__(self) -> str:
        told = {"changed": self.changed, "came in": self.added, "went away": self.removed}
        return "; ".join(f"{', '.join(names)} {verb}" for verb, names in told.items() if names) or "nothing changed"


def key_of(inputs: Mapping[str, str]) -> str:
    """The key of a job with these inputs: the SHA-256 of their canonical JSON, whatever their order.

    Raises TypeError for an input that is not text, since JSON spells the names 1 and "1" alike.
    """
    if not {*map(type, inputs), *map(type, inputs.values())} <= {str}:
        wrong = next(pair for pair in inputs.items() if set(map(type, pair)) != {str})
        raise TypeError(f"input {wrong[0]!r}: expected a name and a text, got {wrong[1]!r}")
    return hashlib.sha256(canonical(dict(inputs))).hexdigest()


def difference(inputs: Mapping[str, str], other_inputs: Mapping[str, str]) -> Difference:
    """Which inputs tell `inputs` from the earlier `other_inputs`; as text, the reason of a miss."""
    both = inputs.keys() & other_inputs.keys()
    return Difference(
        changed=tuple(sorted(name for name in both if inputs[name] != other_inputs[name])),
        added=tuple(sorted(inputs.keys() - both)),
        removed=tuple(sorted(other_inputs.keys() - both)),
    )


def canonical(value: object) -> bytes:
    """The one spelling of a JSON value, on one line; raises TypeError or ValueError for what JSON cannot hold."""
    return _ENCODER.encode(value).encode("utf-8", "surrogatepass")


def parsed(content: bytes) -> object:
    """The value that `canonical` spelled; raises ValueError."""
    try:
        return json.loads(content.decode("utf-8", "surrogatepass"))
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
