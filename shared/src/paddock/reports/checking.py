"""The check of orders before any is executed: each fault is one message."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from paddock.errors import ConfigurationError
from paddock.reports.order import Order
from paddock.storage import durable


def check_outputs(orders: Sequence[Order]) -> None:
    """Raise where two orders would write the same file, one would overwrite its notebook, or no file can be written."""
    taken: dict[Path, Order] = {}
    for order in orders:
        if (other := taken.setdefault(order.output, order)) is not order:
            same = other.label if other.source == order.source else f"{other.name} and {order.name}"
            raise ConfigurationError(
                f"{same}: both would be written to {order.report}", "Name each once, or give them folders of their own."
            )
        if order.executed.resolve() == order.source.resolve():
            raise ConfigurationError(
                f"{order.name}: the executed notebook would overwrite it", "Name another folder: --output FOLDER."
            )
    for folder in dict.fromkeys(order.output.parent for order in orders):
        _check_folder(folder)


def check(orders: Sequence[Order]) -> None:
    """Raise ConfigurationError where a notebook is none, or takes no such parameters; each is read once."""
    # Slow imports: what is reused needs no check.
    from paddock.notebooks.document import load
    from paddock.notebooks.parameters import checked, declared

    known = {order.source: declared(load(order.source), order.name) for order in {o.source: o for o in orders}.values()}
    for order in orders:
        try:
            checked(known[order.source], order.parameters)
        except ConfigurationError as error:
            raise ConfigurationError(f"{order.name}: {error.message}", error.remedy) from error


def _check_folder(folder: Path) -> None:
    nearest = next(path for path in (folder, *folder.parents) if path.exists())
    if not nearest.is_dir():
        raise ConfigurationError(
            f"{nearest}: is no folder, so no report can be written there", "Name another: --output."
        )
    # Only by writing is it known whether one can.
    with durable.draft(folder / "report"):
        pass
