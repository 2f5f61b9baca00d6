"""Artifacts: complete only by a manifest that matches."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paddock.errors import DataError
from paddock.storage import artifact


def _write(path: Path, content: bytes) -> None:
    artifact.write(path, lambda temporary: _fill(temporary, content), {"by": "test"})


def _fill(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def test_a_file_alone_is_not_complete(tmp_path: Path) -> None:
    """Nothing is complete because a path exists."""
    path = tmp_path / "a.bin"
    path.write_bytes(b"there")
    assert not artifact.is_complete(path)
    with pytest.raises(DataError, match="no valid manifest"):
        artifact.verified_bytes(path)


def test_written_artifact_is_complete_and_keeps_facts(tmp_path: Path) -> None:
    """A written artifact verifies, and its manifest keeps the writer's facts."""
    path = tmp_path / "a.bin"
    _write(path, b"content")
    assert artifact.is_complete(path)
    assert artifact.verified_bytes(path) == b"content"
    manifest = artifact.read_manifest(path)
    assert manifest is not None
    assert manifest.facts == {"by": "test"}


@given(content=st.binary(min_size=1, max_size=200), data=st.data())
def test_any_flipped_bit_is_found(
    content: bytes, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Any single flipped bit and any truncation makes the artifact incomplete."""
    path = tmp_path_factory.mktemp("artifact") / "a.bin"
    _write(path, content)
    position = data.draw(st.integers(0, len(content) * 8 - 1))
    damaged = bytearray(content)
    damaged[position // 8] ^= 1 << position % 8
    for wrong in (bytes(damaged), content[: data.draw(st.integers(0, len(content) - 1))]):
        path.write_bytes(wrong)
        assert not artifact.is_complete(path)
        with pytest.raises(DataError, match="damaged"):
            artifact.verified_bytes(path)


def test_a_writer_that_dies_before_its_bytes_have_the_name_leaves_the_old_artifact(tmp_path: Path) -> None:
    """The old content stays complete while the new one is being made."""
    path = tmp_path / "a.bin"
    _write(path, b"old")

    def die(temporary: Path) -> None:
        temporary.write_bytes(b"half of the n")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        artifact.write(path, die)
    assert artifact.verified_bytes(path) == b"old"


def test_removed_artifact_is_gone(tmp_path: Path) -> None:
    """Removing takes the file and its manifest, and does not mind doing so twice."""
    path = tmp_path / "a.bin"
    _write(path, b"content")
    artifact.remove(path)
    artifact.remove(path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["", "{", "[]", '{"sha256": "x"}', "null"])
def test_damaged_manifest_is_no_manifest(tmp_path: Path, text: str) -> None:
    """A damaged manifest vouches for nothing."""
    path = tmp_path / "a.bin"
    _write(path, b"content")
    artifact.manifest_path(path).write_text(text)
    assert artifact.read_manifest(path) is None
    assert not artifact.is_complete(path)
