"""The reference of all checks: what each promises, what it finds and what it lets pass."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import ndiff
from importlib import resources

from paddock_ci.faces.rules import promises
from paddock_ci.reference.entry import Entry

PAGE = "docs/reference/rules.md"
_EXAMPLES = ("examples.toml", "examples_of_files.toml")
_FAMILIES = {
    "CK": "What a team says of its checks",
    "DC": "Datasets and their contracts",
    "DK": "Images",
    "DO": "The workspace's documentation",
    "NB": "Notebooks",
    "PD": "What a project declares, and what its code does",
    "PF": "The form of files",
    "PL": "Runs of pipelines",
    "PT": "Tests",
    "RM": "READMEs",
    "SE": "Secrets of the repository",
    "WF": "Workflows",
    "WS": "The workspace",
}
_HEAD = """# All checks

Made by `python -m paddock_ci.reference` from what the checks say of themselves; the examples are run as tests.
Those that change a file do so in a workspace fresh from the templates: `triage` (`paddock new`, template pipeline,
classification) is read by `report` (template analysis).
A code never changes its meaning. How to leave a check out, or make it a warning: [checks](../explanation/checks.md).
In the terminal: `paddock explain NB103`.
"""


@dataclass(frozen=True)
class Example:
    """What a check finds (`bad`), and what comes near to it and passes (`good`).

    Both are cells of a notebook; or, with a `file` of a fresh workspace, lines in the place of those `at`, else at its
    end.
    """

    bad: str
    good: str
    file: str = ""
    at: str = ""

    def changed(self, text: str, lines: str) -> str:
        """The text of its file with `lines`, which are its good or its bad ones."""
        if not self.at:
            return text + lines
        return text.replace(self.at.strip("\n"), lines.strip("\n"), 1)


def examples() -> Mapping[str, Example]:
    """The examples by code."""
    folder = resources.files("paddock_ci")
    texts = [folder.joinpath(name).read_text(encoding="utf-8") for name in _EXAMPLES]
    return {code: Example(**table) for text in texts for code, table in tomllib.loads(text).items()}


def entries() -> list[Entry]:
    """An entry for each check, in the order of the page."""
    said, shown = promises(), examples()
    codes = [code for family in _FAMILIES for code in sorted(code for code in said if code.startswith(family))]
    texts = {code: "\n".join((f"{said[code]}\n", *_shown(shown.get(code)))).rstrip() for code in codes}
    return [Entry(code, "check", text, PAGE, code.lower()) for code, text in texts.items()]


def page() -> str:
    """The page in Markdown."""
    found = entries()
    lines = [_HEAD]
    for family, title in _FAMILIES.items():
        lines.append(f"## {family}: {title}\n")
        lines += [f"### {entry.name}\n\n{entry.text}\n" for entry in found if entry.name.startswith(family)]
    return "\n".join(lines).rstrip() + "\n"


def _shown(example: Example | None) -> Iterator[str]:
    for said, text in (("Found", example.bad), ("Passes", example.good)) if example else ():
        if example and example.file:
            yield f"{said}, in `{example.file}`:\n\n```diff\n{_difference(example.at, text)}\n```\n"
        else:
            yield f"{said}:\n\n```ipython\n{text.strip()}\n```\n"


def _difference(before: str, after: str) -> str:
    """What is taken out and put in, as a diff shows it, with the lines that stay."""
    lines = ndiff(before.strip("\n").splitlines(), after.strip("\n").splitlines())
    return "\n".join(line[0] + line[2:] for line in lines if not line.startswith("?"))
