"""Paddock: data access, pipelines, notebooks and audited runs.

In a notebook or a task: `import paddock`, then `paddock.read("cases")`, `paddock.gate(…)`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from paddock.data.session import enter_project as enter_project
    from paddock.data.session import read as read
    from paddock.notebooks import figure as figure
    from paddock.notebooks import gate as gate
    from paddock.notebooks import metric as metric
    from paddock.notebooks import table as table

__all__ = ["enter_project", "figure", "gate", "metric", "read", "table"]


def __getattr__(name: str) -> Any:
    """Load a name when it is first used: `import paddock.errors` alone stays cheap."""
    if name in __all__:
        from paddock.telling import prompt

        prompt.install()
    if name in ("enter_project", "read"):
        from paddock.data import session

        return getattr(session, name)
    if name in __all__:
        from paddock import notebooks

        return getattr(notebooks, name)
    raise AttributeError(f"module 'paddock' has no attribute '{name}'")
