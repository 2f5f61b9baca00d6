"""A project's record of its template: which one it follows, from which tree it was made, and the answers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from paddock.errors import ConfigurationError
from paddock.project import find_workspace, read_toml
from paddock.scaffold.history import tree_of
from paddock.scaffold.ownership import digest, managed, owners_in
from paddock.scaffold.quoting import quoted

FILE = "template.toml"
_HEAD = "# The template that this project follows. Tools write this file: `paddock new`, `paddock update`.\n"
_TREE = re.compile(r"([0-9a-f]{40}|[0-9a-f]{64})?")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_FOLDER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_KEYS = {"template", "tree", "answers", "managed"}


@dataclass(frozen=True)
class Record:
    """What a project was made from, or last updated to.

    `tree` is git's id of the template's folder, empty where git did not know it. `managed` has the digest of each
    file that must be as the template renders it, so that any clone can tell, even one without the tree.
    """

    template: str
    tree: str
    answers: Mapping[str, str]
    managed: Mapping[str, str] = field(default_factory=dict)


def read_record(folder: Path) -> Record:
    """The record of the project in `folder`; raises ConfigurationError where it is missing or damaged."""
    path = folder / FILE
    shown = f"projects/{folder.name}/{FILE}"
    if not path.exists():
        raise ConfigurationError(
            f"{shown}: is missing, so that nothing says which template the project follows",
            f"Restore it: git checkout HEAD -- {shown}. A project that never had one: see "
            "docs/explanation/templates.md, adopting.",
        )
    try:
        document, fault = read_toml(path), ""
    except ConfigurationError as error:
        document, fault = {}, error.message.removeprefix(f"{path}: ")
    if fault := fault or _fault(document):
        raise ConfigurationError(
            f"{shown}: {fault}", f"Only tools write this file. Restore it: git checkout HEAD -- {shown}"
        )
    return Record(document["template"], document["tree"], document["answers"], document.get("managed", {}))


def text_of(record: Record) -> str:
    """The record as its file's text."""
    tables = "".join(
        f"\n[{name}]\n" + "".join(f"{_key(key)} = {quoted(value)}\n" for key, value in sorted(table.items()))
        for name, table in (("answers", record.answers), ("managed", record.managed))
        if table or name == "answers"
    )
    return f"{_HEAD}template = {quoted(record.template)}\ntree = {quoted(record.tree)}\n{tables}"


def write_record(project: Path, context: Mapping[str, Any]) -> None:
    """Write the record of a project that a template's hook has just made; `context` is what cookiecutter knows."""
    template = Path(str(context["_repo_dir"])).name
    answers = {field: str(value) for field, value in context.items() if not field.startswith("_")}
    owners = owners_in(f"templates/{template}/cookiecutter.json", context.get("_files", {}))
    paths = [path.relative_to(project).as_posix() for path in project.rglob("*") if path.is_file()]
    digests = {path: digest((project / path).read_bytes()) for path in managed(paths, owners)}
    record = Record(template, _tree_around(project, template), answers, digests)
    (project / FILE).write_text(text_of(record), encoding="utf-8")


def _tree_around(project: Path, template: str) -> str:
    """The tree of the template that lies in the workspace around the project; empty outside one."""
    try:
        folder = find_workspace(project).root / "templates" / template
    except ConfigurationError:
        return ""
    return tree_of(folder) if folder.is_dir() else ""


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else quoted(key)


def _fault(document: Mapping[str, Any]) -> str:
    """What is wrong with a record; empty when nothing is."""
    if unknown := sorted(set(document) - _KEYS):
        return f"has an unknown key {unknown[0]!r}"
    template, tree = document.get("template"), document.get("tree")
    if not isinstance(template, str) or not _FOLDER.fullmatch(template):
        return f"template: expected the name of a folder below templates/, got {template!r:.60}"
    if not isinstance(tree, str) or not _TREE.fullmatch(tree):
        return f"tree: expected git's id of the template's folder, got {tree!r:.80}"
    answers = document.get("answers")
    if not isinstance(answers, dict) or not all(isinstance(value, str) for value in answers.values()):
        return f"answers: expected a table of texts, got {answers!r:.80}"
    if not isinstance(answers.get("project_name"), str):
        return "answers: has no project_name"
    digests = document.get("managed", {})
    if not isinstance(digests, dict) or not all(_is_digest(value) for value in digests.values()):
        return f"managed: expected a table of SHA-256 digests, got {digests!r:.80}"
    return ""


def _is_digest(value: Any) -> bool:
    return isinstance(value, str) and bool(_DIGEST.fullmatch(value))
