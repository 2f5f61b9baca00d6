"""What the model looks at, and which cases it never sees while it learns."""

from __future__ import annotations

import numpy as np
import pandas as pd
from paddock.models.splitting import held_out

_NOT_MEASURED = ("case_id", "malignant")


def inputs(cases: pd.DataFrame) -> pd.DataFrame:
    """The measurements on a logarithmic scale: sizes grow by factors, not by steps."""
    return cases.drop(columns=[name for name in _NOT_MEASURED if name in cases]).apply(np.log1p)


def is_held_out(cases: pd.DataFrame) -> pd.Series:
    """For each case, whether it is kept aside to judge rule and model; about three of ten are."""
    return pd.Series(held_out(cases["case_id"], share=0.3), index=cases.index)


def training(cases: pd.DataFrame) -> pd.DataFrame:
    """The cases from which rule and model may learn."""
    return cases[~is_held_out(cases)].reset_index(drop=True)
