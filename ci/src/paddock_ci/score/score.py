"""The ML Test Score: the rubric, applied to one project.

Breck, Cai, Nielsen, Salib and Sculley, "The ML Test Score: A Rubric for ML Production Readiness and Technical Debt
Reduction", IEEE Big Data 2017: four sections of seven items; half a point for what was done by hand and written down,
a point for what is automated; the score is the least of the four sums.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from paddock.errors import PaddockError
from paddock.project import Workspace

from paddock_ci.score import data, infrastructure, model, monitoring
from paddock_ci.score.facts import Facts
from paddock_ci.score.item import Credit, Evidence, Item, none

SECTIONS: Mapping[str, tuple[Item, ...]] = {
    "Data": data.ITEMS,
    "Model": model.ITEMS,
    "Infrastructure": infrastructure.ITEMS,
    "Monitoring": monitoring.ITEMS,
}
# What a score means: the paper's bands, each up to its limit.
_BANDS = (
    (0.0, "more of a research project than a productionised system"),
    (1.0, "not totally untested, but serious holes in reliability are likely"),
    (2.0, "a first pass at productionisation; more is to be done"),
    (3.0, "reasonably tested; more of it might be automated"),
    (5.0, "strong automated testing and monitoring, fit for critical systems"),
)
_BEST = "exceptional automated testing and monitoring"


@dataclass(frozen=True)
class Section:
    """The answers of one section, by item."""

    title: str
    answers: tuple[tuple[Item, Evidence], ...]

    @property
    def points(self) -> float:
        """The sum of its credits."""
        return sum(evidence.credit.value for _, evidence in self.answers)


@dataclass(frozen=True)
class Score:
    """The score of one project."""

    project: str
    sections: tuple[Section, ...]

    @property
    def total(self) -> float:
        """The least sum of a section."""
        return min(section.points for section in self.sections)

    @property
    def band(self) -> str:
        """What the total means."""
        return next((said for limit, said in _BANDS if self.total <= limit), _BEST)


def score(workspace: Workspace, project: str) -> Score:
    """The score of a project; one that is broken, or has never run, has none to speak of, and is told what to do."""
    facts = Facts(workspace, project)
    sections = (
        Section(title, tuple((item, answer(facts, item)) for item in items)) for title, items in SECTIONS.items()
    )
    return Score(project, tuple(sections))


def answer(facts: Facts, item: Item) -> Evidence:
    """What an item counts for a project; never an error, whatever is broken."""
    if facts.fault:
        message, _, remedy = facts.fault.partition("\n")
        return none(message, remedy or "Mend that line.")
    try:
        if item.of_run and facts.run.fault:
            return none(facts.run.fault, f"Run: paddock run {facts.name}")
        found = item.judge(facts)
        return _aged(found, facts) if item.of_run else found
    except PaddockError as error:
        return none(error.message, error.remedy or f"Run: paddock run {facts.name}")
    except Exception as error:
        # What breaks on a damaged file vouches for nothing; the other items are still to be told.
        return none(f"could not be judged: {type(error).__name__}: {error}", f"See: paddock check {facts.name}")


def _aged(found: Evidence, facts: Facts) -> Evidence:
    """The evidence of a run of other files than the present ones counts half at most."""
    if facts.run.is_current or found.credit is Credit.NONE:
        return found
    said = f"{found.said}; but files, data or packages changed since that run"
    return replace(found, credit=Credit.HALF, said=said, step=f"Run: paddock run {facts.name}")
