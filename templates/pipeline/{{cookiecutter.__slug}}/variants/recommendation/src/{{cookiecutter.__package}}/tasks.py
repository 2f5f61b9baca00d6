"""The pipeline: rule and model learn from the same interactions, once as of a past day, once as of the last."""

from __future__ import annotations

from datetime import date
from typing import Any

import luigi
import pandas as pd
from paddock.pipelines import DatasetTask, Required, Task

from {{ cookiecutter.__package }} import model, rule, shortlists, sources, splitting, tuning


class Users(DatasetTask):
    """Writes the dataset `users`."""

    dataset = "users"

    def frame(self) -> pd.DataFrame:
        """The users as they come."""
        return sources.users()


class Items(DatasetTask):
    """Writes the dataset `items`."""

    dataset = "items"

    def frame(self) -> pd.DataFrame:
        """The catalogue as it comes."""
        return sources.items()


class Interactions(DatasetTask):
    """Writes the dataset `interactions`."""

    dataset = "interactions"

    def frame(self) -> pd.DataFrame:
        """The interactions as they come."""
        return sources.interactions()


class FitRule(Task):
    """Fits the rule on what was known `days_back` days before the end."""

    extension = ".skops"
    days_back: int = luigi.IntParameter()

    def requires(self) -> Required:
        """The interactions, and the items that can be ranked."""
        return {"interactions": Interactions(), "items": Items()}

    def run(self) -> None:
        """Rank what was on offer."""
        until, history = _known(self.load("interactions"), self.days_back)
        self.dump(rule.fit(history, splitting.on_offer(self.load("items"), until), until))


class HalfLife(Task):
    """Finds for how long an interaction tells of a taste."""

    extension = ".json"
    test_days: int = luigi.IntParameter(default=7)
    factors: int = luigi.IntParameter(default=16)
    half_life_days: float = luigi.FloatParameter(default=14.0)

    def requires(self) -> Required:
        """The interactions, and the items that a list may hold."""
        return {"interactions": Interactions(), "items": Items()}

    def run(self) -> None:
        """Try some on what was known before the days that the backtest judges."""
        until, history = _known(self.load("interactions"), self.test_days)
        self.dump(tuning.half_life(history, self.load("items"), until, self.factors, self.half_life_days))


class FitModel(Task):
    """Fits the model on what was known `days_back` days before the end."""

    extension = ".skops"
    days_back: int = luigi.IntParameter()
    test_days: int = luigi.IntParameter(default=7)
    factors: int = luigi.IntParameter(default=16)
    half_life_days: float = luigi.FloatParameter(default=14.0)

    def requires(self) -> Required:
        """The interactions, and the half-life that was best before the days that the backtest judges."""
        half_life = HalfLife(test_days=self.test_days, factors=self.factors, half_life_days=self.half_life_days)
        return {"interactions": Interactions(), "half_life": half_life}

    def run(self) -> None:
        """Fit on the history."""
        until, history = _known(self.load("interactions"), self.days_back)
        self.dump(model.fit(history, until, self.factors, self.load("half_life")))


class Backtest(DatasetTask):
    """Writes the dataset `backtest`."""

    dataset = "backtest"
    test_days: int = luigi.IntParameter(default=7)
    factors: int = luigi.IntParameter(default=16)
    half_life_days: float = luigi.FloatParameter(default=14.0)

    def requires(self) -> Required:
        """The users, their interactions, and rule and model that know nothing of the last days."""
        return {
            "users": Users(),
            "interactions": Interactions(),
            "rule": FitRule(days_back=self.test_days),
            "model": FitModel(
                days_back=self.test_days,
                test_days=self.test_days,
                factors=self.factors,
                half_life_days=self.half_life_days,
            ),
        }

    def frame(self) -> pd.DataFrame:
        """Two lists for each user of that day: what the rule would have shown, and what would have replaced it."""
        until, history = _known(self.load("interactions"), self.test_days)
        users = splitting.members(self.load("users"), until)["user_id"]
        ranked = self.load("rule")
        by_rule = shortlists.by_rule(ranked, users, history).assign(policy="rule")
        by_model = shortlists.by_model(self.load("model"), ranked, users, history).assign(policy="model")
        return pd.concat([by_rule, by_model], ignore_index=True).assign(as_of=until)


class Recommendations(DatasetTask):
    """Writes the dataset `recommendations`."""

    dataset = "recommendations"
    test_days: int = luigi.IntParameter(default=7)
    factors: int = luigi.IntParameter(default=16)
    half_life_days: float = luigi.FloatParameter(default=14.0)

    def requires(self) -> Required:
        """The users, their interactions, and rule and model that know all of them."""
        return {
            "users": Users(),
            "interactions": Interactions(),
            "rule": FitRule(days_back=0),
            "model": FitModel(
                days_back=0, test_days=self.test_days, factors=self.factors, half_life_days=self.half_life_days
            ),
        }

    def frame(self) -> pd.DataFrame:
        """The list of each user."""
        until, history = _known(self.load("interactions"), 0)
        users = splitting.members(self.load("users"), until)["user_id"]
        made = shortlists.by_model(self.load("model"), self.load("rule"), users, history)
        return made.assign(as_of=until)


class Popular(DatasetTask):
    """Writes the dataset `popular`."""

    dataset = "popular"

    def requires(self) -> Required:
        """The rule that knows all interactions."""
        return FitRule(days_back=0)

    def frame(self) -> pd.DataFrame:
        """The list for those who have none of their own."""
        items = self.load().items[: shortlists.LENGTH]
        return pd.DataFrame({"rank": range(1, len(items) + 1), "item_id": items})


class Pipeline(Task):
    """All of it; its parameters are those of `paddock run`."""

    extension = ".json"
    test_days: int = luigi.IntParameter(default=7)
    factors: int = luigi.IntParameter(default=16)
    half_life_days: float = luigi.FloatParameter(default=14.0)

    def requires(self) -> Required:
        """What is judged, and what services read."""
        test_days, factors, half_life_days = self.test_days, self.factors, self.half_life_days
        return {
            "backtest": Backtest(test_days=test_days, factors=factors, half_life_days=half_life_days),
            "recommendations": Recommendations(test_days=test_days, factors=factors, half_life_days=half_life_days),
            "popular": Popular(),
        }

    def run(self) -> None:
        """Count who gets a list from whom."""
        source: Any = self.load("recommendations").drop_duplicates("user_id")["source"]
        self.dump({"users": len(source), "by_model": int((source == "model").sum())})


def _known(interactions: pd.DataFrame, days_back: int) -> tuple[date, pd.DataFrame]:
    """The day that lies `days_back` days before the end, and what was known on it."""
    until = splitting.day_before_end(interactions, days_back)
    return until, splitting.history(interactions, until)
