"""Parameters of a project's pipeline among those that its reports were given: a report builds nothing."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from paddock.errors import PaddockError
from paddock.project import Project
from paddock.reports.order import Order, project_of


def notes(orders: Sequence[Order]) -> dict[str, str]:
    """For each notebook of `orders` that was given a parameter of its project's pipeline, what that does not do."""
    found: dict[str, str] = {}
    for order in {order.name: order for order in orders if order.parameters}.values():
        project = project_of(order)
        if project is None or not project.pipeline:
            continue
        if names := [name for name in _names(project) if name in order.parameters]:
            found[order.name] = _said(project, names)
    return found


def _names(project: Project) -> tuple[str, ...]:
    # Slow import. Of a pipeline that is broken nothing is known; a run says so.
    with suppress(PaddockError):
        from paddock.pipelines.execution import parameter_names

        return parameter_names(project)
    return ()


def _said(project: Project, names: Sequence[str]) -> str:
    listed, verb = ", ".join(names), "is a parameter" if len(names) == 1 else "are parameters"
    return (
        f"{listed} {verb} of {project.name}'s pipeline, too: a report reads what is published and builds nothing, "
        f"so no model changes with it. To build: paddock run {project.name} --until audit -p {names[0]}=…"
    )
