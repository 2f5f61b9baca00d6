"""Sameness: whether two executions of a notebook show the same, output by output."""

from __future__ import annotations

from paddock.notebooks.sameness.cells import CellDifference, compare, counts

__all__ = ["CellDifference", "compare", "counts"]
