"""What the proof of a template promises, on a template small enough to see."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from itertools import combinations, product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paddock.errors import CodeError
from paddock.project import Workspace
from paddock.scaffold.questions import load_template
from paddock_ci.bake.combinations import cover, legal_combinations, switches, values
from paddock_ci.bake.proof import prove

ROOT = Path(__file__).parents[2]
HOOK = "templates/tiny/hooks/post_gen_project.py"
PROJECT = "templates/tiny/{{cookiecutter.__slug}}"
QUESTIONS = {
    "project_name": "Tiny",
    "size": ["small", "large"],
    "__slug": "{{ cookiecutter.project_name | slugify }}",
    "__prompts__": {"project_name": "Name", "size": "Size"},
    "_touches": {"project_name": ["README.md"], "size": ["size.md"]},
}
FILES = {
    f"{PROJECT}/README.md": "# {{ cookiecutter.project_name }}\n",
    f"{PROJECT}/size.md": "{{ cookiecutter.size }}\n",
}
Proved = Callable[..., list[str]]


@pytest.fixture
def proved(tmp_path: Path) -> Proved:
    """Prove the tiny template, with some of its files or questions replaced; what the comparisons found."""

    def work(files: Mapping[str, str] | None = None, **questions: object) -> list[str]:
        root = tmp_path / "workspace"
        texts = {
            "pyproject.toml": "[tool.paddock.workspace]\n",
            "templates/tiny/cookiecutter.json": json.dumps(QUESTIONS | questions),
            **FILES,
            **(files or {}),
        }
        for name, text in texts.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        for name in ("shared", "ci", "Makefile", "poetry.lock", "requirements.txt"):
            (root / name).symlink_to(ROOT / name)
        proof = prove(Workspace(root), "tiny", tmp_path / "scratch")
        assert proof.combinations in (4, 6)
        return [f"{found.code} {found.place}: {found.message}" for found in proof.findings if found.code[:2] == "BK"]

    return work


def test_a_sound_template_has_no_finding(proved: Proved) -> None:
    """Baking twice gives the same, and each answer changes what is declared for it."""
    assert proved() == []


def test_chance_is_found(proved: Proved) -> None:
    """A hook that writes something else each time is named with the file."""
    hook = "import uuid\nfrom pathlib import Path\n\nPath('seed.txt').write_text(uuid.uuid4().hex)\n"
    found = proved({HOOK: hook})
    assert any(line.startswith("BK101 seed.txt (6 of 6 combinations") for line in found)
    assert "BK106 hooks/post_gen_project.py:1: imports uuid" in found


@pytest.mark.parametrize(
    "hook",
    [
        "from pathlib import Path\n\nPath.home().joinpath('left.txt').write_text('x')\n",
        "from pathlib import Path\n\nPath('../../neighbour/left.txt').write_text('x')\n",
    ],
)
def test_a_hook_that_writes_elsewhere_is_found(proved: Proved, hook: str) -> None:
    """Into another project, or into the home of who bakes."""
    assert any(line.startswith("BK104 ") for line in proved({HOOK: hook}))


def test_what_a_hook_takes_from_who_bakes_is_found(proved: Proved) -> None:
    """The second bake has another home and another user."""
    hook = "from pathlib import Path\n\nPath('who.txt').write_text(Path.home().name)\n"
    assert any(line.startswith("BK101 who.txt") for line in proved({HOOK: hook}))


@pytest.mark.parametrize(
    ("questions", "expected"),
    [
        ({"__prompts__": {"size": "Size"}}, "'project_name' has no text in __prompts__"),
        ({"project_name": "class"}, "a default is not legal: project_name: 'class' is a word"),
        ({"_touches": {"project_name": ["*"], "size": ["size.md"]}}, "_touches says that 'project_name' changes '*'"),
    ],
)
def test_a_question_that_asks_badly_is_found(proved: Proved, questions: dict[str, object], expected: str) -> None:
    """No text, a default that is refused, or a promise that says nothing."""
    assert any(line.startswith(f"BK105 cookiecutter.json: {expected}") for line in proved(**questions))


def test_an_undeclared_change_is_found(proved: Proved) -> None:
    """A file that changes with an answer without being named for it."""
    found = proved({f"{PROJECT}/README.md": "# {{ cookiecutter.project_name }}, {{ cookiecutter.size }}\n"})
    assert set(found) == {"BK102 README.md: changes with the answer to 'size'"}


def test_a_declared_change_that_never_comes_is_found(proved: Proved) -> None:
    """A question whose answer is not used, or a name left over."""
    found = proved({f"{PROJECT}/size.md": "medium\n"})
    assert found == [
        "BK103 cookiecutter.json: _touches says that 'size' changes 'size.md', which it never does",
        "BK105 cookiecutter.json: the answer to 'size' changes nothing",
    ]


def test_an_owner_of_no_file_is_found(proved: Proved) -> None:
    """A glob that fits no file of any combination, and one that never decides."""
    found = proved(_files={"size.md": "owned", "*.md": "merged", "REDME.md": "managed", "size.m?": "owned"})
    assert found == [
        "BK107 cookiecutter.json: _files says whose 'REDME.md' is, but no combination of answers makes such a file",
        "BK107 cookiecutter.json: _files says whose 'size.m?' is, but an earlier glob decides for all of them",
    ]


def test_a_check_that_looks_at_nothing_is_found(proved: Proved, tmp_path: Path) -> None:
    """The tiny project has no image, and nothing says why: the checks of images say that they saw none."""
    proved()
    root = tmp_path / "workspace"
    found = {finding.code for finding in prove(Workspace(root), "tiny", tmp_path / "again").findings}
    assert {"DK101", "RM102", "PT102", "NB203"} <= found
    questions = json.loads((root / "templates/tiny/cookiecutter.json").read_text())
    questions["_exempt"] = {"DK101": "it has no image"}
    (root / "templates/tiny/cookiecutter.json").write_text(json.dumps(questions))
    found = {finding.code for finding in prove(Workspace(root), "tiny", tmp_path / "once more").findings}
    assert "DK101" not in found
    assert "DK102" in found


def test_a_template_that_does_not_bake_is_an_error(proved: Proved) -> None:
    """A variable that nobody asks for is told, not passed over."""
    with pytest.raises(CodeError, match="nobody"):
        proved({f"{PROJECT}/size.md": "{{ cookiecutter.nobody }}\n"})


def test_combinations_are_all_legal_answers() -> None:
    """Every choice with every name and every awkward text; a dataset question tries those that it is given."""
    pipeline = load_template(ROOT / "templates", "pipeline")
    rows = legal_combinations(pipeline)
    assert len(rows) == len({tuple(sorted(row.items())) for row in rows})
    expected = 1
    for question in pipeline.questions:
        expected *= len(values(question))
    assert len(rows) == expected
    analysis = load_template(ROOT / "templates", "analysis")
    assert {row["dataset"] for row in legal_combinations(analysis, ("a.b", "c.d"))} == {"none", "a.b", "c.d"}


@given(sizes=st.lists(st.integers(1, 4), min_size=2, max_size=4), strength=st.sampled_from([1, 2]))
def test_a_cover_shows_every_pair(sizes: list[int], strength: int) -> None:
    """Whatever the questions: each answer, or each pair of answers, is in some row."""
    fields = [f"q{number}" for number in range(len(sizes))]
    rows = [dict(zip(fields, map(str, row), strict=True)) for row in product(*map(range, sizes))]
    chosen = cover(rows, strength)

    def shown(some: object) -> set[object]:
        return {found for row in some for found in combinations(sorted(row.items()), strength)}  # type: ignore[attr-defined]

    assert shown(chosen) == shown(rows)
    assert all(row in rows for row in chosen)
    assert len(chosen) <= len(shown(rows))


def test_switches_differ_in_one_answer() -> None:
    """Each row is compared with the first of those that differ from it in that answer alone."""
    rows = [{"a": a, "b": b} for a in "xyz" for b in "pq"]
    pairs = list(switches(rows, "a"))
    assert len(pairs) == 4
    assert all(first["b"] == second["b"] and first["a"] == "x" != second["a"] for first, second in pairs)
