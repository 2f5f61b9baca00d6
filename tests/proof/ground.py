"""The ground that seeds are planted into: a clone of the workspace with a sound project, and one that reads it."""

from __future__ import annotations

from pathlib import Path

from paddock.project import Workspace
from paddock.scaffold.new import new_project
from paddock_ci.demo import ANSWERS

from tests.ci.repository import Repository, notebook
from tests.working_tree import copy_working_tree

ROOT = Path(__file__).parents[2]
_REPORT = {
    "project_name": "Report",
    "owner": "ML team",
    "dataset": "triage.predictions",
    "description": "Says each week what the model decided.",
}
# It names a column of the dataset that it reads, so that somebody relies on it.
_USE = notebook(
    'import paddock\n\nsaid = paddock.read("triage.predictions")',
    'said["probability"].mean(), said["case_id"].nunique()',
)


def make_ground(root: Path) -> Path:
    """The folder of the project `triage`, in a workspace at `root` whose main branch has it; `report` reads it."""
    copy_working_tree(ROOT, root)
    workspace = Workspace(root)
    project = new_project(workspace, ANSWERS)
    new_project(workspace, _REPORT, "analysis")
    made = Repository(root)
    made.write({"projects/report/notebooks/decisions.ipynb": _USE})
    made.git("init", "-q", "-b", "main")
    made.commit()
    made.git("checkout", "-q", "-b", "change")
    return project
