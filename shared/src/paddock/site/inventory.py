"""The inventory: everything that the site shows, read once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from paddock.data.databases import open_serving
from paddock.data.versions import VersionStore
from paddock.project import Workspace
from paddock.settings import Settings
from paddock.site.datasets import Dataset, read_datasets
from paddock.site.history import Run, read_history
from paddock.site.ledger import Ledger
from paddock.site.projects import Portrait, read_projects
from paddock.site.scores import found_files, read_scores


@dataclass(frozen=True)
class Inventory:
    """Projects with their runs, datasets, and in words what could not be read.

    `docs` is where the documentation lies, seen from the site's folder; nothing where there is none beside it.
    """

    projects: tuple[Portrait, ...]
    datasets: tuple[Dataset, ...]
    faults: tuple[str, ...]
    docs: str = ""

    @property
    def runs(self) -> Iterator[Run]:
        """All runs, newest first (a name begins with its start time)."""
        found = (run for portrait in self.projects for run in portrait.runs)
        return iter(sorted(found, key=lambda run: (run.name, run.project), reverse=True))


def take(workspace: Workspace, settings: Settings, scores: Sequence[Path], now: datetime, known: Ledger) -> Inventory:
    """The inventory of a workspace; `scores` are files of ML Test Scores besides those in the state folder."""
    history = read_history(workspace, known)
    found, unread = read_scores((*found_files(workspace.state), *scores))
    projects = read_projects(workspace, history, found, now)
    store = VersionStore(settings.data_url)
    datasets, silent = read_datasets(workspace, projects, store, open_serving(settings))
    broken = (f"{portrait.name}: {fault}" for portrait in projects for fault in portrait.faults)
    # A run that is going on is no fault.
    mistrusted = (
        f"{run.project}: run {run.name}: {run.fault}"
        for portrait in projects
        for run in portrait.runs
        if run.trust in ("unverified", "unreadable")
    )
    return Inventory(projects, datasets, (*unread, *silent, *broken, *mistrusted))
