"""The end of a process that is a copy: as an interpreter ends, though none of its own beginning can be returned to."""

from __future__ import annotations

import atexit
import contextlib
import sys
import threading
from collections.abc import Callable
from typing import Any

_PATIENCE = 1.0


def settle(app: Any) -> None:
    """Let the control thread end before anything is closed: its last answer may wait long for threads that are gone."""
    if app.control_thread is not None and app.control_thread.is_alive():
        app.control_thread.stop()
        app.control_thread.join(_PATIENCE)


def to_its_end(live: Callable[[], None]) -> int:
    """Live, then end as an interpreter does: threads first, then handlers, then what is still to be written."""
    code = 0
    try:
        live()
    except SystemExit as exit:
        code = exit.code if isinstance(exit.code, int) else int(bool(exit.code))
    except BaseException:
        sys.excepthook(*sys.exc_info())
        code = 1
    vars(threading)["_shutdown"]()
    atexit._run_exitfuncs()
    for stream in (sys.__stdout__, sys.__stderr__):
        with contextlib.suppress(Exception):
            stream.flush()  # type: ignore[union-attr]
    return code
