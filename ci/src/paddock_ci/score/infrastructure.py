"""The items about the infrastructure that trains, validates and serves."""

from __future__ import annotations

import ast
import re
from collections import defaultdict

from paddock.data.publishing import servable
from paddock.storage import artifact

from paddock_ci.score.facts import Facts
from paddock_ci.score.item import Evidence, Item, Way, full, half, none
from paddock_ci.score.model import reads_version
from paddock_ci.score.tested import Tested

_SAME = ("equals", "assert_frame_equal", "assert_series_equal", "array_equal")


def _reproducible(facts: Facts) -> Evidence:
    outcomes = defaultdict(list)
    for record in facts.records:
        written = tuple((d.name, d.content_hash) for d in record.datasets if d.role == "written")
        # What was taken from an earlier run says nothing about computing it again.
        if written and record.tasks and all(task.status == "ran" for task in record.tasks):
            outcomes[record.fingerprint].append((record.run, written))
    for runs in outcomes.values():
        if len(runs) > 1 and len({written for _, written in runs}) == 1:
            return full(f"runs {runs[0][0]} and {runs[-1][0]} wrote the same content")
        if len(runs) > 1:
            return none(f"runs {runs[0][0]} and {runs[-1][0]} differ on the same inputs", "Seed what is random.")
    return facts.suite.evidence(
        _builds_twice,
        "nothing was trained twice and compared",
        "Write a test that builds the pipeline in two folders (paddock.testing.build) and compares by .equals(…).",
    )


def _builds_twice(test: Tested) -> bool:
    """Whether a test builds the pipeline in two folders of its own, and asserts that results are equal."""
    places = {ast.unparse(call.args[1]) for call in test.calls_of("build") if len(call.args) > 1}
    compared = [part for part in test.asserted if isinstance(part, ast.Call)]
    compared += [call for call in test.calls if ast.unparse(call.func).rpartition(".")[2].startswith("assert_")]
    return len(places) > 1 and any(ast.unparse(call.func).rpartition(".")[2] in _SAME for call in compared)


def _unit_tested(facts: Facts) -> Evidence:
    learning = facts.code.learning
    if not learning:
        return none("no function of the package fits a model", "Put the fit into a function: model.py")
    called = {name for test in facts.suite.tests for name in facts.code.calls(test.node, test.tree)}
    if missing := [name for name in learning if name not in called]:
        return none(f"no test that can fail calls {missing[0]}", f"Write one: what {missing[0]} learns from few rows.")
    return facts.suite.evidence(
        lambda test: bool(facts.code.calls(test.node, test.tree) & set(learning)), "no test of the model", "Write one."
    )


def _integration(facts: Facts) -> Evidence:
    if faults := [fault for fault in facts.faults("PT103") if "is built by no test" in fault]:
        return none(faults[0], "Write a test that builds it: paddock.testing.build")
    return facts.suite.evidence(
        lambda test: any(ast.unparse(call.func) in ("testing.build", "build") for call in test.calls),
        "no test that can fail builds the pipeline",
        "Write one: paddock.testing.build(PROJECT, tmp_path, given={…})",
    )


def _validated(facts: Facts) -> Evidence:
    if faults := facts.faults("NB201", "NB202", "NB203", "NB204", "NB205", "NB206"):
        return none(faults[0], "Mend what the check says: it stands between a bad model and its publication.")
    if not facts.held or not all(gate.held for gate in facts.record.gates):
        return none("no gate of the present notebooks held in the last run", f"Run: paddock run {facts.name}")
    run = facts.record
    return full(f"run {run.run} published after {len(run.gates)} gates held, which can fail (NB201 to NB206)")


def _debuggable(facts: Facts) -> Evidence:
    folder = facts.project.tasks_folder
    stored = [path for path in folder.rglob("*") if path.is_file() and not path.name.endswith(".manifest.json")]
    whole = {path.name for path in stored if artifact.is_complete(path)}
    identities = {task.identity for task in facts.record.tasks}
    missing = [task.name for task in facts.record.tasks if not any(task.identity in name for name in whole)]
    if missing or not identities:
        return none(
            f"the result of {missing[0] if missing else 'any task'} is not kept", f"Run: paddock run {facts.name}"
        )
    said = f"the results of all {len(identities)} tasks of run {facts.record.run} are kept, the fitted model too"
    noted = {notebook.source for notebook in facts.record.notebooks}
    stepped = [
        f"{path} cell {cell.number}"
        for path in facts.project.notebooks
        for cell in facts.files.notebooks.get(path, ())
        if path in noted and _steps_through(ast.unparse(cell.tree), [str(name) for name in facts.code.shared])
    ]
    if stepped:
        return full(f"{said}; {stepped[0]} makes the features of one row")
    return half(said, "Show one row on its way in the audited notebook: features.inputs(held_out.head(1)).")


def _steps_through(code: str, features: list[str]) -> bool:
    """Whether a cell makes the features of one row, alone."""
    return any(re.search(rf"\b{re.escape(name)}\([^()]*\.(head\(1\)|iloc\[\[)", code) for name in features)


def _canaried(facts: Facts) -> Evidence:
    if faults := facts.faults("NB201", "DK105", "DK107"):
        return none(faults[0], "Mend what the check says.")
    if not {"audit", "publish"} <= facts.record.phases.keys():
        return none(f"run {facts.record.run} did not audit a candidate", f"Run: paddock run {facts.name}")
    if compared := [held for held in facts.held if reads_version(held)]:
        return full(f"{compared[0]} judges the candidate beside what is served, and held in run {facts.record.run}")
    return half(
        f"run {facts.record.run} audited a candidate that nobody was served yet; the image starts (DK105)",
        "Judge the candidate beside what is served by a gate: paddock.read(…, version=…)",
    )


def _rolled_back(facts: Facts) -> Evidence:
    session = facts.run.session
    assert session is not None
    served = [contract for contract in facts.contracts if contract.serve]
    if not served:
        return none("no dataset is served", "Say serve = true of what services read, in catalog.toml.")
    dataset = served[0].dataset
    now = session.serving.published()[dataset].version
    log = session.serving.publications(dataset)
    kept = [number for number in servable(session.store, log, dataset) if number != now]
    if not kept:
        said = f"version {now} of {dataset} is published and logged; there is none before it"
        return half(said, "With the next version that is published, one can go back: paddock data rollback")
    # Raises where the file is damaged: then there is nothing to go back to.
    session.store.read(dataset, kept[-1])
    return full(f"version {kept[-1]} of {dataset} is whole: paddock data rollback {dataset} --to {kept[-1]}")


ITEMS = (
    Item("I1", "Training gives the same model again", Way.AUTOMATIC, _reproducible),
    Item("I2", "The code that specifies the model has unit tests", Way.AUTOMATIC, _unit_tested),
    Item("I3", "The whole pipeline has an integration test", Way.AUTOMATIC, _integration),
    Item("I4", "A model is validated before it is served", Way.AUTOMATIC, _validated, of_run=True),
    Item("I5", "One example can be followed step by step", Way.PARTLY, _debuggable, of_run=True),
    Item("I6", "A new model is tried beside the old one before it serves all", Way.PARTLY, _canaried, of_run=True),
    Item("I7", "What is served can be rolled back", Way.AUTOMATIC, _rolled_back, of_run=True),
)
