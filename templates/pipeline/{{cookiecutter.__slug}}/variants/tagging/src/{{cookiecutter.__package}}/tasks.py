"""The pipeline: the model learns from texts that people tagged, and every text gets its scores and decisions."""

from __future__ import annotations

from typing import Any

import luigi
import pandas as pd
from paddock.models import tagging
from paddock.pipelines import DatasetTask, Required, Task

from {{ cookiecutter.__package }} import costs, features, model, rule, sources


class Texts(DatasetTask):
    """Writes the dataset `texts`."""

    dataset = "texts"

    def frame(self) -> pd.DataFrame:
        """The texts as they come."""
        return sources.texts()


class Labels(DatasetTask):
    """Writes the dataset `labels`."""

    dataset = "labels"

    def frame(self) -> pd.DataFrame:
        """The tags that people gave."""
        return sources.labels()


class FitModel(Task):
    """Fits the model."""

    extension = ".skops"
    regularisation: float = luigi.FloatParameter(default=10.0)

    def requires(self) -> Required:
        """The texts and their labels."""
        return {"texts": Texts(), "labels": Labels()}

    def run(self) -> None:
        """Fit on the training texts, as strongly regularised as cross-validation on them says."""
        training, labels = features.training(self.load("texts")), self.load("labels")
        self.dump(model.fit(training, labels, model.tuned(training, labels, self.regularisation)))


class Predictions(DatasetTask):
    """Writes the dataset `predictions`."""

    dataset = "predictions"
    regularisation: float = luigi.FloatParameter(default=10.0)

    def requires(self) -> Required:
        """The texts and the model; the rule is nothing but its keywords."""
        return {"texts": Texts(), "model": FitModel(regularisation=self.regularisation)}

    def frame(self) -> pd.DataFrame:
        """A row for each text and tag: what the rule says, what the model says, and whether the text was kept aside."""
        texts = self.load("texts")
        scores = model.scores(self.load("model"), texts)
        return tagging.pairs(
            texts["item_id"],
            features.TAGS,
            score=scores,
            rule_decision=rule.decide(texts),
            decision=costs.decide(scores),
            held_out=features.is_held_out(texts),
        )


class Pipeline(Task):
    """All of it; its parameters are those of `paddock run`."""

    extension = ".json"
    regularisation: float = luigi.FloatParameter(default=10.0)

    def requires(self) -> Required:
        """The predictions."""
        return Predictions(regularisation=self.regularisation)

    def run(self) -> None:
        """Count what was given."""
        predictions: Any = self.load()
        texts = int(predictions["item_id"].nunique())
        self.dump({"texts": texts, "tags_given": int(predictions["decision"].sum())})
