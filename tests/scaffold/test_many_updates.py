"""Many projects with random local edits of every kind follow random versions of a template: nothing is lost unnamed."""

from __future__ import annotations

import random
import shutil
import stat
from pathlib import Path

import pytest
from paddock.scaffold.outcome import Outcome, Status

from tests.ci.repository import Repository
from tests.scaffold.enduring import Team, team_at

# A project's files: text and binary, in folders, one of each owner.
START = {f"{folder}{name}.txt": 14 for folder in ("", "docs/", "src/deep/") for name in ("one", "two")}
MANAGED, BINARY = "Dockerfile", "docs/picture.bin"


class Chance:
    """Random edits of the files below a folder; each line that comes is written by nobody else."""

    def __init__(self, seed: str, who: str) -> None:
        self._random = random.Random(f"{seed} {who}")
        self._who = who
        self._count = 0

    def edit(self, folder: Path, most: int, with_links: bool = True) -> None:
        """Up to so many edits."""
        for _ in range(self._random.randint(0, most)):
            kinds = [self._lines] * 8 + [self._remove, self._add, self._add, self._carriage, self._mode]
            kinds += [self._binary, self._to_folder, self._in_place_of_folder, *([self._to_link] * with_links)]
            self._random.choice(kinds)(folder)

    def line(self) -> str:
        """A line that nobody else writes."""
        self._count += 1
        return f"{self._who} {self._count}"

    def _file(self, folder: Path) -> Path | None:
        kept = {"template.toml", "pyproject.toml", "requirements.txt"}
        found = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name not in kept]
        return self._random.choice(found) if found else None

    def _lines(self, folder: Path) -> None:
        file = self._file(folder)
        if file is None or file.is_symlink() or b"\0" in file.read_bytes():
            return
        text = file.read_bytes().decode()
        end = "\r\n" if "\r\n" in text else "\n"
        lines = text.split(end)
        at = self._random.randint(0, max(len(lines) - 1, 0))
        come = [self.line() for _ in range(self._random.randint(0, 2))]
        lines[at : at + self._random.randint(0, 2)] = come
        file.write_bytes(end.join(lines).encode())

    def _remove(self, folder: Path) -> None:
        if file := self._file(folder):
            file.unlink()

    def _add(self, folder: Path) -> None:
        place = folder / self._random.choice(("new.txt", "docs/new.txt", "extra/new.txt", "three.txt"))
        if not place.exists() and not place.is_symlink() and (place.parent.is_dir() or not place.parent.exists()):
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(f"{self.line()}\n")

    def _carriage(self, folder: Path) -> None:
        file = self._file(folder)
        if file and not file.is_symlink() and b"\0" not in file.read_bytes():
            file.write_bytes(file.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))

    def _mode(self, folder: Path) -> None:
        file = self._file(folder)
        if file and not file.is_symlink():
            file.chmod(stat.S_IMODE(file.stat().st_mode) ^ 0o111)

    def _binary(self, folder: Path) -> None:
        file = self._file(folder)
        if file and not file.is_symlink():
            file.write_bytes(b"\0" + self.line().encode())

    def _to_folder(self, folder: Path) -> None:
        if file := self._file(folder):
            file.unlink()
            file.mkdir()
            (file / "inside.txt").write_text(f"{self.line()}\n")

    def _to_link(self, folder: Path) -> None:
        if file := self._file(folder):
            file.unlink()
            file.symlink_to(f"nowhere-{self.line().replace(' ', '-')}")

    def _in_place_of_folder(self, folder: Path) -> None:
        found = [path for path in sorted(folder.rglob("*")) if path.is_dir() and not path.is_symlink()]
        if found:
            place = self._random.choice(found)
            shutil.rmtree(place)
            place.write_text(f"{self.line()}\n")


def _team(root: Path) -> Team:
    team = team_at(root)
    for path in ("README.md", "notes/own.md", "src/model.py"):
        (team.template / path).unlink()
    texts = {path: "".join(f"{path} {number}\n" for number in range(lines)) for path, lines in START.items()}
    team.release({**texts, BINARY: b"\0first"}, _files={MANAGED: "managed", "docs/two.txt": "owned"})
    return team


def _state(folder: Path) -> dict[str, tuple[bytes, bool]]:
    """Each file with its content and whether it may be executed; of a link, where it leads."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            found[name] = (bytes(path.readlink()), False)
        elif path.is_file():
            found[name] = (path.read_bytes(), bool(path.stat().st_mode & 0o111))
    return found


def _follow(team: Team, names: list[str]) -> dict[str, Outcome]:
    """What becomes of the projects; what each promises on its own is looked at."""
    before = {name: _state(team.root / "projects" / name) for name in names}
    found = {outcome.project: outcome for outcome in team.update(*names)}
    for name, outcome in found.items():
        after = _state(team.root / "projects" / name)
        if outcome.status in (Status.CONFLICTS, Status.REFUSED):
            assert after == before[name]
        assert outcome.status is not Status.REFUSED, outcome.error
        _require_nothing_lost(name, before[name], after, outcome)
    assert [path.name for path in (team.root / "projects").iterdir() if path.name.startswith(".")] == []
    again = [outcome for outcome in team.update(*names) if found[outcome.project].status is Status.UPDATED]
    # What was followed is followed, whatever is not committed.
    assert {outcome.status for outcome in again} <= {Status.CURRENT}
    team.repo.commit()
    return found


def _require_nothing_lost(
    name: str, before: dict[str, tuple[bytes, bool]], after: dict[str, tuple[bytes, bool]], outcome: Outcome
) -> None:
    """Each line that the project wrote is still in its file, or the file is named."""
    named = {conflict.path for conflict in outcome.conflicts} | {one.path for one in outcome.changes if one.words}
    for path, (content, _) in before.items():
        own = {line for line in content.replace(b"\r\n", b"\n").split(b"\n") if line.startswith(f"{name} ".encode())}
        left = set(after[path][0].replace(b"\r\n", b"\n").split(b"\n")) if path in after else set()
        assert path in named or own <= left, (name, path, own - left)
        assert path in named or path in after or not own, (name, path)


def _run(root: Path, seed: int, count: int) -> tuple[int, int]:
    """How many projects followed without a conflict, of so many; by both ways, they have come to the same."""
    team = _team(root / "two steps")
    names = [team.new(f"Shop {number}").name for number in range(count)]
    for name in names:
        Chance(str(seed), name).edit(team.root / "projects" / name, 4)
    team.repo.commit()
    straight = Team(Repository(Path(shutil.copytree(team.root, root / "one step", symlinks=True))))
    for version in ("middle", "last"):
        # A template whose link leads nowhere is refused.
        Chance(str(seed), version).edit(team.template, 5, with_links=False)
        team.repo.commit()
        if version == "middle":
            first = _follow(team, names)
    second = _follow(team, names)
    shutil.rmtree(straight.template)
    shutil.copytree(team.template, straight.template, symlinks=True)
    straight.repo.commit()
    only = _follow(straight, names)
    clean = [name for name in names if all(found[name].is_clean for found in (first, second, only))]
    for name in clean:
        assert _state(team.root / "projects" / name) == _state(straight.root / "projects" / name), name
    return len(clean), count


def test_a_few_projects_follow_by_both_ways(tmp_path: Path) -> None:
    """From a to b to c is from a to c, no line is lost without being named, and a conflict leaves nothing behind."""
    clean, count = _run(tmp_path, 1, 6)
    assert 0 < clean < count


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 52))
def test_forty_projects_follow_by_both_ways(tmp_path: Path, seed: int) -> None:
    """The same for forty projects and versions that no other test has seen."""
    _run(tmp_path, seed, 40)
