"""A session: what one project may read and write, and which version of each dataset it sees."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paddock.data import sources as reading
from paddock.data import standing, used
from paddock.data.catalogue import Catalogue, load_catalogue, load_sources
from paddock.data.databases import Serving, open_serving
from paddock.data.forms import Form, converter
from paddock.data.versions import Version, VersionStore
from paddock.errors import ConfigurationError, DataError, nearest
from paddock.project import Project, find_workspace, load_project
from paddock.settings import Settings, load_settings

if TYPE_CHECKING:
    import pyarrow as pa

_ACTIVE: ContextVar[Session | None] = ContextVar("paddock_session", default=None)


@dataclass
class Session:
    """One project's access to datasets; each dataset is seen at one version for as long as the session lives.

    `candidates` are versions to see instead of the published ones; files of sources lie below `sources_root`, by
    default the project's folder. `reads` and `writes` fill up with what was read and written, by dataset, `asked`
    with versions that were asked for, and `sources` with the content hash of what was read from outside, by source.
    """

    project: Project
    catalogue: Catalogue
    store: VersionStore
    serving: Serving
    run: str = ""
    candidates: Mapping[str, int] = field(default_factory=dict)
    reads: dict[str, int] = field(default_factory=dict)
    writes: dict[str, Version] = field(default_factory=dict)
    sources_root: Path | None = None
    sources: dict[str, str] = field(default_factory=dict)
    asks_history: bool = False
    asked: set[tuple[str, int]] = field(default_factory=set)
    _readings: dict[str, pa.Table] = field(default_factory=dict, repr=False)

    def read(
        self,
        dataset: str,
        version: int | date | datetime | None = None,
        as_: Form = "pandas",
        columns: Sequence[str] | None = None,
    ) -> Any:
        """The rows of a dataset: a pandas or Polars frame, an Arrow table, or an Ibis expression.

        A name without a dot is one of the project's own. `version` is a number, or a moment: what was
        published then (a date means its end, in UTC). By default it is the candidate inside a run, else
        what is published. Raises ConfigurationError for an undeclared read, DataError when there is no
        such version, it is damaged, or it is a candidate of another project.
        """
        name = self._readable(dataset)
        convert = converter(as_)
        number = self.pinned(name) if version is None else self._number(name, version)
        rows = self.store.read(name, number, columns)
        used.note(self, name, number, is_asked=version is not None)
        return convert(rows)

    def source(self, name: str, as_: Form = "pandas") -> Any:
        """The rows of a source that the project's `catalog.toml` declares, read once in the session's life.

        Raises ConfigurationError for an unknown source, DataError naming file, line, column and value when the
        source is not as declared, or not as it was when the session first looked at it.
        """
        convert = converter(as_)
        if name not in self._readings:
            self._read_source(name)
        return convert(self._readings[name])

    def source_hash(self, name: str) -> str:
        """The content hash at which this session sees a source, from its first use on."""
        source = self._declared(name)
        if name not in self.sources and source.query:
            # What a query gives is known only from its rows, so they are kept.
            self._read_source(name)
        if name not in self.sources:
            self.sources[name] = reading.content_hash(source, self._root)
        return self.sources[name]

    def write(self, dataset: str, frame: Any) -> Version:
        """Check `frame` against the contract and store it as a candidate version.

        Raises ConfigurationError when the dataset is not the project's own, DataError naming column,
        row and value when a row breaks the contract.
        """
        from paddock.data.validation import check, to_table

        name = self.qualified(dataset)
        if not name.startswith(f"{self.project.name}."):
            raise ConfigurationError(
                f"{self.project.name} may not write {name}: a project writes only its own datasets",
                f"Write it in the project '{name.split('.')[0]}', or declare your own in {self.project.catalog}.",
            )
        contract = self.catalogue.contract(name)
        table = to_table(contract, frame)
        check(contract, table)
        version = self.store.write(contract, table, self.run)
        self.writes[name] = version
        return version

    def pinned(self, dataset: str) -> int:
        """The version number at which this session sees a dataset, from its first use on."""
        name = self._readable(dataset)
        if name not in self.reads:
            self.reads[name] = self.candidates[name] if name in self.candidates else self._published(name)
        return self.reads[name]

    def _read_source(self, name: str) -> None:
        source = self._declared(name)
        table, found = reading.read(source, self._root)
        if self.sources.setdefault(name, found) != found:
            raise DataError(f"{source.name}: it changed while the run was going on", "Run again.")
        self._readings[name] = table

    def _declared(self, name: str) -> reading.Source:
        if name not in self.declared_sources:
            raise ConfigurationError(
                f"{self.project.name} declares no source '{name}'",
                f"{nearest(name, self.declared_sources)} Declare it in {self.project.catalog}: [sources.{name}]",
            )
        return self.declared_sources[name]

    @cached_property
    def declared_sources(self) -> Mapping[str, reading.Source]:
        """The sources that the project declares, by name."""
        return load_sources(self.project)

    @property
    def _root(self) -> Path:
        return self.sources_root or self.project.folder

    def _published(self, name: str) -> int:
        publication = self.serving.published().get(name)
        if publication is None:
            owner = name.split(".")[0]
            raise DataError(f"{name}: nothing is published yet", f"Run its project first: paddock run {owner}")
        standing.refuse_stale(self.catalogue.contract(name), publication, datetime.now(UTC))
        return publication.version

    def _number(self, name: str, version: int | date | datetime) -> int:
        if isinstance(version, int) and not isinstance(version, bool):
            if name.split(".")[0] != self.project.name and version != self.candidates.get(name):
                standing.refuse_candidate(self.store.find(name, version), self.serving.publications(name))
            return version
        if not isinstance(version, date):
            raise ConfigurationError(
                f"{name}: version: expected a number, a date or a datetime, got {version!r}",
                f"See: paddock data history {name}",
            )
        moment = _moment(name, version)
        self.asks_history = True
        past = [found for found in self.serving.publications(name) if found.published_at <= moment]
        if not past:
            raise DataError(
                f"{name}: nothing was published by {moment:%Y-%m-%d %H:%M:%S} UTC",
                f"See: paddock data history {name}",
            )
        return past[-1].version

    def _readable(self, dataset: str) -> str:
        name = self.qualified(dataset)
        self.catalogue.contract(name)
        if not name.startswith(f"{self.project.name}.") and name not in self.project.reads:
            declared = json.dumps([*self.project.reads, name])
            raise ConfigurationError(
                f"{self.project.name} reads {name}, which it does not declare",
                f"Add it to [tool.paddock] of {self.project.folder / 'pyproject.toml'}: reads = {declared}",
            )
        return name

    def qualified(self, dataset: str) -> str:
        """The full name of a dataset; a name without a dot is the project's own."""
        return dataset if "." in dataset else f"{self.project.name}.{dataset}"


def open_session(
    project: Project,
    settings: Settings,
    run: str = "",
    candidates: Mapping[str, int] | None = None,
    sources: Mapping[str, str] | None = None,
) -> Session:
    """A session of `project` in the environment that `settings` describe; it sees `sources` at these hashes only."""
    return Session(
        project=project,
        catalogue=load_catalogue(project.workspace),
        store=VersionStore(settings.data_url, settings.lock_wait),
        serving=open_serving(settings),
        run=run,
        candidates=dict(candidates or {}),
        sources_root=Path(settings.sources_root) if settings.sources_root else None,
        sources=dict(sources or {}),
    )


def pins_of(session: Session, candidates: Mapping[str, int]) -> dict[str, int]:
    """The version of each dataset that the project may read: one of `candidates`, else what the session sees.

    Raises DataError for a declared read that is stale.
    """
    published = session.serving.published()
    own = {name: found.version for name, found in published.items() if name.startswith(f"{session.project.name}.")}
    reads = {name: session.pinned(name) for name in session.project.reads if name in published}
    return own | reads | dict(candidates)


def environment_of(session: Session, pins: Mapping[str, int], environment: str) -> dict[str, str]:
    """The variables from which another process has a session that sees `pins`, and sources as this one saw them."""
    return {
        "PADDOCK_WORKSPACE": str(session.project.workspace.root),
        "PADDOCK_PROJECT": session.project.name,
        "PADDOCK_ENV": environment,
        "PADDOCK_RUN": session.run,
        "PADDOCK_CANDIDATES": json.dumps(dict(pins), sort_keys=True),
        "PADDOCK_SOURCES": json.dumps(session.sources, sort_keys=True),
        # What this process was given goes on: it may have no other way to this package.
        "PYTHONPATH": os.pathsep.join(filter(None, (str(session.project.source), os.environ.get("PYTHONPATH")))),
    }


@contextlib.contextmanager
def active(session: Session) -> Iterator[Session]:
    """Make `session` the one that `current` and `read` use."""
    token = _ACTIVE.set(session)
    try:
        yield session
    finally:
        _ACTIVE.reset(token)


def current() -> Session:
    """The active session; else that of the kernel a run started; else that of the project around this folder."""
    session = _ACTIVE.get()
    if session is None:
        session = _session_of_environment(dict(os.environ))
        _ACTIVE.set(session)
    return session


def enter_project() -> Project:
    """The project of the current session, whose package can be imported from here on.

    A run's notebooks can import it anyway; this is for those that people open by hand.
    """
    project = current().project
    if str(project.source) not in sys.path:
        sys.path.insert(0, str(project.source))
    return project


def read(
    dataset: str,
    version: int | date | datetime | None = None,
    as_: Form = "pandas",
    columns: Sequence[str] | None = None,
) -> Any:
    """Read a dataset in the current session; see `Session.read`."""
    return current().read(dataset, version, as_, columns)


def _session_of_environment(environment: Mapping[str, str]) -> Session:
    workspace = find_workspace(Path(environment.get("PADDOCK_WORKSPACE", ".")))
    name = environment.get("PADDOCK_PROJECT") or _project_around(workspace.root, Path.cwd())
    settings = load_settings(workspace, environment.get("PADDOCK_ENV", "local"))
    candidates, sources = (json.loads(environment.get(f"PADDOCK_{key}", "{}")) for key in ("CANDIDATES", "SOURCES"))
    run = environment.get("PADDOCK_RUN", "")
    session = open_session(load_project(workspace, name), settings, run, candidates, sources)
    used.GIVEN.append((session, settings))
    return session


def _project_around(root: Path, folder: Path) -> str:
    projects = root / "projects"
    if not folder.is_relative_to(projects) or folder == projects:
        raise ConfigurationError(
            f"{folder}: lies in no project, so it is unknown whose datasets to read",
            "Start from a folder below projects/NAME, or set PADDOCK_PROJECT.",
        )
    return folder.relative_to(projects).parts[0]


def _moment(name: str, version: date) -> datetime:
    if not isinstance(version, datetime):
        return datetime.combine(version, time.max, UTC)
    if version.tzinfo is None:
        raise ConfigurationError(
            f"{name}: version: expected a datetime with a time zone, got {version!r}",
            "Write, for instance: datetime(2026, 1, 31, 12, tzinfo=UTC)",
        )
    return version.astimezone(UTC)
