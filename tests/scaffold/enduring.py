"""A team with one small template under git, whose versions a test states."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from paddock.project import Workspace
from paddock.scaffold.baking import bake
from paddock.scaffold.history import tree_of
from paddock.scaffold.outcome import Outcome, Request, Status
from paddock.scaffold.questions import load_template
from paddock.scaffold.record import FILE, read_record, text_of
from paddock.scaffold.update import update

from tests.ci.repository import Repository, repository

TODAY = date(2026, 5, 1)
QUESTIONS = {
    "project_name": "Shop",
    "owner": "ML team",
    "__slug": "{{ cookiecutter.project_name | slugify }}",
    "_files": {"Dockerfile": "managed", "notes/*": "owned"},
}
HOOK = (
    "import json\nfrom pathlib import Path\n\nfrom paddock.scaffold.record import write_record\n\n"
    'write_record(Path.cwd(), json.loads(r"""{{ cookiecutter | tojson }}"""))\n'
)
MANIFEST = '[project]\nname = "{{ cookiecutter.__slug }}"\ndependencies = []\n\n[tool.paddock]\nowner = "us"\n'
TEXT = "".join(f"line {number}\n" for number in range(1, 21))
FILES = {
    "pyproject.toml": MANIFEST,
    "README.md": f"# {{{{ cookiecutter.project_name }}}}\n{TEXT}",
    "Dockerfile": "FROM {{ cookiecutter.__slug }}\n",
    "notes/own.md": "mine\n",
    "src/model.py": TEXT,
}
_INSIDE = "{{cookiecutter.__slug}}"


@dataclass(frozen=True)
class Team:
    """A clone whose template is called `tiny`."""

    repo: Repository

    @property
    def root(self) -> Path:
        """The clone's folder."""
        return self.repo.root

    @property
    def template(self) -> Path:
        """What the template renders, before it is rendered."""
        return self.root / "templates/tiny" / _INSIDE

    def release(self, files: Mapping[str, str | bytes | None], **questions: object) -> str:
        """A commit of the template in which these files are otherwise, or gone; the template's tree."""
        for path, content in files.items():
            if content is None:
                self.repo.remove(f"templates/tiny/{_INSIDE}/{path}")
            else:
                self.repo.write({f"templates/tiny/{_INSIDE}/{path}": content})
        if questions:
            self.repo.write({"templates/tiny/cookiecutter.json": json.dumps(QUESTIONS | questions)})
        self.repo.commit()
        return tree_of(self.root / "templates/tiny")

    def new(self, name: str = "Shop") -> Path:
        """A project, committed."""
        template = load_template(self.root / "templates", "tiny")
        with TemporaryDirectory() as scratch:
            made = bake(template, {"project_name": name, "owner": "us"}, Path(scratch), quick=True)
            folder = Path(shutil.move(made, self.root / "projects" / made.name))
        record = replace(read_record(folder), tree=tree_of(template.folder))
        (folder / FILE).write_text(text_of(record))
        self.repo.commit()
        return folder

    def edit(self, project: Path, files: Mapping[str, str | bytes | None]) -> None:
        """A commit in which these files of a project are otherwise, or gone."""
        for path, content in files.items():
            if content is None:
                self.repo.remove(f"projects/{project.name}/{path}")
            else:
                self.repo.write({f"projects/{project.name}/{path}": content})
        self.repo.commit()

    def update(self, *names: str, **options: bool) -> list[Outcome]:
        """What becomes of these projects, of `shop` without them."""
        return update(Workspace(self.root), names or ("shop",), Request(TODAY, **options), lambda outcome: None)


def team_at(root: Path) -> Team:
    """A team without a project."""
    files = {f"templates/tiny/{_INSIDE}/{path}": content for path, content in FILES.items()}
    (root / "projects").mkdir(parents=True)
    return Team(
        repository(
            root,
            {
                "templates/tiny/cookiecutter.json": json.dumps(QUESTIONS),
                "templates/tiny/hooks/post_gen_project.py": HOOK,
                **files,
            },
        )
    )


def contents(folder: Path) -> dict[str, bytes]:
    """All files below a folder, whatever they are."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def done(outcome: Outcome) -> dict[str, str]:
    """What is done to each file but the record."""
    return {change.path: str(change.action) for change in outcome.changes if change.path != "template.toml"}


def refused(team: Team, project: Path, *expected: str, **options: bool) -> Outcome:
    """An update that says all of `expected` and leaves the project as it was."""
    before = contents(project)
    (outcome,) = team.update(project.name, **options)
    assert outcome.status in (Status.REFUSED, Status.CONFLICTS)
    said = [f"{found.path}: {found.reason} {found.remedy} {', '.join(found.lines)}" for found in outcome.conflicts]
    told = "\n".join([*said, str(outcome.error or "")])
    assert [words for words in expected if words not in told] == [], told
    assert contents(project) == before
    assert [path.name for path in project.parent.iterdir() if path.name.startswith(".")] == []
    return outcome
