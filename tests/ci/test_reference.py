"""The reference of checks is what they say, and its examples are found and pass."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from paddock_ci.engine.job import CODES
from paddock_ci.faces.rules import promises
from paddock_ci.notebook.family import looks_of_notebook
from paddock_ci.reference.rules import PAGE, Example, examples, page

from tests.proof.examples import SEEDS
from tests.proof.ground import make_ground
from tests.proof.seed import Defect, Seed, planted
from tests.proof.verdict import said

ROOT = Path(__file__).parents[2]
# What only a run finds; and what takes 151 lines to show.
WITHOUT = {code for codes in CODES.values() for code in codes} | {"NB110"}
EXAMPLES = examples()
OF_CELLS = {code: example for code, example in EXAMPLES.items() if not example.file}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project fresh from its template, in a workspace."""
    return make_ground(tmp_path_factory.mktemp("reference") / "workspace")


def test_the_page_is_what_the_checks_say() -> None:
    """Whoever changes a check or an example makes it anew: python -m paddock_ci.reference."""
    assert (ROOT / PAGE).read_text(encoding="utf-8") == page()


def test_every_check_has_an_example() -> None:
    """So that its page shows what it means."""
    assert set(promises()) - WITHOUT - set(EXAMPLES) == set()
    assert set(EXAMPLES) - set(promises()) == set()


@pytest.mark.parametrize(("code", "example"), OF_CELLS.items(), ids=list(OF_CELLS))
def test_an_example_of_a_notebook_is_found_and_passes(code: str, example: Example, tmp_path: Path) -> None:
    """The bad cells have this finding alone, the good ones none."""
    for text, expected in ((example.bad, {code}), (example.good, set())):
        path = tmp_path / "a.ipynb"
        path.write_text(_notebook(text))
        assert {found for found, look in looks_of_notebook(path, tmp_path) if look.fault} == expected


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: f"{seed.code}-{seed.name}")
def test_an_example_of_a_file_is_found_or_passes(seed: Seed, project: Path) -> None:
    """The bad lines have a finding of this check, the good ones none."""
    with planted(seed, project):
        assert bool(said(seed.code, project)) == isinstance(seed, Defect)


def _notebook(text: str) -> str:
    """A notebook with a title and these cells, as `# %%` parts them; what follows that names a tag."""
    cells = [{"cell_type": "markdown", "id": "title", "metadata": {}, "source": "# An example"}]
    text = text if text.startswith("# %%") else f"# %%\n{text}"
    for number, part in enumerate(part for part in text.split("# %%") if part.strip()):
        tag, _, source = part.partition("\n")
        metadata = {"tags": [tag.strip()]} if tag.strip() else {}
        facts = {"execution_count": None, "outputs": [], "source": source.strip()}
        cells.append({"cell_type": "code", "id": f"cell-{number}", "metadata": metadata, **facts})
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
