"""Child processes that a notebook left running: asked to end with the kernel."""

from __future__ import annotations

import signal
from typing import Any


def install(shell: Any) -> None:
    """Ask them once, and do not wait: whoever keeps the kernel kills what is left of it.

    ipykernel itself waits half a minute for children that nobody took leave of, so that a kernel which hangs at its
    end could not be told from one that left such a child.
    """
    kernel = shell.kernel

    async def ask() -> None:
        kernel._signal_children(signal.SIGTERM)

    kernel._progressively_terminate_all_children = ask
