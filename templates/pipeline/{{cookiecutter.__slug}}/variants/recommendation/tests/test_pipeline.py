"""What the pipeline promises, on a sample made from the contract."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from paddock import testing

from {{ cookiecutter.__package }} import sources, splitting

PROJECT = Path(__file__).parents[1]
# Days of a sample lie anywhere in thirty years.
DAYS = 3000
PARAMETERS = {"test_days": str(DAYS)}
KEY = ["user_id", "item_id", "day"]


@pytest.fixture(scope="module")
def given() -> dict[str, pd.DataFrame]:
    """Legal tables that belong together: of sixty users, the last ten have taken nothing."""
    generator = np.random.default_rng(0)
    users, items = testing.sample(PROJECT, "users", rows=60), testing.sample(PROJECT, "items", rows=40)
    interactions = testing.sample(PROJECT, "interactions", rows=500).assign(
        user_id=generator.choice(users["user_id"].to_numpy()[:50], 500),
        item_id=generator.choice(items["item_id"].to_numpy(), 500),
    )
    interactions = interactions.drop_duplicates(KEY, ignore_index=True)
    return {"Users": users.assign(joined=interactions["day"].min()), "Items": items, "Interactions": interactions}


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the pipeline is built on them."""
    return tmp_path_factory.mktemp("scratch")


@pytest.fixture(scope="module")
def built(given: dict[str, pd.DataFrame], scratch: Path) -> testing.Built:
    """The pipeline, built on them."""
    return testing.build(PROJECT, scratch, given=given, parameters=PARAMETERS)


def test_every_user_gets_a_list(given: dict[str, pd.DataFrame], built: testing.Built) -> None:
    """From any legal tables come ten items for each user, and the popular ones for those without history."""
    served = built.read("recommendations")
    assert set(served["user_id"]) == set(given["Users"]["user_id"])
    assert (served.groupby("user_id")["item_id"].nunique() == 10).all()
    without = set(given["Users"]["user_id"]) - set(given["Interactions"]["user_id"])
    assert len(without) >= 10
    assert set(served.loc[served["source"] == "rule", "user_id"]) == without
    popular = built.read("popular").sort_values("rank")["item_id"].tolist()
    for _, shown in served[served["source"] == "rule"].groupby("user_id"):
        assert shown.sort_values("rank")["item_id"].tolist() == popular


def test_a_second_build_runs_nothing(given: dict[str, pd.DataFrame], built: testing.Built, scratch: Path) -> None:
    """Every task ran once, rule and model once for each of the two days, and none runs again on the same tables."""
    fitted = ["FitModel", "FitModel", "FitRule", "FitRule"]
    assert sorted(built.ran) == sorted([*fitted, "HalfLife", "Backtest", "Recommendations", "Popular", "Pipeline"])
    assert testing.build(PROJECT, scratch, given=given, parameters=PARAMETERS).ran == ()


def test_the_same_tables_make_the_same_lists(given: dict[str, pd.DataFrame], tmp_path: Path) -> None:
    """Built in two places, not one place of a list differs."""
    first = testing.build(PROJECT, tmp_path / "first", given=given, parameters=PARAMETERS)
    second = testing.build(PROJECT, tmp_path / "second", given=given, parameters=PARAMETERS)
    for dataset in ("backtest", "recommendations", "popular"):
        assert first.read(dataset).equals(second.read(dataset))


def test_the_backtest_knows_nothing_of_what_came_after(
    given: dict[str, pd.DataFrame], built: testing.Built, tmp_path: Path
) -> None:
    """Other interactions after its day change not one place of its lists, only what is served."""
    until = splitting.day_before_end(given["Interactions"], DAYS)
    other = given["Interactions"].copy()
    is_after = other["day"] > until
    other.loc[is_after, "item_id"] = np.roll(other.loc[is_after, "item_id"], 1)
    changed = given | {"Interactions": other.drop_duplicates(KEY, ignore_index=True)}
    again = testing.build(PROJECT, tmp_path, given=changed, parameters=PARAMETERS)
    assert is_after.sum() > 50
    assert not built.read("recommendations").equals(again.read("recommendations"))
    assert built.read("backtest").equals(again.read("backtest"))
    assert set(built.read("backtest")["as_of"]) == {until}


def test_the_tables_belong_together() -> None:
    """Nobody takes what is not released, or before joining; some users have taken nothing yet."""
    users, items, interactions = sources.users(), sources.items(), sources.interactions()
    known = interactions.merge(users, on="user_id").merge(items, on="item_id")
    assert len(known) == len(interactions)
    assert (known["day"] >= known["released"]).all()
    assert (known["day"] >= known["joined"]).all()
    assert set(users["user_id"]) - set(interactions["user_id"])
