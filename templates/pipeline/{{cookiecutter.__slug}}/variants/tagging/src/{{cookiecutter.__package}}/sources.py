"""Where texts and labels come from; put your own reading here, and keep the columns that `catalog.toml` promises."""

from __future__ import annotations

import pandas as pd

from {{ cookiecutter.__package }} import simulation


def texts() -> pd.DataFrame:
    """The messages, 2,700 of half a year; nobody has read the newest 200 yet."""
    return simulation.texts_and_labels()[0]


def labels() -> pd.DataFrame:
    """The tags that people gave to the messages that they read."""
    return simulation.texts_and_labels()[1]
