"""The items about the model's development."""

from __future__ import annotations

import ast
import re

from paddock import git

from paddock_ci.checks import gate_values
from paddock_ci.score.facts import Facts, Held
from paddock_ci.score.item import Evidence, Item, Way, full, half, none

_CORRELATIONS = ("corrcoef", "corr", "pearsonr", "spearmanr", "kendalltau")
_SEARCHES = (
    "GridSearchCV", "RandomizedSearchCV", "HalvingGridSearchCV", "LogisticRegressionCV", "RidgeCV", "LassoCV",
    "ElasticNetCV", "cross_val_score", "cross_validate", "validation_curve", "create_study",
)  # fmt: skip
_SLICES = "metrics.slices"
_EARLIER = "ageing.earlier"
# Attributes of people by which a model may treat them differently.
_PEOPLE = {
    "age", "sex", "gender", "race", "ethnicity", "nationality", "country", "region", "language", "religion",
    "disability", "income",
}  # fmt: skip


def _reviewed(facts: Facts) -> Evidence:
    folder = f"projects/{facts.name}"
    if not facts.record.commit or facts.record.dirty:
        why = "with changes that no commit has" if facts.record.commit else "outside git"
        return none(f"run {facts.record.run} ran {why}", "Commit, then run again.")
    said = f"run {facts.record.run} ran commit {facts.record.commit[:12]}"
    told = git.ask(
        facts.workspace.root, "log", "-1", "--format=%an%x00%(trailers:key=Reviewed-by,valueonly)",
        facts.record.commit, "--", f"{folder}/src",
    )  # fmt: skip
    author, _, reviewer = (told or b"").decode(errors="replace").strip().partition("\0")
    if reviewer.strip() and not reviewer.strip().startswith(author):
        return full(f"{said}; its code was reviewed by {reviewer.strip().splitlines()[0]}")
    return half(said, "Have somebody else review it; say so in the commit: Reviewed-by: NAME <…>")


def _online(facts: Facts) -> Evidence:
    # What came true is another project's dataset: this one's own were all made before anything was served.
    judged = [
        held for held in facts.held if held.calls_one_of(*_CORRELATIONS) and held.texts & set(facts.project.reads)
    ]
    if judged:
        return full(f"{judged[0]} held in run {facts.record.run}")
    return none(
        "no gate compares offline metrics with what came true",
        "Read the outcomes of served predictions, and judge their correlation with the offline metric by a gate.",
    )


def _tuned(facts: Facts) -> Evidence:
    if searches := [*facts.code.searches(*_SEARCHES), *facts.code.comparisons()]:
        return full(f"{searches[0]}, part of run {facts.record.run}")
    used: dict[str, set[str]] = {}
    audited = [record for record in facts.records if record.notebooks]
    names = {name for record in audited for name in record.parameters}
    for record in audited:
        for name in names:
            used.setdefault(name, set()).add(record.parameters.get(name, "its default"))
    varied = {name: values for name, values in used.items() if len(values) > 1}
    if varied:
        name, values = next(iter(varied.items()))
        return half(
            f"{len(values)} audited runs tried {name}", "Search in the pipeline: GridSearchCV on training rows."
        )
    return none(
        "no run and no code tries other hyperparameters",
        "Choose them by cross-validation on the training rows, in the function that fits (GridSearchCV).",
    )


def _staleness(facts: Facts) -> Evidence:
    if older := [held for held in facts.held if reads_version(held)]:
        return full(f"{older[0]} judges an older version, and held in run {facts.record.run}")
    fitting = {f"{facts.code.package}.{name}" for name in facts.code.learning}
    if older := [held for held in facts.held if held.calls_one_of(_EARLIER) and fitting & set(held.calls)]:
        return full(f"{older[0]} judges a model of earlier rows, and held in run {facts.record.run}")
    return none(
        "no gate says how much worse an older model is",
        "Fit on ageing.earlier(…) of the training rows, and judge the difference to the candidate by a gate.",
    )


def _simpler(facts: Facts) -> Evidence:
    if faults := facts.faults("NB205"):
        return none(faults[0], "Let a gate say that the model beats the rule.")
    better = [held for held in facts.held if gate_values.is_low_gain(held.audit, held.gate) and _is_above_zero(held)]
    if better:
        return full(f"{better[0]} held in run {facts.record.run}: {better[0].fact.value:.3g}, {better[0].fact.bounds}")
    return none("no gate on the gain over the rule held", f"Run: paddock run {facts.name}")


def _slices(facts: Facts) -> Evidence:
    if judged := [held for held in facts.held if held.calls_one_of(_SLICES)]:
        return full(f"{judged[0]} held in run {facts.record.run}: {judged[0].fact.value:.3g}")
    return none("no gate judges slices", "Judge the worst of paddock.models.metrics.slices(…) by a gate.")


def _inclusion(facts: Facts) -> Evidence:
    declared = {column.name for contract in facts.contracts for column in contract.columns}
    for held in facts.held:
        if held.calls_one_of(_SLICES) and (found := sorted(held.columns & declared & _PEOPLE)):
            return full(f"{held} judges groups by {', '.join(found)}, and held in run {facts.record.run}")
    return none(
        "no gate judges groups of people",
        "Judge metrics.slices(…) by columns such as age or sex; where the data has none, it cannot be known.",
    )


def _is_above_zero(held: Held) -> bool:
    """Whether a gate, with the bounds that the run had, holds only above or at zero."""
    found = re.match(r"(?:above|at least) (-?[\d.]+)", held.fact.bounds)
    return found is not None and float(found[1]) >= 0


def reads_version(held: Held) -> bool:
    """Whether a gate's value comes from another version of a dataset than the one that is audited."""
    calls = [node for node in held.behind if isinstance(node, ast.Call) and ast.unparse(node.func) == "paddock.read"]
    return any("version" in {keyword.arg for keyword in call.keywords} or len(call.args) > 1 for call in calls)


ITEMS = (
    Item("M1", "The model's specification is reviewed and committed", Way.PARTLY, _reviewed, of_run=True),
    Item("M2", "Offline metrics go with what comes true", Way.AUTOMATIC, _online, of_run=True),
    Item("M3", "Hyperparameters are tuned", Way.AUTOMATIC, _tuned, of_run=True),
    Item("M4", "It is known what an old model costs", Way.AUTOMATIC, _staleness, of_run=True),
    Item("M5", "No simpler model is better", Way.AUTOMATIC, _simpler, of_run=True),
    Item("M6", "The model is good enough on each important slice", Way.AUTOMATIC, _slices, of_run=True),
    Item("M7", "The model is fair to all groups of people", Way.AUTOMATIC, _inclusion, of_run=True),
)
