"""The pages of the documentation to which errors lead."""

from __future__ import annotations

from paddock.errors import PaddockError

# By the module that raised it; the first that fits.
PAGES = {
    "paddock.cli": "docs/reference/commands.md",
    "paddock.cluster": "docs/explanation/notebooks.md",
    "paddock.data": "docs/explanation/data.md",
    "paddock.kernels": "docs/explanation/notebooks.md",
    "paddock.models": "docs/reference/python.md",
    "paddock.notebooks": "docs/explanation/notebooks.md",
    "paddock.pipelines.code": "docs/explanation/identity-of-a-task.md",
    "paddock.pipelines": "docs/explanation/data.md",
    "paddock.project": "docs/reference/settings.md",
    "paddock.reports": "docs/explanation/notebooks.md",
    "paddock.runs": "docs/reference/run-record.md",
    "paddock.scaffold": "docs/explanation/templates.md",
    "paddock.settings": "docs/explanation/environments.md",
    "paddock.site": "docs/explanation/site.md",
    "paddock.storage": "docs/explanation/environments.md",
    "paddock.testing": "docs/reference/python.md",
    "paddock.workspace": "docs/reference/settings.md",
    "paddock_ci.affected": "docs/explanation/affected-selection.md",
    "paddock_ci.cache": "docs/explanation/checks.md",
    "paddock_ci.checks": "docs/explanation/checks.md",
    "paddock_ci.codeowners": "docs/explanation/checks.md",
    "paddock_ci.engine": "docs/explanation/checks.md",
    "paddock_ci.explain": "docs/reference/index.md",
    "paddock_ci.faces": "docs/explanation/checks.md",
    "paddock_ci.fleet": "docs/how-to/update-projects.md",
    "paddock_ci.repo": "docs/explanation/affected-selection.md",
    "paddock_ci.requirements": "docs/explanation/templates.md",
    "paddock_ci.sandbox": "docs/explanation/checks.md",
    "paddock_ci.score": "docs/reference/commands.md",
}
_ALL = "docs/reference/errors.md"
_COMMANDS = "docs/reference/commands.md"
BUG = f"{_ALL}#exit-codes"


def page_of(error: PaddockError) -> str:
    """The page about what raised an error, or called who did; nothing where that was no module of ours.

    Of an error that another module of ours told again, with the name of a task for instance, it is the first one's.
    """
    if isinstance(error.__cause__, PaddockError) and (page := page_of(error.__cause__)):
        return page
    trace, module = error.__traceback__, ""
    while trace:
        name, trace = str(trace.tb_frame.f_globals.get("__name__", "")), trace.tb_next
        module = name if name.partition(".")[0] in ("paddock", "paddock_ci") else module
    if not module:
        return ""
    named = (page for begin, page in PAGES.items() if f"{module}.".startswith(f"{begin}."))
    return next(named, f"{_ALL}#{type(error).__name__.lower()}")


def page_of_command(path: str, is_group: bool = False) -> str:
    """Where it is said what a command takes; a group of commands has no heading of its own."""
    return _COMMANDS if is_group else f"{_COMMANDS}#{path.replace(' ', '-')}"
