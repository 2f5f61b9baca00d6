"""What a notebook's file may hold: that what is no notebook is told, and that nothing is ever raised."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paddock_ci.hook import main
from paddock_ci.notebook import family
from paddock_ci.notebook.family import FIXES, NOTEBOOK_CHECKS, looks_of_notebook

CELL: dict[str, Any] = {
    "cell_type": "code", "execution_count": None, "id": "a1", "metadata": {}, "outputs": [], "source": ["x = 1\n", "x"],
}  # fmt: skip
TITLE: dict[str, Any] = {"cell_type": "markdown", "id": "a0", "metadata": {}, "source": "# Title"}
GOOD: dict[str, Any] = {"cells": [TITLE, CELL], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def _text(**change: Any) -> bytes:
    return json.dumps(GOOD | change, indent=1).encode()


def _without(key: str, cell: dict[str, Any] = CELL) -> bytes:
    return _text(cells=[{name: value for name, value in cell.items() if name != key}])


def _with(**change: Any) -> bytes:
    return _text(cells=[CELL | change])


def _faults(folder: Path, content: bytes) -> list[str]:
    path = folder / "a.ipynb"
    path.write_bytes(content)
    return [f"{code} {look.place}: {look.fault}" for code, look in looks_of_notebook(path, folder) if look.fault]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "a.ipynb: is empty"),
        (b" \n", "is empty"),
        (b"[]", "expected an object, got a list"),
        (b"{}", "nbformat: expected 4, got nothing"),
        (b"7", "the number 7"),
        (b"{\n \"cells\": [\n", "a.ipynb:3: is no JSON"),
        (b"\xef\xbb\xbf" + _text(), "a.ipynb:1: begins with a byte-order mark"),
        (_text().decode().encode("utf-16"), "UTF-16"),
        (_text().decode().encode("utf-16-le"), "UTF-16"),
        (b'{\n"a": "\xe9"}', "a.ipynb:2: is not UTF-8 text: byte 8 is 0xe9"),
        (b'{"nbformat": 4,\n "x": NaN}', "a.ipynb:2: is no JSON: expected a number, got NaN"),
        (b'{"x": -Infinity}', "got -Infinity"),
        (b"[" * 100_000 + b"]" * 100_000, "nested too deeply"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b'{\n<<<<<<< HEAD\n "a": 1\n', "a.ipynb:2: holds a mark of a conflict"),
        (b'{"a": 1,\n "b": 2, "a": 3}', "the key 'a' stands twice"),
        (_text(nbformat=3), "nbformat: expected 4, got 3"),
        (_text(nbformat=5), "nbformat: expected 4, got 5"),
        (_text(nbformat="4"), "nbformat: expected 4, got the text '4'"),
        (_text(nbformat_minor=None), "nbformat_minor: expected a whole number, got null"),
        (_text(cells={}), "cells: expected a list, got an object"),
        (json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}}).encode(), "cells: expected a list, got"),
        (json.dumps({"nbformat": 4, "nbformat_minor": 5, "cells": []}).encode(), "metadata: expected an object"),
        (_text(cells=[1]), "cell 1: cells[0]: expected an object, got the number 1"),
        (_with(cell_type="heading"), "cells[0].cell_type: expected code, markdown or raw, got the text 'heading'"),
        (_with(source=[1]), "cells[0].source: expected a text or a list of texts, got a list"),
        (_with(metadata={"tags": "parameters"}), "cells[0].metadata.tags: expected a list of texts"),
        (_with(outputs=None), "cells[0].outputs: expected a list, got null"),
        (_with(outputs=[{"output_type": "pyout"}]), "cells[0].outputs[0]"),
        (_with(id="a b"), "cells[0].id"),
        (_without("source"), "cells[0].source: expected a text or a list of texts, got nothing"),
        (_without("metadata"), "cells[0].metadata: expected an object, got nothing"),
        (_without("id"), "cells[0].id"),
        (_without("outputs"), "cells[0].outputs"),
        (_text(cells=[TITLE, CELL, CELL]), "cell 3: cells[2].id: 'a1' is the id of cell 2, too"),
        (_text(cells=[TITLE | {"source": "<<<<<<< a\nx\n=======\ny\n>>>>>>> b"}]), "cells[0].source: holds marks"),
        (b'{"nbformat": ' + b"4" * 5000 + b"}", "is no JSON"),
    ],
)  # fmt: skip
def test_what_is_no_notebook_is_told_with_line_or_key(tmp_path: Path, content: bytes, words: str) -> None:
    """One finding says where and what was expected; nothing else is said of such a file."""
    found = _faults(tmp_path, content)
    assert all(said.startswith("NB102") for said in found), found
    assert any(words in said for said in found), found


@pytest.mark.parametrize(
    "content",
    [
        _text(),
        _text(nbformat_minor=4, cells=[TITLE, {name: value for name, value in CELL.items() if name != "id"}]),
        _text(metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}}),
        _text().replace(b"\n", b"\r\n"),
        _text(cells=[TITLE, CELL | {"source": "# ======= a line\n'<<<<<<< x'"}]),
    ],
)  # fmt: skip
def test_what_is_a_notebook_has_no_finding(tmp_path: Path, content: bytes) -> None:
    """Valid notebooks of each minor version of format 4 are taken."""
    assert _faults(tmp_path, content) == []


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    """A file of 100 MB is told at once."""
    path = tmp_path / "a.ipynb"
    with path.open("wb") as file:
        file.truncate(100_000_000)
    (found,) = [look.fault for _, look in looks_of_notebook(path, tmp_path) if look.fault]
    assert found == "has 100,000,000 bytes; expected at most 50,000,000"


@given(st.binary(max_size=300))
def test_no_bytes_raise(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    """Whatever a file holds, its findings are told, and no error is raised."""
    assert all(said.startswith("NB102") for said in _faults(tmp_path_factory.getbasetemp(), content))


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*GOOD, *CELL, "x"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(_JSON, st.sampled_from(sorted(GOOD)), st.sampled_from(sorted(CELL)), st.booleans())
def test_no_document_raises(
    tmp_path_factory: pytest.TempPathFactory, value: Any, key: str, cell_key: str, is_in_cell: bool
) -> None:
    """A document with any JSON at any key is taken, or told."""
    content = _text(cells=[TITLE, CELL | {cell_key: value}]) if is_in_cell else _text(**{key: value})
    _faults(tmp_path_factory.getbasetemp(), content)


@given(st.lists(st.sampled_from("%!?=x \n'\"\\()[]:#;.,`{}$1") | st.text(max_size=3), max_size=40).map("".join))
def test_no_source_raises(tmp_path_factory: pytest.TempPathFactory, source: str) -> None:
    """Whatever a cell says, in Python, in IPython's own syntax or in neither, it is looked at."""
    _faults(tmp_path_factory.getbasetemp(), _text(cells=[TITLE, CELL | {"source": source}]))


@pytest.mark.parametrize("source", ["(" * 5000, "x = " + "-" * 50_000 + "1", "a" + ".b" * 20_000, "[" * 90 + "]" * 90])
def test_nested_code_is_told_or_taken(tmp_path: Path, source: str) -> None:
    """Code at which Python's own parser gives up is a finding."""
    _faults(tmp_path, _text(cells=[TITLE, CELL | {"source": source}]))


def test_the_fix_strips_results_and_nothing_else(tmp_path: Path) -> None:
    """Ids, metadata, the order of keys and Jupyter's own layout stay; a second time there is nothing to do."""
    output = {"output_type": "stream", "name": "stdout", "text": "é"}
    metadata = {"zeta": 1, "alpha": "é", "kernelspec": {"name": "python3"}}
    dirty = GOOD | {"cells": [TITLE, CELL | {"outputs": [output], "execution_count": 7}], "metadata": metadata}
    path = tmp_path / "a.ipynb"
    path.write_text(json.dumps(dirty))
    assert {said[:5] for said in _faults(tmp_path, path.read_bytes())} == {"NB101"}
    assert FIXES["NB101"](path)
    assert path.read_text() == json.dumps(GOOD | {"metadata": metadata}, indent=1, ensure_ascii=False) + "\n"
    assert not FIXES["NB101"](path)
    assert _faults(tmp_path, path.read_bytes()) == []


def test_the_fix_leaves_what_is_no_notebook(tmp_path: Path) -> None:
    """A file that cannot be read as a notebook is not written."""
    path = tmp_path / "a.ipynb"
    path.write_bytes(b"[]")
    assert not FIXES["NB101"](path)
    assert path.read_bytes() == b"[]"


def test_the_program_tells_and_exits(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """0 without findings, 1 with some, 2 for a wrong usage; places are relative to the current folder, or workspace."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "a.ipynb"
    path.write_bytes(_text(cells=[TITLE, CELL | {"execution_count": 3}]))
    assert main([str(path)]) == 1
    said = capsys.readouterr().out
    assert said.startswith("a.ipynb cell 2: NB101 holds the execution count 3; expected none")
    assert "\n  Run: nbstripout --keep-id a.ipynb" in said
    assert main([str(path), "--json"]) == 1
    (row,) = json.loads(capsys.readouterr().out)["findings"]
    assert (row["code"], row["place"]) == ("NB101", "a.ipynb cell 2")
    assert main([str(path), "--fix"]) == 0
    assert capsys.readouterr().out == "1 notebook, 0 findings\n"
    assert main([str(path), str(path)]) == 0
    assert capsys.readouterr().out == "2 notebooks, 0 findings\n"


def test_many_notebooks_are_told_in_their_order(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of many files, which are looked at on all cores, the findings come as the files were named."""
    paths = [tmp_path / f"{number}.ipynb" for number in range(25)]
    for path in paths:
        path.write_bytes(b"")
    assert main([str(path) for path in paths]) == 1
    *lines, more = capsys.readouterr().out.splitlines()
    assert more.startswith("More: ")
    told = [line.partition(":")[0] for line in lines[::2]]
    assert [Path(place).name for place in told] == [path.name for path in paths]


@pytest.mark.parametrize("arguments", [[], ["--nonsense"], ["missing.ipynb"], ["."]])
def test_a_wrong_usage_is_told(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """The message says what was expected, without a traceback, and leads to the command that people typed."""
    assert main(arguments) == 2
    said = capsys.readouterr().err
    assert said.startswith("error: ")
    assert "See: paddock notebooks --help\n" in said


def test_the_family_is_the_registry() -> None:
    """The checks of the program and those of the harness are the same."""
    assert family.NOTEBOOK_CHECKS is NOTEBOOK_CHECKS
    assert set(FIXES) <= set(NOTEBOOK_CHECKS)
