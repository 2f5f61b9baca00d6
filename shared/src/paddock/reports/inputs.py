"""The inputs of an execution: everything outside of the notebook that its outcome may depend on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from paddock.reports import fingerprint, published, variables
from paddock.reports.published import Published


@dataclass(frozen=True)
class Inputs:
    """By path: fingerprints of files that were read and made, of folders that were listed or searched for modules,
    and what stood where the notebook only asked; variables that were read; what was published.
    """

    files: Mapping[str, list[Any]]
    made: Mapping[str, list[Any]]
    folders: Mapping[str, str]
    modules: Mapping[str, str]
    asked: Mapping[str, str]
    variables: Mapping[str, str]
    data: Published | None = None
    ignored_names: Mapping[str, list[str]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The inputs as JSON values."""
        return asdict(self)


def inputs_of(values: Mapping[str, Any]) -> Inputs:
    """The inputs that `as_json` wrote."""
    data = values["data"]
    return Inputs(**{**values, "data": Published(**data) if data else None})


def change(inputs: Inputs, root: Path, key: bytes) -> str:
    """The first input that is not as it was, in words; empty when all are."""
    return next(_changes(inputs, root, key), "")


def _changes(inputs: Inputs, root: Path, key: bytes) -> Iterator[str]:
    yield from variables.changes(inputs.variables, key)
    for path, known in inputs.files.items():
        if (found := fingerprint.of_file(path, known)) != known[0]:
            yield f"{_shown(path, root)} {_difference(known[0], found)}"
    for path, kind in inputs.asked.items():
        if fingerprint.kind(path) != kind:
            yield f"{_shown(path, root)} {_difference(kind, fingerprint.kind(path))}"
    for path, names in inputs.folders.items():
        made = frozenset(inputs.ignored_names.get(path, ()))
        if fingerprint.of_names(fingerprint.listed(path), made) != names:
            yield f"{_shown(path, root)} holds other files"
    for path, modules in inputs.modules.items():
        if fingerprint.of_modules(path, fingerprint.listed(path)) != modules:
            yield f"{_shown(path, root)} holds other modules"
    for path, known in inputs.made.items():
        if fingerprint.of_file(path, known) != known[0]:
            yield f"{_shown(path, root)}, which it writes, is not as it left it"
    if inputs.data is not None:
        yield from published.changes(inputs.data, root)


def _difference(before: str, now: str) -> str:
    return "changed" if before and now else "is gone" if before else "is there now"


def _shown(path: str, root: Path) -> str:
    return str(Path(path).relative_to(root)) if path.startswith(f"{root}/") else path
