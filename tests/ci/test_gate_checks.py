"""What the checks of audited notebooks find, and what they let pass."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from paddock_ci.checks import PROJECT_CHECKS
from paddock_ci.files import ProjectFiles

Faults = dict[str, list[str]]

MANIFEST = '[tool.paddock]\npipeline = "shop.tasks:Pipeline"\nnotebooks = ["audit.ipynb"]\n'
CATALOGUE = """\
[datasets.predictions.columns]
case_id = { dtype = "int64" }
probability = { dtype = "float64" }
held_out = { dtype = "bool" }
"""
# Cells part at "# %%"; the first one holds the parameters.
GOOD = """\
minimum_auc: float = 0.97
lowest_share: float = 0.2
highest_share: float = 0.8
largest_drift: float = 0.5
# %%
import paddock
import pandas as pd
from paddock.models import metrics
from sklearn.metrics import roc_auc_score
from shop import features

cases = paddock.read("cases")
judged = paddock.read("predictions").merge(cases, on="case_id")
held_out = judged[judged["held_out"]]
truth = held_out["malignant"]
# %%
gain = metrics.gain(held_out["rule_loss"], held_out["loss"])
paddock.gate("gain over the rule, low end", gain.low, above=0)
# %%
auc = roc_auc_score(truth, held_out["probability"])
paddock.gate("auc", auc, at_least=minimum_auc)
# %%
said = held_out["decision"].mean()
paddock.gate("share", said, at_least=lowest_share, at_most=highest_share)
# %%
is_new = features.is_held_out(cases)
shift = metrics.drift(features.inputs(cases[~is_new]), features.inputs(cases[is_new]))
paddock.gate("largest drift", shift["psi"].max(), at_most=largest_drift)
"""
AUC = 'paddock.gate("auc", auc, at_least=minimum_auc)'
READ = 'judged = paddock.read("predictions").merge(cases, on="case_id")'
PICK = 'held_out = judged[judged["held_out"]]'
LOW = "gain.low, above=0"


@pytest.fixture
def faults(tmp_path: Path) -> Callable[..., Faults]:
    """What each NB2 check says of a project that holds one audited notebook."""

    def said(source: str, manifest: str = MANIFEST, prose: str = "") -> Faults:
        (tmp_path / "pyproject.toml").write_text(manifest)
        (tmp_path / "catalog.toml").write_text(CATALOGUE)
        cells = [
            {"cell_type": "code", "metadata": {"tags": [] if number else ["parameters"]}, "source": cell}
            for number, cell in enumerate(source.split("# %%\n"))
        ]
        cells += [{"cell_type": "raw", "metadata": {}, "source": prose}]
        (tmp_path / "audit.ipynb").write_text(json.dumps({"cells": cells}))
        return dict(_said(ProjectFiles(tmp_path, tmp_path)))

    return said


def _said(files: ProjectFiles) -> Iterator[tuple[str, list[str]]]:
    for code, check in PROJECT_CHECKS.items():
        if code.startswith("NB2") and (found := [look.fault for look in check(files) if look.fault]):
            yield code, found


def changed(old: str, new: str) -> str:
    """The good notebook with one change."""
    assert old in GOOD
    return GOOD.replace(old, new, 1)


def test_the_good_notebook_has_no_finding(faults: Callable[..., Faults]) -> None:
    """Whatever is found below is found because of the change."""
    assert faults(GOOD) == {}


LEGAL = {
    "keywords": (AUC, 'paddock.gate(name="auc", value=auc, at_least=minimum_auc)'),
    "import of gate": (AUC, 'from paddock import gate\n\ngate("auc", auc, at_least=minimum_auc)'),
    "loop over pairs": (AUC, 'for name, score in [("auc", auc)]:\n    paddock.gate(name, score, at_least=minimum_auc)'),
    "loop over entries": (
        AUC,
        'found = {}\nfound["auc"] = auc\nfor name, score in found.items():\n    '
        + AUC.replace('"auc", auc', "name, score"),
    ),
    "context": (AUC, 'with pd.option_context("display.precision", 3):\n    ' + AUC),
    "bound less a number": ("at_least=minimum_auc", "at_least=minimum_auc - 0.01"),
    "symmetric bounds": (AUC, f'{AUC}\npaddock.gate("b", auc - 1, at_least=-largest_drift, at_most=largest_drift)'),
    "gain of zero": (LOW, "gain.low, at_least=0"),
    "decimals": ('"auc", auc', '"auc", round(auc, 4)'),
    "two computed values": ('"auc", auc', '"auc", min(auc, roc_auc_score(truth, held_out["decision"]))'),
    "share of something": ('"auc", auc', '"auc", 1 - len(judged) / max(len(cases), 1)'),
    "timed cell": ("auc = roc", "%%time\nauc = roc"),
    "index of stability of 1": ("largest_drift: float = 0.5", "largest_drift: float = 1.0"),
    "many": ("largest_drift: float = 0.5", "largest_drift: int = 5_000_000"),
    "gap to training": (
        AUC,
        """learned = judged[~judged["held_out"]]
known = roc_auc_score(learned["malignant"], learned["probability"])
paddock.gate("auc", auc, at_least=minimum_auc)
paddock.gate("gap", auc - known, at_least=-largest_drift, at_most=largest_drift)""",
    ),
    "two conditions": (PICK, 'held_out = judged[judged["held_out"] & judged["is_read"]]'),
    "branch before the gate": (AUC, f"lost = 0.0\nif auc > 0.5:\n    lost = 1 - auc\n{AUC}"),
    "new column": (PICK, f'judged["error"] = 1 - judged["probability"]\n{PICK}'),
}


@pytest.mark.parametrize("change", LEGAL.values(), ids=LEGAL)
def test_what_is_legal_has_no_finding(faults: Callable[..., Faults], change: tuple[str, str]) -> None:
    """A gate may be written in more than one way, and its bounds lie where they need to."""
    assert faults(changed(*change)) == {}


CANNOT_FAIL = {
    "comprehension": (AUC, f"_ = [{AUC} for _ in range(0)]", "condition"),
    "match": (AUC, f"match auc:\n    case 0:\n        {AUC}", "condition"),
    "suppress": (AUC, f"from contextlib import suppress as s\nwith s(Exception):\n    {AUC}", "hides what fails"),
    "nothing": (AUC, f"for _ in []:\n    {AUC}", "loop over nothing"),
    "empty range": (AUC, f"for _ in range(3, 3):\n    {AUC}", "loop over nothing"),
    "named nothing": (AUC, f"rounds = {{}}\nfor _ in rounds.items():\n    {AUC}", "loop over nothing"),
    "filter": (AUC, f"for _ in [s for s in [auc] if s > 1]:\n    {AUC}", "an 'if' picks"),
    "slice": (AUC, f"for _ in [auc][1:]:\n    {AUC}", "loop over a part"),
    "break": (AUC, f"for _ in [auc]:\n    break\n    {AUC}", "leaves a round early"),
    "parameter": (AUC, f"minimum_auc -= 0.5\n{AUC}", "stores the parameter 'minimum_auc' again"),
    "parameter, elsewhere": (PICK, f"for minimum_auc in [0.1]:\n    pass\n{PICK}", "stores the parameter"),
    "parameter, twice": ("lowest_share: ", "minimum_auc = 0.1\nlowest_share: ", "stores the parameter"),
    "least of both": ("at_least=minimum_auc", "at_least=min(minimum_auc, auc)", "moves with the value"),
    "difference": ("at_least=minimum_auc", "at_least=auc - minimum_auc", "moves with the value"),
    "zero times": ("at_least=minimum_auc", "at_least=minimum_auc * 0", "zero whatever"),
    "far below": (LOW, "gain.low, above=-10 * largest_drift", "(-5), below zero"),
    "unpacked bounds": ("at_least=minimum_auc)", '**{"at_least": 0})', "by **"),
    "no parameter": (AUC, f"low = 0.1\n{AUC.replace('minimum_auc', 'low')}", "which is no parameter' or 'bound"),
    "two trivial bounds": ("= 0.2\nhighest_share: float = 0.8", "= 0.0\nhighest_share: float = 1.0", "any share lies"),
    "chance": ("minimum_auc: float = 0.97", "minimum_auc: float = 0.5", "toss of a coin"),
    "turned round": ("at_least=minimum_auc", "at_most=minimum_auc", "turns 'minimum_auc' round"),
    "multiplied": ('"auc", auc', '"auc", auc * 0 + 1', "multiplies by zero"),
    "powered": ('"auc", auc', '"auc", auc**0', "power of zero"),
    "picked": ('"auc", auc', '"auc", auc if auc > 0.9 else 1.0', "by a condition"),
    "yes or no": ('"auc", auc', '"auc", float(auc > 0)', "only yes or no"),
    "rounded": ('"auc", auc', '"auc", round(auc)', "whole numbers"),
    "raised": ('"auc", auc', '"auc", auc + 0.5', "adds a number"),
    "clamped by a parameter": ('"auc", auc', '"auc", max(auc, minimum_auc)', "cuts the value off"),
    "clamped in a list": ('"auc", auc', '"auc", sorted([auc, 0.98])[-1]', "cuts the value off"),
    "clamped by a method": ('"auc", auc', '"auc", pd.Series([auc]).clip(lower=0.98).iloc[0]', "cuts the value off"),
    "clamped before": (AUC, f"auc = max(auc, 0.98)\nn = auc\n{AUC.replace(' auc', ' n')}", "cuts the value off"),
    "clamped in a function": (
        AUC,
        f"def best(x):\n    return max(x, 0.98)\n\n\n{AUC.replace(' auc', ' best(auc)')}",
        "cuts the value off",
    ),
    "clamped column": (
        "paddock.gate(\"largest",
        'shift["psi"] = shift["psi"].clip(upper=0.4)\npaddock.gate("largest',
        "cuts the value off",
    ),
    "replaced by a number": (AUC, f"auc = 0.99\n{AUC}", "which no run computes"),
    "high end": (LOW, "gain.high, above=0", "something else than its low end"),
    "size of the gain": (LOW, "abs(gain.low), above=0", "something else than its low end"),
    "gain from above": (LOW, "gain.low, at_most=highest_share", "more is better"),
    "weighed gain": ('gain(held_out["rule_loss"]', 'gain(2 * held_out["rule_loss"]', "weighs one side"),
    "least of the largest": ('shift["psi"].max()', 'shift["psi"].min()', "takes .min()"),
    "against itself": ('(truth, held_out["probability"])', "(truth, truth)", "against itself"),
    "against itself, renamed": ('held_out["probability"])', 'held_out["malignant"])', "against itself"),
    "said twice": (AUC, f'{AUC}\n{AUC.replace("auc", "again", 1)}', "says the same"),
}  # fmt: skip


@pytest.mark.parametrize("change", CANNOT_FAIL.values(), ids=CANNOT_FAIL)
def test_a_gate_that_cannot_fail_is_found(faults: Callable[..., Faults], change: tuple[str, str, str]) -> None:
    """The finding says what is wrong with it."""
    found = " ".join(faults(changed(*change[:2])).get("NB203", []))
    assert any(part in found for part in change[2].split("' or '")), found
    assert "gate" in found


UNREACHED = {
    "breakpoint": "breakpoint()",
    "endless loop": "while True:\n    pass",
    "signal": "import os\n\nos.kill(os.getpid(), 15)",
    "another name": "from sys import exit as leave\n\nleave()",
    "kernel": "get_ipython().ask_exit()",
    "installation": "!pip install xgboost",
    "magic": "%run other.ipynb",
    "cell of the shell": "%%bash\nls",
    "hidden output": "%%capture\npass",
    "empty cell": "",
}


@pytest.mark.parametrize("cell", UNREACHED.values(), ids=UNREACHED)
def test_a_cell_that_ends_the_notebook_is_found(faults: Callable[..., Faults], cell: str) -> None:
    """So is one that leaves Python, or is empty before the end; at the end it is what Jupyter leaves."""
    assert list(faults(changed("auc = roc", f"{cell}\n# %%\nauc = roc"))) == ["NB202"]
    assert faults(f"{GOOD}# %%\n") == {}


DEFAULTS = {
    "infinity": ("largest_drift: float = 0.5", 'largest_drift: float = float("-inf")'),
    "arithmetic": ("minimum_auc: float = 0.97", "minimum_auc: float = 1.0 - 0.02"),
    "bool": ("minimum_auc: float = 0.97", "minimum_auc: float = True"),
    "text": ("minimum_auc: float = 0.97", 'minimum_auc: str = "0.97"'),
    "limit of nothing": (AUC, 'minimum_auc\npaddock.metric("auc", auc)'),
    "bare bound": ("at_least=minimum_auc", "at_least=0.9 + 0.07"),
    "bare bound by keywords": (AUC, 'minimum_auc\npaddock.gate(value=auc, at_least=0.9, name="auc")'),
}


@pytest.mark.parametrize("change", DEFAULTS.values(), ids=DEFAULTS)
def test_a_parameter_that_is_no_bound_is_found(faults: Callable[..., Faults], change: tuple[str, str]) -> None:
    """A limit is a literal number of the type that it declares, and it limits something."""
    assert "NB204" in faults(changed(*change))


CLAIMS = {
    "no gate of the gain": (f'paddock.gate("gain over the rule, low end", {LOW})', 'paddock.metric("gain", gain.low)'),
    "gain below zero": (LOW, "gain.low, above=-largest_drift"),
    "commented out": (AUC, f"# {AUC}\nminimum_auc"),
    "in a text": (AUC, f'"""\n{AUC}\n"""\nminimum_auc'),
    "in another language": (f"{AUC}\n", f"{AUC}\n# %%\n%%html\n{AUC}\n"),
    "replaced": (AUC, f"paddock.gate = print\n{AUC}"),
    "under another name": (AUC, f"check = paddock.gate\n{AUC}"),
    "imported as another": (AUC, f"from paddock import gate as check\n{AUC}"),
    "another imported as it": (AUC, f"from paddock import metric as gate\n{AUC}"),
    "package under another name": (AUC, f"import paddock as p\n{AUC}"),
    "ledger": (AUC, f"from paddock.notebooks.gates import LEDGER\n{AUC}"),
    "behind the names": (AUC, f'globals()["minimum_auc"] = 0\n{AUC}'),
}


@pytest.mark.parametrize("change", CLAIMS.values(), ids=CLAIMS)
def test_a_claim_that_nobody_judges_is_found(faults: Callable[..., Faults], change: tuple[str, str]) -> None:
    """The model beats the rule by gates of paddock, and by nothing that only looks like one."""
    assert "NB205" in faults(changed(*change))


def test_an_audit_of_a_model_judges_more_than_two_values(faults: Callable[..., Faults]) -> None:
    """Two gates are too few; an analysis has no rule to beat, and may have one."""
    gates = GOOD.split("# %%\n")
    few = "# %%\n".join(["minimum_auc: float = 0.97\n", gates[1], gates[3]])
    assert [said.split(",")[0] for said in faults(few)["NB205"]] == [
        "judges 1 values by gates; expected 3 or more",
        "has no gate that says the model beats the rule",
    ]
    assert faults(few, MANIFEST.replace("pipeline", "title")) == {}


def test_a_gate_in_a_raw_cell_is_found(faults: Callable[..., Faults]) -> None:
    """No kernel executes it."""
    assert faults(GOOD, prose=AUC) == {"NB205": ["holds a gate that nobody evaluates"]}
    assert faults(GOOD, prose="Each gate must hold.") == {}


ROWS = {
    "training rows": (PICK, 'held_out = judged[~judged["held_out"]]', "learned from"),
    "training rows, compared": (PICK, 'held_out = judged[judged["held_out"] == False]', "learned from"),
    "all rows": (PICK, "held_out = judged", "judges all rows"),
    "only the right ones": (
        PICK,
        'held_out = judged[judged["held_out"] & (judged["decision"] == judged["malignant"])]',
        "only rows where judged['decision'] == judged['malignant']",
    ),
    "first rows": (PICK, f"{PICK}.head(20)", "a part of the rows"),
    "some rows": (PICK, f"{PICK}\nheld_out = held_out.sample(frac=0.5)", "a part of the rows"),
    "flag": (PICK, f'judged["held_out"] = True\n{PICK}', "changes the column 'held_out'"),
    "answer": (PICK, f'judged.loc[:, "probability"] = judged["malignant"]\n{PICK}', "changes the column 'probability'"),
    "answer, assigned": (READ, f'{READ}.assign(probability=cases["malignant"])', "changes the column 'probability'"),
    "another dataset": ('paddock.read("predictions")', 'paddock.read("others")', "no executed notebook reads"),
}


@pytest.mark.parametrize("change", ROWS.values(), ids=ROWS)
def test_rows_that_the_model_learned_from_are_no_proof(
    faults: Callable[..., Faults], change: tuple[str, str, str]
) -> None:
    """What is judged is what was held out: all of it, as it was published."""
    assert change[2] in " ".join(faults(changed(*change[:2])).get("NB206", []))
