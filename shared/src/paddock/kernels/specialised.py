"""Specialised code: CPython 3.11 rewrites the instructions of functions that are called often.

An error in a specialised call of compiled code is told one instruction earlier, and a traceback then marks no part of
the line. What loading and warming called must be as it is in a process that has called nothing yet.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Container, Iterator
from types import CodeType, FunctionType

# Later ones have no instruction of its own before a call.
_IS_TOLD = sys.version_info < (3, 12)


def specialised() -> dict[int, CodeType]:
    """The code of all functions that is specialised now, by its id."""
    return {id(function.__code__): function.__code__ for function in _functions()} if _IS_TOLD else {}


def undo(but: Container[int]) -> None:
    """Give each function whose code is specialised a fresh copy of it, except for those with the ids `but`."""
    fresh: dict[int, CodeType] = {}
    for function in _functions() if _IS_TOLD else ():
        if id(function.__code__) not in but:
            function.__code__ = _fresh(function.__code__, fresh)


def _functions() -> list[FunctionType]:
    found = (thing for thing in gc.get_objects() if type(thing) is FunctionType)
    return [function for function in found if any(map(_is_specialised, _with_inner(function.__code__)))]


def _is_specialised(code: CodeType) -> bool:
    return bool(vars(CodeType)["_co_code_adaptive"].__get__(code) != code.co_code)


def _with_inner(code: CodeType) -> Iterator[CodeType]:
    """The code, and that of the functions and comprehensions in it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _with_inner(constant)


def _fresh(code: CodeType, made: dict[int, CodeType]) -> CodeType:
    """A copy of the code and of all in it; functions that share their code go on to share it."""
    if id(code) not in made:
        constants = tuple(_fresh(value, made) if isinstance(value, CodeType) else value for value in code.co_consts)
        made[id(code)] = code.replace(co_consts=constants)
    return made[id(code)]
