"""The pages of the documentation to which errors lead."""

from __future__ import annotations

from paddock.errors import PaddockError

# By the module that raised it.
PAGES = {
    "paddock.cluster": "docs/explanation/notebooks.md",
    "paddock.data": "docs/explanation/data.md",
    "paddock.kernels": "docs/explanation/notebooks.md",
    "paddock.models": "docs/reference/python.md",
    "paddock.notebooks": "docs/explanation/notebooks.md",
    "paddock.pipelines": "docs/explanation/identity-of-a-task.md",
    "paddock.project": "docs/reference/settings.md",
    "paddock.reports": "docs/explanation/notebooks.md",
    "paddock.runs": "docs/reference/run-record.md",
    "paddock.scaffold": "docs/explanation/templates.md",
    "paddock.settings": "docs/explanation/environments.md",
    "paddock.site": "docs/explanation/site.md",
    "paddock.testing": "docs/reference/python.md",
    "paddock.workspace": "docs/reference/settings.md",
}
_ALL = "docs/reference/errors.md"


def page_of(error: PaddockError) -> str:
    """The page about what raised an error; nothing where that was no module of ours."""
    trace, module = error.__traceback__, ""
    while trace:
        module, trace = str(trace.tb_frame.f_globals.get("__name__", "")), trace.tb_next
    if module.partition(".")[0] not in ("paddock", "paddock_ci"):
        return ""
    return next((page for begin, page in PAGES.items() if f"{module}.".startswith(f"{begin}.")), _ALL)
