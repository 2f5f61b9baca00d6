"""Where the patients come from; put your own reading here, and keep the columns that `catalog.toml` promises."""

from __future__ import annotations

import pandas as pd
from sklearn.datasets import load_diabetes

_NAMES = {
    "bp": "blood_pressure",
    "s1": "cholesterol",
    "s2": "ldl",
    "s3": "hdl",
    "s4": "cholesterol_ratio",
    "s5": "log_triglycerides",
    "s6": "glucose",
    "target": "progression",
}


def patients() -> pd.DataFrame:
    """442 diabetes patients, ten measurements each, and how far the disease went within a year.

    The table of Efron, Hastie, Johnstone and Tibshirani (Least Angle Regression, 2004), as scikit-learn carries it.
    """
    frame: pd.DataFrame = load_diabetes(as_frame=True, scaled=False).frame.rename(columns=_NAMES)
    frame.insert(0, "patient_id", [f"patient-{number:04d}" for number in range(1, len(frame) + 1)])
    return frame.astype({"sex": "int64"})
