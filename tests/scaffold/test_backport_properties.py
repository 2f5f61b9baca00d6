"""What holds for any edit and any legal answers: the template that comes of it makes the project's file."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from jinja2 import Environment, StrictUndefined
from paddock.errors import CodeError
from paddock.project import Workspace
from paddock.scaffold.backport import backport
from paddock.scaffold.backport_patch import write
from paddock.scaffold.backport_pieces import rendered
from paddock.scaffold.backport_text import carried
from paddock.scaffold.backport_words import words_of
from paddock.scaffold.new import new_project
from paddock.scaffold.outcome import Request, Status
from paddock.scaffold.questions import load_template
from paddock.scaffold.quoting import Quoting
from paddock.scaffold.update import update
from paddock_ci.bake.combinations import legal_combinations
from paddock_ci.demo import scratch_copy

from tests.ci.repository import Repository
from tests.scaffold.enduring import TODAY, done

ROOT = Path(__file__).parents[2]
TEMPLATE = load_template(ROOT / "templates", "pipeline")
# Not pyproject.toml, in which most edits make no TOML: those are refused.
MERGED = ("README.md", "tests/test_model.py", "src/{package}/model.py", "notebooks/validation.ipynb")
ANSWERS = legal_combinations(TEMPLATE)
TAGS = ("{{ cookiecutter.name }}", "{{ cookiecutter.slug }}", "{{ cookiecutter.slug | quoted }}", "{# no #}")
BLOCKS = ("{% if cookiecutter.yes %}\n", "{% if cookiecutter.no %}\n", "{% raw %}\n")
ENDS = ("{% endif %}\n", "{% endif %}\n", "{% endraw %}\n")

# Texts that templates hold, and those that people write: words of the answers, braces, anything.
WORDS = st.sampled_from(["shop", "Shop", "run ", "from ", "{", "}", "{{", "%", "#", " ", "\n", "-", "_", '"', "a"])
LINES = st.lists(WORDS | st.sampled_from(TAGS), max_size=8).map("".join).filter(lambda line: "{{{" not in line)
NEW = st.lists(WORDS | st.text(max_size=3), max_size=6).map("".join)
# An edit: where, in a thousandth of the text; how many characters go; what comes.
EDITS = st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 40), NEW), min_size=1, max_size=4)


def _edited(text: str, edits: list[tuple[int, int, str]]) -> str:
    for where, out, into in edits:
        at = len(text) * where // 1000
        text = text[:at] + into + text[at + out :]
    # What a text file of a template cannot hold.
    return text.replace("\r", "")


@st.composite
def _templates(draw: st.DrawFn) -> str:
    """A text with tags, and with blocks around some of it."""
    found = []
    for block in draw(st.lists(st.integers(-3, 2), min_size=1, max_size=4)):
        lines = draw(LINES)
        found.append(f"{BLOCKS[block]}{lines}{ENDS[block]}" if block >= 0 else lines)
    return "".join(found)


@settings(max_examples=400)
@given(template=_templates(), edits=EDITS, name=st.sampled_from(["shop", "shop-floor", "a", "of run"]))
def test_the_new_text_is_rendered_as_the_edited_one(
    template: str, edits: list[tuple[int, int, str]], name: str
) -> None:
    """Whatever the tags are around an edit, and whatever looks like a tag in it."""
    environment = Environment(undefined=StrictUndefined, keep_trailing_newline=True, extensions=[Quoting])
    context = {"cookiecutter": {"name": name.title(), "slug": name, "yes": True, "no": False}}
    old = rendered(template, environment, context)
    assume(old is not None)
    assert old
    new = _edited(old.text, edits)
    made = carried(old, new, words_of([old])).text
    assert environment.from_string(made).render(**context) == new
    if new == old.text:
        assert made == old.source


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """A clone of the team's templates."""
    team = Repository(scratch_copy(Workspace(ROOT), tmp_path_factory.mktemp("clone") / "team").root)
    team.git("init", "-q", "-b", "main")
    team.commit({".gitignore": ".paddock/\n__pycache__/\n"})
    return team


@settings(max_examples=8)
@given(
    answers=st.sampled_from(ANSWERS),
    edits=st.lists(st.tuples(st.sampled_from(MERGED), EDITS), min_size=1, max_size=3),
)
def test_a_project_has_nothing_to_merge_after_its_edits_are_carried_back(
    clone: Repository, answers: dict[str, str], edits: list[tuple[str, list[tuple[int, int, str]]]]
) -> None:
    """With the team's own templates: baking makes the edited files, and the record moves on."""
    with TemporaryDirectory() as scratch:
        team = Repository(Path(scratch) / "team")
        clone.git("clone", "-q", str(clone.root), str(team.root))
        workspace = Workspace(team.root)
        project = new_project(workspace, answers)
        team.commit()
        files = {}
        for path, some in edits:
            place = path.format(package=project.name.replace("-", "_"))
            files[place] = _edited((project / place).read_text(), some)
            (project / place).write_text(files[place])
        team.commit()
        try:
            found = backport(workspace, project.name, list(files))
        except CodeError as error:
            pytest.fail(str(error))
        write(workspace, found.changes)
        team.commit()
        (outcome,) = update(workspace, [project.name], Request(TODAY), lambda outcome: None)
        assert outcome.status is (Status.UPDATED if found.changes else Status.CURRENT)
        assert {path: what for path, what in done(outcome).items() if path != "requirements.txt"} == {}
        assert {path: (project / path).read_text() for path in files} == files
