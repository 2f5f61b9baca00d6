"""CODEOWNERS: whom GitHub and GitLab ask about a change of a project, as its declaration names its owner.

`[tool.paddock.workspace] owners` says who the owners are there: `owners = { "ML team" = "@acme/ml" }`. An owner that is
an account already (`@ada`) or an address needs no line. What stands above the mark is the team's own.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from paddock.errors import ConfigurationError, PaddockError
from paddock.project import find_workspace, project_names, read_toml, table_at
from paddock.storage import durable
from paddock.telling.plain import fail

FILE = "CODEOWNERS"
MARK = "# Owners of projects, as `python -m paddock_ci.codeowners` takes them from each pyproject.toml:"
_MANIFEST = "pyproject.toml"
_ACCOUNT = re.compile(r"@[\w.-]+(/[\w.-]+)?|[\w.+-]+@[\w-]+(\.[\w-]+)+")


def expected(root: Path) -> str:
    """What the file ought to say; nothing where it is not there and nobody is to be named."""
    path = root / FILE
    found = path.read_text(encoding="utf-8") if path.is_file() else ""
    own, lines = found.partition(MARK)[0], _lines(root)
    return f"{own}{MARK}\n" + "".join(f"{line}\n" for line in lines) if found or lines else ""


def fault(root: Path) -> str:
    """How the file differs from what it ought to say, or nothing."""
    path, text = root / FILE, expected(root)
    found = path.read_text(encoding="utf-8") if path.is_file() else ""
    if found == text:
        return ""
    missing = [line for line in text.splitlines() if line not in found.splitlines()]
    extra = [line for line in found.splitlines() if line not in text.splitlines()]
    if missing or extra:
        return f"lacks {missing[0]!r}" if missing else f"has {extra[0]!r}, which no project says"
    return "has its lines in another order, or more than once"


def _lines(root: Path) -> list[str]:
    workspace = find_workspace(root)
    manifest = root / _MANIFEST
    accounts = table_at(manifest, read_toml(manifest), "tool", "paddock", "workspace", "owners")
    lines = []
    for name in project_names(workspace):
        place = root / "projects" / name / _MANIFEST
        owner = table_at(place, read_toml(place), "tool", "paddock").get("owner", "")
        if account := _account(manifest, str(owner), accounts):
            lines.append(f"/projects/{name}/ {account}")
    return lines


def _account(manifest: Path, owner: str, accounts: Mapping[str, Any]) -> str:
    """Who the owner is; nothing where nobody says so. Raises ConfigurationError for what is no account."""
    if _ACCOUNT.fullmatch(owner):
        return owner
    account = accounts.get(owner, "")
    words = account.split() if isinstance(account, str) else [""]
    if not all(_ACCOUNT.fullmatch(word) for word in words):
        raise ConfigurationError(
            f"{manifest}: [tool.paddock.workspace] owners: {owner!r}: expected accounts, got {account!r}",
            'Write, for instance: owners = { "ML team" = "@acme/ml" }',
        )
    return " ".join(words)


def main() -> int:
    """Write the file of the workspace around the current folder."""
    try:
        root = find_workspace(Path.cwd()).root
        if text := expected(root):
            durable.write_text(root / FILE, text)
    except PaddockError as error:
        return fail(error)
    return 0


if __name__ == "__main__":
    sys.exit(main())
