"""`paddock score`: how ready projects are for production."""

from __future__ import annotations

from typing import Annotated

import typer
from paddock.cli.context import JsonOption, WorkspaceOption, named_each, workspace_of


def score(
    projects: Annotated[
        list[str] | None, typer.Argument(help="Projects; all of them when none is named.", callback=named_each)
    ] = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Score projects by Google's ML Test Score, from what their files and their last runs show."""
    from paddock.errors import ConfigurationError, nearest

    from paddock_ci.affected.answer import all_projects
    from paddock_ci.score import show
    from paddock_ci.score.score import score as scored

    found = workspace_of(workspace)
    known = sorted(all_projects(found.root, "", "").ways)
    if unknown := sorted(set(projects or ()) - set(known)):
        raise ConfigurationError(f"{unknown[0]}: no such project", nearest(unknown[0], known))
    scores = [scored(found, name) for name in projects or known]
    show.as_json(scores) if json else show.show(scores)
