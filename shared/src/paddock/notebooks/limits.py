"""Limits on what a cell prints, kept in the kernel: what is dropped is never sent."""

from __future__ import annotations

import atexit
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from paddock.notebooks.facts import GATE_MIME, METRIC_MIME

MOST_LINES = 5_000
MOST_CHARACTERS = 10_000_000
# Fewer messages than a socket queues: of more, a slow reader would lose some.
MOST_DISPLAYS = 500
_FREE_FLUSHES = 100
_BETWEEN_FLUSHES = 0.05


@dataclass
class _Allowance:
    """What the running cell, and the notebook as a whole, may still print; and what was dropped of the cell."""

    cell: str = ""
    lines: int = MOST_LINES
    displays: int = MOST_DISPLAYS
    flushes: int = _FREE_FLUSHES
    characters: int = MOST_CHARACTERS
    dropped_lines: int = 0
    dropped_characters: int = 0
    dropped_displays: int = 0


@dataclass(frozen=True)
class _Unlimited:
    """What a stream's methods were before."""

    write: Callable[[str], Any]
    flush: Callable[[], Any]


_ALLOWANCE = _Allowance()


def install(shell: Any) -> None:
    """Limit the streams and displays of this kernel, each cell anew."""
    out, err = _limit(sys.stdout), _limit(sys.stderr)
    shell.display_pub.register_hook(_display_hook)
    shell.events.register("pre_run_cell", lambda info: _begin(shell))
    shell.events.register("post_run_cell", lambda result: _end(out, err))
    # Runs after the notebook's own exit handlers, and before the kernel closes its sockets.
    atexit.register(_end, out, err)


def kept(text: str) -> str:
    """The part of `text` that may still be printed; the rest is counted as dropped."""
    # Without a lock, which a forked child could find held for ever: two threads at once only miscount.
    allowed = _ALLOWANCE.lines
    part = text[: max(0, _ALLOWANCE.characters)]
    if allowed <= 0 or part.count("\n") > allowed:
        part = _first_lines(part, allowed)
    _ALLOWANCE.lines -= part.count("\n")
    _ALLOWANCE.characters -= len(part)
    _ALLOWANCE.dropped_lines += text.count("\n", len(part))
    _ALLOWANCE.dropped_characters += len(text) - len(part)
    return part


def _first_lines(text: str, count: int) -> str:
    end = 0
    for _ in range(count):
        end = text.index("\n", end) + 1
    return text[:end]


def _limit(stream: Any) -> _Unlimited:
    """Let the stream pass on only what is kept, and flush no more often than somebody could see."""
    own = _Unlimited(stream.write, stream.flush)
    state = {"is_new": False, "flushed": 0.0}

    def write(text: str) -> int:
        if not isinstance(text, str):
            own.write(text)
        if part := kept(text):
            state["is_new"] = True
            own.write(part)
        return len(text)

    def flush() -> None:
        now = time.monotonic()
        # What is not flushed now is sent by the stream's own timer, and at the end of the cell.
        if not state["is_new"] or (_ALLOWANCE.flushes <= 0 and now - state["flushed"] < _BETWEEN_FLUSHES):
            return
        state.update(is_new=False, flushed=now)
        _ALLOWANCE.flushes -= 1
        own.flush()

    stream.write, stream.flush = write, flush
    return own


def _display_hook(message: dict[str, Any]) -> dict[str, Any] | None:
    data = message["content"].get("data", {})
    if not data or GATE_MIME in data or METRIC_MIME in data:
        return message
    if _ALLOWANCE.displays <= 0:
        _ALLOWANCE.dropped_displays += 1
        return None
    _ALLOWANCE.displays -= 1
    return message


def _begin(shell: Any) -> None:
    """A cell may run further cells (`%%capture` does): they share its allowance."""
    cell = (shell.get_parent() or {}).get("header", {}).get("msg_id", "")
    if cell != _ALLOWANCE.cell:
        _ALLOWANCE.cell, _ALLOWANCE.flushes = cell, _FREE_FLUSHES
        _ALLOWANCE.lines, _ALLOWANCE.displays = MOST_LINES, MOST_DISPLAYS


def _end(out: _Unlimited, err: _Unlimited) -> None:
    """Send what is left, and then the note on what was dropped."""
    out.flush()
    err.flush()
    _ALLOWANCE.flushes = _FREE_FLUSHES
    lines, characters, displays = (
        _ALLOWANCE.dropped_lines,
        _ALLOWANCE.dropped_characters,
        _ALLOWANCE.dropped_displays,
    )
    _ALLOWANCE.dropped_lines = _ALLOWANCE.dropped_characters = _ALLOWANCE.dropped_displays = 0
    parts = [f"{lines:,} lines ({characters / 1e6:.1f} MB)"] if characters else []
    parts += [f"{displays:,} displays"] if displays else []
    if parts:
        limit = f"{MOST_LINES:,} lines and {MOST_DISPLAYS:,} displays a cell, {MOST_CHARACTERS // 10**6} MB a notebook"
        note = f"\n[paddock dropped {' and '.join(parts)} more; it keeps {limit}]\n"
        err.write(note)
        err.flush()
