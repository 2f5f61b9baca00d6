"""Seeds: changes of a sound project, each a defect that a check must find or an honest one that it must let pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

# Names by which seeds call the files of the project; and what lies beside it, seen from its folder.
IMAGE, IGNORE, COMPOSE, LOCK = "Dockerfile", "Dockerfile.dockerignore", "compose.yaml", "requirements.txt"
AUDIT, EXPLORE, MANIFEST, README = (
    "notebooks/validation.ipynb",
    "notebooks/explore.ipynb",
    "pyproject.toml",
    "README.md",
)
CATALOGUE, SOURCE, TESTS = "catalog.toml", "src/triage/", "tests/"
WORKSPACE, READER = "../../", "../report/"


@dataclass(frozen=True)
class Seed:
    """A change of the file at `path`, told by its name, for the check `code`; `also` is changed with it.

    What is replaced (`old`, once) by what (`new`), or a function of the file's text (`edit`). Nothing replaced means:
    added at the end, of a new file where there is none; no replacement: the file is removed.
    """

    name: str
    path: str
    old: str | None = None
    new: str | None = None
    code: str = ""
    edit: Callable[[str], str] | None = None
    also: tuple[Seed, ...] = ()

    def plant(self, project: Path) -> None:
        """Change the project in the folder `project`; a change that changes nothing is a mistake of its list."""
        file = project / self.path
        if self.edit is None and self.new is None:
            file.unlink()
        else:
            # Whatever bytes a seed wants to be in a file, those that are no text too.
            before = file.read_bytes().decode(errors="surrogateescape") if file.exists() else None
            after = self._edited(before or "")
            assert after != before, f"{self.name}: changes nothing"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(after.encode(errors="surrogateescape"))
        for seed in self.also:
            seed.plant(project)

    def _edited(self, before: str) -> str:
        if self.edit is not None:
            return self.edit(before)
        if self.old:
            assert self.old in before, f"{self.name}: {self.path} does not hold {self.old!r}"
        return before.replace(self.old, self.new or "", 1) if self.old else before + (self.new or "")

    @property
    def paths(self) -> tuple[str, ...]:
        """The files that it changes."""
        return (self.path, *(path for seed in self.also for path in seed.paths))


@dataclass(frozen=True)
class Defect(Seed):
    """A seed that must be found; a `deep` one shows only when something of the project runs."""

    deep: bool = False


@dataclass(frozen=True)
class Honest(Seed):
    """A seed that comes near to a defect, and must be let pass."""


@contextmanager
def planted(seed: Seed, project: Path) -> Iterator[None]:
    """The project with a seed in it; afterwards each file is as it was."""
    kept = {path: (project / path).read_bytes() if (project / path).exists() else None for path in seed.paths}
    folders = [folder for path in kept for folder in (project / path).parents if not folder.exists()]
    try:
        seed.plant(project)
        yield
    finally:
        for path, content in kept.items():
            (project / path).unlink(missing_ok=True)
            if content is not None:
                (project / path).write_bytes(content)
        for folder in sorted(set(folders), reverse=True):
            folder.rmdir()
