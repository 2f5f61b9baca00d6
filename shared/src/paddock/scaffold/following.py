"""What a project follows: its template as it was made from and as it is now, and the answers to both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from paddock.errors import ConfigurationError, ToolError
from paddock.scaffold.answers import problem_of, slug_of
from paddock.scaffold.deviations import Deviation, load_deviations
from paddock.scaffold.history import uncommitted
from paddock.scaffold.questions import Question, Template
from paddock.scaffold.record import FILE, Record, read_record
from paddock.scaffold.rendering import Templates


@dataclass(frozen=True)
class Following:
    """The template before (`old`) and now (`new`, at `tree`), the answers to its questions now, and what to tell."""

    record: Record
    old: Template
    new: Template
    tree: str
    answers: Mapping[str, str]
    deviations: tuple[Deviation, ...]
    notes: tuple[str, ...]

    @property
    def sides(self) -> tuple[tuple[Template, Mapping[str, str]], tuple[Template, Mapping[str, str]]]:
        """Each template with the answers that it is rendered with."""
        return (self.old, self.record.answers), (self.new, self.answers)


def follow(
    folder: Path, templates: Templates, is_forced: bool = False, takes_uncommitted: bool = False
) -> Following | None:
    """What the project in `folder` follows; nothing where its template is as it was, unless it `is_forced`.

    Raises ConfigurationError for a record that cannot be followed, and for uncommitted work where nobody
    `takes_uncommitted`.
    """
    record = read_record(folder)
    _require_place(folder, record)
    name = templates.name_now(record.template)
    tree = templates.tree(name)
    if record.tree == tree and not is_forced:
        return None
    if not takes_uncommitted:
        _require_clean(folder)
    shown = f"projects/{folder.name}/{FILE}"
    if not record.tree:
        raise ConfigurationError(
            f"{shown}: tree is empty: the project was made outside git",
            f"Write the tree of the commit that it was made from: git rev-parse COMMIT:templates/{name}",
        )
    old, new = templates.at(record.template, record.tree), templates.at(name, tree)
    if problem := problem_of(record.answers, old.questions):
        raise ConfigurationError(
            f"{shown}: answers: {problem}", f"Only tools write this file. Restore it: git checkout HEAD -- {shown}"
        )
    answers = {question.field: record.answers.get(question.field, question.default) for question in new.questions}
    if problem := problem_of(answers, new.questions):
        raise ConfigurationError(
            f"templates/{name}: its questions do not take the project's answer any more: {problem}",
            f"Let the template take it, or write another answer into {shown} and mend what differs by hand.",
        )
    notes = tuple(_notes(record, name, new.questions))
    return Following(record, old, new, tree, answers, load_deviations(folder), notes)


def _require_place(folder: Path, record: Record) -> None:
    """Raise where the folder has another name than the project was made with."""
    slug = slug_of(record.answers["project_name"])
    if slug != folder.name:
        raise ConfigurationError(
            f"projects/{folder.name}: the project was made as '{slug}', so that its template writes that name",
            f"Rename the folder back to projects/{slug}. Where all in it has the new name, write that as project_name "
            f"into {FILE}, commit, then: paddock update {folder.name} --restore",
        )
    if folder.is_symlink():
        raise ConfigurationError(f"projects/{folder.name}: is a symbolic link", "Update it where it lies.")


def _require_clean(folder: Path) -> None:
    changes = uncommitted(folder)
    if changes is None:
        raise ToolError(f"projects/{folder.name}: git does not say what is committed", "See: git status")
    if changes:
        more = f" and {len(changes) - 1} more" if len(changes) > 1 else ""
        raise ConfigurationError(
            f"projects/{folder.name}: has uncommitted work: {changes[0]}{more}",
            "Commit it, or put it aside with: git stash --include-untracked. Nothing was touched.",
        )


def _notes(record: Record, name: str, questions: tuple[Question, ...]) -> Iterator[str]:
    asked = {question.field: question.default for question in questions}
    if name != record.template:
        yield f"the template {record.template} is called {name} now"
    for field in (field for field in asked if field not in record.answers):
        yield f"new question {field}: answered by its default, {asked[field]!r}"
    for field in sorted(record.answers.keys() - asked.keys()):
        yield f"the template no longer asks {field}; the answer was {record.answers[field]!r}"
