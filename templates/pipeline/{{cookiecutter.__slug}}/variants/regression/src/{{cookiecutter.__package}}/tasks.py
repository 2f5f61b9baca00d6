"""The pipeline: rule and model learn from the same patients, and every patient gets both their estimates."""

from __future__ import annotations

from typing import Any

import luigi
import pandas as pd
from paddock.pipelines import DatasetTask, Required, Task

from {{ cookiecutter.__package }} import features, model, rule, sources


class Patients(DatasetTask):
    """Writes the dataset `patients`."""

    dataset = "patients"

    def frame(self) -> pd.DataFrame:
        """The patients as they come."""
        return sources.patients()


class FitRule(Task):
    """Fits the rule."""

    extension = ".skops"

    def requires(self) -> Required:
        """The patients."""
        return Patients()

    def run(self) -> None:
        """Fit on the training patients."""
        self.dump(rule.fit(features.training(self.load())))


class FitModel(Task):
    """Fits the model."""

    extension = ".skops"
    regularisation: float = luigi.FloatParameter(default=10.0)

    def requires(self) -> Required:
        """The patients."""
        return Patients()

    def run(self) -> None:
        """Fit on the training patients, as strongly regularised as cross-validation on them says."""
        training = features.training(self.load())
        self.dump(model.fit(training, model.tuned(training, self.regularisation)))


class HalfWidth(Task):
    """Finds how wide an interval must be."""

    extension = ".json"
    regularisation: float = luigi.FloatParameter(default=10.0)

    def requires(self) -> Required:
        """The patients."""
        return Patients()

    def run(self) -> None:
        """Measure on the training patients, each judged by a model that never saw it."""
        training = features.training(self.load())
        self.dump(model.half_width(training, model.tuned(training, self.regularisation)))


class Predictions(DatasetTask):
    """Writes the dataset `predictions`."""

    dataset = "predictions"
    regularisation: float = luigi.FloatParameter(default=10.0)

    def requires(self) -> Required:
        """The patients, the rule, the model and the width of its intervals."""
        return {
            "patients": Patients(),
            "rule": FitRule(),
            "model": FitModel(regularisation=self.regularisation),
            "half_width": HalfWidth(regularisation=self.regularisation),
        }

    def frame(self) -> pd.DataFrame:
        """A row a patient: what the rule says, what the model says with its interval, and who was kept aside."""
        patients = self.load("patients")
        estimate = model.estimate(self.load("model"), patients)
        half_width = self.load("half_width")
        return pd.DataFrame(
            {
                "patient_id": patients["patient_id"],
                "rule_estimate": rule.estimate(self.load("rule"), patients),
                "estimate": estimate,
                "low": estimate - half_width,
                "high": estimate + half_width,
                "held_out": features.is_held_out(patients),
            }
        )


class Pipeline(Task):
    """All of it; its parameters are those of `paddock run`."""

    extension = ".json"
    regularisation: float = luigi.FloatParameter(default=10.0)

    def requires(self) -> Required:
        """The predictions."""
        return Predictions(regularisation=self.regularisation)

    def run(self) -> None:
        """Count what was estimated."""
        predictions: Any = self.load()
        self.dump({"patients": len(predictions), "mean_estimate": float(predictions["estimate"].mean())})
