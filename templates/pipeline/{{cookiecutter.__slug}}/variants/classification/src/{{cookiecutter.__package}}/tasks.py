"""The pipeline: rule and model learn from the same cases, and every case gets both their decisions."""

from __future__ import annotations

from typing import Any

import luigi
import pandas as pd
from paddock.pipelines import DatasetTask, Required, Task

from {{ cookiecutter.__package }} import costs, features, model, rule, sources


class Cases(DatasetTask):
    """Writes the dataset `cases`."""

    dataset = "cases"

    def frame(self) -> pd.DataFrame:
        """The cases as they come."""
        return sources.cases()


class FitRule(Task):
    """Fits the rule."""

    extension = ".skops"

    def requires(self) -> Required:
        """The cases."""
        return Cases()

    def run(self) -> None:
        """Fit on the training cases."""
        self.dump(rule.fit(features.training(self.load())))


class FitModel(Task):
    """Fits the model."""

    extension = ".skops"
    regularisation: float = luigi.FloatParameter(default=1.0)

    def requires(self) -> Required:
        """The cases."""
        return Cases()

    def run(self) -> None:
        """Fit on the training cases, as strongly regularised as cross-validation on them says."""
        training = features.training(self.load())
        self.dump(model.fit(training, model.tuned(training, self.regularisation)))


class Predictions(DatasetTask):
    """Writes the dataset `predictions`."""

    dataset = "predictions"
    regularisation: float = luigi.FloatParameter(default=1.0)

    def requires(self) -> Required:
        """The cases, the rule and the model."""
        return {"cases": Cases(), "rule": FitRule(), "model": FitModel(regularisation=self.regularisation)}

    def frame(self) -> pd.DataFrame:
        """A row a case: what the rule says, what the model says, and whether the case was kept aside."""
        cases = self.load("cases")
        probability = model.probability(self.load("model"), cases)
        return pd.DataFrame(
            {
                "case_id": cases["case_id"],
                "rule_decision": rule.decide(self.load("rule"), cases),
                "probability": probability,
                "decision": costs.decide(probability),
                "held_out": features.is_held_out(cases),
            }
        )


class Pipeline(Task):
    """All of it; its parameters are those of `paddock run`."""

    extension = ".json"
    regularisation: float = luigi.FloatParameter(default=1.0)

    def requires(self) -> Required:
        """The predictions."""
        return Predictions(regularisation=self.regularisation)

    def run(self) -> None:
        """Count what was decided."""
        predictions: Any = self.load()
        self.dump({"cases": len(predictions), "decided_yes": int(predictions["decision"].sum())})
