"""The words for an effect, which people read on a terminal and in a pull request."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from paddock_ci.fleet.effect import Effect, Fleet, Hunk, Lines, Verdict

_FEW = 4  # files that are named


def title(fleet: Fleet) -> str:
    """What came out, in one line."""
    if not fleet.templates:
        return f"no template changed since {fleet.base[:12]}"
    worse = sum(effect.is_worse for effect in fleet.effects)
    if worse:
        return f"worse for {worse} of {_counted(fleet.projects, 'project')}"
    return "worse for the workspace" if fleet.is_worse else "nothing turned worse"


def scope(fleet: Fleet) -> list[str]:
    """Which templates changed since when, and how many projects follow each."""
    to = fleet.head[:12] if fleet.head else "the files as they lie here"
    of_all = f"of {_counted(fleet.projects, 'project')} follow{'s' if fleet.projects == 1 else ''} it"
    return [
        f"templates/{name} changed from {fleet.base[:12]} to {to}: {count or 'none'} {of_all}"
        for name, count in fleet.templates.items()
    ]


def counts(fleet: Fleet) -> str:
    """How many projects have which verdict, and how many checks turned."""
    verdicts = Counter(effect.verdict for effect in fleet.effects if effect.template or effect.refusal)
    hunks = [hunk for effect in fleet.effects for hunk in effect.hunks]
    told = [_of_verdict(verdict, verdicts[verdict], hunks) for verdict in reversed(Verdict) if verdicts[verdict]]
    red = sum(len(effect.red) for effect in (*fleet.effects, fleet.workspace))
    green = sum(len(effect.green) for effect in (*fleet.effects, fleet.workspace))
    return f"{', '.join(told) or 'no project follows'}; {red} turned red, {green} turned green"


def verdict(effect: Effect) -> str:
    """What an update makes of the project."""
    match effect.verdict:
        case Verdict.REFUSED:
            return f"refused{'' if effect.refusal and effect.refusal.is_new else ', as before the change'}"
        case Verdict.CONFLICTS:
            return f"{_counted(len(effect.hunks), 'conflict')}, {_new(effect.hunks)}"
        case Verdict.UPDATED:
            done = "updated in this change" if effect.moved else "updated"
            return f"{done}: {_counted(len(effect.files), 'file')}, +{effect.come} -{effect.go}"
    return "unchanged"


def files(effect: Effect) -> str:
    """The files that change with their lines; of many, the first."""
    more = f" and {len(effect.files) - _FEW} more" if len(effect.files) > _FEW else ""
    return ", ".join(map(lines, effect.files[:_FEW])) + more


def lines(file: Lines) -> str:
    """A file with the lines that come and go."""
    return f"{file.path} +{file.come} -{file.go}"


def hunk(found: Hunk) -> str:
    """A conflict: file, lines, why, and whether it is new."""
    where = f"{found.path} ({found.lines})" if found.lines else found.path
    return f"{where}: {found.reason} [{'new' if found.is_new else 'as before the change'}]"


def notes(effect: Effect) -> Iterator[str]:
    """What else is to be known of a project."""
    if effect.behind:
        yield "it had not followed earlier changes of its template: they come along"
    yield from effect.notes


def _of_verdict(name: Verdict, count: int, hunks: Iterable[Hunk]) -> str:
    if name is Verdict.CONFLICTS:
        return f"{count} with conflicts ({_new(list(hunks))})"
    return f"{count} {name}"


def _new(hunks: Iterable[Hunk]) -> str:
    found = list(hunks)
    new = sum(one.is_new for one in found)
    return "all new" if new == len(found) else f"{new} new" if new else "all as before the change"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
