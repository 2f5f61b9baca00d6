"""The registry of checks: one family a file, one line here for each check."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from functools import partial

from paddock.project import Workspace

from paddock_ci.checks import (
    asserts,
    catalogues,
    claims,
    collection,
    compose,
    contracts,
    declaration,
    docs,
    form,
    gates,
    held_out,
    image,
    installs,
    notebooks,
    ownership,
    project_table,
    readme,
    reads,
    requirements,
    secrets_kept,
    tasks,
    template,
    weakening,
    workflows,
)
from paddock_ci.files import ProjectFiles
from paddock_ci.finding import Look, bug
from paddock_ci.notebook.family import NOTEBOOK_CHECKS, looks_of_notebook

WorkspaceCheck = Callable[..., Iterator[Look]]
ProjectCheck = Callable[[ProjectFiles], Iterator[Look]]

# They are given the branch or commit that a change is compared with.
_OF_CHANGES = {"DC103"}
WORKSPACE_CHECKS: dict[str, WorkspaceCheck] = {
    "DC101": catalogues.parse,
    "DC102": contracts.is_described,
    "DC103": contracts.breaks_no_reader,
    "DC104": contracts.has_a_reader,
    "DC105": contracts.is_fresh,
    "DO101": docs.leads_somewhere,
    "DO102": docs.commands_exist,
    "DO103": docs.words_have_one_meaning,
    "DO104": docs.can_be_reached,
    "DO105": docs.blocks_parse,
    "SE101": secrets_kept.holds_none,
    "SE102": secrets_kept.is_no_secret,
    "WF101": workflows.fit_their_schema,
    "WF102": workflows.only_read_by_default,
    "WF103": workflows.pin_their_actions,
    "WF104": workflows.paste_nothing_into_scripts,
    "WF105": workflows.run_no_foreign_code,
    "WS101": requirements.answer_to_the_lock,
    "WS102": requirements.answer_to_each_project,
    "WS103": ownership.is_a_project,
    "WS104": ownership.belongs_to_one,
    "WS105": ownership.is_asked,
}

PROJECT_CHECKS: dict[str, ProjectCheck] = {
    "PF101": form.parses,
    "PF102": form.is_tidy,
    "PF103": form.names_no_home,
    "PD101": declaration.loads,
    "PD102": declaration.names_what_exists,
    "PD103": declaration.declares_every_import,
    "PD104": declaration.imports_every_dependency,
    "PD105": tasks.writes_its_datasets,
    "PD106": reads.reads_what_it_may,
    "PD107": tasks.uses_every_task,
    "PD108": declaration.keeps_its_schedule,
    "PD109": weakening.weakens_no_tool,
    "PD110": project_table.tells_what_it_needs,
    "PD112": tasks.passes_parameters_on,
    "PD113": template.follows_its_template,
    "PD114": template.deviates_for_a_time,
    "NB201": gates.are_run,
    "NB202": gates.are_reached,
    "NB203": gates.can_fail,
    "NB204": gates.take_parameters,
    "NB205": claims.beat_the_rule,
    "NB206": held_out.is_judged,
    "DK101": image.copies_what_is_there,
    "DK102": image.begins_from_pinned,
    "DK103": installs.runs_unprivileged,
    "DK104": installs.installs_by_hash,
    "DK105": image.starts,
    "DK106": image.bakes_in_no_secret,
    "DK107": image.agrees_with_itself,
    "DK201": compose.serves_safely,
    "RM101": readme.names_what_exists,
    "RM102": readme.commands_exist,
    "RM103": readme.parameters_exist,
    "RM104": readme.has_model_card,
    "RM105": readme.names_title_and_owner,
    "PT101": collection.are_collected,
    "PT102": asserts.can_fail,
    "PT103": asserts.test_every_module,
    "PT104": collection.leaves_none_out,
}

ALL_CHECKS: dict[str, Callable[..., Iterator[Look]]] = {**WORKSPACE_CHECKS, **PROJECT_CHECKS, **NOTEBOOK_CHECKS}
"""All checks that only look."""

# Of what comes fresh from a template: a project may well use Jinja itself.
FRESH_CHECKS: dict[str, ProjectCheck] = {
    "PF201": form.holds_no_tags,
}


def looks_of(files: ProjectFiles) -> Iterator[tuple[str, Look]]:
    """What the checks say of a project, places relative to the workspace."""
    folder = f"projects/{files.name}"
    # Of a declaration that does not parse, one thing is to be said.
    told = PROJECT_CHECKS if files.manifest else {code: PROJECT_CHECKS[code] for code in ("PF101", "PF102")}
    for code, check in told.items():
        yield from ((code, look.below(folder)) for look in _guarded(partial(check, files)))
    for path in (path for path in files.paths if path.endswith(".ipynb")):
        yield from looks_of_notebook(files.folder / path, files.root)


def looks_of_workspace(workspace: Workspace, main: str = "") -> Iterator[tuple[str, Look]]:
    """What the checks say of the workspace as a whole, changes being those since the branch left `main`."""
    for code, check in WORKSPACE_CHECKS.items():
        given = (main,) if code in _OF_CHANGES else ()
        yield from ((code, look) for look in _guarded(partial(check, workspace, *given)))
    yield from notebooks.looks_of_notebooks(workspace)


def _guarded(check: Callable[[], Iterator[Look]]) -> Iterator[Look]:
    """What a check says; one that breaks is our fault, and the others go on."""
    try:
        yield from check()
    except Exception:
        said = traceback.format_exc()
        yield Look("pyproject.toml", f"could not be checked: {said.splitlines()[-1]}", bug(said))
