"""Environment variables that a notebook read, kept so that nobody can tell their values."""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Iterable, Iterator, Mapping

# What is set for the kernel or its kind by us, or by libraries when we load them.
_OURS = {"PADDOCK_FOLLOW", "PADDOCK_KERNELS", "PADDOCK_WORKSPACE", "PADDOCK_PROJECT", "JPY_PARENT_PID",
         "JPY_SESSION_NAME", "PYTEST_CURRENT_TEST", "KMP_DUPLICATE_LIB_OK", "KMP_INIT_AT_FORK"}  # fmt: skip
# What says only where somebody stands; it counts where the notebook asks for it by name.
_PLACE = {"_", "SHLVL", "PWD", "OLDPWD", "COLUMNS", "LINES", "TERM", "TERM_PROGRAM", "TERM_PROGRAM_VERSION",
          "COLORTERM", "WINDOWID", "INVOCATION_ID", "JOURNAL_STREAM"}  # fmt: skip
_PLACES = ("SSH_", "XDG_SESSION", "DBUS_", "GPG_", "TMUX", "VTE_", "ITERM_", "LC_TERMINAL")
# Read by compiled code, which tells nobody.
_NATIVE = ("LANG", "LC_", "TZ", "OMP_", "OPENBLAS_", "MKL_", "BLIS_", "NUMEXPR_", "ARROW_", "LD_", "PYTHON", "CUDA_")
# Stands among the names where all variables count.
_ALL = "*"


def kept(names: Iterable[str], reads_all: bool, key: bytes) -> dict[str, str]:
    """A code for the value of each of these variables, and of those that compiled code reads; or of all."""
    asked = {*names, *_native(), *(_all() if reads_all else ())}
    found = {name: _code(name, os.environ.get(name), key) for name in sorted(asked) if _counts(name)}
    return {**found, _ALL: ""} if reads_all else found


def changes(known: Mapping[str, str], key: bytes) -> Iterator[str]:
    """The variables that are not as they were, in words."""
    asked = {*known, *_native(), *(_all() if _ALL in known else ())} - {_ALL}
    for name in sorted(asked):
        if _counts(name) and known.get(name, "") != _code(name, os.environ.get(name), key):
            yield f"the environment variable {name} changed"


def _code(name: str, value: str | None, key: bytes) -> str:
    """With a key of this clone: a short secret could be guessed from a plain hash. Nothing for one that is not set."""
    if value is None:
        return ""
    return hmac.new(key, f"{name}\0{value}".encode("utf-8", "surrogateescape"), hashlib.sha256).hexdigest()[:32]


def _all() -> set[str]:
    return {name for name in os.environ if not _is_place(name)}


def _native() -> set[str]:
    return {name for name in os.environ if name.startswith(_NATIVE)}


def _counts(name: str) -> bool:
    return name not in _OURS


def _is_place(name: str) -> bool:
    return name in _PLACE or name.startswith(_PLACES)
