"""The facts of a project that items are judged by, each read once."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from paddock.data.catalogue import load_catalogue
from paddock.data.contract import Contract
from paddock.errors import PaddockError
from paddock.project import Project, Workspace, load_project
from paddock.runs.record import DatasetFact, GateFact, Record

from paddock_ci.checks import PROJECT_CHECKS
from paddock_ci.checks.audit import Audit, Gate, Place, audits
from paddock_ci.files import ProjectFiles
from paddock_ci.score.code import Code
from paddock_ci.score.run import Run, last_run, records_of
from paddock_ci.score.tested import Suite

_NO_PIPELINE = "Make a project that has one: paddock new (template pipeline)."


@dataclass(frozen=True)
class Held:
    """A gate that stands in an audited notebook, and held in the last published run."""

    path: str
    gate: Gate
    fact: GateFact
    audit: Audit
    behind: tuple[ast.AST, ...]

    def __str__(self) -> str:
        return f"gate '{self.fact.name}' ({self.path} cell {self.gate.cell})"

    @property
    def calls(self) -> list[str]:
        """The full names of all that is called to make the gate's value."""
        return [self.audit.full_name(node.func) for node in self.behind if isinstance(node, ast.Call)]

    def calls_one_of(self, *endings: str) -> bool:
        """Whether something whose name has one of these endings is called to make the gate's value."""
        return any(f".{name}".endswith(tuple(f".{ending}" for ending in endings)) for name in self.calls)

    @property
    def columns(self) -> set[str]:
        """The columns that are taken on the way to the gate's value."""
        slices = [node.slice for node in self.behind if isinstance(node, ast.Subscript)]
        return {str(part.value) for part in slices if isinstance(part, ast.Constant)}

    @property
    def texts(self) -> set[str]:
        """The texts on the way to the gate's value, such as the names of datasets."""
        found = (node.value for node in self.behind if isinstance(node, ast.Constant))
        return {text for text in found if isinstance(text, str)}


class Facts:
    """What is known of the project called `name`; where its declaration is broken, `fault` says so."""

    def __init__(self, workspace: Workspace, name: str) -> None:
        self.workspace = workspace
        self.name = name
        self.files = ProjectFiles(workspace.root, workspace.root / "projects" / name)
        self.fault = ""
        self._project: Project | None = None
        self.contracts: tuple[Contract, ...] = ()
        try:
            self._project = load_project(workspace, name)
            self.contracts = load_catalogue(workspace).owned_by(name)
            if not self._project.pipeline:
                self.fault = f"{name} has no pipeline, so there is no model to score\n{_NO_PIPELINE}"
        except PaddockError as error:
            self.fault = str(error)

    @property
    def project(self) -> Project:
        """The project as it declares itself; only where there is no `fault`."""
        assert self._project is not None
        return self._project

    @cached_property
    def run(self) -> Run:
        """The last published run, or why there is none."""
        return last_run(self.project)

    @property
    def record(self) -> Record:
        """The record of the last published run; only where the run has no fault."""
        assert self.run.record is not None
        return self.run.record

    @cached_property
    def records(self) -> tuple[Record, ...]:
        """The records of all runs, oldest first."""
        return records_of(self.project)

    @cached_property
    def suite(self) -> Suite:
        """The project's tests."""
        return Suite(self.files)

    @cached_property
    def code(self) -> Code:
        """The code of the project's package."""
        return Code(self.files)

    def faults(self, *codes: str) -> list[str]:
        """What these checks find, with their codes; a check that looked at nothing vouches for nothing."""
        found = []
        for code in codes:
            looks = list(PROJECT_CHECKS[code](self.files))
            found += [f"{code} {look.place}: {look.fault}" for look in looks if look.fault]
            found += [] if looks else [f"{code} found nothing to look at"]
        return found

    def written(self) -> dict[str, DatasetFact]:
        """The datasets that the last published run wrote, by name."""
        return {fact.name: fact for fact in self.record.datasets if fact.role == "written"}

    def unvalidated(self) -> list[str]:
        """Datasets whose present contract the last published run did not check its rows against."""
        session, written = self.run.session, self.written()
        assert session is not None
        found = []
        for contract in self.contracts:
            fact = written.get(contract.dataset)
            version = session.store.find(fact.name, fact.version) if fact else None
            if version is None or version.contract_hash != contract.digest:
                found.append(contract.dataset)
        return found

    @cached_property
    def held(self) -> tuple[Held, ...]:
        """The gates that can fail (NB203), are reached (NB202) and held in the last published run."""
        noted = {notebook.source: {g.name: g for g in notebook.gates} for notebook in self.record.notebooks}
        broken = self.faults("NB203")
        if not self.files.notebooks or self.faults("NB202") or any(_is_of_notebook(fault) for fault in broken):
            return ()
        return tuple(
            Held(path, gate, fact, audit, tuple(_behind(audit, gate.value, gate.place, set())))
            for path, audit in audits(self.files)
            for gate in audit.gates
            if (fact := noted.get(path, {}).get(_name(gate))) is not None
            and fact.held
            and gate.value is not None
            and not any(f"gate {gate.name} " in fault for fault in broken)
        )


def _is_of_notebook(fault: str) -> bool:
    """Whether a fault of a gate check is one of the whole notebook, and not of a single gate."""
    return ": gate " not in fault


def _name(gate: Gate) -> str:
    """The name that a record has for a gate; nothing for a name that is computed."""
    try:
        return str(ast.literal_eval(gate.name))
    except (ValueError, SyntaxError):
        return ""


def _behind(audit: Audit, node: ast.AST, place: Place, seen: set[int]) -> Iterator[ast.AST]:
    """All code that a value comes from: through names, and through functions that the notebook defines."""
    if id(node) in seen:
        return
    seen.add(id(node))
    yield node
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        for found in audit.definitions(node.id, place):
            yield from _behind(audit, found.value, found.place, seen)
        if node.id in audit.functions:
            yield from _behind(audit, audit.functions[node.id], place, seen)
    for part in ast.iter_child_nodes(node):
        yield from _behind(audit, part, place, seen)
