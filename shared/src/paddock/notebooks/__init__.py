"""Notebooks as audits: what a notebook may say, how it is executed, and what its outcome is worth."""

from __future__ import annotations

from paddock.notebooks.exhibit import figure, table
from paddock.notebooks.gates import gate, metric

__all__ = ["figure", "gate", "metric", "table"]
