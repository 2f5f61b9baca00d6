"""Where the tables come from; put your own reading here, and keep the columns that `catalog.toml` promises."""

from __future__ import annotations

import pandas as pd

from {{ cookiecutter.__package }} import simulation


def users() -> pd.DataFrame:
    """Who may get a list, also those who have taken nothing yet; made up (`simulation.py`)."""
    return simulation.world().users


def items() -> pd.DataFrame:
    """The catalogue, also what is announced; made up (`simulation.py`)."""
    return simulation.world().items


def interactions() -> pd.DataFrame:
    """Who took what on which day; made up (`simulation.py`)."""
    return simulation.world().interactions
