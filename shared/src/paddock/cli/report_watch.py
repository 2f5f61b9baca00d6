"""What people see while notebooks are watched: a line for each change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from paddock.cli import console
from paddock.reports.order import Order
from paddock.reports.watching import Told, watch

_STYLES = {"passed": "green", "failed": "bold red"}


def run(orders: Sequence[Order]) -> None:
    """Watch until Ctrl-C."""
    for order in orders:
        console.say(f"watching {order.label}: {order.report}")
    console.say("each save makes the report again; Ctrl-C ends it")
    watch(orders, _show)


def _show(told: Told) -> None:
    clock = datetime.now().strftime("%H:%M:%S")
    if told.facts is None:
        console.say(f"{clock}  failed   {told.order.label}  {told.fault}", _STYLES["failed"])
        return
    cells = f"{told.executed} of {told.cells} cells"
    line = f"{clock}  {told.facts.status:<8} {told.order.label}  {told.seconds:.2f} s  {cells}"
    console.say(f"{line}  {told.facts.reason}".rstrip(), _STYLES[told.facts.status])
    if told.refusals:
        number, reason = told.refusals[0]
        console.say(f"          cells from {number} on run again each time: {reason}")
