"""Comparisons of what was baked: with itself, and with what another answer to one question makes."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatch, fnmatchcase

from paddock.scaffold.answers import package_of, problem_of
from paddock.scaffold.ownership import DERIVED
from paddock.scaffold.questions import Template

from paddock_ci.bake.combinations import Answers, switches
from paddock_ci.finding import Look

# The hash of each file of a project by its path, and the answers that it was baked with.
Hashes = Mapping[str, str]
Row = tuple[Answers, Hashes]
_IMPURE = {
    "datetime", "getpass", "http", "os", "platform", "random", "requests", "secrets", "socket", "subprocess",
    "tempfile", "time", "urllib", "uuid",
}  # fmt: skip


def same_twice(first: Hashes, second: Hashes) -> Iterator[Look]:
    """Baking twice with the same answers gives the same files, byte by byte."""
    for path in sorted({*first, *second}):
        fault = "" if first.get(path) == second.get(path) else "differs when it is baked again"
        yield Look(path, fault, "Take the clock, the order of a set, or chance out of the template.")


def stays_inside(before: Hashes, after: Hashes, project: str) -> Iterator[Look]:
    """Baking writes nothing but the project's own folder: not beside it, not into the home of who bakes."""
    # The lock that keeps two bakes apart is no part of the template.
    for path in sorted(path for path in after if not path.startswith((f"{project}/", ".paddock/"))):
        fault = "" if before.get(path) == after[path] else "is written outside the project"
        yield Look(path, fault, "Let the template's hooks write below their working folder only.")


def touches_declared(template: Template, rows: Sequence[Row]) -> Iterator[Look]:
    """Another answer to one question changes only files that the template declares for it (`_touches`)."""
    for field, path in _changes(template, rows):
        is_declared = any(fnmatch(path, glob) for glob in template.touches.get(field, ()))
        fault = "" if is_declared else f"changes with the answer to {field!r}"
        yield Look(path, fault, f"Declare it in _touches of {template.name}'s cookiecutter.json, or mend the file.")


def declares_touched(template: Template, rows: Sequence[Row]) -> Iterator[Look]:
    """Every file that a template declares to change with an answer (`_touches`) does change with it."""
    changes = set(_changes(template, rows))
    for field, globs in template.touches.items():
        for glob in globs:
            is_changed = any(fnmatch(path, glob) for changed, path in changes if changed == field)
            fault = "" if is_changed else f"_touches says that {field!r} changes {glob!r}, which it never does"
            yield Look("cookiecutter.json", fault, "Remove the line, or use the answer there.")


def asks_well(template: Template, rows: Sequence[Row]) -> Iterator[Look]:
    """Every question has a text, a legal default and a choice to make, and its answer changes something."""
    where, fields = "cookiecutter.json", {field for field, _ in _changes(template, rows)}
    problem = problem_of(template.defaults, template.questions)
    yield Look(where, f"a default is not legal: {problem}" if problem else "", "Give it a legal default.")
    for question in template.questions:
        fault = "" if question.prompt != question.field else f"{question.field!r} has no text in __prompts__"
        if question.choices and len(set(question.choices)) < max(2, len(question.choices)):
            fault = f"{question.field!r} has the choices {question.choices}; expected two or more different ones"
        elif question.field not in fields:
            fault = f"the answer to {question.field!r} changes nothing"
        elif "*" in template.touches.get(question.field, ()):
            fault = f"_touches says that {question.field!r} changes '*', which says nothing"
        yield Look(where, fault, "Mend the question, or remove it.")


def hooks_are_pure(template: Template, rows: Sequence[Row]) -> Iterator[Look]:
    """What a hook does follows from the answers: it asks no clock, no chance, no network and nothing of the machine."""
    yield Look("hooks")
    for path in sorted((template.folder / "hooks").glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in (node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)):
            named = [alias.name for alias in node.names]
            for name in [node.module or ""] if isinstance(node, ast.ImportFrom) else named:
                fault = f"imports {name}" if name.split(".")[0] in _IMPURE else ""
                yield Look(f"hooks/{path.name}:{node.lineno}", fault, "Take it from the answers, or from paddock.")


def owns_what_exists(template: Template, rows: Sequence[Row]) -> Iterator[Look]:
    """Every glob by which a template says whose a file is (`_files`) decides about some file of some project."""
    where = "cookiecutter.json"
    yield Look(where)
    paths = {path for _, hashes in rows for path in hashes} - set(DERIVED)
    globs = list(template.owners)
    for number, glob in enumerate(globs):
        fitting = {path for path in paths if fnmatchcase(path, glob)}
        decided = {path for path in fitting if not any(fnmatchcase(path, earlier) for earlier in globs[:number])}
        why = (
            "no combination of answers makes such a file" if not fitting else "an earlier glob decides for all of them"
        )
        fault = "" if decided else f"_files says whose {glob!r} is, but {why}"
        yield Look(where, fault, "Mend the glob, or remove the line: what no glob fits is merged.")


COMPARISONS = {
    "BK102": touches_declared,
    "BK103": declares_touched,
    "BK105": asks_well,
    "BK106": hooks_are_pure,
    "BK107": owns_what_exists,
}


def _changes(template: Template, rows: Sequence[Row]) -> Iterator[tuple[str, str]]:
    """Each field with each file that differs between two projects whose answers differ in that field alone."""
    hashes = {_key(answers): _neutral(answers, found) for answers, found in rows}
    for question in template.questions:
        for first, second in switches([answers for answers, _ in rows], question.field):
            left, right = hashes[_key(first)], hashes[_key(second)]
            yield from ((question.field, path) for path in sorted({*left, *right}) if left.get(path) != right.get(path))


def _key(answers: Answers) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(answers.items()))


def _neutral(answers: Answers, hashes: Hashes) -> dict[str, str]:
    """The hashes by path, with the package's folder under one name, so that it is the same file in all projects."""
    package = package_of(answers["project_name"])
    return {path.replace(f"src/{package}/", "src/PACKAGE/"): found for path, found in hashes.items()}
