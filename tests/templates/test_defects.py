"""The checks are proved: every seeded defect is planted alone, and must be caught."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from paddock.scaffold.new import new_project
from paddock.scaffold.questions import load_template
from paddock_ci.bake.baking import scratch_workspace
from paddock_ci.demo import ANSWERS

from tests.templates.defects import DEFECTS, Defect
from tests.templates.verdict import said_at_rest, said_at_work

ROOT = Path(__file__).parents[2]
EXEMPT = load_template(ROOT / "templates", "pipeline").exempt
AT_REST = [defect for defect in DEFECTS if not defect.deep]
DEEP = [defect for defect in DEFECTS if defect.deep]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project without defects, in a workspace."""
    return new_project(scratch_workspace(ROOT, tmp_path_factory.mktemp("sound") / "workspace"), ANSWERS)


def planted(sound: Path, defect: Defect, place: Path) -> Path:
    """A copy of the sound project, in a workspace of its own, with the defect planted."""
    workspace = scratch_workspace(ROOT, place / "workspace", neighbour=False)
    folder = workspace.root / "projects" / sound.name
    shutil.copytree(sound, folder)
    defect.plant(folder)
    return folder


def test_the_sound_project_has_no_finding(sound: Path) -> None:
    """Whatever is caught below is caught because of the defect."""
    assert list(said_at_rest(sound.parents[1], sound, EXEMPT)) == []
    assert len(DEFECTS) >= 50
    assert len({defect.name for defect in DEFECTS}) == len(DEFECTS)


@pytest.mark.parametrize("defect", AT_REST, ids=lambda defect: defect.name)
def test_a_defect_is_caught_at_rest(sound: Path, defect: Defect, tmp_path: Path) -> None:
    """Without running anything of the project, a check says so."""
    folder = planted(sound, defect, tmp_path)
    assert next(said_at_rest(folder.parents[1], folder, EXEMPT), "")


@pytest.mark.slow
@pytest.mark.parametrize("defect", DEEP, ids=lambda defect: defect.name)
def test_a_defect_is_caught_at_work(sound: Path, defect: Defect, tmp_path: Path) -> None:
    """Its types, its own tests or the gates of its run say so; nothing of it is published."""
    folder = planted(sound, defect, tmp_path)
    assert next(said_at_work(folder), "")
