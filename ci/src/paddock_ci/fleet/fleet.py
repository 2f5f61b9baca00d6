"""The fleet effect of a change of templates: two copies of the workspace, before and after, and what differs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from paddock.errors import ToolError
from paddock.project import Workspace
from paddock.scaffold.workers import workers

from paddock_ci.affected.answer import all_projects
from paddock_ci.fleet.change import Change, change_of, left_of
from paddock_ci.fleet.copy import Clone
from paddock_ci.fleet.effect import Effect, Fleet, Verdict
from paddock_ci.fleet.gates import Running, gates_of
from paddock_ci.fleet.looking import Findings, looking, only_in
from paddock_ci.fleet.scratch import scratch
from paddock_ci.fleet.updates import (
    effect_of,
    followers,
    lines_between,
    outcomes_of,
    require_bakes,
    tree_after,
)

Telling = Callable[[str], None]
# To start processes takes as long as to look at these.
_FEW = 12
_ORDER = {verdict: number for number, verdict in enumerate(Verdict)}


@dataclass(frozen=True)
class Wish:
    """What is asked: the change from `base` to `head` (empty: the files as they lie here), by how many processes.

    With `running`, the gates of each changed project are run, too.
    """

    base: str = ""
    head: str = ""
    workers: int = 2
    running: Running | None = None


@dataclass(frozen=True)
class _Copies:
    """The workspace before the change and after it, each with its projects, and the day on which they are judged."""

    before: Workspace
    after: Workspace
    projects: tuple[frozenset[str], frozenset[str]]
    today: date


def fleet(workspace: Workspace, wish: Wish, tell: Telling) -> Fleet:
    """Say what the change does to every project; nothing of the workspace is touched.

    `tell` hears from time to time how far it is. Raises ConfigurationError for a change that cannot be told, and what
    is wrong with a template that does not bake.
    """
    with scratch(workspace.root) as folder:
        tell("copying the workspace")
        left = left_of(workspace.root, wish.base, wish.head)
        clone = Clone(workspace.root, folder)
        change = change_of(clone, left, wish.head)
        if not change.templates:
            return Fleet(change.base, wish.head, {}, len(_projects(workspace.root)))
        copies = _copied(clone, change)
        require_bakes(copies.after, change.templates)
        effects, findings = _followed(clone, change, copies, wish.workers, tell)
        effects = _with_checks(effects, findings, copies)
        if wish.running:
            tell("running the gates of what changed")
            effects = _with_gates(effects, copies, wish.running)
        return _told(change, wish.head, effects, len(copies.projects[1]))


def _copied(clone: Clone, change: Change) -> _Copies:
    before, after = clone.copy("before", change.before), clone.copy("after", change.after)
    return _Copies(before, after, (_projects(before.root), _projects(after.root)), datetime.now(UTC).date())


def _projects(root: Path) -> frozenset[str]:
    return frozenset(all_projects(root, "", "").ways)


def _followed(
    clone: Clone, change: Change, copies: _Copies, processes: int, tell: Telling
) -> tuple[dict[str, Effect], tuple[Findings, Findings]]:
    """The effects of the updates, which are done in the copy after the change; and what checks find in both copies."""
    is_small = sum(map(len, copies.projects)) <= _FEW
    with _pool(0 if is_small else processes) as pool:
        # What lies in the first copy stays as it is; in the other one, the updates come first.
        first = looking(pool, copies.before.root, sorted(copies.projects[0]))
        effects = _updated(clone, change, copies, tell)
        second = looking(pool, copies.after.root, sorted(copies.projects[1]))
        count = _counting(len(first.works) + len(second.works), "{} of {} checks, before and after", tell)
        return effects, (first.findings(copies.today, count), second.findings(copies.today, count))


def _updated(clone: Clone, change: Change, copies: _Copies, tell: Telling) -> dict[str, Effect]:
    """The effect on each project that the change concerns; those that follow a changed template do so in the copy."""
    concerned = followers(change, (copies.before, copies.after))
    names = sorted(concerned)
    # A project that is new in the change has nothing that it could have followed before.
    known = [name for name in names if name not in change.new]
    count = _counting(len(known) + len(names), "{} of {} updates, before and after", tell)
    then = outcomes_of(copies.before, known, copies.today, is_dry=True, on_done=count)
    now = outcomes_of(copies.after, names, copies.today, is_dry=False, on_done=count)
    files = lines_between(clone.store, change.before, tree_after(copies.after, clone.store))
    return {
        name: effect_of(now[name], then.get(name), concerned[name], name in change.moved, files.get(name, ()))
        for name in names
    }


def _with_checks(
    effects: Mapping[str, Effect], findings: tuple[Findings, Findings], copies: _Copies
) -> dict[str, Effect]:
    """The effects with the checks that turn; also those on projects that follow no template, and on the workspace."""
    then, now = findings
    roots = copies.before.root, copies.after.root
    # Of a project that is new in the change, nothing could turn.
    both = {"", *(copies.projects[0] & copies.projects[1])}
    found = {name: Effect(name, Verdict.STAYS) for name in both} | dict(effects)
    for name in both:
        red = only_in(now.get(name, ()), then.get(name, ()), (roots[1], roots[0]))
        green = only_in(then.get(name, ()), now.get(name, ()), roots)
        found[name] = replace(found[name], red=red, green=green)
    return found


def _with_gates(effects: Mapping[str, Effect], copies: _Copies, running: Running) -> dict[str, Effect]:
    """The effects with what became of the gates of each project that changed."""
    names = sorted(name for name, effect in effects.items() if effect.verdict is Verdict.UPDATED)
    found = gates_of((copies.before, copies.projects[0]), copies.after, names, copies.today, running)
    gates = {name: replace(effects[name], gates=gate.status, failed=gate.failed) for name, gate in found.items()}
    return {**effects, **gates}


def _told(change: Change, head: str, effects: Mapping[str, Effect], projects: int) -> Fleet:
    """What is worth telling, the worst first."""
    counts = Counter(effect.template for effect in effects.values())
    told = [effect for name, effect in effects.items() if name and effect != Effect(name, Verdict.STAYS)]
    told.sort(key=lambda effect: (not effect.is_worse, _ORDER[effect.verdict], effect.project))
    templates = {name: counts[name] for name in change.templates}
    return Fleet(change.base, head, templates, projects, tuple(told), effects[""])


def _counting(total: int, words: str, tell: Telling) -> Callable[[], None]:
    done = 0

    def count() -> None:
        nonlocal done
        done += 1
        tell(words.format(done, total))

    return count


@contextmanager
def _pool(processes: int) -> Iterator[ProcessPoolExecutor | None]:
    if not processes:
        yield None
        return
    try:
        with workers(processes) as pool:
            yield pool
    except BrokenProcessPool as error:
        raise ToolError(
            "a process that looks at projects died", "Free some memory and run it again. Nothing was touched."
        ) from error
