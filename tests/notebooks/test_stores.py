"""Papermill's stores: not loaded with it, and there when they are used."""

from __future__ import annotations

import subprocess
import sys

_IMPORTED = """
import sys, threading
from paddock.notebooks import stores

with stores.loaded_when_used():
    import papermill.iorw as store
    assert not {"boto3", "pyarrow"} & set(sys.modules), "loaded with papermill"
    other = threading.Thread(target=lambda: __import__("pyarrow.parquet"))
    other.start()
    other.join()
assert "pyarrow.fs" in sys.modules, "hidden from another thread, too"
"""
_USED = """
print(type(store.FileSelector("folder")).__module__, type(store.S3()).__module__)
"""
_MISSING = """
sys.modules["boto3"] = None
try:
    store.S3()
except Exception as error:
    print(type(error).__name__, "boto3" in str(error))
"""


def _printed(code: str) -> str:
    environment = {"AWS_DEFAULT_REGION": "eu-west-1", "PATH": ""}
    answer = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout.strip()


def test_they_are_loaded_when_used() -> None:
    """Papermill comes without them, other threads import as ever, and each works when papermill calls it."""
    assert _printed(_IMPORTED + _USED) == "pyarrow._fs papermill.s3"


def test_one_that_is_not_installed_says_so() -> None:
    """Papermill's own message for a missing package stays."""
    assert _printed(_IMPORTED + _MISSING) == "PapermillOptionalDependencyException True"
