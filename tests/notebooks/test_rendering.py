"""What the rendering of reports promises, as far as its text shows it; a real browser has its own tests."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, new_raw_cell
from paddock.errors import DataError
from paddock.notebooks.facts import GATE_MIME, Gate
from paddock.notebooks.rendering import Header, render
from paddock.notebooks.rendering.exporter import PaddockExporter
from paddock.notebooks.rendering.header import History

from tests.notebooks.rendered import FAILS, HEADER, HOLDS, PNG, body_of, displayed, page_of


def test_the_page_needs_nothing_else(tmp_path: Path) -> None:
    """No script, no style or image from elsewhere, and a policy that would forbid each."""
    page = page_of(
        tmp_path, new_markdown_cell("# Title\n\n![p](https://example.org/p.png) $x$"), displayed({"image/png": PNG})
    )
    assert not re.findall(r"<(?:script|link|iframe|base|object|form)\b|@import|url\(", page)
    assert all(address.startswith("data:image/") for address in re.findall(r'src="([^"]*)"', page))
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy.startswith("default-src 'none'; img-src data:; style-src 'sha256-")
    assert policy.endswith("base-uri 'none'; form-action 'none'")


def test_every_value_of_the_header_is_escaped(tmp_path: Path) -> None:
    """Whatever a text of the header holds, it is text in the page."""
    evil = "\"'><b>&"
    gate = Gate(evil, 1.0, evil, True, 0.0)
    texts = {field.name: evil for field in dataclasses.fields(Header) if field.type == "str"}
    header = dataclasses.replace(
        HEADER,
        **texts,
        parameters={evil: evil},
        gates=(gate,),
        previous=(gate,),
        datasets=((evil, evil, 1, evil),),
        sources=((evil, evil),),
        tasks=((evil, evil, 1.0),),
    )
    page = page_of(tmp_path, new_markdown_cell("# Title"), header=header)
    assert "<b>" not in page
    assert page.count("&lt;b&gt;&amp;") >= len(texts) + 11


def test_the_header_says_what_was_run(tmp_path: Path) -> None:
    """Status and reason in full, run, time, commit, environment, parameters, datasets, sources and tasks."""
    header = dataclasses.replace(
        HEADER,
        owner="Ada",
        description="Who needs a bed?",
        sources=(("tasks.py", "a1b2"),),
        tasks=(("Train", "reused", 61.0),),
        previous=(dataclasses.replace(HOLDS, value=0.87),),
    )
    page = page_of(tmp_path, header=header)
    expected = ("every gate holds", "1 of 1 gates hold", "20250301-a", "2025-03-01 14:02:11 UTC", "1 min 23 s", "Ada")
    for text in (*expected, "46a530b1c2d3", "Python 3.11", "threshold", "hospital.cases", "9f8e7d6c5b4a", "tasks.py"):
        assert text in page
    for text in ("Who needs a bed?", "reused", "1 min 1 s", "0.87"):
        assert text in page


def test_failing_gates_come_first_and_are_marked_in_words(tmp_path: Path) -> None:
    """A reader sees what failed before what holds, without needing colours."""
    page = page_of(tmp_path, header=dataclasses.replace(HEADER, status="failed", gates=(HOLDS, FAILS)))
    rows = re.findall(
        r'<tr role="row" class="(holds|fails)"><th [^>]*><bdi>(\w+)</bdi></th>.*?(holds|FAILS)</span>',
        page,
    )
    assert rows == [("fails", "calibration", "FAILS"), ("holds", "auc", "holds")]
    assert "-0.0212" in page
    assert "+0.06" in page
    assert 'class="status bad"' in page


def test_each_gate_has_its_history_as_picture_and_words(tmp_path: Path) -> None:
    """The values over the runs stand beside the gate, drawn with the bound, and said for those who cannot see them."""
    words = "fails since run b; held in run a"
    past = History((dataclasses.replace(FAILS, value=0.03, held=True), FAILS), words)
    header = dataclasses.replace(HEADER, gates=(HOLDS, FAILS), histories=(History((HOLDS,), "holds"), past))
    page = page_of(tmp_path, header=header)
    said = re.findall(r'<svg class="spark"[^>]* aria-label="([^"]*)">(.*?)</svg>', page)
    assert [label for label, _ in said] == [
        f"calibration: 0.0712, at most 0.05; {words}",
        "auc: 0.91, at least 0.85; holds",
    ]
    assert 'class="bound"' in said[0][1]
    assert 'class="miss now"' in said[0][1]
    assert 'class="line"' in said[0][1]
    assert f"<bdi>{words}</bdi>" in page


def test_datasets_with_a_page_are_links(tmp_path: Path) -> None:
    """Where the header knows the address of a dataset's page, its name leads there; others are text."""
    datasets = (("a.b", "read", 1, "9f"), ("c.d", "read", 2, "1f"))
    page = page_of(tmp_path, header=dataclasses.replace(HEADER, datasets=datasets, links={"a.b": "../a.b.html"}))
    assert '<th scope="row" class="dataset"><a href="../a.b.html">a.b</a></th>' in page
    assert '<th scope="row" class="dataset">c.d</th>' in page


def test_names_that_hide_or_turn_text_are_written_out(tmp_path: Path) -> None:
    """A mark of direction in a gate's or a dataset's name cannot make the page say something else."""
    gate = dataclasses.replace(HOLDS, name="ok\u202edeliaf")
    page = page_of(tmp_path, header=dataclasses.replace(HEADER, gates=(gate,)))
    assert "ok⟨U+202E⟩deliaf" in page
    assert "\u202e" not in page


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    """Nothing in the page depends on the time, a random number or what was rendered before."""
    styled = pd.DataFrame({"a": [1, 2]}).style.set_properties(color="#102030").to_html()
    cells = (new_markdown_cell("# A\n\n## A\n\n# A"), displayed({"text/html": styled}), new_code_cell("1"))
    first = page_of(tmp_path, *cells)
    page_of(tmp_path, new_markdown_cell("other"))
    assert page_of(tmp_path, *cells) == first


def test_the_page_adds_at_most_120_kilobytes(tmp_path: Path) -> None:
    """Everything around the notebook's own content is small, and an image counts once."""
    image = f"{PNG[:-4]}{'A' * 400_000}{PNG[-4:]}"
    small, large = page_of(tmp_path, new_markdown_cell("x")), page_of(tmp_path, displayed({"image/png": image}))
    assert len(small.encode()) < 120_000
    assert len(large.encode()) < len(image) + 120_000


def test_notebooks_stand_in_the_order_given_under_one_header(tmp_path: Path) -> None:
    """Several notebooks are one page, each with a title and anchors of its own."""
    paths = [tmp_path / name for name in ("b_first.ipynb", "a_second.ipynb")]
    for path in paths:
        nbformat.write(new_notebook(cells=[new_markdown_cell("text\n\n## Part")]), path)
    page = render(paths, HEADER)
    assert re.findall(r"<h2 id=\"(n\d[^\"]*)\">([^<]*)", page) == [
        ("n1-b-first", "b first"),
        ("n2-a-second", "a second"),
    ]
    assert re.findall(r'<h3 id="([^"]*)">', page) == ["n1-Part", "n2-Part"]
    assert page.count("<h1") == 1


def test_headings_never_skip_a_level(tmp_path: Path) -> None:
    """However a notebook numbers its headings, the page's outline has no holes, and links to them still lead there."""
    page = page_of(
        tmp_path,
        new_markdown_cell("# Top\n\n#### Deep\n\n[see](#Next-part)"),
        new_markdown_cell("## Next part\n\n# Top"),
    )
    found = re.findall(r'<h(\d) id="(n1[^"]*)">', page)
    assert found == [("2", "n1-Top"), ("3", "n1-Deep"), ("3", "n1-Next-part"), ("2", "n1-Top-2")]
    assert 'href="#n1-Next-part"' in body_of(page)
    assert all(f'<a href="#{anchor}">' in page.partition("<main")[0] for _, anchor in found)


def test_code_is_folded_and_says_how_long_it_is(tmp_path: Path) -> None:
    """Code stands behind a summary with its number of lines, highlighted; parameters are named as such."""
    page = page_of(
        tmp_path,
        new_code_cell("def f():\n    return 1"),
        new_code_cell("a = 1", metadata={"tags": ["parameters"]}),
        new_code_cell("a = 2", metadata={"tags": ["injected-parameters"]}),
    )
    summaries = re.findall(r'<details class="code"><summary>([^<]*)</summary>', page)
    assert summaries == ["code, 2 lines", "parameters, 1 line", "injected parameters, 1 line"]
    assert '<span class="k">def</span>' in page


def test_hidden_cells_are_folded_or_left_out_as_their_tags_say(tmp_path: Path) -> None:
    """`hide-` folds and `remove-` leaves out; an empty cell is nothing."""
    output = [new_output("stream", text="spoken")]
    page = page_of(
        tmp_path,
        new_code_cell("folded_cell", outputs=output, metadata={"tags": ["hide-cell"]}),
        new_code_cell("folded_output", outputs=output, metadata={"tags": ["hide-output"]}),
        new_code_cell("removed_code", outputs=output, metadata={"tags": ["remove-input"]}),
        new_code_cell("removed_cell", metadata={"tags": ["remove-cell"]}),
        new_code_cell(""),
        new_markdown_cell("  "),
    )
    assert "<summary>cell, 1 line</summary>" in page
    assert "<summary>output</summary>" in page
    assert "removed_" not in page
    assert page.count("spoken") == 3
    assert page.count('<div class="cell"') == 3


def test_a_failed_cell_is_shown_open_whatever_its_tags(tmp_path: Path) -> None:
    """An error has its name, its message and its traceback in colours, and the banner leads to it."""
    error = new_output("error", ename="KeyError", evalue="'ward'", traceback=["\x1b[31mKeyError\x1b[0m: <ward>"])
    page = page_of(tmp_path, new_code_cell("frame['ward']", outputs=[error], metadata={"tags": ["remove-cell"]}))
    assert '<details class="code" open>' in page
    assert "<strong>KeyError</strong> &#39;ward&#39;" in page
    assert '<span class="ansi-red-fg">KeyError</span>: &lt;ward&gt;' in page
    assert 'href="#n1-error"' in page
    assert 'id="n1-error"' in page


def test_papermills_own_error_notes_are_left_out(tmp_path: Path) -> None:
    """The page points at the failed cell itself, so papermill's red text is not repeated."""
    note = new_markdown_cell(
        "<span style='color:red'>An Exception</span>", metadata={"tags": ["papermill-error-cell-tag"]}
    )
    assert "An Exception" not in page_of(tmp_path, note, new_markdown_cell("rest"))


@pytest.mark.parametrize(
    "cell",
    [
        {},
        {"cell_type": "code"},
        {"cell_type": "code", "source": ["a\n", "b"], "outputs": [{}]},
        {"cell_type": "code", "source": "", "outputs": [{"output_type": "display_data"}]},
        {"cell_type": "code", "source": "x", "outputs": [{"output_type": "error"}]},
        {"cell_type": "code", "source": "x", "outputs": [{"output_type": "stream", "text": ["a", "b"]}]},
        {"cell_type": "code", "source": "x", "metadata": {"tags": "odd", "jupyter": 3}, "outputs": []},
        {"cell_type": "markdown", "source": "x", "attachments": ["odd"]},
        {"cell_type": "unheard-of", "source": "x"},
        {"cell_type": "markdown", "source": "half a character \ud83d"},
        {"cell_type": "code", "outputs": [{"output_type": "display_data", "data": {"image/svg+xml": "<svg >\ud83d"}}]},
        {"cell_type": "code", "source": "x", "outputs": [{"output_type": "display_data", "data": {"text/html": None}}]},
        {"cell_type": "code", "source": "x", "outputs": [{"output_type": "display_data", "data": {GATE_MIME: 3}}]},
    ],
)
def test_odd_cells_never_stop_a_report(tmp_path: Path, cell: dict[str, Any]) -> None:
    """A notebook that leaves things out is still shown as far as it goes."""
    path = tmp_path / "odd.ipynb"
    path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]}))
    assert b"triage" in render([path], HEADER).encode()


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"nbformat": 99}', "\x00", "null"])
def test_a_file_that_is_no_notebook_is_named(tmp_path: Path, content: str) -> None:
    """The message says which file cannot be read."""
    path = tmp_path / "broken.ipynb"
    path.write_text(content)
    with pytest.raises(DataError, match=r"broken\.ipynb: not a notebook"):
        render([path], HEADER)


def test_no_notebook_is_a_page_all_the_same() -> None:
    """A run that failed before its audit has a report: the header."""
    page = render([], dataclasses.replace(HEADER, status="failed", reason="Train failed", gates=(), datasets=()))
    assert "Train failed" in page
    assert "There is no executed notebook to show." in page


def test_raw_cells_are_text(tmp_path: Path) -> None:
    """What is meant for another converter is shown folded, never interpreted."""
    page = page_of(tmp_path, new_raw_cell("<b>raw</b>"))
    assert "raw text, 1 line" in page
    assert "&lt;b&gt;raw" in page


def test_nbconvert_makes_the_same_page_with_a_header_of_its_own(tmp_path: Path) -> None:
    """Plain nbconvert shows the gates, parameters and time that the notebook itself knows."""
    path = tmp_path / "audit_scores.ipynb"
    papermill = {"parameters": {"ward": "all"}, "start_time": "2025-03-01T10:00:00", "duration": 4.2, "exception": None}
    cell = displayed({GATE_MIME: dataclasses.asdict(FAILS)})
    nbformat.write(new_notebook(cells=[cell], metadata={"papermill": papermill, "description": "Short."}), path)
    page, resources = PaddockExporter().from_filename(str(path))
    assert resources["output_extension"] == ".html"
    assert "<h1>audit scores</h1>" in page
    for text in ("1 of 1 gates fail: calibration", "ward", "2025-03-01 10:00:00", "4.20 s", "Short.", "code, 1 line"):
        assert text in page
    page, _ = PaddockExporter(exclude_input=True).from_filename(str(path))
    assert "code, 1 line" not in page
