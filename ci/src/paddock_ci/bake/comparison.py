"""Comparisons of what was baked: with itself, and with what another answer to one question makes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatch

from paddock.scaffold.answers import package_of
from paddock.scaffold.questions import Template

from paddock_ci.bake.combinations import Answers, switches
from paddock_ci.finding import Look

# The hash of each file of a project by its path, and the answers that it was baked with.
Hashes = Mapping[str, str]
Row = tuple[Answers, Hashes]


def same_twice(first: Hashes, second: Hashes) -> Iterator[Look]:
    """Baking twice with the same answers gives the same files, byte by byte."""
    for path in sorted({*first, *second}):
        fault = "" if first.get(path) == second.get(path) else "differs when it is baked again"
        yield Look(path, fault, "Take the clock, the order of a set, or chance out of the template.")


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


COMPARISONS = {"BK102": touches_declared, "BK103": declares_touched}


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
