"""The reference of checks is what they say, and its examples are found and pass."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from paddock_ci.notebook.family import NOTEBOOK_CHECKS, looks_of_notebook
from paddock_ci.reference import PAGE, Example, examples, page

ROOT = Path(__file__).parents[2]
# Of a whole notebook's form, which no code of a cell shows.
OF_FORM = {"NB101", "NB102", "NB110", "NB111"}
EXAMPLES = examples()


def test_the_page_is_what_the_checks_say() -> None:
    """Whoever changes a check or an example makes it anew: python -m paddock_ci.reference."""
    assert (ROOT / PAGE).read_text(encoding="utf-8") == page()


def test_every_check_of_code_has_an_example() -> None:
    """So that its page shows what it means."""
    assert set(EXAMPLES) == set(NOTEBOOK_CHECKS) - OF_FORM


@pytest.mark.parametrize(("code", "example"), EXAMPLES.items(), ids=list(EXAMPLES))
def test_an_example_of_a_notebook_is_found_and_passes(code: str, example: Example, tmp_path: Path) -> None:
    """The bad cells have this finding alone, the good ones none."""
    for text, expected in ((example.bad, {code}), (example.good, set())):
        path = tmp_path / "a.ipynb"
        path.write_text(_notebook(text))
        assert {found for found, look in looks_of_notebook(path, tmp_path) if look.fault} == expected


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
