"""The publication of a run: its datasets, but for those that people rolled back and that are still the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from paddock.data import publishing
from paddock.data.session import Session

if TYPE_CHECKING:
    from paddock.data.versions import Version


def publish(session: Session, versions: Mapping[str, Version], run: str, is_forced: bool) -> Mapping[str, str]:
    """Publish in one step what the run wrote; say of each dataset that is kept back why, by its name.

    What people took back is not brought back by a change elsewhere: it waits until its own content changes.
    """
    kept = {} if is_forced else publishing.kept_back(session.serving, versions)
    released = [version for name, version in versions.items() if name not in kept]
    if released:
        publishing.publish(session.store, session.serving, session.catalogue, released, run)
    served = session.serving.published() if kept else {}
    return {
        name: f"{name} stays at version {served[name].version}: the content of version {versions[name].number} was "
        f"rolled back on {move.published_at:%Y-%m-%d %H:%M} UTC; publish it again with --force"
        for name, move in kept.items()
    }
