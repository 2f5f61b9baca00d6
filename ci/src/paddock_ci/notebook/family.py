"""The checks NB1xx of one notebook file, by their codes, and what can be mended at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from paddock_ci.finding import Look
from paddock_ci.notebook import nb_document, nb_files, nb_names, nb_randomness, nb_running, nb_secrets, stripping
from paddock_ci.notebook.document import NotebookFile, read_notebook

NotebookCheck = Callable[[NotebookFile], Iterator[Look]]

NOTEBOOK_CHECKS: dict[str, NotebookCheck] = {
    "NB101": nb_document.holds_no_results,
    "NB102": nb_document.is_valid,
    "NB103": nb_names.defines_before_use,
    "NB104": nb_names.declares_parameters,
    "NB106": nb_files.reads_what_is_there,
    "NB107": nb_secrets.holds_no_secret,
    "NB108": nb_running.runs_no_shell,
    "NB109": nb_randomness.is_seeded,
    "NB110": nb_document.is_reviewable,
    "NB111": nb_document.has_title,
    "NB112": nb_document.parses,
    "NB113": nb_running.runs_to_its_end,
}

FIXES: dict[str, Callable[[Path], bool]] = {"NB101": stripping.strip}

_VALID = "NB102"


def looks_of_notebook(path: Path, root: Path) -> Iterator[tuple[str, Look]]:
    """What the checks say of the notebook at `path`, places relative to `root`; of an unreadable one only that."""
    notebook = read_notebook(path, root)
    yield from ((_VALID, look) for look in NOTEBOOK_CHECKS[_VALID](notebook))
    if notebook.faults:
        return
    for code, check in NOTEBOOK_CHECKS.items():
        if code == _VALID:
            continue
        try:
            # Where it holds nothing that a check speaks of, the whole notebook was looked at.
            yield from [(code, look) for look in list(check(notebook)) or [Look(notebook.place)]]
        except RecursionError:
            fault = "holds code that is nested too deeply to be looked at"
            yield code, Look(notebook.place, fault, "Take the expression apart.")
