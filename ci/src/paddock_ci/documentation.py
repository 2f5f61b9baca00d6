"""`python -m paddock_ci.documentation` builds one site: the pages of `docs`, and those of what the workspace holds.

It is made without a network and read without one, in `docs/_build/html`. A warning of Sphinx fails the build.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from paddock.errors import CodeError, PaddockError
from paddock.project import Workspace, find_workspace
from paddock.settings import load_settings
from paddock.site.building import build as build_workspace
from paddock.storage import durable
from paddock.storage.artifact import file_sha256
from paddock.telling.plain import fail

LANGUAGES = ("ja",)
BUILD = "docs/_build"
_INPUTS = "inputs.json"
# The start page, seen from the pages of the workspace.
_FRONT = "../index.html"


def build(workspace: Workspace, folder: Path) -> Path:
    """Build the site in a folder, and say where its start page is; raises CodeError with what is wrong on a page."""
    known, inputs = folder / _INPUTS, _inputs(workspace.root)
    before = _load(known)
    # Sphinx reads only pages that changed. What it said of the others is said no more, and a page that came or went
    # changes nothing of those that lead to it: then everything is made afresh.
    if set(before) != set(inputs):
        shutil.rmtree(folder, ignore_errors=True)
    known.unlink(missing_ok=True)
    # Side by side, since each takes a core; the workspace's own pages come meanwhile.
    languages = ("", *LANGUAGES) if before != inputs else ()
    started = [_sphinx(workspace.root / "docs", folder, language) for language in languages]
    try:
        build_workspace(
            workspace, load_settings(workspace), folder / "html" / "workspace", (), datetime.now(UTC), _FRONT
        )
    finally:
        said = [(process, process.communicate()[0]) for process in started]
    # Most faults are those of a page in every language.
    faults = dict.fromkeys(line for process, text in said if process.returncode for line in text.splitlines())
    if faults:
        raise CodeError("\n".join(faults), "Mend what is named, then: make docs")
    durable.write_text(known, json.dumps(inputs, indent=0))
    return folder / "html" / "index.html"


def _inputs(root: Path) -> dict[str, str]:
    """The digest of each file that the pages are made of: those of `docs`, what they include, the packages."""
    inside = (path for path in (root / "docs").rglob("*") if path.relative_to(root / "docs").parts[0] != "_build")
    files = [*inside, *root.glob("*.md"), *root.glob("poetry.lock")]
    return {
        str(path.relative_to(root)): file_sha256(path)
        for path in sorted(files)
        # Catalogues in the form that the build itself makes of them are none.
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".mo"
    }


def _load(known: Path) -> dict[str, str]:
    """What the last build that found nothing wrong was made of."""
    try:
        return dict(json.loads(known.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


def _sphinx(pages: Path, folder: Path, language: str) -> subprocess.Popen[str]:
    """Sphinx, started on the pages in one language; English is at the top, each other in a folder of its own."""
    command: Sequence[str] = (
        *(sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html"),
        *("-d", str(folder / "doctrees" / (language or "en"))),
        *(("-D", f"language={language}") if language else ()),
        str(pages),
        str(folder / "html" / language),
    )
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def main() -> int:
    """Build the site of the workspace around the current folder, and print where it is."""
    try:
        workspace = find_workspace(Path.cwd())
        print(build(workspace, workspace.root / BUILD))
    except PaddockError as error:
        return fail(error)
    return 0


if __name__ == "__main__":
    sys.exit(main())
