"""A project of the template is green at birth: its own lint, types, tests and run pass with no edit."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from paddock.scaffold.answers import PROBLEMS

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
TEMPLATE = ROOT / "templates" / "pipeline"
Bake = Callable[[str], Path]


def _passes(folder: Path, *command: str) -> str:
    environment = {key: value for key, value in os.environ.items() if key != "PYTEST_ADDOPTS"}
    answer = subprocess.run(
        [str(BIN / command[0]), *command[1:]],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return answer.stdout


@pytest.mark.parametrize("problem", PROBLEMS)
def test_lint_and_format_pass(bake: Bake, problem: str) -> None:
    """The workspace's linter has no finding and the formatter changes nothing, notebooks included."""
    _passes(bake(problem), "ruff", "check", ".")
    _passes(bake(problem), "ruff", "format", "--check", ".")
    _passes(bake(problem), "codespell", ".")


@pytest.mark.parametrize("problem", PROBLEMS)
def test_the_hooks_of_a_first_commit_pass(bake: Bake, problem: str) -> None:
    """No notebook holds results, and nothing in a fresh project looks like a secret."""
    folder = bake(problem)
    _passes(folder, "nbstripout", "--keep-id", "--verify", *map(str, folder.glob("notebooks/*.ipynb")))
    # What other tools leave in hidden folders and caches is not committed.
    found = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
    files = [str(path) for path in found if not any(part.startswith((".", "__pycache__")) for part in path.parts)]
    _passes(folder, "detect-secrets-hook", "--no-verify", "--disable-plugin", "KeywordDetector", *files)


@pytest.mark.parametrize("problem", PROBLEMS)
def test_the_image_passes_its_linter(bake: Bake, problem: str) -> None:
    """hadolint has no finding about the Dockerfile."""
    _passes(bake(problem), "hadolint", "Dockerfile")


@pytest.mark.parametrize("problem", PROBLEMS)
def test_types_pass(bake: Bake, problem: str) -> None:
    """mypy in strict mode has nothing to say."""
    _passes(bake(problem), "mypy")


@pytest.mark.parametrize("problem", PROBLEMS)
def test_its_own_tests_pass(bake: Bake, problem: str) -> None:
    """The project's unit, property and pipeline tests pass, and there are some."""
    printed = _passes(bake(problem), "python", "-m", "pytest")
    assert int(re.findall(r"(\d+) passed", printed)[0]) >= 4


@pytest.mark.parametrize("problem", PROBLEMS)
def test_it_runs_and_publishes(bake: Bake, problem: str) -> None:
    """Its first run passes every gate, publishes, and leaves a report; its exploratory notebook executes then."""
    folder = bake(problem)
    record = json.loads(_passes(folder, "paddock", "run", folder.name, "--json"))
    assert record["status"] == "published"
    gates = [gate for notebook in record["notebooks"] for gate in notebook["gates"]]
    assert len(gates) >= 5
    assert any("rule" in gate["name"] for gate in gates)
    assert Path(record["report"]).stat().st_size > 50_000


@pytest.mark.parametrize("problem", PROBLEMS)
def test_its_notebooks_can_be_opened_by_hand(bake: Bake, problem: str, tmp_path: Path) -> None:
    """From their own folder, without a run around them, papermill executes both on what is published."""
    folder = bake(problem)
    _passes(folder, "paddock", "run", folder.name)
    for notebook, engine in (("explore.ipynb", ()), ("validation.ipynb", ("--engine", "paddock"))):
        _passes(folder / "notebooks", "papermill", notebook, str(tmp_path / notebook), "--no-progress-bar", *engine)


@pytest.mark.parametrize("problem", PROBLEMS)
def test_the_workspaces_checks_pass(bake: Bake, problem: str) -> None:
    """`paddock check` has no finding about a fresh project."""
    _passes(bake(problem), "paddock", "check")


def test_the_template_reads_as_a_project() -> None:
    """With its tags blanked every Python file parses, hooks as they are; no file has a block tag."""
    for path in sorted(TEMPLATE.rglob("*")):
        if not path.is_file() or path.suffix not in {".py", ".toml", ".ipynb", ".md", ".yaml", ""}:
            continue
        text = path.read_text(encoding="utf-8")
        assert "{%" not in text, f"{path} has a block tag"
        if path.suffix == ".py":
            ast.parse(text if path.parent.name == "hooks" else re.sub(r"\{\{.*?\}\}", "blank", text))
        if path.suffix == ".ipynb":
            json.loads(text)


def test_the_image_is_built_of_sound_steps(bake: Bake) -> None:
    """Hashed packages, a user of its own, a health check, and no installation in the last stage."""
    text = (bake("classification") / "Dockerfile").read_text()
    last = text[text.rindex("FROM ") :]
    assert re.search(r"^USER \d+$", last, re.M)
    assert "HEALTHCHECK" in last
    assert "pip install" not in last
    assert "--require-hashes" in text
