"""The parties of a dataset: the team that owns it, and the projects that read it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from paddock.project import Project


@dataclass(frozen=True)
class Parties:
    """Who answers for a dataset: the project that writes it and its owner; and which other projects read it."""

    project: str
    owner: str
    readers: tuple[str, ...]

    @property
    def words(self) -> str:
        """All of them, in words."""
        return f"owner {self.owner or 'unknown'}, project {self.project}; {self.read_by}"

    @property
    def read_by(self) -> str:
        """The readers, in words."""
        return f"read by {', '.join(self.readers)}" if self.readers else "read by no other project"


def parties(projects: Iterable[Project], dataset: str) -> Parties:
    """The parties of `dataset` among all projects of its workspace."""
    name = dataset.partition(".")[0]
    everyone = tuple(projects)
    owner = next((one.owner for one in everyone if one.name == name), "")
    return Parties(name, owner, tuple(one.name for one in everyone if dataset in one.reads and one.name != name))
