"""What a record says of datasets: the versions that its run read, asked for and wrote."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING

from paddock.runs.record import DatasetFact

if TYPE_CHECKING:
    from paddock.data.versions import Version


def facts(
    reads: Mapping[str, Version],
    asked: Mapping[tuple[str, int], Version],
    written: Mapping[str, Version],
    kept: Collection[str],
) -> Iterator[DatasetFact]:
    """The facts in the order of a record; `kept` are datasets that were written and not published.

    Versions that the code named itself are told, but for those that it was given anyway, or wrote itself.
    """
    for name, version in sorted(reads.items()):
        yield _read(name, version)
    for (name, _), version in sorted(asked.items()):
        if version not in (reads.get(name), written.get(name)):
            yield _read(name, version).model_copy(update={"asked": True})
    for name, version in sorted(written.items()):
        yield _read(name, version).model_copy(update={"role": "written", "kept_back": name in kept})


def _read(name: str, version: Version) -> DatasetFact:
    return DatasetFact(name=name, role="read", version=version.number, content_hash=version.content_hash)
