"""Which answers to a template's questions are legal: one judgement for the prompt, the hook and the tests."""

from __future__ import annotations

import keyword
import re
import sys
from collections.abc import Mapping
from functools import cache
from importlib.metadata import packages_distributions

from slugify import slugify

from paddock.errors import nearest
from paddock.project import SLUG

PROBLEMS = ("classification", "regression")
FIELDS = ("project_name", "owner", "problem", "description")
_LONGEST = {"project_name": 60, "owner": 80, "problem": 20, "description": 200}
_LONGEST_SLUG = 30
# Folders of a project or a workspace: a package of the same name would hide one of them.
_RESERVED = {
    "ci", "docs", "notebooks", "paddock", "paddock_ci", "projects", "shared", "src", "templates", "test", "tests",
}  # fmt: skip
_JINJA = re.compile(r"\{\{|\{%|\{#|\}\}|%\}|#\}")


def slug_of(project_name: str) -> str:
    """The folder's name for a project: small letters, digits and single hyphens."""
    return slugify(project_name)


def package_of(project_name: str) -> str:
    """The name of the project's Python package."""
    return slug_of(project_name).replace("-", "_")


def problem_of(answers: Mapping[str, object]) -> str:
    """What is wrong with `answers`, naming the field, what was expected and what was given; empty when legal."""
    for field in answers:
        if field not in FIELDS:
            return f"{field}: no such question. {nearest(field, FIELDS)}"
    for field in FIELDS:
        if field not in answers:
            return f"{field}: has no answer"
        if fault := _text_fault(field, answers[field]):
            return f"{field}: {fault}"
    if answers["problem"] not in PROBLEMS:
        return f"problem: expected {' or '.join(PROBLEMS)}, got {answers['problem']!r}"
    fault = _name_fault(str(answers["project_name"]))
    return f"project_name: {fault}" if fault else ""


def _text_fault(field: str, answer: object) -> str:
    """Why an answer could not be written into TOML, Python and Markdown and be read back as it is."""
    if not isinstance(answer, str):
        return f"expected a text, got {answer!r}"
    shown = answer if len(answer) <= 40 else f"{answer[:40]}…"
    if not answer.strip():
        return "expected a text, got nothing"
    if answer != answer.strip():
        return f"expected no spaces around it, got {shown!r}"
    if len(answer) > _LONGEST[field]:
        return f"expected at most {_LONGEST[field]} characters, got {len(answer)}"
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
    if package in _RESERVED or package in _installed():
        return f"'{package}' is the name of an installed package or a folder of the workspace; choose another name"
    return ""


@cache
def _installed() -> frozenset[str]:
    """The names that installed packages bring, small letters."""
    return frozenset(name.lower() for name in packages_distributions())
