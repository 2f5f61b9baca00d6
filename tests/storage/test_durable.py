"""The one durable write."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paddock.errors import ToolError
from paddock.storage import artifact, durable


def _entries(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_content_arrives_whole(tmp_path: Path) -> None:
    """What is written is what is read, in folders that did not exist before."""
    target = tmp_path / "a" / "b" / "file.bin"
    durable.write_bytes(target, b"\x00content")
    assert target.read_bytes() == b"\x00content"
    assert _entries(target.parent) == ["file.bin"]


def test_failure_leaves_old_content_and_no_temporary(tmp_path: Path) -> None:
    """An exception while filling keeps the old content and leaves nothing else in the folder."""
    target = tmp_path / "file.txt"
    durable.write_text(target, "old")

    def fail_halfway() -> None:
        with durable.replacing(target) as temporary:
            temporary.write_text("half of the new")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_halfway()
    assert target.read_text() == "old"
    assert _entries(tmp_path) == ["file.txt"]


def test_full_disk_names_the_file_and_the_remedy(tmp_path: Path) -> None:
    """A full disk is one typed error that names the file and says what to do; the old content stays."""
    target = tmp_path / "file.txt"
    durable.write_text(target, "old")
    with pytest.raises(ToolError, match=r"file\.txt: cannot write: No space left") as caught, durable.replacing(target):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert "free some space" in caught.value.remedy
    assert target.read_text() == "old"


def test_a_folder_arrives_whole_and_never_over_another(tmp_path: Path) -> None:
    """All files move with their folder in one step; a folder that has content is not replaced."""
    (tmp_path / "new" / "deep").mkdir(parents=True)
    (tmp_path / "new" / "deep" / "file").write_text("content")
    durable.commit_folder(tmp_path / "new", tmp_path / "place")
    assert (tmp_path / "place" / "deep" / "file").read_text() == "content"
    (tmp_path / "new").mkdir()
    with pytest.raises(ToolError, match="place: cannot write"):
        durable.commit_folder(tmp_path / "new", tmp_path / "place")
    assert (tmp_path / "place" / "deep" / "file").read_text() == "content"


@given(content=st.binary(max_size=4096))
def test_any_bytes_round_trip(content: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Any bytes come back as they were."""
    target = tmp_path_factory.mktemp("durable") / "any"
    durable.write_bytes(target, content)
    assert target.read_bytes() == content


_WRITER = """
import sys
from pathlib import Path
from paddock.storage import artifact
target = Path(sys.argv[1])
artifact.write(target, lambda path: path.write_bytes(b"new" * 1000))
"""


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
@pytest.mark.parametrize(
    ("call", "when"), [("write", 1), ("write", 2), *(("fsync", n) for n in range(1, 5)), ("rename", 1), ("rename", 2)]
)
def test_killed_writer_leaves_nothing_half_done(tmp_path: Path, call: str, when: int) -> None:
    """A writer killed at any write, fsync or rename leaves all or nothing; the next write heals."""
    target = tmp_path / "target.bin"
    inject = ["strace", "-qq", "-f", "-o", "/dev/null", "-e", f"inject={call}:signal=SIGKILL:when={when}"]
    killed = subprocess.run([*inject, sys.executable, "-c", _WRITER, str(target)], check=False)
    assert killed.returncode != 0
    if artifact.is_complete(target):
        assert artifact.verified_bytes(target) == b"new" * 1000
        assert (call, when) == ("fsync", 4), "only the last fsync comes after the manifest has its name"
    subprocess.run([sys.executable, "-c", _WRITER, str(target)], check=True)
    assert artifact.verified_bytes(target) == b"new" * 1000
