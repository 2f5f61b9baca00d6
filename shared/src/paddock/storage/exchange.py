"""The exchange of two folders: whoever looks sees the one or the other, whole."""

from __future__ import annotations

import ctypes
import errno
import os
from functools import partial
from pathlib import Path

from paddock.storage import durable

# Of Linux, in <fcntl.h> and <linux/fs.h>.
_HERE = -100
_EXCHANGE = 2
_NOT_HERE = {errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP}
ASIDE = "aside"


def exchange(new: Path, old: Path) -> None:
    """Let the folder `new` take the place of `old`, and `old` go below the parent of `new`; both names are durable.

    In one step where the system has one; else `old` is set aside first, and a process that dies between leaves it
    there for `put_back`. Raises OSError; then `old` is where it was.
    """
    try:
        _in_one_step(new, old)
        back = partial(_in_one_step, new, old)
    except OSError as error:
        if error.errno not in _NOT_HERE:
            raise
        _in_two_steps(new, old)
        back = partial(_two_steps_back, new, old)
    try:
        durable.sync_folder(old.parent)
    except OSError:
        back()
        raise


def put_back(scratch: Path, folder: Path) -> None:
    """Where a killed exchange left `folder` set aside below `scratch`, put it back into its place."""
    if (scratch / ASIDE).is_dir() and not folder.exists():
        (scratch / ASIDE).rename(folder)
        durable.sync_folder(folder.parent)


def _in_one_step(new: Path, old: Path) -> None:
    call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if call is None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
    if call(_HERE, os.fsencode(new), _HERE, os.fsencode(old), ctypes.c_uint(_EXCHANGE)):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), str(old))


def _two_steps_back(new: Path, old: Path) -> None:
    old.rename(new)
    (new.parent / ASIDE).rename(old)


def _in_two_steps(new: Path, old: Path) -> None:
    aside = new.parent / ASIDE
    old.rename(aside)
    try:
        new.rename(old)
    except OSError:
        aside.rename(old)
        raise
