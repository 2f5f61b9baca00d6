"""Updates: projects follow their template, each of them whole or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from paddock.errors import PaddockError, ToolError
from paddock.project import Workspace
from paddock.scaffold.outcome import Outcome, Request, Status
from paddock.scaffold.preparation import Prepared, preparing
from paddock.scaffold.swap import remove_leftovers, swap
from paddock.storage import lock

Listener = Callable[[Outcome], None]


def update(workspace: Workspace, names: Sequence[str], request: Request, listener: Listener) -> list[Outcome]:
    """Let each of these projects follow its template; `listener` hears of each when it is done.

    A project with a conflict, or one that is refused, stays as it was; the others go on.
    """
    outcomes: list[Outcome] = []
    with (
        _alone(workspace, request),
        _scratch(workspace, request) as scratch,
        preparing(workspace, names, request, scratch) as prepared,
    ):
        # Only here, where the lock is held, anything of a project is written.
        for one in prepared:
            outcomes.append(_done(workspace, one))
            listener(outcomes[-1])
    return outcomes


def _done(workspace: Workspace, prepared: Prepared) -> Outcome:
    outcome = prepared.outcome
    if prepared.taken is None:
        return outcome
    try:
        swap(workspace.root / "projects" / outcome.project, outcome.changes, prepared.taken)
    except PaddockError as error:
        return replace(outcome, status=Status.REFUSED, changes=(), error=error)
    return outcome


@contextlib.contextmanager
def _alone(workspace: Workspace, request: Request) -> Iterator[None]:
    if request.is_dry:
        yield
        return
    with lock.held(workspace.state / "update.lock", "updating projects", wait_seconds=60):
        remove_leftovers(workspace.root / "projects")
        yield


@contextlib.contextmanager
def _scratch(workspace: Workspace, request: Request) -> Iterator[Path]:
    """A folder for what is rendered, outside any workspace; those of killed updates of this one go."""
    whose = hashlib.sha256(os.fsencode(workspace.root)).hexdigest()[:12]
    prefix = f"paddock-{'look' if request.is_dry else 'update'}-{whose}-"
    try:
        for leftover in [] if request.is_dry else Path(tempfile.gettempdir()).glob(f"{prefix}*"):
            shutil.rmtree(leftover, ignore_errors=True)
        folder = Path(tempfile.mkdtemp(prefix=prefix))
    except OSError as error:
        raise ToolError(
            f"{tempfile.gettempdir()}: cannot write: {error.strerror or error}", "Nothing was written. Free some space."
        ) from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
