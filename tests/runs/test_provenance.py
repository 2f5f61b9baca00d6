"""Where a run comes from."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from paddock.runs.provenance import provenance, tree_hash


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout.strip()


def test_the_commit_and_whether_files_differ_from_it(tmp_path: Path) -> None:
    """A changed and an untracked file both make it differ; an ignored one does not."""
    _git(tmp_path, "init", "-q")
    (tmp_path / ".gitignore").write_text(".paddock/\n")
    _git(tmp_path, "add", ".")
    _git(tmp_path, "commit", "-qm", "first")
    (tmp_path / ".paddock").mkdir()
    (tmp_path / ".paddock/state").write_text("x")
    found = provenance(tmp_path)
    assert (found.commit, found.dirty) == (_git(tmp_path, "rev-parse", "HEAD"), False)
    (tmp_path / "new.py").write_text("x = 1\n")
    assert provenance(tmp_path).dirty


def test_an_image_is_told_its_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no git, the variable that the image sets stands for it; else there is none."""
    assert provenance(tmp_path).commit == ""
    monkeypatch.setenv("PADDOCK_COMMIT", "abc123")
    assert provenance(tmp_path).commit == "abc123"


def test_a_tree_is_its_names_and_bytes(tmp_path: Path) -> None:
    """Another byte, another name and another file change the hash; caches and hidden files do not."""
    (tmp_path / "a.py").write_text("1")
    before = tree_hash(tmp_path)
    for cache in ("__pycache__/a.pyc", ".hidden/b", "deep/.ipynb_checkpoints/c"):
        (tmp_path / cache).parent.mkdir(parents=True)
        (tmp_path / cache).write_text("x")
    assert tree_hash(tmp_path) == before
    (tmp_path / "b.csv").write_text("")
    with_file = tree_hash(tmp_path)
    (tmp_path / "b.csv").rename(tmp_path / "c.csv")
    assert len({before, with_file, tree_hash(tmp_path)}) == 3
    (tmp_path / "a.py").write_text("2")
    assert tree_hash(tmp_path) not in (before, with_file)
