"""Which answers to a template's questions are legal: one judgement for the prompt, the hook and the tests."""

from __future__ import annotations

import keyword
import re
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache
from pathlib import Path

from slugify import slugify

from paddock.errors import ConfigurationError, nearest
from paddock.project import SLUG, Workspace, find_workspace
from paddock.scaffold.questions import Question

# The answer to `dataset` of who wants none.
NONE = "none"
_LONGEST = {"project_name": 60, "owner": 80, "dataset": 80}
_LONGEST_TEXT = 200
_LONGEST_SLUG = 30
# Folders of a project or a workspace: a package of the same name would hide one of them.
_FOLDERS = {
    "ci", "docs", "notebooks", "paddock", "paddock_ci", "projects", "shared", "src", "templates", "test", "tests",
}  # fmt: skip
# Names that Windows keeps for devices: a clone there could not hold such a folder.
_DEVICES = {"aux", "con", "nul", "prn", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10))}
_JINJA = re.compile(r"\{\{|\{%|\{#|\}\}|%\}|#\}")
_DATASET = re.compile(rf"{SLUG.pattern}\.[a-z][a-z0-9_]*")


def slug_of(project_name: str) -> str:
    """The folder's name for a project: small letters, digits and single hyphens."""
    return slugify(project_name)


def package_of(project_name: str) -> str:
    """The name of the project's Python package."""
    return slug_of(project_name).replace("-", "_")


def problem_of(
    answers: Mapping[str, object], questions: Sequence[Question] = (), datasets: Collection[str] | None = None
) -> str:
    """What is wrong with `answers`, naming the field, what was expected and what was given; empty when legal.

    With `questions`, each must be answered, by one of its choices where it has some, and nothing else may be
    answered. With `datasets`, those that exist, a dataset must be one of them.
    """
    asked = {question.field: question.choices for question in questions} or dict.fromkeys(answers, ())
    for field in answers:
        if field not in asked:
            return f"{field}: no such question. {nearest(field, asked)}"
    for field, choices in asked.items():
        if field not in answers:
            return f"{field}: has no answer"
        if fault := _fault(field, answers[field], choices, datasets):
            return f"{field}: {fault}"
    return ""


def problem_at(workspace: Workspace, questions: Sequence[Question], answers: Mapping[str, object]) -> str:
    """What is wrong with `answers` to `questions` in `workspace`; empty when they are legal."""
    return problem_of(answers, questions, _datasets(workspace, answers))


def problem_in(place: Path, answers: Mapping[str, object]) -> str:
    """What is wrong with `answers` for a project at `place`, for a template's hook; empty when they are legal."""
    try:
        workspace = find_workspace(place)
    except ConfigurationError:
        # Outside a workspace nobody knows which datasets there are.
        return problem_of(answers)
    return problem_of(answers, datasets=_datasets(workspace, answers))


def _fault(field: str, answer: object, choices: Sequence[str], datasets: Collection[str] | None) -> str:
    if choices:
        return "" if answer in choices else f"expected {_one_of(choices)}, got {answer!r:.60}"
    if fault := _text_fault(answer, _LONGEST.get(field, _LONGEST_TEXT)):
        return fault
    judge = _JUDGES.get(field)
    if judge and (fault := judge(str(answer))):
        return fault
    if field == "dataset" and datasets is not None and answer != NONE and answer not in datasets:
        return f"no such dataset {answer!r}. {nearest(str(answer), datasets)}"
    return ""


def _one_of(choices: Sequence[str]) -> str:
    return f"{', '.join(choices[:-1])} or {choices[-1]}" if len(choices) > 1 else str(choices[0])


def _text_fault(answer: object, longest: int) -> str:
    """Why an answer could not be written into TOML, YAML, Python and Markdown and be read back as it is."""
    if not isinstance(answer, str):
        return f"expected a text, got {answer!r:.60}"
    shown = answer if len(answer) <= 40 else f"{answer[:40]}…"
    if not answer.strip():
        return "expected a text, got nothing"
    if answer != answer.strip():
        return f"expected no spaces around it, got {shown!r}"
    if len(answer) > longest:
        return f"expected at most {longest} characters, got {len(answer)}"
    if not answer.isprintable():
        bad = next(character for character in answer if not character.isprintable())
        return f"expected one line of printable characters, got {bad!r} in {shown!r}"
    if _JINJA.search(answer):
        return f"expected a text without template tags, got {shown!r}"
    return ""


def _name_fault(name: str) -> str:
    """Why a project cannot be called that."""
    if any(mark in name for mark in "/\\") or name.startswith((".", "~")):
        return f"expected a name, not a path, got {name!r}"
    slug, package = slug_of(name), package_of(name)
    if not SLUG.fullmatch(slug):
        return f"expected a name that begins with a letter from a to z, got {name!r} (folder '{slug}')"
    if len(slug) > _LONGEST_SLUG:
        return f"expected a folder's name of at most {_LONGEST_SLUG} characters, got '{slug}' ({len(slug)})"
    if keyword.iskeyword(package) or keyword.issoftkeyword(package):
        return f"'{package}' is a word of the Python language; choose another name"
    if package in sys.stdlib_module_names:
        return f"'{package}' is a module of Python's standard library; choose another name"
    if slug in _DEVICES:
        return f"'{slug}' is a device on Windows; choose another name"
    if package in _FOLDERS or package in _installed():
        return f"'{package}' is the name of an installed package or a folder of the workspace; choose another name"
    return ""


def _dataset_fault(name: str) -> str:
    if name == NONE or _DATASET.fullmatch(name):
        return ""
    return f"expected {NONE!r} or a dataset such as 'triage.predictions', got {name!r}"


_JUDGES: Mapping[str, Callable[[str], str]] = {"project_name": _name_fault, "dataset": _dataset_fault}


@cache
def _installed() -> frozenset[str]:
    """The names of installed packages and of the modules that they bring, as a package would be called."""
    # By the names of folders alone: reading what each package says of itself takes a tenth of a second.
    folders = (Path(entry) for entry in sys.path if entry.endswith(("site-packages", "dist-packages")))
    names = (path.name for folder in folders if folder.is_dir() for path in folder.iterdir())
    return frozenset(re.sub(r"[-_]+", "_", re.split(r"[.]|-\d", name)[0]).lower() for name in names)


def _datasets(workspace: Workspace, answers: Mapping[str, object]) -> tuple[str, ...] | None:
    """The datasets of the catalogue, where an answer names one."""
    if answers.get("dataset", NONE) == NONE:
        return None
    # Here, since it costs a quarter of a second, which most templates' hooks need not pay.
    from paddock.data.catalogue import load_catalogue

    return tuple(load_catalogue(workspace).contracts)
