"""Random edits in random files of random projects, carried back: the template makes them, or says why it cannot."""

from __future__ import annotations

import contextlib
import json
import random
import tomllib
from pathlib import Path

import pytest
from paddock.errors import ConfigurationError
from paddock.project import Workspace
from paddock.scaffold.backport import backport
from paddock.scaffold.backport_patch import write
from paddock.scaffold.new import new_project
from paddock.scaffold.outcome import Request, Status
from paddock.scaffold.ownership import DERIVED, Owner, owner_of
from paddock.scaffold.questions import load_template, template_names
from paddock.scaffold.update import update
from paddock_ci.bake.combinations import legal_combinations
from paddock_ci.demo import scratch_copy

from tests.ci.repository import Repository
from tests.scaffold.enduring import TODAY, contents, done

ROOT = Path(__file__).parents[2]
WORDS = ("{{", "}}", "{%", "{#", " ", "\\", '"', "'", "é", "😀", "$HOME", "<b>", "x = 1", "\t", "{", "}", "run")


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """A clone of the team's templates."""
    team = Repository(scratch_copy(Workspace(ROOT), tmp_path_factory.mktemp("clone") / "team").root)
    team.git("init", "-q", "-b", "main")
    team.commit({".gitignore": ".paddock/\n__pycache__/\n"})
    return team


def _edited(text: str, chance: random.Random, answers: dict[str, str]) -> str:
    """The text with one to four edits: lines go, are repeated, changed within, or come, with words of the answers."""
    words = [*WORDS, *answers.values(), answers["project_name"].lower().replace(" ", "-")]
    for _ in range(chance.randint(1, 4)):
        lines = text.splitlines(keepends=True) or [""]
        at = chance.randrange(len(lines))
        new = "".join(chance.choices(words, k=chance.randint(0, 5)))
        match chance.randrange(4):
            case 0:
                del lines[at : at + chance.randint(1, 3)]
            case 1:
                lines.insert(at, lines[at])
            case 2:
                where = chance.randint(0, len(lines[at]))
                lines[at] = lines[at][:where] + new + lines[at][where:]
            case _:
                lines.insert(at, f"{new}\n")
        text = "".join(lines)
    return text


def _is_sound(path: str, text: str) -> bool:
    """Whether tools can read the file still: what they cannot read, is refused before."""
    try:
        if path.endswith(".toml"):
            tomllib.loads(text)
        if path.endswith(".ipynb"):
            json.loads(text)
    except ValueError:
        return False
    return True


def _change(project: Path, chance: random.Random, answers: dict[str, str], template: str) -> dict[str, bytes | None]:
    """What one to three files of the project become, and perhaps a new one."""
    owners = load_template(ROOT / "templates", template).owners
    paths = sorted(path.relative_to(project).as_posix() for path in project.rglob("*") if path.is_file())
    free = [path for path in paths if path not in DERIVED and owner_of(path, owners) is not Owner.OWNED]
    changed: dict[str, bytes | None] = {}
    for path in chance.sample(free, chance.randint(1, 3)):
        before = (project / path).read_bytes()
        try:
            text = _edited(before.decode(), chance, answers)
        except UnicodeDecodeError:
            continue
        if path == "pyproject.toml" or chance.random() > 0.15:
            changed[path] = text.encode() if _is_sound(path, text) else before
        else:
            changed[path] = None
    if chance.random() < 0.4:
        changed[chance.choice(("docs/new.md", "tests/test_new.py", "new.bin"))] = chance.choice(
            (b"\0new", f"{answers['project_name']} {{{{ x }}}}\n".encode())
        )
    return changed


def _carried(clone: Repository, seed: int, place: Path) -> bool:
    """Whether the edits were carried back; then a project has nothing to merge, and else nothing was written."""
    chance = random.Random(seed)
    team = Repository(place / "team")
    clone.git("clone", "-q", str(clone.root), str(team.root))
    workspace = Workspace(team.root)
    template = chance.choice(template_names(team.root / "templates"))
    answers = dict(chance.choice(legal_combinations(load_template(team.root / "templates", template))))
    project = new_project(workspace, answers, template)
    team.commit()
    files = _change(project, chance, answers, template)
    for path, content in files.items():
        team.remove(f"projects/{project.name}/{path}") if content is None else team.write(
            {f"projects/{project.name}/{path}": content}
        )
    team.commit()
    before = contents(team.root / "templates")
    found = None
    with contextlib.suppress(ConfigurationError):
        found = backport(workspace, project.name, list(files))
    assert contents(team.root / "templates") == before
    if found is None:
        return False
    write(workspace, found.changes)
    team.commit()
    (outcome,) = update(workspace, [project.name], Request(TODAY), lambda outcome: None)
    assert outcome.status is (Status.UPDATED if found.changes else Status.CURRENT), outcome
    assert {path: what for path, what in done(outcome).items() if path != "requirements.txt"} == {}
    for path, content in files.items():
        assert (project / path).read_bytes() == content if content is not None else not (project / path).exists()
    return True


@pytest.mark.parametrize("seed", range(2))
def test_a_few_edits_are_carried_back(clone: Repository, seed: int, tmp_path: Path) -> None:
    """With the team's own templates, whatever the answers, files and edits are."""
    _carried(clone, seed, tmp_path)


@pytest.mark.slow
def test_many_edits_are_carried_back(clone: Repository, tmp_path: Path) -> None:
    """The same two hundred times; most are carried back, and the others refused: some files are made by a hook."""
    carried = 0
    for seed in range(2, 202):
        place = tmp_path / str(seed)
        try:
            carried += _carried(clone, seed, place)
        except Exception as error:
            error.add_note(f"seed {seed}")
            raise
    print(f"{carried} of 200 carried back")
    assert carried > 80
