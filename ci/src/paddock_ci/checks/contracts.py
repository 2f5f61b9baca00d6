"""Checks of the datasets' contracts: what they say, who relies on it, and whether a change breaks that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from paddock.project import Workspace

from paddock_ci.compatibility import base, quality
from paddock_ci.compatibility.change import Change, compare
from paddock_ci.compatibility.consumers import Use, is_used_at_home, uses
from paddock_ci.compatibility.declared import CATALOG, Dataset, Declaration, datasets, declarations
from paddock_ci.finding import Look
from paddock_ci.repo.snapshot import PROJECTS

_GONE = (
    "Add the new column beside the old one, move the readers to it, then remove the old one; "
    "or change the readers in the same pull request, so that none uses it."
)
_KEPT = (
    "Keep this promise and add a new column beside it, move the readers to that, then remove the old one; "
    "or change each file that is named in the same pull request: a file that changed is taken to be moved."
)
_ROWS = (
    "Keep this promise, or change each file that is named in the same pull request: "
    "a file that changed is taken to be moved."
)
_RUNS = 500  # of a schedule, to find its longest pause: those of two days at every five minutes


def is_described(workspace: Workspace) -> Iterator[Look]:
    """Every dataset and column is described in words, quantities have a unit, and personal data are marked or not."""
    for declaration in declarations(workspace):
        for dataset in declaration.datasets.values():
            yield from _told(dataset, "", quality.of_dataset(dataset))
            for column in dataset.contract.columns:
                table = dataset.table["columns"][column.name]
                yield from _told(dataset, column.name, quality.of_column(column, table))


def breaks_no_reader(workspace: Workspace, main: str = "") -> Iterator[Look]:
    """No contract takes away, since the branch left main, what a project that reads the dataset still uses."""
    before = base.load(workspace.root, main)
    if before is None:
        return
    head = declarations(workspace)
    breaks = list(_breaks(head, before))
    moved = _moved([use for one in breaks for use in one.uses if not one.change.is_gone], head, before)
    broken: dict[str, list[Look]] = {}
    for one in breaks:
        if left := [use for use in one.uses if one.change.is_gone or (use.project, use.path) not in moved]:
            broken.setdefault(one.dataset.where, []).append(_broken(one, left))
    for declaration in head:
        where = f"{PROJECTS}/{declaration.name}/{CATALOG}"
        if declaration.datasets:
            yield from broken.get(where, [Look(where)])


def has_a_reader(workspace: Workspace) -> Iterator[Look]:
    """Every dataset is read by a project, its own or another, or served to whoever is outside."""
    head = declarations(workspace)
    read = {name for declaration in head for name in declaration.reads}
    for declaration in head:
        for name, dataset in declaration.datasets.items():
            is_used = dataset.contract.serve or name in read
            is_used = is_used or is_used_at_home(declaration.files, name, declaration.pipeline)
            fault = "" if is_used else f"{name}: nobody reads it, and it is not served"
            remedy = "Remove it and its task, read it somewhere, or write serve = true where others outside use it."
            # Somebody outside may read the files, which no file here tells.
            yield Look(dataset.line() if fault else dataset.where, fault, remedy, severity="warning")


def is_fresh(workspace: Workspace) -> Iterator[Look]:
    """Where a dataset says how old it may get, that is longer than the longest pause between two scheduled runs."""
    for declaration in (declaration for declaration in declarations(workspace) if declaration.schedule):
        pause = _longest_pause(declaration.schedule)
        for dataset in declaration.datasets.values() if pause else ():
            fault, remedy = _staleness(dataset, pause, declaration)
            yield Look(dataset.line(key="max_age_days") if fault else dataset.where, fault, remedy)


def _told(dataset: Dataset, column: str, faults: Iterable[quality.Fault]) -> Iterator[Look]:
    """A look, or one for each fault, at its line."""
    found = [
        Look(dataset.line(column, fault.key), f"{_named(dataset, column)}: {fault.what}", fault.remedy)
        for fault in faults
    ]
    yield from found or [Look(dataset.where)]


def _named(dataset: Dataset, column: str) -> str:
    return f"{dataset.contract.dataset}: column '{column}'" if column else dataset.contract.dataset


@dataclass(frozen=True)
class _Break:
    """A change of a contract that its readers may not survive: who owns it, where they use it, and who may unseen."""

    dataset: Dataset
    owner: str
    change: Change
    uses: tuple[Use, ...]
    unseen: tuple[str, ...]
    notes: Mapping[str, str]


def _breaks(head: Iterable[Declaration], before: base.Base) -> Iterator[_Break]:
    """What breaks somebody, of those catalogues alone that changed."""
    everyone = tuple(head)
    for writer in everyone:
        text = before.catalogues.get(writer.name)
        if text is None or text == writer.files.text(CATALOG):
            continue
        old = datasets(writer.name, text)
        for name, dataset in writer.datasets.items():
            changes = compare(old[name].contract, dataset.contract) if name in old else ()
            readers = [one for one in everyone if name in one.reads and one.name != writer.name]
            for change in (change for change in changes if change.is_breaking and readers):
                yield _break(writer, dataset, change, readers, everyone)


def _break(
    writer: Declaration,
    dataset: Dataset,
    change: Change,
    readers: Iterable[Declaration],
    everyone: Iterable[Declaration],
) -> _Break:
    name = dataset.contract.dataset
    found = {one.name: uses(one.files, name, change.columns) for one in readers}
    known = {other: one for declaration in everyone for other, one in declaration.datasets.items() if other != name}
    notes = {one.name: _namesakes(one, change, known) for one in readers}
    unseen = tuple(reader for reader, places in found.items() if not places)
    return _Break(
        dataset, writer.owner, change, tuple(use for places in found.values() for use in places), unseen, notes
    )


def _namesakes(reader: Declaration, change: Change, known: Mapping[str, Dataset]) -> str:
    """The other dataset that a reader has at hand, if a column of the same name there could be meant as well."""
    at_hand = [name for name in (*reader.reads, *reader.datasets) if name in known]
    return next((name for name in at_hand if set(change.columns) & set(known[name].contract.names)), "")


def _moved(found: Iterable[Use], head: Iterable[Declaration], before: base.Base) -> set[tuple[str, str]]:
    """Project and path of those files with uses that are no longer as they were, or are new."""
    wanted: dict[str, set[str]] = {}
    for use in found:
        wanted.setdefault(use.project, set()).add(use.path)
    if not wanted:
        return set()
    files = {declaration.name: declaration.files for declaration in head}
    texts = before.texts(wanted)
    places = {(project, path) for project, paths in wanted.items() for path in paths}
    return {(project, path) for project, path in places if texts.get((project, path)) != files[project].text(path)}


def _broken(one: _Break, left: Iterable[Use]) -> Look:
    """The finding: what changed, each consumer, and who may be one."""
    projects = dict.fromkeys(use.project for use in left)
    told = [_consumer(project, [use for use in left if use.project == project], one) for project in projects]
    told += [f"{project} reads the dataset and may use it" for project in one.unseen]
    column = one.change.columns[0] if len(one.change.columns) == 1 and not one.change.is_gone else ""
    owner = f" (owner {one.owner})" if one.owner else ""
    fault = f"{one.dataset.contract.dataset}: {one.change.what}{owner}; " + "; ".join(told)
    return Look(one.dataset.line(column), fault, _remedy(one.change))


def _remedy(change: Change) -> str:
    if change.is_gone:
        return _GONE
    return _ROWS if change.is_of_rows else _KEPT


def _consumer(project: str, places: Iterable[Use], one: _Break) -> str:
    note = f" (or the column of that name in {one.notes[project]})" if one.notes[project] else ""
    return f"{project} uses it{note} in {', '.join(map(str, places))}"


def _staleness(dataset: Dataset, pause: float, declaration: Declaration) -> tuple[str, str]:
    """What is wrong with how old a dataset may get, and the remedy."""
    limit = dataset.contract.max_age_days
    if limit is None or limit >= pause:
        return "", ""
    days = f"{pause:.3g} day{'' if pause == 1 else 's'}"
    fault = f"{dataset.contract.dataset}: max_age_days is {limit:g}, but {days} lie between two runs"
    remedy = f"Write more than the {days} between two runs, for instance: max_age_days = {_enough(pause):g}"
    return f"{fault} ({declaration.schedule!r})", remedy


def _enough(pause: float) -> float:
    """A time that forgives one run: whole days where the pause is that long."""
    return 2 * pause if pause < 1 else round(2 * pause)


# Many projects share one schedule.
@lru_cache(1024)
def _longest_pause(schedule: str) -> float:
    """The longest time between two runs, in days; 0 where the schedule names no times, which another check tells."""
    from datetime import UTC, datetime

    from croniter import CroniterError, croniter

    try:
        times = croniter(schedule, datetime(2026, 1, 1, tzinfo=UTC))
        moments = [times.get_next(float) for _ in range(2)]
        # A year has seen every pause; of what runs often, days have.
        while len(moments) < _RUNS and moments[-1] - moments[0] < 366 * 86400:
            moments.append(times.get_next(float))
    except (CroniterError, TypeError, AttributeError, ValueError):
        return 0.0
    return max(second - first for first, second in pairwise(moments)) / 86400
