"""A notebook's file is read strictly: one message for each fault, with place and remedy."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from paddock.errors import ConfigurationError
from paddock.notebooks.document import load


def _cell(**changes: Any) -> dict[str, Any]:
    return {"cell_type": "code", "metadata": {}, "source": "x = 1", "outputs": [], "execution_count": None} | changes


def _text(*cells: Any, **changes: Any) -> str:
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(cells)} | changes, indent=1)


def _without(name: str) -> dict[str, Any]:
    return {key: value for key, value in _cell().items() if key != name}


_BROKEN = [
    ("", "is empty"),
    (" \n", "is empty"),
    ("[]", "expected a notebook (a JSON object), got an array"),
    ("3", "expected a notebook (a JSON object), got the value '3'"),
    (_text(nbformat=3), "nbformat: expected 4, got 3"),
    (_text(nbformat=5), "nbformat: expected 4, got 5"),
    (_text(nbformat=True), "nbformat: expected 4, got True"),
    (_text(nbformat_minor="5"), "nbformat_minor: expected a number such as 5, got '5'"),
    ('{"nbformat": 4, "nbformat_minor": 5, "metadata": {}}', "expected a list named 'cells'"),
    (_text(cells={}), "expected a list named 'cells'"),
    ('{\n<<<<<<< HEAD\n "cells": [],\n=======\n', ":2:1: git's conflict marker '<<<<<<< HEAD'"),
    (_text(_cell(id="a"), _cell(), _cell(id="a")), "cells 1 and 3 have the same id 'a'"),
    (
        _text(_cell(), _cell(cell_type="heading")),
        "cell 2: cell_type: expected one of code, markdown, raw, got 'heading'",
    ),
    (_text(3), "cell 1: cell_type: expected one of code, markdown, raw, got None"),
    ('{\n "a": "NaN: no number",\n "b": NaN}', ":3:7: NaN is not valid JSON"),
    ('{"a": [1, -Infinity]}', ":1:11: -Infinity is not valid JSON"),
    ('{"a": 1e999}', ":1:7: the number 1e999 is infinite"),
    ('{"a": {"b": 1, "a": 2},\n "a": 3}', ":2:2: the key 'a' is there twice in one object"),
    ("[" * 100_000 + "]" * 100_000, "nests values deeper than any notebook does"),
    ('{"a":' * 100_000 + "1" + "}" * 100_000, "nests values deeper than any notebook does"),
    (_text(_cell(metadata={"a": 7})).replace("7", "[" * 700 + "]" * 700), "nests values deeper"),
    (_text().encode("utf-16"), "is UTF-16 or UTF-32, expected UTF-8"),
    (_text().encode("utf-16-le"), "is UTF-16 or UTF-32, expected UTF-8"),
    (b"\xef\xbb\xbf" + _text().encode(), "begins with a byte-order mark"),
    ('{"a": "Andr\xe9"}'.encode("latin-1"), "is not UTF-8: byte 11 is 0xe9, in line 1"),
    ('{\n "a" 1\n}', ":2:6: is not valid JSON"),
    ('{"a": ' + "1" * 5000 + "}", "is not valid JSON"),
    (_text(_cell(), _without("outputs")), "cell 2: 'outputs' is a required property"),
    (_text(_cell(metadata={"tags": "x"})), "cell 1: metadata.tags: 'x' is not of type 'array'"),
    (_text(_cell(outputs=[{"output_type": "stream", "name": "stdout"}])), "cell 1: outputs.0: 'text' is a required"),
    (_text(metadata=3), "metadata: 3 is not of type 'object'"),
]


@pytest.mark.parametrize(("content", "message"), _BROKEN)
def test_a_fault_is_one_message_with_its_place_and_a_remedy(tmp_path: Path, content: str | bytes, message: str) -> None:
    """Whatever is wrong with the file, the error names it, says where, and says what to do."""
    path = tmp_path / "broken.ipynb"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ConfigurationError) as caught:
        load(path)
    assert message in caught.value.message
    assert caught.value.message.startswith(str(path))
    assert caught.value.remedy


def test_a_missing_file_suggests_its_nearest_neighbour(tmp_path: Path) -> None:
    """A mistyped name is answered with the notebook that is there."""
    (tmp_path / "validation.ipynb").write_text(_text())
    with pytest.raises(ConfigurationError, match=r"there is no such notebook\nDid you mean 'validation.ipynb'"):
        load(tmp_path / "validations.ipynb")


def test_a_folder_is_not_a_notebook(tmp_path: Path) -> None:
    """What the operating system refuses to read is a message, not a traceback."""
    with pytest.raises(ConfigurationError, match="cannot be read: Is a directory"):
        load(tmp_path)


def test_a_file_over_50_mb_is_not_even_read(tmp_path: Path) -> None:
    """A notebook that holds data is refused with the command that clears it."""
    path = tmp_path / "huge.ipynb"
    with path.open("wb") as stream:
        stream.truncate(50_000_001)
    with pytest.raises(ConfigurationError, match="is 50 MB, expected at most 50 MB\nClear its outputs"):
        load(path)


def test_cells_without_ids_get_their_own_each_time_the_same(tmp_path: Path) -> None:
    """Two readings of one file are equal, and no invented id is one that the author gave."""
    path = tmp_path / "good.ipynb"
    path.write_text(_text(_cell(), _cell(id="cell-1"), _cell()))
    assert [cell.id for cell in load(path).cells] == ["cell-1-", "cell-1", "cell-3"]
    assert load(path) == load(path)


def test_an_older_notebook_of_format_4_is_brought_to_4_5(tmp_path: Path) -> None:
    """Notebooks from before cell ids are fine; lines that were split are joined."""
    path = tmp_path / "old.ipynb"
    path.write_text(_text(_cell(source=["x = 1\n", "y = 2"]), nbformat_minor=2))
    notebook = load(path)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert notebook.cells[0].source == "x = 1\ny = 2"
