"""The reference of all checks: what each promises; those of notebooks with what they find and what they let pass.

`python -m paddock_ci.reference` writes `docs/rules.md`; a test says when that is no longer what the checks say.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from paddock.project import find_workspace
from paddock.storage import durable

from paddock_ci.faces.rules import promises

PAGE = "docs/rules.md"
_FAMILIES = {
    "CK": "What a team says of its checks",
    "DC": "Datasets and their contracts",
    "DK": "Images",
    "NB": "Notebooks",
    "PD": "What a project declares, and what its code does",
    "PF": "The form of files",
    "PL": "Runs of pipelines",
    "PT": "Tests",
    "RM": "READMEs",
    "WS": "The workspace",
}
_HEAD = """# All checks

Made by `python -m paddock_ci.reference` from what the checks say of themselves; the examples are run as tests.
A code never changes its meaning. How to leave a check out, or make it a warning: [checks](checks.md).
"""


@dataclass(frozen=True)
class Example:
    """Cells of a notebook in which a check finds something (`bad`), and such that it lets pass."""

    bad: str
    good: str


def examples() -> Mapping[str, Example]:
    """The examples by code."""
    text = resources.files("paddock_ci").joinpath("examples.toml").read_text(encoding="utf-8")
    return {code: Example(**table) for code, table in tomllib.loads(text).items()}


def page() -> str:
    """The page in Markdown."""
    said, shown = promises(), examples()
    lines = [_HEAD]
    for family, title in _FAMILIES.items():
        lines.append(f"## {family}: {title}\n")
        for code in sorted(code for code in said if code.startswith(family)):
            lines += [f"### {code}\n", f"{said[code]}\n", *_shown(shown.get(code))]
    return "\n".join(lines).rstrip() + "\n"


def _shown(example: Example | None) -> Iterator[str]:
    for said, text in (("Found", example.bad), ("Passes", example.good)) if example else ():
        yield f"{said}:\n\n```ipython\n{text.strip()}\n```\n"


if __name__ == "__main__":
    durable.write_text(find_workspace(Path.cwd()).root / PAGE, page())
