"""The workspace's own README: every shell block runs as it is written, in order, in a clone."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.working_tree import copy_working_tree, set_up

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
# `make test` in the clone would run this test again: there, one small test stands for all of them.
INSIDE = {"PYTEST_ADDOPTS": "-k test_floors"}


# Where tests are distributed by group, one worker makes the clone.


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone of the working tree, with an environment that is already set up."""
    folder = tmp_path_factory.mktemp("readme") / "paddock"
    copy_working_tree(ROOT, folder)
    for command in (
        ["init", "-q"],
        ["add", "-A"],
        ["-c", "user.name=us", "-c", "user.email=us@x.org", "commit", "-qm", "a"],
    ):
        subprocess.run(["git", *command], cwd=folder, check=True)
    set_up(folder)
    return folder


def test_there_are_blocks() -> None:
    """Both commands that a newcomer is told to type stand in a block that is executed here; pages have all others."""
    told = "\n".join(BLOCKS)
    for command in ("make demo", "make test"):
        assert command in told


def test_it_is_read_in_a_minute() -> None:
    """Five lines say what it is; there are two commands, one picture, and links; whatever else there is, is a page."""
    title, said, *parts = README.strip().split("\n\n")
    assert title == "# Paddock"
    assert len(said.splitlines()) <= 5
    commands = [line for block in BLOCKS for line in block.splitlines() if line.strip()]
    assert len(commands) == 2
    assert README.count("![") == 1
    assert len(parts) == 3


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_each_block_runs_as_written(clone: Path, number: int) -> None:
    """In the order of the README, a block needs nothing but those before it."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST_", "VIRTUAL_ENV"))}
    environment |= {"HOME": str(clone.parent)} | (INSIDE if "make test" in BLOCKS[number] else {})
    answer = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", BLOCKS[number]],
        cwd=clone,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, f"{BLOCKS[number]}\n{answer.stdout[-4000:]}"
