"""One report: reused where nothing changed, else made anew."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from paddock.errors import ToolError
from paddock.project import Workspace
from paddock.reports import content, work
from paddock.reports.cache import Cache, Kept, address_of
from paddock.reports.order import Order, folder_of_reports, order_of
from paddock.reports.result import Result
from paddock.reports.surroundings import look_again, surroundings
from paddock.reports.work import OnCell, Work
from paddock.storage import durable

# Does the work of an order: here, or elsewhere.
Perform = Callable[[Order, bytes, OnCell], Work]
_NOT_ASKED = "--no-cache"


def report_one(
    workspace: Workspace,
    source: Path,
    parameters: Mapping[str, str] | None = None,
    output: Path | None = None,
    time_limit: float = 0,
    is_cached: bool = True,
    on_cell: OnCell = lambda number, total: None,
) -> Result:
    """Execute the notebook at `source`, or reuse its report, and write both files; see `order_of` and `fulfil`."""
    look_again()
    order = order_of(workspace, source, parameters or {}, output, time_limit)
    found, why = look_up(order) if is_cached else (None, _NOT_ASKED)
    return found or fulfil(order, why, on_cell)


def look_up(order: Order) -> tuple[Result | None, str]:
    """The kept report of an order, written to its place; else None and why it has to be executed."""
    kept, why = cache_of(order.workspace).find(address_of(order.name, order.parameters), parts(order))
    if kept is None:
        return None, why
    _write(order, kept.executed, kept.report)
    return Result(order.name, order.parameters, kept.facts, order.executed, order.report), ""


def fulfil(order: Order, why: str, on_cell: OnCell, perform: Perform = work.perform) -> Result:
    """Execute the notebook of an order, write both files, and keep them where it passed and all inputs are known."""
    cache, before = cache_of(order.workspace), parts(order)
    done = perform(order, cache.key, on_cell)
    _write(order, done.executed, done.report)
    unkept = done.unkept or _keep(cache, order, before, done)
    return Result(order.name, order.parameters, done.facts, order.executed, order.report, why, unkept)


def cache_of(workspace: Workspace) -> Cache:
    """The cache of a workspace's reports."""
    return Cache(folder_of_reports(workspace) / ".cache", workspace.root)


def parts(order: Order) -> dict[str, str]:
    """What a report is made from besides its inputs, by name; each as a digest."""
    try:
        found = order.source.read_bytes()
    except OSError:
        found = b""
    images = content.images(found, order.source.parent)
    shown = {f"the image {Path(path).name}": digest or "" for path, digest in images.items()}
    return {"the notebook": content.digest(found), **shown, **surroundings(order.workspace)}


def _keep(cache: Cache, order: Order, before: Mapping[str, str], done: Work) -> str:
    """Keep a report; why it was not, in words."""
    if done.facts.status != "passed" or done.inputs is None:
        return "it failed"
    look_again()
    if parts(order) != before:
        return "what it depends on changed while it ran"
    try:
        kept = Kept(before, done.inputs, done.facts, done.executed, done.report)
        cache.keep(address_of(order.name, order.parameters), kept)
    except ToolError as error:
        return error.message
    return ""


def _write(order: Order, executed: bytes, report: bytes) -> None:
    for path, found in ((order.executed, executed), (order.report, report)):
        try:
            is_there = path.read_bytes() == found
        except OSError:
            is_there = False
        if not is_there:
            durable.write_bytes(path, found)
