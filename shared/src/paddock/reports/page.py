"""The page of an executed notebook."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from paddock import git
from paddock.notebooks.rendering import Header
from paddock.project import Project
from paddock.reports.inputs import Inputs
from paddock.reports.order import Order
from paddock.reports.result import Facts


def made(order: Order, project: Project | None, executed: Path, facts: Facts, inputs: Inputs | None) -> bytes:
    """One HTML page with its header; images that its prose names lie beside the source."""
    # Slow imports: only what is executed is rendered.
    from paddock.notebooks.rendering import notebook as notebooks
    from paddock.notebooks.rendering import page

    found = replace(notebooks.read(executed), name=order.source.name, folder=order.source.parent)
    root = order.workspace.root
    commit = git.commit(root)
    dirty = " with uncommitted changes" if commit and git.is_dirty(root) else ""
    reads = inputs.data.reads if inputs and inputs.data else {}
    header = Header(
        project=found.title if not project else f"{project.title}: {found.title}",
        status=facts.status,
        reason=facts.reason,
        run="",
        started=datetime.now(UTC).isoformat(timespec="seconds"),
        seconds=facts.seconds,
        commit=f"{commit[:12]}{dirty}" if commit else "",
        environment=_environment(),
        parameters=facts.parameters,
        gates=facts.gates,
        datasets=tuple((name, "read", version, "") for name, version in sorted(reads.items())),
        owner=project.owner if project else "",
        description=order.name,
    )
    return page.compose([found], header).encode()


def _environment() -> str:
    import platform

    return f"Python {platform.python_version()}"
