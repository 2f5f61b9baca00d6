"""What the checks NB1xx find in a notebook's cells, and what they let pass."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from paddock_ci.notebook.family import NOTEBOOK_CHECKS, looks_of_notebook

from tests.proof.notebooks import BAD, GOOD, notebook_of

ROOT = Path(__file__).parents[2]


def _written(folder: Path, *sources: str, metadata: dict[str, Any] | None = None) -> Path:
    path = folder / "a.ipynb"
    path.write_text(notebook_of(*sources, metadata=metadata))
    return path


def _found(folder: Path, *sources: str, metadata: dict[str, Any] | None = None) -> list[str]:
    path = _written(folder, *sources, metadata=metadata)
    return [f"{code} {look.place}: {look.fault}" for code, look in looks_of_notebook(path, folder) if look.fault]


@pytest.mark.parametrize(("code", "words", "sources"), BAD)
def test_a_seeded_defect_is_found(tmp_path: Path, code: str, words: str, sources: tuple[str, ...]) -> None:
    """Each defect has its finding, which names the cell and what is wrong there."""
    found = _found(tmp_path, *sources)
    assert any(said.startswith(code) and words in said for said in found), found


@pytest.mark.parametrize("sources", [sources for _, sources in GOOD])
def test_honest_cells_have_no_finding(tmp_path: Path, sources: tuple[str, ...]) -> None:
    """What runs from top to bottom is not told off."""
    (tmp_path / "there.csv").touch()
    excused = ("NB108",) if any(source.startswith(("%run", "x = %")) for source in sources) else ()
    assert [said for said in _found(tmp_path, *sources) if not said.startswith(excused or "-")] == []


@pytest.mark.parametrize(
    ("title", "fault"),
    [
        ("# Title", ""),
        ("\n# Title\n\ntext", ""),
        ("Title\n=====", ""),
        ("<!-- a -->\n# Title", ""),
        ("<h1>Title</h1>", ""),
        ("## Title", "level 2"),
        ("# ", "empty"),
        ("#", "empty"),
        ("", "is empty"),
        ("Text", "no title"),
        ("#Title", "no title"),
        ("    # Title", "no title"),
    ],
)
def test_a_notebook_begins_with_a_title(tmp_path: Path, title: str, fault: str) -> None:
    """The first Markdown cell begins with a heading of level 1, in one of its ways to be written."""
    path = _written(tmp_path, "x = 1")
    document = json.loads(path.read_text())
    document["cells"][0]["source"] = title
    path.write_text(json.dumps(document))
    found = [look.fault for code, look in looks_of_notebook(path, tmp_path) if code == "NB111" and look.fault]
    assert [fault in said for said in found] == ([True] if fault else [])


@pytest.mark.parametrize(
    "metadata",
    [{"kernelspec": {"name": "ir", "display_name": "R", "language": "R"}}, {"language_info": {"name": "julia"}}],
)
def test_other_languages_are_not_read_as_python(tmp_path: Path, metadata: dict[str, Any]) -> None:
    """A notebook whose kernel runs another language has no findings about its code."""
    assert _found(tmp_path, "x <- c(1, 2)\nlibrary(ggplot2)", metadata=metadata) == []
    assert _found(tmp_path, "print x", metadata={"language_info": {"name": "python", "version": "2.7.1"}}) != []


def test_a_secret_is_never_repeated(tmp_path: Path) -> None:
    """The finding says what it is and where, not which; outputs and metadata are looked at, too."""
    secret = "ghp_" + "16C7e42F292c6912E7710c838347Ae178B4a"
    path = _written(tmp_path, "x = 1")
    document = json.loads(path.read_text())
    document["metadata"]["login"] = {"deep": [secret]}
    document["cells"][1]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ["ok\n", secret]}]
    path.write_text(json.dumps(document))
    found = [look for code, look in looks_of_notebook(path, tmp_path) if code == "NB107" and look.fault]
    assert [look.fault for look in found] == [
        "holds in its outputs a GitHub token",
        "holds in its metadata a GitHub token",
    ]
    assert all(secret not in str(look) for look in found)


@pytest.mark.parametrize("path", sorted((ROOT / "templates").rglob("*.ipynb")), ids=lambda path: path.parts[-3])
def test_our_own_notebooks_pass(path: Path, tmp_path: Path) -> None:
    """The notebooks of the templates keep, once baked, what is asked of every notebook."""
    baked = tmp_path / "a.ipynb"
    baked.write_text(re.sub(r"\{\{.*?\}\}", "name", path.read_text()))
    assert [(code, look) for code, look in looks_of_notebook(baked, tmp_path) if look.fault] == []


def test_every_check_says_what_it_promises() -> None:
    """The first line of each check's docstring is its title in the documentation."""
    titles = [(check.__doc__ or "").splitlines()[0] for check in NOTEBOOK_CHECKS.values()]
    assert all(title.endswith(".") and len(title) > 20 for title in titles)
    assert len(set(titles)) == len(NOTEBOOK_CHECKS)
