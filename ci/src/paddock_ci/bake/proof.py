"""The proof of a template: every legal combination of its answers is baked, and everything baked is checked."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path

from paddock.project import Workspace
from paddock.scaffold.questions import Template, load_template

from paddock_ci.bake.baking import NEIGHBOUR, Baked, bake_and_check
from paddock_ci.bake.combinations import Answers, cover, legal_combinations
from paddock_ci.bake.comparison import COMPARISONS, same_twice, stays_inside
from paddock_ci.checks import ALL_CHECKS, FRESH_CHECKS
from paddock_ci.checks.tools import TOOL_CHECKS
from paddock_ci.finding import Finding, Look, findings


@dataclass(frozen=True)
class Proof:
    """What became of a template: the number of combinations, how many things each check looked at, what it found."""

    template: str
    combinations: int
    looked: Mapping[str, int]
    findings: tuple[Finding, ...]
    seconds: float


def prove(
    workspace: Workspace,
    name: str,
    scratch: Path,
    on_baked: Callable[[int, int], None] = lambda done, all_: None,
    strength: int = 0,
) -> Proof:
    """Bake the template `name` of `workspace` with every legal combination of answers below `scratch`; check all.

    With a `strength`, only as many as it takes to show every combination of answers to that many questions.
    A check that looks at nothing in a project is a finding too, unless the template says why (`_exempt`).
    `on_baked` is told how many combinations are done, and of how many.
    """
    begun = time.perf_counter()
    template = load_template(workspace.root / "templates", name)
    rows = legal_combinations(template, (NEIGHBOUR,))
    rows = cover(rows, strength) if strength else rows
    baked = []
    # Processes, not threads: cookiecutter changes the working folder.
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        jobs = [
            pool.submit(bake_and_check, workspace.root, template, row, scratch / str(n)) for n, row in enumerate(rows)
        ]
        for job in jobs:
            baked.append(job.result())
            on_baked(len(baked), len(rows))
    hashes = [(one.answers, one.hashes) for one in baked]
    # What one answer changes shows only where all others are the same somewhere.
    comparisons = {} if strength else COMPARISONS
    looks = {code: list(compare(template, hashes)) for code, compare in comparisons.items()}
    looks |= {code: _by_tool(code, baked, scratch) for code in TOOL_CHECKS}
    looked: Counter[str] = Counter({code: len(found) for code, found in looks.items()})
    for one in baked:
        looked.update(one.looked)
    found = (*_gathered(template, baked), *_findings(looks))
    return Proof(name, len(rows), dict(sorted(looked.items())), found, time.perf_counter() - begun)


def _by_tool(code: str, baked: Sequence[Baked], scratch: Path) -> list[Look]:
    """What a linter says about the files of all projects; a file that was seen before is not looked at again.

    Modules and notebooks are looked at in every project: what sorts first among imports depends on its name.
    """
    seen: set[str] = set()
    paths = []
    for one in baked:
        prefix = (one.root / "projects" / one.name).relative_to(scratch).as_posix()
        for path, content in one.hashes.items():
            if path.endswith((".py", ".ipynb")) or content not in seen:
                paths.append(f"{prefix}/{path}")
            seen.add(content)
    return list(TOOL_CHECKS[code](scratch, paths))


def _gathered(template: Template, baked: Sequence[Baked]) -> Iterator[Finding]:
    """Each finding once, with the number of combinations that have it, and the answers of one of them."""
    rows: dict[Finding, list[Answers]] = defaultdict(list)
    for one in baked:
        for finding in dict.fromkeys(one.findings):
            rows[finding].append(one.answers)
    for finding, answers in rows.items():
        where = f"{finding.place} ({len(answers)} of {len(baked)} combinations, such as {_shown(template, answers[0])})"
        yield replace(finding, place=where)


def _shown(template: Template, answers: Answers) -> str:
    """The answers that are not the defaults, to bake the same again."""
    other = {field: answer for field, answer in answers.items() if answer != template.defaults[field]}
    return ", ".join(f"{field}={answer!r}" for field, answer in other.items()) or "the default answers"


def _findings(looks: Mapping[str, Sequence[Look]]) -> list[Finding]:
    nothing = Look("", "looked at nothing", "Mend the check, or the template that gives it nothing to look at.")
    return findings((code, look) for code, found in looks.items() for look in found or [nothing])


def promise(code: str) -> str:
    """What a check of a proof promises: the first line of its docstring."""
    of_bakes: dict[str, Callable[..., object]] = {"BK101": same_twice, "BK104": stays_inside, **COMPARISONS}
    checks = {**ALL_CHECKS, **FRESH_CHECKS, **TOOL_CHECKS, **of_bakes}
    return (checks[code].__doc__ or "").strip().splitlines()[0]
