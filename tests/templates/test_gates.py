"""The gates of each kind of project are real: a model that says nothing, or only what the rule says, is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from paddock.scaffold.new import new_project
from paddock_ci.bake.baking import scratch_workspace
from paddock_ci.demo import ANSWERS

from tests.templates.defects import Defect
from tests.templates.verdict import call

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.usefixtures("shared_kernels")

MODEL, TASKS = "src/triage/model.py", "src/triage/tasks.py"
# Each row gets what the model says of another one: as good as noise, yet with the same values.
NOISE = {
    "classification": Defect("noise", MODEL, "(features.inputs(cases))[:, 1]", "(features.inputs(cases))[::-1, 1]"),
    "regression": Defect(
        "noise", MODEL, "predict(features.inputs(patients))", "predict(features.inputs(patients))[::-1]"
    ),
    "recommendation": Defect("noise", MODEL, "[user] @ model", "[user[::-1]] @ model"),
    "tagging": Defect("noise", MODEL, 'inputs(texts)["text"])', 'inputs(texts)["text"])[::-1]'),
}
# What the model decides is what the rule decides.
RULE = {
    "classification": Defect("rule", TASKS, "costs.decide(probability)", 'rule.decide(self.load("rule"), cases)'),
    "regression": Defect(
        "rule", TASKS, '"estimate": estimate', '"estimate": rule.estimate(self.load("rule"), patients)'
    ),
    "recommendation": Defect(
        "rule", MODEL, "    return np.where((user", "    wanted = 0 * wanted\n    return np.where((user"
    ),
    "tagging": Defect("rule", TASKS, "costs.decide(scores)", "rule.decide(texts)"),
}


def run_with(defect: Defect, problem: str, place: Path) -> dict[str, Any]:
    """The record of a run of a project of the given problem, with a defect planted in it."""
    workspace = scratch_workspace(ROOT, place / "workspace", neighbour=False)
    folder = new_project(workspace, ANSWERS | {"problem": problem})
    defect.plant(folder)
    answer = call(folder, "paddock", "run", folder.name, "--json")
    assert answer.returncode == 1, answer.stdout + answer.stderr
    served = json.loads(call(folder, "paddock", "data", "list", "--json").stdout)
    assert [dataset for dataset in served if dataset.get("published")] == []
    return dict(json.loads(answer.stdout))


def refused_by(record: dict[str, Any]) -> set[str]:
    """The gates that did not hold."""
    return {gate["name"] for notebook in record["notebooks"] for gate in notebook["gates"] if not gate["held"]}


@pytest.mark.parametrize("problem", NOISE)
def test_noise_is_refused(problem: str, tmp_path: Path) -> None:
    """By its gain over the rule, and by at least one other measure; nothing is published."""
    record = run_with(NOISE[problem], problem, tmp_path)
    assert record["status"] == "failed"
    assert "gain over the rule, low end" in refused_by(record)
    assert len(refused_by(record)) > 1


@pytest.mark.slow
@pytest.mark.parametrize("problem", RULE)
def test_the_rule_in_the_models_place_is_refused(problem: str, tmp_path: Path) -> None:
    """It gains nothing over itself."""
    assert "gain over the rule, low end" in refused_by(run_with(RULE[problem], problem, tmp_path))
