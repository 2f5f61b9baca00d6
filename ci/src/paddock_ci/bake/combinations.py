"""Which answers to a template's questions are tried, as its `cookiecutter.json` asks them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, product

from paddock.scaffold.answers import problem_of
from paddock.scaffold.questions import Question, Template

Answers = Mapping[str, str]
# First and last among imports; the second as long as a name may be.
_NAMES = ("Aa", "Zz of a name with thirty chars")
# Quotes, a backslash, markup of each language that an answer is written into, and a character beyond them.
_AWKWARD = 'O\'Brien "Ada" \\ <b> & *a* _b_ #1 | $HOME `id` %s {x} 😀'
_DATASET = "dataset"
_MOST = 512


def values(question: Question, datasets: Sequence[str] = ()) -> tuple[str, ...]:
    """The answers to one question that stand for all: its choices, or its default with the awkward ones.

    `datasets` are those that a question for a dataset may be answered with, beside its default.
    """
    if question.choices:
        return question.choices
    if question.field == "project_name":
        return (question.default, *_NAMES)
    if question.field == _DATASET:
        return (question.default, *datasets)
    return (question.default, _AWKWARD)


def legal_combinations(template: Template, datasets: Sequence[str] = ()) -> tuple[Answers, ...]:
    """Every combination of `values` that is legal; at most 512, else the template is two."""
    columns = [values(question, datasets) for question in template.questions]
    fields = [question.field for question in template.questions]
    found = tuple(
        answers
        for row in product(*columns)
        if not problem_of(answers := dict(zip(fields, row, strict=True)), template.questions)
    )
    assert len(found) <= _MOST, f"{template.name}: {len(found)} combinations; make it two templates"
    return found


def cover(rows: Sequence[Answers], strength: int = 2) -> tuple[Answers, ...]:
    """A few of `rows` in which every combination of answers to any `strength` questions appears that appears at all.

    Greedy: each step takes the row that brings most that is new (Kuhn, Kacker and Lei, Introduction to
    Combinatorial Testing, 2013). Strength 1 shows every answer once, 2 every pair of answers.
    """
    missing = {row_key: set(_tuples(row, strength)) for row_key, row in enumerate(rows)}
    chosen = []
    while any(missing.values()):
        best = max(missing, key=lambda key: len(missing[key]))
        chosen.append(rows[best])
        shown = missing.pop(best)
        missing = {key: left - shown for key, left in missing.items()}
    return tuple(chosen)


def switches(rows: Sequence[Answers], field: str) -> Iterator[tuple[Answers, Answers]]:
    """Pairs of `rows` that differ in the answer to `field` alone; each row but the first of its group comes once."""
    groups: dict[tuple[tuple[str, str], ...], Answers] = {}
    for row in rows:
        key = tuple(sorted(item for item in row.items() if item[0] != field))
        first = groups.setdefault(key, row)
        if first is not row:
            yield first, row


def _tuples(row: Answers, strength: int) -> Iterator[tuple[tuple[str, str], ...]]:
    yield from combinations(sorted(row.items()), strength)
