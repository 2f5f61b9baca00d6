"""The items about what is watched once a model serves."""

from __future__ import annotations

from datetime import UTC, datetime
from statistics import median

from paddock.data import dtypes
from paddock.runs import timeliness

from paddock_ci.checks import requirements
from paddock_ci.score.facts import Facts
from paddock_ci.score.item import Evidence, Item, Way, full, half, none

_FEWEST = 3  # earlier runs that a comparison of times needs
_SLOWER = 2.0
_FINITE = ("isfinite", "isnan", "isna", "notna")


def _dependencies(facts: Facts) -> Evidence:
    if faults := facts.faults("DK104", "PD101", "PD103"):
        return none(faults[0], "Mend what the check says.")
    path = f"projects/{facts.name}/requirements.txt"
    looks = [look for look in requirements.answer_to_each_project(facts.workspace) if look.place.startswith(path)]
    if not facts.files.text("requirements.txt").strip() or not looks:
        return none(f"{path} is missing or empty", "Run: make requirements")
    if faults := [look.fault for look in looks if look.fault]:
        return none(f"{path}: {faults[0]}", "Run: make requirements")
    return full(f"{path} pins each package by its hash and answers to the lock (WS102); the image installs it (DK104)")


def _invariants(facts: Facts) -> Evidence:
    made = [contract for contract in facts.contracts if not contract.serve]
    read = [fact.name for fact in facts.record.datasets if fact.role == "read"]
    if not made and not read:
        return none("no dataset holds the inputs", "Write what comes in as a dataset with a contract.")
    if unchecked := [name for name in facts.unvalidated() if name in {contract.dataset for contract in made}]:
        return none(f"the last run did not check {unchecked[0]}", f"Run: paddock run {facts.name}")
    names = [*(contract.dataset for contract in made), *read]
    checked = any(_has_invariant(facts, name) for name in names)
    if not checked:
        return none(f"the contract of {names[0]} checks no value", "Add minimum, maximum, allowed or regex.")
    return full(f"run {facts.record.run} stops where a row of {', '.join(names)} breaks its contract; none did")


def _has_invariant(facts: Facts, dataset: str) -> bool:
    session = facts.run.session
    assert session is not None
    columns = session.catalogue.contract(dataset).columns
    return any(c.minimum is not None or c.maximum is not None or c.allowed or c.regex for c in columns)


def _skew(facts: Facts) -> Evidence:
    if not facts.code.shared:
        return none(
            "no function makes the features both for fitting and for predicting",
            "Call one function of the package in both (src/…/features.py).",
        )
    name, module = next(iter(facts.code.shared.items()))
    served = [contract.dataset for contract in facts.contracts if contract.serve]
    said = f"{module} fits and predicts on what {name} makes"
    if not served:
        return half(f"{said}; nothing is served by this pipeline", "Say serve = true of what services read.")
    return full(f"{said}; services read {served[0]}, which the same run wrote")


def _stale(facts: Facts) -> Evidence:
    if faults := facts.faults("PD108") if facts.project.schedule else ["there is no schedule"]:
        return none(faults[0], 'Add to [tool.paddock]: schedule = "0 5 * * *" and deadline_minutes = 60')
    now = datetime.now(UTC)
    success = timeliness.last_success(facts.project)
    due = timeliness.due_by(facts.project, success) if success else None
    if success is None or due is None:
        return none("the project has never succeeded", f"Run: paddock run {facts.name}")
    if timeliness.is_late(facts.project, now):
        return half(f"the run that was due by {due:%Y-%m-%d %H:%M} has not come", f"Run: paddock run {facts.name}")
    return full(f"last success {success:%Y-%m-%d %H:%M}, the next is due by {due:%Y-%m-%d %H:%M} (paddock runs --late)")


def _stable(facts: Facts) -> Evidence:
    served = [contract for contract in facts.contracts if contract.serve]
    numbers = [(c.dataset, column) for c in served for column in c.columns if column.dtype in dtypes.FLOATS]
    loose = [
        f"{name}.{column.name}"
        for name, column in numbers
        if column.nullable or column.minimum is None or column.maximum is None
    ]
    if not served or loose:
        what = f"{loose[0]} may be any number" if loose else "no dataset is served"
        return none(what, "Give it a minimum and a maximum in catalog.toml.")
    if unchecked := [name for name in facts.unvalidated() if name in {contract.dataset for contract in served}]:
        return none(f"the last run did not check {unchecked[0]}", f"Run: paddock run {facts.name}")
    said = f"run {facts.record.run} served {len(numbers)} columns of numbers, none missing or out of its range"
    tested = facts.suite.evidence(
        lambda test: (
            any(test.calls_of(name) for name in _FINITE)
            and bool(facts.code.calls(test.node, test.tree) & facts.code.shared.keys())
        ),
        "no test says that the features are finite",
        "Assert numpy.isfinite of the features of any legal rows, in tests/.",
    )
    if tested.credit < 1:
        return half(f"{said}; {tested.said}", tested.step)
    return full(f"{said}; {tested.said}")


def _performance(facts: Facts) -> Evidence:
    if not facts.project.deadline_minutes or facts.record.seconds > 60 * facts.project.deadline_minutes:
        return none("no deadline, or the last run missed it", "Add to [tool.paddock]: deadline_minutes = 60")
    now = facts.record.phases.get("audit", 0.0) + facts.record.phases.get("build", 0.0)
    before = [
        record.phases.get("build", 0.0) + record.phases.get("audit", 0.0)
        for record in facts.records
        if record.run < facts.record.run and record.status == "published"
    ]
    said = f"run {facts.record.run} built and audited in {now:.1f} s"
    if len(before) < _FEWEST:
        return half(f"{said}, before its deadline", f"After {_FEWEST} earlier published runs, times are compared.")
    if now > _SLOWER * median(before):
        return none(f"{said}; the median before was {median(before):.1f} s", "Find out what became slower.")
    return full(f"{said}; the median of {len(before)} runs before was {median(before):.1f} s")


def _quality(facts: Facts) -> Evidence:
    if faults := facts.faults("NB206"):
        return none(faults[0], "Judge what was held out.")
    drift = [held for held in facts.held if held.calls_one_of("metrics.drift")]
    quality = [held for held in facts.held if held not in drift and held.calls_one_of("metrics.gain")]
    if not quality:
        return none("no gate on the gain over the rule held", f"Run: paddock run {facts.name}")
    said = f"{quality[0]} held in run {facts.record.run}"
    if not drift:
        return half(f"{said}; no gate judges drift", "Judge paddock.models.metrics.drift(…) by a gate.")
    if not facts.project.schedule:
        return half(f"{said}; it is judged only when somebody runs it", "Add to [tool.paddock]: schedule = …")
    return full(f"{said}, {drift[0]} too; both are judged again at each scheduled run")


ITEMS = (
    Item("O1", "A change of what it depends on is noticed", Way.AUTOMATIC, _dependencies),
    Item("O2", "Inputs keep to their invariants", Way.AUTOMATIC, _invariants, of_run=True),
    Item("O3", "Training and serving compute the same features", Way.AUTOMATIC, _skew, of_run=True),
    Item("O4", "The model is not too old", Way.AUTOMATIC, _stale, of_run=True),
    Item("O5", "The model is numerically stable", Way.AUTOMATIC, _stable, of_run=True),
    Item("O6", "It has not become slower or hungrier", Way.PARTLY, _performance, of_run=True),
    Item("O7", "Predictions have not become worse", Way.AUTOMATIC, _quality, of_run=True),
)
