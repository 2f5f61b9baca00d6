"""The architecture is a test."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_import_points_down() -> None:
    """The contracts of `pyproject.toml` about who may import whom are kept."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout
    assert "0 broken" in answer.stdout


def test_importing_paddock_stays_light() -> None:
    """`import paddock` loads no data, notebook or pipeline library."""
    heavy = "{'pandas', 'pyarrow', 'luigi', 'papermill', 'sklearn', 'ibis', 'duckdb'}"
    code = f"import sys, paddock, paddock.errors; print(sorted({heavy} & set(sys.modules)))"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
