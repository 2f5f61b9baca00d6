"""Checks of a project against the template that it follows, by what its record says; no template is rendered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

from paddock.errors import ConfigurationError
from paddock.scaffold.deviations import TABLE, Deviation, deviation_for, load_deviations
from paddock.scaffold.history import tree_of
from paddock.scaffold.ownership import digest, managed
from paddock.scaffold.questions import load_template
from paddock.scaffold.record import FILE, Record, read_record

from paddock_ci.files import ProjectFiles
from paddock_ci.finding import Look

_MANIFEST = "pyproject.toml"


def follows_its_template(files: ProjectFiles) -> Iterator[Look]:
    """The project follows its template: its record is sound, and managed files are as the template renders them."""
    if not (files.root / "templates").is_dir():
        # Nothing that a project could follow.
        return
    try:
        record = read_record(files.folder)
    except ConfigurationError as error:
        yield Look(FILE, error.message.removeprefix(f"projects/{files.name}/{FILE}: "), error.remedy)
        return
    unsaid = _unsaid(files, record)
    fault = f"does not say how {unsaid[0]} has to look" if unsaid else ""
    yield Look(FILE, fault, f"Let it be written again: paddock update {files.name} --restore")
    # What is wrong with the deviations themselves, PD114 says.
    deviations = _deviations(files)[0]
    for path in _edited(files, record):
        deviation = deviation_for(path, deviations)
        if deviation and deviation.is_live(_today()):
            continue
        done = "is not as the template renders it" if path in files.paths else "is missing"
        yield Look(
            path,
            f"{done}, which manages it",
            f"Take the template's: paddock update {files.name} --restore; or declare a deviation in {_MANIFEST}: "
            f"{TABLE} with path, reason, until.",
        )


def deviates_for_a_time(files: ProjectFiles) -> Iterator[Look]:
    """Each deviation from the template says what, why and until when, has not ended, and is still needed."""
    deviations, fault, remedy = _deviations(files)
    yield Look(_MANIFEST, fault, remedy)
    try:
        edited = set(_edited(files, read_record(files.folder))) if deviations else set()
    except ConfigurationError:
        # PD113 says so.
        return
    for deviation in deviations:
        if not any(deviation.fits(path) for path in edited):
            fault = f"{TABLE} {deviation.path}: no managed file deviates that way"
            yield Look(_MANIFEST, fault, "Remove the table.", severity="warning")
        elif not deviation.is_live(_today()):
            fault = f"{TABLE} {deviation.path} ended on {deviation.until}: {deviation.reason}"
            remedy = f"Take the template's file: paddock update {files.name} --restore; or say why it needs longer."
            yield Look(_MANIFEST, fault, remedy)


def _edited(files: ProjectFiles, record: Record) -> Iterator[str]:
    """The managed files that are not as the record says, or that are missing."""
    for path, wanted in record.managed.items():
        place = files.folder / path
        if not place.is_file() or place.is_symlink() or digest(place.read_bytes()) != wanted:
            yield path


def _unsaid(files: ProjectFiles, record: Record) -> list[str]:
    """The managed files of which the record says nothing, though the template is the one that it was written for."""
    folder = files.root / "templates" / record.template
    try:
        owners = load_template(folder.parent, record.template).owners
    except ConfigurationError:
        # Renamed, removed or broken: an update says so.
        return []
    unsaid = [path for path in managed(files.paths, owners) if path not in record.managed]
    return unsaid if unsaid and record.tree in ("", tree_of(folder)) else []


def _deviations(files: ProjectFiles) -> tuple[tuple[Deviation, ...], str, str]:
    try:
        return load_deviations(files.folder), "", ""
    except ConfigurationError as error:
        return (), error.message.removeprefix(f"projects/{files.name}/{_MANIFEST}: "), error.remedy


def _today() -> date:
    return datetime.now(UTC).date()
