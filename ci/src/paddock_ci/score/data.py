"""The items about features and data."""

from __future__ import annotations

import ast
import re
from datetime import UTC, date, datetime

from paddock.data import dtypes
from paddock.data.session import Session

from paddock_ci.score.facts import Facts
from paddock_ci.score.item import Evidence, Item, Way, full, half, none

_SIGNED = re.compile(r"(\d{4}-\d{2}-\d{2}) ([^:]*\w[^:]*): *(\S.{9,})")
_VALID_DAYS = 365
_IMPORTANCE = ("inspection.permutation_importance",)
_TIMERS = ("time.perf_counter", "time.process_time", "time.monotonic")


def _schema(facts: Facts) -> Evidence:
    if not facts.contracts:
        return none("catalog.toml declares no dataset", "Declare in catalog.toml what the pipeline writes.")
    if unchecked := facts.unvalidated():
        return none(f"the last run did not check {unchecked[0]}", f"Run: paddock run {facts.name}")
    loose = [
        f"{contract.dataset}.{column.name}"
        for contract in facts.contracts
        for column in contract.columns
        if column.dtype in dtypes.NUMBERS and not column.allowed and (column.minimum is None or column.maximum is None)
    ]
    said = f"run {facts.record.run} checked every row of {len(facts.contracts)} datasets against catalog.toml"
    if loose:
        return half(f"{said}; {loose[0]} has no range", "Give each number a minimum and a maximum in catalog.toml.")
    return full(f"{said}; each number has a range")


def _beneficial(facts: Facts) -> Evidence:
    judged = [held for held in facts.held if held.calls_one_of(*_IMPORTANCE)]
    if judged:
        return full(f"{judged[0]} held in run {facts.record.run}")
    return none(
        "no gate says what each feature is good for",
        "Judge sklearn.inspection.permutation_importance on held-out rows by a gate of the audited notebook.",
    )


def _cost(facts: Facts) -> Evidence:
    if faults := facts.faults("PD104", "PD106"):
        return none(faults[0], "Mend what the check says: nothing is to be paid for that is not used.")
    minutes = facts.project.deadline_minutes
    if not minutes or not facts.record.tasks:
        return none("nothing says how long a run may take", "Add to [tool.paddock]: deadline_minutes = 60")
    seconds = facts.record.seconds
    if seconds > 60 * minutes:
        return none(f"run {facts.record.run} took {seconds:.0f} s of {60 * minutes}", "Drop what costs most.")
    timed = [held for held in facts.held if held.calls_one_of(*_TIMERS)]
    said = f"run {facts.record.run} made all features and more in {seconds:.0f} s of {60 * minutes}"
    if timed:
        return full(f"{said}; {timed[0]} held")
    return half(f"{said}; each dependency is used (PD104)", "Measure what a feature costs, and bound it by a gate.")


def _meta_level(facts: Facts) -> Evidence:
    if faults := facts.faults("PD106"):
        return none(faults[0], "Read only what [tool.paddock] reads names.")
    features = {str(name) for name in facts.code.shared}
    evidence = facts.suite.evidence(
        lambda test: (
            any(isinstance(part, ast.Attribute) and part.attr == "columns" for part in test.asserted)
            and bool(features & {str(name) for name in facts.code.calls(test.node, test.tree)})
        ),
        "no test says which columns may be features",
        "Assert in tests/ which columns of the features' frame are there, or must not be (.columns).",
    )
    return Evidence(evidence.credit, f"{evidence.said}; what is read is declared (PD106)", evidence.step)


def _privacy(facts: Facts) -> Evidence:
    table = facts.files.manifest.get("tool", {}).get("paddock-score", {})
    signed = table.get("signed", {}) if isinstance(table, dict) else {}
    text = signed.get("D5", "") if isinstance(signed, dict) else ""
    step = "Review who may read what (`personal` in catalog.toml), then sign in pyproject.toml: "
    step += '[tool.paddock-score] signed = { D5 = "YYYY-MM-DD NAME: what was reviewed" }'
    found = _SIGNED.fullmatch(text) if isinstance(text, str) else None
    try:
        day = date.fromisoformat(found[1]) if found else None
    except ValueError:
        day = None
    if day is None or found is None:
        return none("nobody has signed for the privacy of the data", step)
    age = (datetime.now(UTC).date() - day).days
    if not 0 <= age <= _VALID_DAYS:
        return none(f"signed on {day}, which is {'in the future' if age < 0 else 'more than a year ago'}", step)
    if not facts.contracts:
        return none("signed, but catalog.toml declares no data to sign for", "Declare the datasets.")
    personal = sum(column.personal for contract in facts.contracts for column in contract.columns)
    return half(
        f"pyproject.toml: {found[2]} signed on {day}; {personal} columns are marked as personal",
        "By hand it counts half; no machine judges it.",
    )


def _quickly(facts: Facts) -> Evidence:
    if not facts.code.shared:
        return none("no function makes the features for fitting and for predicting", "Put them into one: features.py")
    place = ", ".join(map(str, facts.code.shared))
    said = f"one place to change ({place}), from there to published in {facts.record.seconds:.0f} s"
    session = facts.run.session
    assert session is not None
    for contract in facts.contracts:
        columns = _published_columns(session, contract.dataset)
        if len(columns) > 1:
            return full(f"{said}; {contract.dataset} was published with {len(columns)} different sets of columns")
    return half(said, "Publish a dataset once with a column more: then it is seen to have been done.")


def _published_columns(session: Session, dataset: str) -> set[tuple[str, ...]]:
    """The sets of columns with which a dataset was published; one version is read for each contract."""
    versions = {publication.contract_hash: publication.version for publication in session.serving.publications(dataset)}
    return {tuple(session.store.read(dataset, number).column_names) for number in versions.values()}


def _tested(facts: Facts) -> Evidence:
    features = facts.code.shared
    if not features:
        return none("no function makes the features for fitting and for predicting", "Put them into one: features.py")
    called = {name for test in facts.suite.tests for name in facts.code.calls(test.node, test.tree)}
    if missing := sorted(name for name in features if name not in called):
        return none(f"no test that can fail calls {missing[0]}", f"Write one of what {missing[0]} promises.")
    if faults := facts.faults("PT103"):
        return none(faults[0], "Write a test that imports it.")
    return facts.suite.evidence(
        lambda test: bool(facts.code.calls(test.node, test.tree) & features.keys()), "no test of features", "Write one."
    )


ITEMS = (
    Item("D1", "A schema says what is expected of each feature", Way.AUTOMATIC, _schema, of_run=True),
    Item("D2", "Each feature is good for something", Way.AUTOMATIC, _beneficial, of_run=True),
    Item("D3", "No feature costs more than it is worth", Way.PARTLY, _cost, of_run=True),
    Item("D4", "Features keep to the rules about where they may come from", Way.AUTOMATIC, _meta_level),
    Item("D5", "Personal data is protected all along the pipeline", Way.SIGNED, _privacy),
    Item("D6", "A new feature can be added quickly", Way.PARTLY, _quickly, of_run=True),
    Item("D7", "All code that makes features is tested", Way.AUTOMATIC, _tested),
)
