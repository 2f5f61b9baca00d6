"""The page of one project."""

from __future__ import annotations

from typing import Any

from paddock.site.charts import chart, spark
from paddock.site.entry import Entry, page
from paddock.site.inventory import Inventory
from paddock.site.naming import project_page
from paddock.site.pages.runs import row
from paddock.site.projects import Portrait
from paddock.site.trends import Trend, changes, present, trends
from paddock.site.words import iso, tone

_MOST_ROWS = 1000
_MOST_VALUES = 50


def entry(portrait: Portrait, found: Inventory) -> Entry:
    """The page of a project: its gates' history, its datasets, all its runs."""
    all_trends = trends(portrait.said)
    now = present(all_trends, portrait.said)
    project = portrait.project
    rows = [row(run) for run in reversed(portrait.runs)]
    facts = overview(portrait) | {
        "description": project.description if project else "",
        "schedule": project.schedule if project else "",
        "deadline": project.deadline_minutes if project else 0,
        "gates": [_history(trend) for trend in now],
        "gone": [(trend.name, trend.source, trend.newest.run.name) for trend in all_trends if trend not in now],
        "writes": [dataset(d) for d in found.datasets if portrait.name in d.writers],
        "reads": [dataset(d) for d in found.datasets if portrait.name in d.readers],
        "rows": rows[:_MOST_ROWS],
        "count": len(rows),
        "sections": portrait.score.sections if portrait.score else (),
    }
    return page(project_page(portrait.name), "project.html.j2", facts, found.docs)


def overview(portrait: Portrait) -> dict[str, Any]:
    """What the front page says of a project, and its own page at the top."""
    last = portrait.last
    return {
        "name": portrait.name,
        "title": portrait.title,
        "owner": portrait.owner,
        "faults": portrait.faults,
        "status": last.status if last else "never ran",
        "asked": last.record.asked if last and last.record else "",
        "good": portrait.good if last and portrait.good != last.name else "",
        "trust": last.trust if last else "",
        "tone": tone(last),
        "run": last.name if last else "",
        "started": iso(last.started) if last else "",
        "reason": last.record.reason if last and last.record else last.fault if last else "",
        "success": iso(portrait.success),
        "due": iso(portrait.due),
        "late": portrait.is_late,
        "runs": len(portrait.runs),
        "trends": [_line(trend) for trend in present(trends(portrait.said), portrait.said)],
        "score": portrait.score.total if portrait.score else None,
        "band": portrait.score.band if portrait.score else "",
    }


def dataset(found: Any) -> dict[str, Any]:
    """A dataset as a line of a table."""
    published = found.published
    version = next((v for v in found.versions if published and v.number == published.version), None)
    return {
        "name": found.name,
        "description": found.contract.description if found.contract else "",
        "is_gone": found.contract is None,
        "version": published.version if published else None,
        "rows": version.rows if version else None,
        "published": iso(published.published_at) if published else "",
        "is_rollback": bool(published and published.run == "rollback"),
        "writers": found.writers,
        "readers": found.readers,
        "versions": len(found.versions),
    }


def _line(trend: Trend) -> dict[str, Any]:
    newest, failed, held = trend.newest, trend.first_failed, trend.last_held
    since = failed.run if failed else None
    last = held.run if held else None
    records = (last.record, since.record) if last and since else (None, None)
    return {
        "name": trend.name,
        "source": trend.source,
        "value": newest.gate.value,
        "bounds": newest.gate.bounds,
        "margin": newest.gate.margin,
        "held": newest.gate.held,
        "spark": spark(trend),
        "since": since.name if since else "",
        "since_when": iso(since.started) if since else "",
        "held_in": last.name if last else "",
        "data": _data(since.record) if since and since.record else (),
        "changes": changes(records[0], records[1]) if records[0] and records[1] else (),
    }


def _data(record: Any) -> tuple[tuple[str, int, str], ...]:
    """The dataset versions that a run judged: what it read and what it wrote."""
    return tuple((fact.name, fact.version, fact.role) for fact in record.datasets)


def _history(trend: Trend) -> dict[str, Any]:
    points = [(p.run.name, p.gate.value, p.gate.bounds, p.gate.margin, p.gate.held) for p in reversed(trend.points)]
    return _line(trend) | {"chart": chart(trend, "../"), "points": points[:_MOST_VALUES], "count": len(points)}
