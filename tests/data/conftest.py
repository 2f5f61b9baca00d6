"""A dataset to write, publish and read: the items of a shop."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest
from paddock.data.session import Session, open_session
from paddock.project import Project
from paddock.settings import load_settings

SHOP = """
[datasets.items]
description = "What a shop sells."
key = ["item"]
serve = true

[datasets.items.columns.item]
dtype = "int64"
description = "The item's number."

[datasets.items.columns.price]
dtype = "float64"
unit = "EUR"
description = "The price."
minimum = 0

[datasets.items.columns.stock]
dtype = "int64"
nullable = true
description = "Pieces in store."

[datasets.log]
description = "What happened."

[datasets.log.columns.what]
dtype = "string"
description = "In words."
"""


@pytest.fixture
def shop(make_project: Callable[..., Project]) -> Project:
    """A project that owns `shop.items` (served) and `shop.log`."""
    return make_project("shop", catalog=SHOP)


@pytest.fixture
def session(shop: Project) -> Session:
    """A session of the shop, as inside a run."""
    return open_session(shop, load_settings(shop.workspace), run="run-1")


@pytest.fixture
def items() -> pd.DataFrame:
    """Three items, one of unknown stock."""
    return pd.DataFrame({"item": [1, 2, 3], "price": [0.5, 2.0, 9.75], "stock": pd.array([7, None, 0], dtype="Int64")})
