"""Specialised code: CPython 3.11 rewrites the instructions of functions that are called often.

An error in a specialised call of compiled code is told one instruction earlier, and a traceback then marks no part of
the line. So what warming calls must stay as loading left it.
"""

from __future__ import annotations

import contextlib
import gc
import sys
from collections.abc import Iterator
from types import CodeType, FunctionType

# Later ones have no instruction of its own before a call.
_IS_TOLD = sys.version_info < (3, 12)


@contextlib.contextmanager
def kept() -> Iterator[None]:
    """What is called meanwhile leaves no trace in the code of the functions that are there: copies of it run."""
    own = [(thing, thing.__code__) for thing in gc.get_objects() if type(thing) is FunctionType] if _IS_TOLD else []
    copies: dict[int, CodeType] = {}
    for function, code in own:
        function.__code__ = _copy(code, copies)
    try:
        yield
    finally:
        for function, code in own:
            function.__code__ = code


def _copy(code: CodeType, made: dict[int, CodeType]) -> CodeType:
    """A copy of the code and of all in it; functions that share their code go on to share it."""
    if id(code) not in made:
        constants = tuple(_copy(value, made) if isinstance(value, CodeType) else value for value in code.co_consts)
        made[id(code)] = code.replace(co_consts=constants)
    return made[id(code)]
