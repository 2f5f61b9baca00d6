"""Rights that a thread gives up are gone, for itself and for all that it starts, and for nobody else."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import pytest
from paddock.errors import ToolError
from paddock_ci.sandbox import landlock
from paddock_ci.sandbox.landlock import LIST, READ, WRITE, Grant, Right

pytestmark = pytest.mark.skipif(landlock.abi() < 3, reason="this kernel has no Landlock that keeps files whole")
Answer = TypeVar("Answer")


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with a file in `granted`, one in `other`, and an empty `scratch`."""
    for name in ("granted", "other", "scratch"):
        (tmp_path / name).mkdir()
    (tmp_path / "granted/file").write_text("granted")
    (tmp_path / "other/file").write_text("other")
    return tmp_path


def _within(grants: Iterable[Grant], act: Callable[[], Answer]) -> Answer:
    """What `act` returns in a thread with these rights only."""

    def restricted() -> Answer:
        rules.restrict()
        return act()

    with landlock.ruleset(grants, network=False) as rules, ThreadPoolExecutor(1) as thread:
        return thread.submit(restricted).result()


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def _refused(grants: Iterable[Grant], act: Callable[[], object]) -> None:
    # The last is the kernel's answer to a move that would change what a file is granted.
    with pytest.raises(OSError, match=r"Permission denied|Operation not permitted|Invalid cross-device link"):
        _within(grants, act)


def test_what_is_granted_is_read(files: Path) -> None:
    """Everything at and below a granted path is there."""
    assert _within([Grant(files / "granted")], (files / "granted/file").read_text) == "granted"
    assert _within([Grant(files / "granted/file")], (files / "granted/file").read_text) == "granted"
    assert _within([Grant(files / "granted")], lambda: _names(files / "granted")) == ["file"]


def test_what_is_not_granted_is_not_read(files: Path) -> None:
    """Neither a file nor the names in a folder, beside a grant or above it."""
    grants = [Grant(files / "granted")]
    _refused(grants, (files / "other/file").read_text)
    _refused(grants, (files / "granted/../other/file").read_text)
    _refused(grants, lambda: _names(files / "other"))
    _refused(grants, lambda: _names(files))


@pytest.mark.parametrize(
    "act",
    [
        lambda files: (files / "granted/file").write_text(""),
        lambda files: os.truncate(files / "granted/file", 0),
        lambda files: os.open(files / "granted/file", os.O_RDONLY | os.O_TRUNC),
        lambda files: (files / "granted/new").touch(),
        lambda files: (files / "granted/file").unlink(),
        lambda files: (files / "granted/file").rename(files / "scratch/file"),
        lambda files: (files / "scratch/file").hardlink_to(files / "granted/file"),
        lambda files: (files / "scratch/file").hardlink_to(files / "other/file"),
        lambda files: (files / "granted/link").symlink_to("file"),
        lambda files: (files / "granted").rename(files / "scratch/granted"),
    ],
    ids=[
        "write",
        "truncate",
        "open-truncate",
        "make",
        "remove",
        "move",
        "link",
        "link-other",
        "symlink",
        "move-folder",
    ],
)
def test_what_is_granted_for_reading_stays(files: Path, act: Callable[[Path], object]) -> None:
    """It is not written, cut, moved, removed, nor linked to where it could be."""
    _refused([Grant(files / "granted"), Grant(files / "scratch", WRITE)], lambda: act(files))
    assert (files / "granted/file").read_text() == "granted"


def test_work_in_a_scratch_folder_is_whole(files: Path) -> None:
    """Files, folders and links are made, moved between folders, cut and removed there."""

    def work() -> list[str]:
        scratch = files / "scratch"
        (scratch / "one").mkdir()
        (scratch / "two").mkdir()
        (scratch / "one/file").write_text("text")
        (scratch / "one/file").rename(scratch / "two/file")
        (scratch / "one/link").hardlink_to(scratch / "two/file")
        (scratch / "one/symlink").symlink_to("link")
        os.truncate(scratch / "two/file", 2)
        os.mkfifo(scratch / "one/pipe")
        text = (scratch / "one/symlink").read_text()
        (scratch / "two/file").unlink()
        (scratch / "two").rmdir()
        return [text, *_names(scratch / "one")]

    assert _within([Grant(files / "scratch", WRITE)], work) == ["te", "link", "pipe", "symlink"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes device nodes")
def test_no_device_is_made(files: Path) -> None:
    """Not even in a scratch folder: root would read the whole disk through it."""
    for kind in (stat.S_IFBLK, stat.S_IFCHR):
        _refused([Grant(files / "scratch", WRITE)], lambda kind=kind: os.mknod(files / "scratch/disk", kind | 0o600, 1))


def test_names_may_be_granted_without_contents(files: Path) -> None:
    """A folder that may only be listed gives no file."""
    assert _within([Grant(files / "other", LIST)], lambda: _names(files / "other")) == ["file"]
    _refused([Grant(files / "other", LIST)], (files / "other/file").read_text)


def test_a_file_takes_every_grant(files: Path) -> None:
    """The rights that only folders have are left out for a file."""
    assert _within([Grant(files / "granted/file", WRITE)], lambda: (files / "granted/file").write_text("new")) == 3


def test_a_missing_path_is_an_error_unless_it_may_be_missing(files: Path) -> None:
    """What exists is granted all the same."""
    with pytest.raises(ToolError, match="missing: granted to a check, but missing"):
        _within([Grant(files / "missing")], lambda: None)
    grants = [Grant(files / "missing", READ, is_optional=True), Grant(files / "granted")]
    assert _within(grants, (files / "granted/file").read_text) == "granted"


def test_a_file_that_is_replaced_is_no_longer_granted(files: Path) -> None:
    """A grant is to the file that was there, so that a check cannot see another one than was hashed."""
    with landlock.ruleset([Grant(files / "granted/file")], network=False) as rules, ThreadPoolExecutor(1) as thread:
        (files / "granted/new").write_text("new")
        (files / "granted/new").rename(files / "granted/file")
        thread.submit(rules.restrict).result()
        with pytest.raises(PermissionError):
            thread.submit((files / "granted/file").read_text).result()


def test_nobody_else_is_restricted(files: Path) -> None:
    """Other threads of the same process keep their rights."""
    _refused([], (files / "other/file").read_text)
    assert (files / "other/file").read_text() == "other"


def test_it_holds_between_fork_and_exec(files: Path) -> None:
    """A child that restricts itself before it becomes another program has only these rights there."""
    system = [Grant(Path(path), READ, is_optional=True) for path in ("/usr", "/lib", "/lib64", "/bin")]
    with landlock.ruleset([*system, Grant(files / "granted")], network=False) as rules:
        done = subprocess.run(
            ["/bin/cat", files / "granted/file", files / "other/file"],
            preexec_fn=rules.restrict,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.stdout == "granted"
    assert "other/file: Permission denied" in done.stderr


def test_no_descriptor_is_left_open(files: Path) -> None:
    """Neither after success nor after an error."""
    before = _names(Path("/proc/self/fd"))
    _within([Grant(files)], lambda: None)
    with pytest.raises(ToolError):
        _within([Grant(files), Grant(files / "missing")], lambda: None)
    assert _names(Path("/proc/self/fd")) == before


@pytest.mark.parametrize(
    ("version", "unknown"),
    [
        (1, Right.REFER | Right.TRUNCATE | Right.IOCTL_DEV),
        (2, Right.TRUNCATE | Right.IOCTL_DEV),
        (3, Right.IOCTL_DEV),
        (4, Right.IOCTL_DEV),
        (5, Right(0)),
        (7, Right(0)),
    ],
)
def test_every_right_that_a_kernel_knows_is_taken(version: int, unknown: Right) -> None:
    """Nothing is left that could be forbidden, nothing is asked that the kernel would refuse."""
    every = Right(0)
    for right in Right:
        every |= right
    assert landlock.handled(version) == every & ~unknown


def test_other_systems_have_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no Linux, the version is 0, not an error."""
    monkeypatch.setattr(sys, "platform", "darwin")
    assert landlock.abi.__wrapped__() == 0
