"""A split into training and held-out rows that stays as it is when rows come and go."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from paddock.errors import ConfigurationError


def held_out(identifiers: Iterable[object], share: float = 0.3, salt: str = "") -> NDArray[np.bool_]:
    """For each identifier, whether its row is held out: about `share` of them, by the identifier alone.

    The hash of the identifier decides, so a row never changes sides when others are added, removed or
    reordered. Another `salt` makes an independent split. Raises ConfigurationError unless 0 < share < 1.
    """
    if not 0 < share < 1:
        raise ConfigurationError(f"held_out: share: expected a number between 0 and 1, got {share!r}", "Try 0.3.")
    limit = int(share * 2**64)
    return np.array([_position(salt, identifier) < limit for identifier in identifiers], dtype=np.bool_)


def _position(salt: str, identifier: object) -> int:
    return int.from_bytes(hashlib.sha256(f"{salt}\0{identifier}".encode()).digest()[:8])
