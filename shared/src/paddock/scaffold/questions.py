"""The questions that a template asks, as its `cookiecutter.json` declares them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from paddock.errors import ConfigurationError, nearest
from paddock.scaffold.ownership import Owner, owners_in

_FILE = "cookiecutter.json"


@dataclass(frozen=True)
class Question:
    """One question: its field, what people are asked, the answer that is taken when they give none, and the choices."""

    field: str
    prompt: str
    default: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Template:
    """A template: its folder and its questions in order.

    `touches` names for each field the files (globs) that its answer changes; `exempt` the checks that have
    nothing to look at in its projects, each with the reason; `owners` whose each file (glob) of a project is;
    `formerly` the names that it had before.
    """

    name: str
    folder: Path
    questions: tuple[Question, ...]
    touches: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    exempt: Mapping[str, str] = field(default_factory=dict)
    owners: Mapping[str, Owner] = field(default_factory=dict)
    formerly: tuple[str, ...] = ()

    @property
    def defaults(self) -> dict[str, str]:
        """The answers that are taken when none is given."""
        return {question.field: question.default for question in self.questions}


def template_names(templates: Path) -> tuple[str, ...]:
    """The names of the templates below the folder `templates`, sorted."""
    return tuple(sorted(path.parent.name for path in templates.glob(f"*/{_FILE}")))


def load_menu(templates: Path) -> dict[str, str]:
    """What each template of the folder `templates` is for, by its name, as its own `cookiecutter.json` lists them."""
    return {name: entry["description"] for name, entry in _document(templates / _FILE)["templates"].items()}


def load_template(templates: Path, name: str) -> Template:
    """The template called `name`; raises ConfigurationError with the nearest name, or for a file that is not one."""
    known = template_names(templates)
    if name not in known:
        raise ConfigurationError(f"templates/{name}: no such template", nearest(name, known))
    folder = templates / name
    document = _document(folder / _FILE)
    prompts = document.get("__prompts__", {})
    return Template(
        name=name,
        folder=folder,
        questions=tuple(_question(key, value, prompts) for key, value in document.items() if not key.startswith("_")),
        touches={key: tuple(globs) for key, globs in document.get("_touches", {}).items()},
        exempt=dict(document.get("_exempt", {})),
        owners=owners_in(f"templates/{name}/{_FILE}", document.get("_files", {})),
        formerly=tuple(document.get("_formerly", ())),
    )


def _document(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{path}: cannot be read as JSON: {error}", "Mend it, or restore it.") from error
    if not isinstance(document, dict):
        raise ConfigurationError(f"{path}: expected an object of questions, got {document!r:.60}", "Mend it.")
    return document


def _question(key: str, value: Any, prompts: Mapping[str, str]) -> Question:
    choices = tuple(value) if isinstance(value, list) else ()
    return Question(key, prompts.get(key, key), str(choices[0] if choices else value), choices)
