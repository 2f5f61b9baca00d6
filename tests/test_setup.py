"""`make setup`, where the machine cannot do it: one message, with what to do."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_an_index_out_of_reach_is_said(tmp_path: Path) -> None:
    """In one line, in the place of what pip says; the same command is right once the index can be reached."""
    for name in ("requirements.txt", "shared/pyproject.toml", "ci/pyproject.toml", ".ci/setup"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy2(ROOT / name, tmp_path / name)
    # An environment that was begun, without uv: what the first steps leave.
    (tmp_path / ".venv/bin").mkdir(parents=True)
    (tmp_path / ".venv/bin/python").symlink_to(Path(sys.executable).resolve())
    (tmp_path / ".venv/.paddock-folder").write_text(str(tmp_path))
    environment = {"PATH": "/usr/bin:/bin", "PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "0"}
    answer = subprocess.run(["./.ci/setup"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert answer.returncode == 2
    assert answer.stderr == (
        "setup: the package index could not be reached; set PIP_INDEX_URL to your mirror or HTTPS_PROXY to your proxy, "
        "then run again: make setup\n"
    )
    assert not (tmp_path / ".venv/.paddock-setup").exists()
