"""The prompt of Python: what a person gets there, or in a notebook, of an error that nobody caught.

It is the message that a command gives, with the lines of the person's own code; `pdb.pm()` and `%debug` still go to
where the error was raised. All other errors are shown as ever.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from types import TracebackType
from typing import Any

from paddock.errors import PaddockError
from paddock.telling.plain import told

_SHOWN = 3  # lines of the person's own code, the last ones
_LIBRARY = os.path.dirname(os.__file__)  # noqa: PTH120
_OURS = ("paddock", "paddock_ci")


def install() -> None:
    """Show errors of Paddock so from here on; what others have installed keeps its place."""
    if sys.excepthook is sys.__excepthook__:
        sys.excepthook = _hook
    # Only where IPython is at work; who has a handler of their own keeps it.
    shell: Any = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if shell is not None and not shell.custom_exceptions:
        shell.set_custom_exc((PaddockError,), _cell)


def _hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if isinstance(error, PaddockError):
        sys.stderr.write(told(error, *_places(trace)))
    else:
        sys.__excepthook__(kind, error, trace)


def _cell(
    shell: Any,
    kind: type[BaseException],
    error: PaddockError,
    trace: TracebackType | None,
    tb_offset: int | None = None,
) -> list[str]:
    """What IPython shows, as lines; it sends them to the notebook, too."""
    lines = told(error, *_places(trace)).splitlines()
    # As it does by itself for all other errors.
    sys.last_type, sys.last_value, sys.last_traceback = kind, error, trace
    shell._showtraceback(kind, error, lines)
    if shell.call_pdb:
        shell.debugger(force=True)
    return lines


def _places(trace: TracebackType | None) -> list[str]:
    return list(_own(trace))[-_SHOWN:]


def _own(trace: TracebackType | None) -> Iterator[str]:
    """The lines of the person's own code that led there: neither ours nor a library's."""
    # Here, since most sessions meet no error.
    import linecache

    while trace:
        path, names, number = trace.tb_frame.f_code.co_filename, trace.tb_frame.f_globals, trace.tb_lineno
        trace = trace.tb_next
        is_library = path.startswith((_LIBRARY, "<frozen")) or "site-packages" in path
        # What was typed at a prompt stands right above, and some of them keep it nowhere.
        line = linecache.getline(path, number, names).strip()
        if line and not is_library and str(names.get("__name__", "")).partition(".")[0] not in _OURS:
            yield f"  line {number}: {line}" if _is_cell(path) else f"  {path}:{number}: {line}"


def _is_cell(path: str) -> bool:
    """Whether code of that name is a cell or an input, whose file is nowhere to be opened."""
    return path.startswith("<") or "ipykernel_" in path
