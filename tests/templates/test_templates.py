"""Every legal combination of answers to a template's questions makes a project without findings."""

from __future__ import annotations

import ast
import json
import re
import tempfile
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from paddock.errors import ConfigurationError
from paddock.project import Workspace
from paddock.scaffold.answers import problem_at
from paddock.scaffold.new import new_project
from paddock.scaffold.questions import Template, load_template, template_names
from paddock_ci.bake.baking import NEIGHBOUR, hashes_of, scratch_workspace
from paddock_ci.bake.combinations import legal_combinations, values
from paddock_ci.bake.proof import prove
from paddock_ci.checks import form
from paddock_ci.files import ProjectFiles

ROOT = Path(__file__).parents[2]
TEMPLATES = [load_template(ROOT / "templates", name) for name in template_names(ROOT / "templates")]
NAMES = [template.name for template in TEMPLATES]
# What a person, a script or an attacker might answer: quotes, escapes, other languages' markup, paths, all of Unicode.
SPICES = st.sampled_from(
    [
        '"', "'", "\\", "\\n", "\n", "\r", "\t", "\0", "{{ 7*7 }}", "{% raw %}", "{#", "}}", "../", "/etc/passwd",
        "C:\\", "$(id)", "`id`", "$HOME", "%s", "#", "*", "_", "<script>", "&amp;", "|", "[a](b)", "!!python/object",
        ": ", "- ", "\'\'\'", '"""', "😀", "\u202e", "\ufeff", "é", "\U0001f469\u200d\U0001f4bb",
        "numpy", "class", "None", "true", "~",
    ]
)  # fmt: skip
TEXTS = st.one_of(
    st.text(max_size=300),
    st.lists(st.one_of(SPICES, st.text("abcABC 019-_.", max_size=6)), min_size=1, max_size=6).map("".join),
    st.text("abcdefgXYZ 019.-'\"", min_size=1, max_size=40),
)


@pytest.mark.parametrize("template", TEMPLATES, ids=NAMES)
def test_every_pair_of_answers_is_sound(template: Template, tmp_path: Path) -> None:
    """Each is baked twice and checked; no check finds anything, and each looked at something."""
    _proved(template, tmp_path, strength=2)


@pytest.mark.slow
@pytest.mark.parametrize("template", TEMPLATES, ids=NAMES)
def test_every_legal_combination_is_sound(template: Template, tmp_path: Path) -> None:
    """The same, for all of them."""
    assert _proved(template, tmp_path, strength=0) == len(legal_combinations(template, (NEIGHBOUR,))) <= 512


def _proved(template: Template, place: Path, strength: int) -> int:
    """The number of combinations in which nothing was found."""
    proof = prove(Workspace(ROOT), template.name, place, strength=strength)
    assert [f"{found.code} {found.place}: {found.message}" for found in proof.findings] == []
    assert min(proof.looked.values()) > 0
    return proof.combinations


@pytest.mark.parametrize("template", TEMPLATES, ids=NAMES)
def test_every_choice_of_every_question_is_tried(template: Template) -> None:
    """The combinations come from the questions that the template's own file asks."""
    asked = json.loads((template.folder / "cookiecutter.json").read_text())
    public = {field: answer for field, answer in asked.items() if not field.startswith("_")}
    assert [question.field for question in template.questions] == list(public)
    rows = legal_combinations(template, (NEIGHBOUR,))
    for question in template.questions:
        tried = {row[question.field] for row in rows}
        assert tried == set(values(question, (NEIGHBOUR,)))
        assert tried >= set(question.choices or {question.default})
        assert len(tried) > 1


@pytest.mark.parametrize("template", TEMPLATES, ids=NAMES)
def test_a_template_reads_as_a_project(template: Template) -> None:
    """With its tags blanked every Python file and notebook parses, hooks as they are; no file has a block tag."""
    paths = [path for path in sorted(template.folder.rglob("*")) if path.is_file() and "__pycache__" not in path.parts]
    assert len(paths) > 10
    for path in paths:
        text = path.read_text(encoding="utf-8")
        assert "{%" not in text, f"{path} has a block tag"
        if path.suffix == ".py":
            ast.parse(text if path.parent.name == "hooks" else re.sub(r"\{\{.*?\}\}", "blank", text))
        if path.suffix == ".ipynb":
            json.loads(text)


@settings(max_examples=12)
@given(data=st.data())
def test_hostile_answers_round_trip_or_are_refused(data: st.DataObject) -> None:
    """A small part of the nightly search."""
    bakes_or_refuses(data)


@pytest.mark.slow
@settings(max_examples=10_000)
@given(data=st.data())
def test_ten_thousand_hostile_answers(data: st.DataObject) -> None:
    """Whatever is answered comes back exactly as it was, or is refused by its question with nothing on disk."""
    bakes_or_refuses(data)


def bakes_or_refuses(data: st.DataObject) -> None:
    """Draw answers to a template's questions, and hold what came of them against what was answered."""
    template = data.draw(st.sampled_from(TEMPLATES))
    answers = {
        question.field: data.draw(st.one_of(st.sampled_from(values(question)), TEXTS))
        for question in template.questions
    }
    with tempfile.TemporaryDirectory() as place:
        workspace = scratch_workspace(ROOT, Path(place) / "deep" / "down")
        before = hashes_of(Path(place))
        if problem := problem_at(workspace, template.questions, answers):
            assert problem.split(":")[0] in answers
            with pytest.raises(ConfigurationError, match=re.escape(problem[:40])):
                new_project(workspace, answers, template.name)
            assert hashes_of(Path(place)) == before
        else:
            holds_answers(workspace, new_project(workspace, answers, template.name), answers)
            written = {path for path in hashes_of(Path(place)) if path not in before and ".paddock" not in path}
            assert all(path.startswith("deep/down/projects/") for path in written)


def holds_answers(workspace: Workspace, folder: Path, answers: dict[str, str]) -> None:
    """All files parse, no tag is left that was not answered, and TOML and Markdown give back what was answered."""
    files = ProjectFiles(workspace.root, folder)
    assert [look.fault for look in form.parses(files) if look.fault] == []
    document = tomllib.loads(files.text("pyproject.toml"))
    assert document["project"]["description"] == answers["description"]
    assert document["tool"]["paddock"]["title"] == answers["project_name"]
    assert document["tool"]["paddock"]["owner"] == answers["owner"]
    blocks = [token for token in MarkdownIt("commonmark").parse(files.text("README.md")) if token.type == "inline"]
    texts = ["".join(part.content for part in block.children or []) for block in blocks[:3]]
    assert texts == [answers["project_name"], answers["description"], f"Owner: {answers['owner']}"]
