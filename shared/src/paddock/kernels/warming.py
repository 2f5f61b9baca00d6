"""Warming: what libraries work out when they are first used, done before kernels are forked.

Only what depends on nothing but the installed packages, and what no notebook can see: modules that functions import,
caches of fonts, of entry points and of compiled expressions. Nothing here draws random numbers, counts what is shown,
registers itself, or enters a region of OpenMP, which would not survive a fork.
"""

from __future__ import annotations

import io
from collections.abc import Callable


def _frames() -> None:
    import pandas as pd

    frame = pd.DataFrame({"key": ["a", "b", "a"], "number": [1, 2, 3], "share": [0.5, 1.5, float("nan")]})
    frame["when"] = pd.to_datetime(["2026-01-01", "2026-01-02", "2026-01-03"])
    for shown in (frame, frame.describe(), frame.groupby("key").number.mean(), frame.isna().sum()):
        repr(shown)
    frame.to_html()
    frame.info(buf=io.StringIO())
    frame.sort_values("share").merge(frame, on="key").drop_duplicates()
    frame.groupby("key").agg({"number": "sum", "share": ["mean", "max"]})
    frame.pivot_table(index="key", columns="number", values="share")
    frame.set_index("when").number.resample("D").sum().rolling(2).mean()
    frame.key.str.upper().value_counts()
    pd.concat([frame, frame]).query("number > 1").to_numpy()


def _estimators() -> None:
    import pandas as pd
    from sklearn.model_selection import train_test_split
    from sklearn.utils import check_array

    frame = pd.DataFrame({"number": [1.0, 2.0, 3.0, 4.0]})
    for given in (frame, frame.to_numpy(), [[1.0]]):
        check_array(given)
    train_test_split(frame, frame.number, random_state=0)


def _figures() -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.backends.registry import backend_registry
    from matplotlib.figure import Figure

    backend_registry.list_all()  # type: ignore[no-untyped-call]
    # Not by pyplot, which would remember it.
    figure = Figure(figsize=(2, 2))
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], label="line")
    axes.bar([0, 1], [1, 2])
    axes.scatter([0, 1], [1, 0])
    axes.set_title("$x^2$")
    axes.legend()
    figure.savefig(io.BytesIO(), format="png", bbox_inches="tight")


# By the package that has to be there.
WARM: dict[str, Callable[[], None]] = {"pandas": _frames, "sklearn": _estimators, "matplotlib": _figures}
