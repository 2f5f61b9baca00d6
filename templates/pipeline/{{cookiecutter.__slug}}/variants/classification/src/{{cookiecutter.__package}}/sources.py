"""Where the cases come from; put your own reading here, and keep the columns that `catalog.toml` promises."""

from __future__ import annotations

import pandas as pd
from sklearn.datasets import load_breast_cancer

_MALIGNANT = 0


def cases() -> pd.DataFrame:
    """569 breast masses with 30 measurements each and what they turned out to be.

    The Wisconsin diagnostic table (Street, Wolberg and Mangasarian, 1993), as scikit-learn carries it.
    """
    table = load_breast_cancer(as_frame=True)
    frame: pd.DataFrame = table.data.rename(columns=lambda name: name.replace(" ", "_"))
    frame.insert(0, "case_id", [f"mass-{number:04d}" for number in range(1, len(frame) + 1)])
    return frame.assign(malignant=table.target == _MALIGNANT)
