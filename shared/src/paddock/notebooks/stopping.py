"""Ctrl-C and SIGTERM: both unwind the stack, so that what there is by then is stored."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from typing import Any, NoReturn

from paddock.notebooks.cause import Cause, Failure

_EXIT_CODE_OF_SIGTERM = 128 + signal.SIGTERM


@contextlib.contextmanager
def sigterm_as_exit() -> Iterator[None]:
    """Let SIGTERM unwind the stack as Ctrl-C does, unless the program already handles it, or in a side thread."""
    is_ours = (
        threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    )
    if not is_ours:
        yield
        return
    signal.signal(signal.SIGTERM, _exit)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def failure(interrupt: BaseException) -> Failure:
    """What it means for the notebook that the runner was told to stop."""
    return Failure(Cause.INTERRUPTED, "stopped by SIGTERM" if isinstance(interrupt, SystemExit) else "interrupted")


def _exit(number: int, frame: Any) -> NoReturn:
    raise SystemExit(_EXIT_CODE_OF_SIGTERM)
