"""What notebooks and tasks read of datasets: the versions that they asked for, and those that they were given."""

from __future__ import annotations

import contextlib
import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from paddock.data.used import VARIABLE


@dataclass
class Asked:
    """What was read so far: versions that the code itself named, and datasets that it read as the run saw them."""

    versions: set[tuple[str, int]] = field(default_factory=set)
    given: set[str] = field(default_factory=set)

    @contextlib.contextmanager
    def of_notebook(self) -> Iterator[dict[str, str]]:
        """The variables by which a kernel tells what it reads; at the end, that is noted."""
        with tempfile.TemporaryDirectory(prefix="paddock-reads-") as scratch:
            path = Path(scratch, "reads")
            path.touch()
            yield {VARIABLE: str(path)}
            for line in path.read_text(encoding="utf-8").splitlines():
                # The kernel may have been killed in the middle of a line.
                with contextlib.suppress(ValueError):
                    dataset, version, is_asked = json.loads(line)
                    self.note(dataset, version, is_asked)

    def note(self, dataset: str, version: int, is_asked: bool) -> None:
        """Note one reading."""
        if is_asked:
            self.versions.add((dataset, version))
        else:
            self.given.add(dataset)

    def is_read(self, dataset: str) -> bool:
        """Whether the run's own version of a dataset counts as read: not where all who read it asked for another."""
        return dataset in self.given or dataset not in {name for name, _ in self.versions}
