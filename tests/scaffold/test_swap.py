"""What the swap of a project's folder promises: the state before or the state after, whatever happens."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from paddock.errors import ToolError
from paddock.scaffold.decision import Action, Change
from paddock.scaffold.entry import Entry
from paddock.scaffold.swap import remove_leftovers, snapshot, swap
from paddock.storage import exchange

from tests.scaffold.enduring import contents, team_at

ROOT = Path(__file__).parents[2]
CHANGES = (
    Change("a.txt", Action.UPDATED, Entry(b"new\n")),
    Change("deep/gone.txt", Action.DELETED),
    Change("far/b.txt", Action.ADDED, Entry(b"b\n", is_executable=True)),
)
AFTER = {"a.txt": b"new\n", "kept.txt": b"kept\n", "far/b.txt": b"b\n"}
_UPDATER = """
import sys
from pathlib import Path
from paddock.errors import PaddockError
from tests.scaffold.enduring import Team
from tests.ci.repository import Repository

outcome, = Team(Repository(Path(sys.argv[1]))).update()
if outcome.error:
    sys.exit(f"{type(outcome.error).__name__}: {outcome.error}")
"""
# The next state is linked and written beside, synchronised, and exchanged; then the state before is removed.
_CALLS = [
    *(("linkat", n) for n in (1, 3)), *(("fsync", n) for n in (1, 4)), ("renameat2", 1),
    ("unlinkat", 1), ("unlinkat", 20), *(("chmod", n) for n in (1, 2)),
]  # fmt: skip
_SLICE = [("linkat", 3), ("renameat2", 1)]
_FULL = [pytest.param(*case, marks=() if case in _SLICE else pytest.mark.slow) for case in _CALLS]
needs_strace = pytest.mark.skipif(
    shutil.which("strace") is None and not os.environ.get("CI"), reason="strace is not installed"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project of three files."""
    for path, text in {"a.txt": "old\n", "kept.txt": "kept\n", "deep/gone.txt": "gone\n"}.items():
        (tmp_path / "shop" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "shop" / path).write_text(text)
    return tmp_path / "shop"


def test_what_is_not_named_stays_the_very_same_file(folder: Path) -> None:
    """The rest is written, and nothing is left beside the project."""
    (folder / "a.txt").chmod(0o640)
    kept = (folder / "kept.txt").stat().st_ino
    swap(folder, CHANGES, snapshot(folder))
    assert contents(folder) == AFTER
    assert (folder / "kept.txt").stat().st_ino == kept
    assert stat.S_IMODE((folder / "a.txt").stat().st_mode) == 0o640
    assert (folder / "far/b.txt").stat().st_mode & stat.S_IXUSR
    assert not (folder / "deep").exists()
    assert _beside(folder) == ["shop"]


def test_a_file_that_changed_meanwhile_stops_it(folder: Path) -> None:
    """Somebody saves while the update looks: nothing is written."""
    taken = snapshot(folder)
    (folder / "kept.txt").write_text("saved just now\n")
    before = contents(folder)
    with pytest.raises(ToolError, match="its files changed during the update"):
        swap(folder, CHANGES, taken)
    assert contents(folder) == before
    assert _beside(folder) == ["shop"]


def test_without_one_step_it_takes_two(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the file system cannot exchange folders."""
    monkeypatch.setattr(exchange, "_in_one_step", _cannot)
    swap(folder, CHANGES, snapshot(folder))
    assert contents(folder) == AFTER
    assert _beside(folder) == ["shop"]


def test_without_links_it_copies(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the file system has no hard links."""
    monkeypatch.setattr("os.link", _cannot)
    (folder / "link").symlink_to("a.txt")
    swap(folder, CHANGES, snapshot(folder))
    assert (folder / "link").readlink() == Path("a.txt")
    (folder / "link").unlink()
    assert contents(folder) == AFTER


def test_an_exchange_that_died_between_its_steps_is_put_back(folder: Path) -> None:
    """The next update finds the project set aside, and gives it its place again."""
    before = contents(folder)
    scratch = folder.parent / ".update-shop-abc_12"
    scratch.mkdir()
    folder.rename(scratch / exchange.ASIDE)
    remove_leftovers(folder.parent)
    assert contents(folder) == before
    assert _beside(folder) == ["shop"]


def test_a_second_step_that_fails_takes_the_first_back(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk that has no room for a name."""
    before, rename = contents(folder), Path.rename

    def once(self: Path, target: Path) -> Path:
        if self.parent.name.startswith(".update-") and self.name == "shop":
            raise OSError(errno.ENOSPC, "No space left on device")
        return rename(self, target)

    monkeypatch.setattr(exchange, "_in_one_step", _cannot)
    monkeypatch.setattr(Path, "rename", once)
    with pytest.raises(ToolError, match="projects/shop: cannot be updated: No space left"):
        swap(folder, CHANGES, snapshot(folder))
    assert contents(folder) == before
    assert _beside(folder) == ["shop"]


@pytest.mark.parametrize("has_one_step", [True, False])
def test_a_disk_that_fails_at_the_end_takes_everything_back(
    folder: Path, monkeypatch: pytest.MonkeyPatch, has_one_step: bool
) -> None:
    """The new names could not be made durable."""
    before = contents(folder)
    if not has_one_step:
        monkeypatch.setattr(exchange, "_in_one_step", _cannot)
    monkeypatch.setattr("paddock.storage.exchange.durable.sync_folder", lambda path: _fail(path, folder.parent))
    with pytest.raises(ToolError, match="projects/shop: cannot be updated"):
        swap(folder, CHANGES, snapshot(folder))
    assert contents(folder) == before
    assert _beside(folder) == ["shop"]


@needs_strace
@pytest.mark.parametrize("fault", ["signal=SIGKILL", "error=ENOSPC"])
@pytest.mark.parametrize(("call", "number"), _FULL)
def test_an_update_that_dies_leaves_all_or_nothing(tmp_path: Path, call: str, number: int, fault: str) -> None:
    """The process dies, or the disk is full, at that call; the next update ends in the same state."""
    team = team_at(tmp_path / "team")
    project = team.new()
    team.release({"README.md": "new\n", "src/model.py": None, "src/more.py": "more\n"})
    before = contents(project)
    traced = ["strace", "-qq", "-f", "-o", "/dev/null", "-e", f"inject={call}:{fault}:when={number}"]
    command = [*traced, sys.executable, "-c", _UPDATER, str(team.root)]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert "Traceback" not in answer.stderr
    assert answer.returncode or fault == "error=ENOSPC"
    now = contents(project)
    changed = {path for path in {*before, *now} if before.get(path) != now.get(path)}
    assert changed in (set(), {"README.md", "src/model.py", "src/more.py", "template.toml"})
    assert team.update()[0].is_clean
    assert (project / "src/more.py").read_text() == "more\n"
    assert _beside(project) == ["shop"]


def _beside(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.parent.iterdir())


def _fail(path: Path, failing: Path) -> None:
    if path == failing:
        raise OSError(errno.EIO, "Input/output error")


def _cannot(*_: object, **__: object) -> None:
    raise OSError(errno.EINVAL, "Invalid argument")
