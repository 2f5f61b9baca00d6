"""A variation of what an execution should not depend on: the clock and the state of random generators.

Python's own ways to ask for them are set; compiled code that asks the system itself is not reached.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import json
import os
import random
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

VARIABLE = "PADDOCK_VARIATION"


def install() -> None:
    """Vary this process, where somebody asks for it: `seed` is that of chance, `shift` is in seconds."""
    if VARIABLE not in os.environ:
        return
    asked = json.loads(os.environ[VARIABLE])
    if "seed" in asked:
        _seed(int(asked["seed"]))
    if asked.get("shift"):
        _shift(float(asked["shift"]))


def _seed(seed: int) -> None:
    """Let chance be the same for the same seed, also what generators take from the system."""
    source = random.Random(seed)
    random.seed(seed)
    vars(os)["urandom"] = source.randbytes
    vars(random)["_urandom"] = source.randbytes
    with contextlib.suppress(ImportError):
        import numpy as np

        np.random.seed(seed)
        # What `default_rng()` asks when it is given no seed.
        vars(np.random.bit_generator)["randbits"] = source.getrandbits


def _shift(seconds: float) -> None:
    now, now_ns = time.time, time.time_ns
    vars(time).update(time=lambda: now() + seconds, time_ns=lambda: now_ns() + int(seconds * 1e9))
    for name in ("gmtime", "localtime", "ctime"):
        vars(time)[name] = _at(getattr(time, name))
    formatted = time.strftime
    vars(time)["strftime"] = lambda form, *moment: formatted(form, *(moment or (time.localtime(),)))
    _shift_datetime(timedelta(seconds=seconds))


def _at(convert: Callable[[float], Any]) -> Callable[..., Any]:
    return lambda moment=None: convert(time.time() if moment is None else moment)


def _shift_datetime(by: timedelta) -> None:
    """Shift `now` and `utcnow`; `today` asks `time.time`.

    In the class itself, which Python's own code could not change: in its place, another one would be no class of those
    moments that compiled code makes, and could not be pickled.
    """
    methods = gc.get_referents(vars(datetime))[0]
    for name in ("now", "utcnow"):
        methods[name] = _later(methods[name], by)
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(datetime))


def _later(method: Any, by: timedelta) -> Any:
    return classmethod(lambda cls, *zone, **named: method.__get__(None, cls)(*zone, **named) + by)
