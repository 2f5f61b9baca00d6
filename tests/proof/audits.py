"""Seeds of the checks NB2xx: gates of an audited notebook, and the rows that they judge."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from tests.proof.seed import AUDIT, EXPLORE, MANIFEST, Defect, Honest, Seed
from tests.templates.defects import IN_NOTEBOOKS

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


def audit_of(source: str, prose: str = "") -> str:
    """The text of an audited notebook of these cells, with a cell of prose that no kernel executes."""
    tags = [["parameters"], *([] for _ in source.split("# %%\n")[1:])]
    cells: list[dict[str, Any]] = [
        {"cell_type": "code", "metadata": {"tags": tag}, "source": cell, "execution_count": None, "outputs": []}
        for tag, cell in zip(tags, source.split("# %%\n"), strict=True)
    ]
    cells.append({"cell_type": "raw", "metadata": {}, "source": prose})
    cells = [{"id": f"cell-{number}", **cell} for number, cell in enumerate(cells)]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}) + "\n"


def changed(old: str, new: str) -> str:
    """The good notebook with one change."""
    assert old in GOOD
    return GOOD.replace(old, new, 1)


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


DEFAULTS = {
    "infinity": ("largest_drift: float = 0.5", 'largest_drift: float = float("-inf")'),
    "arithmetic": ("minimum_auc: float = 0.97", "minimum_auc: float = 1.0 - 0.02"),
    "bool": ("minimum_auc: float = 0.97", "minimum_auc: float = True"),
    "text": ("minimum_auc: float = 0.97", 'minimum_auc: str = "0.97"'),
    "limit of nothing": (AUC, 'minimum_auc\npaddock.metric("auc", auc)'),
    "bare bound": ("at_least=minimum_auc", "at_least=0.9 + 0.07"),
    "bare bound by keywords": (AUC, 'minimum_auc\npaddock.gate(value=auc, at_least=0.9, name="auc")'),
}


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


def _with(change: Sequence[str]) -> Callable[[str], str]:
    """The edit that puts the good notebook with one change in the place of another, of this project."""
    old, new = change[:2]
    return lambda _: audit_of(changed(old, new).replace("shop", "triage"))


# Damages that are easy to make and hard to see, and the check of each.
_COLUMN = 'held_out["probability"])'
HIDDEN = {
    "truth is what the model decides": ("NB206", 'truth = held_out["malignant"]', 'truth = held_out["decision"]'),
    "truth from the probability": ("NB206", 'truth = held_out["malignant"]', 'truth = held_out["probability"] > 0.5'),
    "one row an answer": ("NB206", PICK, f'{PICK}.drop_duplicates("malignant")'),
    "first rows by number": ("NB206", PICK, f"{PICK}.iloc[:10]"),
    "rows by their names": ("NB206", PICK, f'{PICK}\nheld_out = held_out[held_out["case_id"].isin(["mass-0001"])]'),
    "rows of which it is sure": ("NB206", PICK, f'{PICK}\nheld_out = held_out[held_out["probability"] > 0.9]'),
    "rows of which it is sure, by a function": ("NB206", PICK, f'{PICK}.loc[lambda rows: rows["probability"] > 0.9]'),
    "part of the truth": ("NB206", f"(truth, {_COLUMN}", f"(truth[:50], {_COLUMN[:-1]}[:50])"),
    "sample of the truth": ("NB206", f"(truth, {_COLUMN}", f"(truth.sample(5, random_state=1), {_COLUMN[:-1]}.sample(5, random_state=1))"),
    "measure replaced": ("NB205", AUC, f"roc_auc_score = print\n{AUC}"),
    "measure of a module replaced": ("NB205", AUC, f"metrics.gain = print\n{AUC}"),
    "costs patched": ("NB205", AUC, f"features.is_held_out = print\n{AUC}"),
    "reading replaced": ("NB205", AUC, f"paddock.read = print\n{AUC}"),
    "errors hidden": ("NB205", AUC, f"import sys\nsys.excepthook = print\n{AUC}"),
    "function of a constant": ("NB203", AUC, f"def best(x):\n    return 0.99\n\n\n{AUC.replace(' auc', ' best(auc)')}"),
    "constant of numpy": ("NB203", AUC, f"import numpy as np\nauc = np.float64(0.99)\n{AUC}"),
    "clamped by what is unpacked": ("NB203", AUC, f"auc = max(auc, *[0.98])\n{AUC}"),
    "nothing is something": ("NB203", AUC, f"import numpy as np\nauc = np.nan_to_num(auc, nan=1.0)\n{AUC}"),
    "root of a share": ("NB203", '"auc", auc', '"auc", auc**0.1'),
    "gate without a name": ("NB203", '"auc", auc', '"", auc'),
    "gain turned round": ("NB203", 'gain(held_out["rule_loss"], held_out["loss"])', 'gain(held_out["loss"], held_out["rule_loss"])'),
    "gain of a gift": ("NB203", 'held_out["loss"])', 'held_out["loss"] - 1)'),
    "gain of no confidence": ("NB203", 'held_out["loss"])', 'held_out["loss"], confidence=0.01)'),
}  # fmt: skip
PLAIN = {
    "part that somebody measured": ("NB206", PICK, f'{PICK}\nheld_out = held_out[held_out["mean_area"] > 100]'),
    "first rows, to look at": ("NB206", PICK, f"{PICK}\nheld_out.iloc[:5]"),
    "order of the rows": ("NB206", PICK, f'{PICK}.sort_values("mean_area")'),
    "option of pandas": ("NB205", AUC, f"pd.options.display.precision = 3\n{AUC}"),
    "name of its own": ("NB205", AUC, f"score = auc\n{AUC}"),
    "root of an error": ("NB203", AUC, f'{AUC}\npaddock.gate("error", (1 - auc) ** 0.5, at_most=largest_drift)'),
    "gain of more confidence": ("NB203", 'held_out["loss"])', 'held_out["loss"], confidence=0.95)'),
}  # fmt: skip
# The check that each legal change comes near to; NB203 for the others.
_NEAR = {
    "timed cell": "NB202",
    "context": "NB202",
    "bound less a number": "NB204",
    "many": "NB204",
    "import of gate": "NB205",
    "keywords": "NB205",
    "gain of zero": "NB205",
    "gap to training": "NB206",
    "two conditions": "NB206",
    "new column": "NB206",
}
_GATES = 'import paddock\n# %%\npaddock.gate("rows", len(paddock.read("cases")), above=0)'
_SAID = 'paddock.gate("gap", paddock.read("cases")["malignant"].mean(), at_most=0)'

SEEDS: list[Seed] = [
    *(Defect(name, AUDIT, edit=_with(change), code="NB203") for name, change in CANNOT_FAIL.items()),
    *(Defect(name, AUDIT, edit=_with(change), code="NB204") for name, change in DEFAULTS.items()),
    *(Defect(name, AUDIT, edit=_with(change), code="NB205") for name, change in CLAIMS.items()),
    *(Defect(name, AUDIT, edit=_with(change), code="NB206") for name, change in ROWS.items()),
    *(
        Defect(name, AUDIT, edit=_with(("auc = roc", f"{cell}\n# %%\nauc = roc")), code="NB202")
        for name, cell in UNREACHED.items()
    ),
    *(Honest(name, AUDIT, edit=_with(change), code=_NEAR.get(name, "NB203")) for name, change in LEGAL.items()),
    *(Defect(name, AUDIT, edit=_with(change), code=code) for name, (code, *change) in HIDDEN.items()),
    *(Honest(name, AUDIT, edit=_with(change), code=code) for name, (code, *change) in PLAIN.items()),
    *(seed for seed in IN_NOTEBOOKS if seed.code.startswith("NB2")),
    Defect("gate in a notebook that no run executes", "notebooks/more.ipynb", new=audit_of(_GATES), code="NB201"),
    Defect("audit without its gates", AUDIT, edit=lambda text: text.replace("paddock.gate(", "paddock.metric("), code="NB201"),
    Defect("gate in the notebook to look around", EXPLORE, edit=lambda text: text.replace("cases.describe().T", _SAID.replace('"', '\\"')), code="NB201"),
    Honest("metric in a notebook that no run executes", EXPLORE, "cases.describe().T", 'paddock.metric(\\"n\\", 1)', code="NB201"),
    Honest("gate that prose speaks of", EXPLORE, "A place to look around;", "The audit has `paddock.gate(...)`;", code="NB201"),
    Honest("second audit", MANIFEST, '["notebooks/validation.ipynb"]', '["notebooks/validation.ipynb", "notebooks/more.ipynb"]', code="NB201", also=(Honest("", "notebooks/more.ipynb", new=audit_of(_GATES)),)),
    Honest("empty cell at the end", AUDIT, edit=lambda _: audit_of(f"{GOOD.replace('shop', 'triage')}# %%\n"), code="NB202"),
    Defect("every cell may raise", AUDIT, '"metadata": {},\n   "outputs"', '"metadata": {\n    "tags": ["raises-exception"]\n   },\n   "outputs"', code="NB202"),
    Honest("cell with a tag for its reader", AUDIT, '"metadata": {},\n   "outputs"', '"metadata": {\n    "tags": ["remove-input"]\n   },\n   "outputs"', code="NB202"),
]  # fmt: skip
