"""What a report shows of outputs, Markdown and foreign HTML, and what it never lets through."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from paddock.notebooks.facts import CAPTION_MIME, FACTS_MIME, GATE_MIME, METRIC_MIME
from paddock.notebooks.rendering import render

from tests.notebooks.rendered import FAILS, HEADER, PNG, body_of, displayed, page_of


def test_gates_and_metrics_are_lines_of_their_own(tmp_path: Path) -> None:
    """The richest form of a gate or a metric is the page's own, not the text or HTML beside it."""
    page = page_of(
        tmp_path,
        displayed({GATE_MIME: dataclasses.asdict(FAILS), "text/html": "<p>html</p>", "text/plain": "plain"}),
        displayed({METRIC_MIME: {"name": "wait", "value": 3.42, "unit": "h"}, "text/plain": "plain"}),
        displayed({FACTS_MIME: {"gates": []}}),
    )
    assert re.search(r'<p class="gate fails"><span class="verdict">FAILS</span> <span class="name">calibration', page)
    assert '<span class="value">3.42</span> <span class="unit">h</span>' in page
    assert "plain" not in body_of(page)
    assert "not shown" not in page


@pytest.mark.parametrize("gate", [{}, {"name": None}, {"name": "x", "value": "NaN", "held": "yes"}, {"value": [1]}])
def test_a_gate_with_missing_or_odd_values_never_reads_as_held(tmp_path: Path, gate: dict[str, Any]) -> None:
    """Only `held: true` holds."""
    assert '<p class="gate fails">' in page_of(tmp_path, displayed({GATE_MIME: gate}))


@pytest.mark.parametrize(
    ("mime", "data"),
    [
        ("text/vnd.mermaid", "graph TD; a-->b"),
        ("application/javascript", "window.hidden = 1"),
        ("application/vnd.jupyter.widget-view+json", {"model_id": "hidden"}),
        ("application/vnd.plotly.v1+json", {"data": ["hidden"]}),
    ],
)
def test_other_types_are_never_interpreted(tmp_path: Path, mime: str, data: Any) -> None:
    """An unknown type is a note, or the plain text beside it."""
    page = page_of(tmp_path, displayed({mime: data}))
    assert f"output of type {mime} is not shown" in page
    assert "hidden" not in body_of(page)
    assert "a--" not in body_of(page)
    assert "beside it" in page_of(tmp_path, displayed({mime: data, "text/plain": "beside it"}))


@pytest.mark.parametrize("mime", ["image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml"])
@pytest.mark.parametrize("data", ["%%%", "aGVsbG8=", "", "<b>"])
def test_a_damaged_image_is_a_note_and_the_text_beside_it(tmp_path: Path, mime: str, data: str) -> None:
    """What is no base64, or no image of its type, is not put into the page."""
    page = page_of(tmp_path, displayed({mime: data, "text/plain": "beside it"}))
    assert f"output of type {mime} is not shown: its content is damaged" in page
    assert "beside it" in page
    assert "<img" not in page


def test_images_have_their_description_and_caption(tmp_path: Path) -> None:
    """An image says what it shows: by its own words, or at least where it stands."""
    caption = {CAPTION_MIME: {"kind": "figure", "caption": "By ward"}, "text/html": "<p>html</p>"}
    page = page_of(
        tmp_path,
        new_markdown_cell("# Calibration"),
        displayed({"image/png": PNG}, **{"image/png": {"alt": "A <curve>", "width": 40}}),
        displayed({"image/png": PNG, **caption}),
        displayed({"image/svg+xml": "<svg xmlns='http://www.w3.org/2000/svg'></svg>"}),
    )
    assert 'alt="A &lt;curve&gt;" width="40"' in page
    assert 'alt="Figure of the section “Calibration”"' in page
    assert "<figcaption>By ward</figcaption>" in page
    assert page.count("<img") == 3
    assert "data:image/svg+xml;base64," in page


def test_images_of_markdown_come_from_attachments_or_the_notebooks_folder(tmp_path: Path) -> None:
    """An image inside the notebook's folder is put into the page; any other is its description."""
    folder = tmp_path / "inside"
    folder.mkdir()
    for path in (folder / "in.png", tmp_path / "out.png"):
        path.write_bytes(b"\x89PNG\r\n\x1a\n")
    (folder / "link.png").symlink_to(tmp_path / "out.png")
    names = (
        "attachment:a%20b.png",
        "in.png",
        "../out.png",
        "link.png",
        str(tmp_path / "out.png"),
        "https://e.org/x.png",
    )
    cell = new_markdown_cell(" ".join(f"![picture {number}]({name})" for number, name in enumerate(names)))
    cell["attachments"] = {"a b.png": {"image/png": PNG}}
    page = page_of(folder, cell)
    assert re.findall(r'<img src="data:image/png;[^"]*" alt="([^"]*)"', page) == ["picture 0", "picture 1"]
    assert re.findall(r"\[image not included: ([^\]]*)\]", page) == ["picture 2", "picture 3", "picture 4", "picture 5"]


def test_links_lead_only_to_pages_mail_and_anchors(tmp_path: Path) -> None:
    """A link of any other kind keeps its words and loses its address."""
    kept = ("https://example.org/a", "http://example.org", "mailto:ada@example.org", "#here")
    lost = (
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "other.html",
        "//example.org",
        "vbscript:x",
    )
    page = body_of(
        page_of(tmp_path, new_markdown_cell("".join(f'<a href="{link}">words</a> ' for link in (*kept, *lost))))
    )
    links = re.findall(r'<a href="([^"]*)" rel="noopener noreferrer">words', page)
    assert links == [*kept[:3], "#n1-here"]
    assert page.count("words") == len(kept) + len(lost)


def test_tables_of_pandas_keep_their_cells_and_colours(tmp_path: Path) -> None:
    """A frame is a table whose headers have a scope; a Styler's colours are rules of the page's one style sheet."""
    frame = pd.DataFrame({"a<b": [1, 2], "c": ["x & y", "z"]}, index=["first", "second"])
    styled = frame.style.set_properties(**{"background-color": "#ffee00", "position": "fixed"}).to_html(uuid="abc")
    page = page_of(tmp_path, displayed({"text/html": frame._repr_html_()}), displayed({"text/html": styled}))
    assert '<th scope="row">first</th>' in page
    assert '<th scope="col">a&lt;b</th>' in page
    assert "<td>x &amp; y</td>" in page
    assert re.search(r"#n1-T_abc_row0_col0[^{]*\{background-color:#ffee00\}", page)
    assert 'id="n1-T_abc_row0_col0"' in page
    assert "position:fixed" not in page
    assert " style=" not in page


@pytest.mark.parametrize(
    ("css", "kept"),
    [
        ("color: red; COLOR: #abc", "color:red;color:#abc"),
        ("color: red !important; width: 20px", "color:red;width:20px"),
        ("background: linear-gradient(90deg, #d65f5f 50.0%, transparent 50.0%)",
         "background:linear-gradient(90deg, #d65f5f 50.0%, transparent 50.0%)"),
        ("background: url(https://e.org)", ""),
        ("background: URL('https://e.org')", ""),
        ("background: u\\72l(https://e.org)", ""),
        ("background: image-set('https://e.org')", ""),
        ("width: expression(alert(1))", ""),
        ("width: calc(1px + 2px); color: var(--page)", ""),
        ("margin: 0 -900px", ""),
        ("position: fixed; behavior: url(x); -moz-binding: url(x); content: 'x'", ""),
        ("color: red}</style><script>", ""),
        ("font-family: 'a'", ""),
        ("color: \\3c b", ""),
    ],
)  # fmt: skip
def test_css_is_reduced_to_harmless_declarations(css: str, kept: str) -> None:
    """Only listed properties with plain values stay."""
    from paddock.notebooks.rendering.styles import allowed

    assert allowed(css) == kept


def test_style_elements_keep_only_rules_for_their_own_table(tmp_path: Path) -> None:
    """A notebook's style sheet cannot restyle the page, and no output can look like a gate by its class."""
    page = page_of(tmp_path, displayed({"text/html": (
        "<style>@import 'x'; body, .status {color: red} #T_1 .col0, .verdict {color: blue} #T_1{color:url(x)}"
        "#T_1 + .top {color: red} @media all { #T_1 {color: red} }</style>"
        '<p class="gate holds" id="T_1">holds</p>')}))  # fmt: skip
    assert "#n1-T_1 .u-col0{color:blue}" in page
    sheet = page.partition("<style>")[2].partition("</style>")[0]
    assert re.findall(r"^[^\n }@].*T_1.*$", sheet, re.MULTILINE) == ["#n1-T_1 .u-col0{color:blue}"]
    assert '<p class="u-gate u-holds"' in page


def test_html_that_needs_scripts_gives_way_to_its_plain_form(tmp_path: Path) -> None:
    """A widget's HTML is dead without its script, so an image or a text beside it is shown instead."""
    html = "<div>dead</div><script>live()</script>"
    page = body_of(page_of(tmp_path, displayed({"text/html": html, "text/plain": "Pipeline(steps=[])"})))
    assert "Pipeline(steps=[])" in page
    assert "dead" not in page
    page = body_of(
        page_of(tmp_path, displayed({"text/html": html, "text/plain": "<IPython.core.display.HTML object>"}))
    )
    assert "dead" in page
    assert "live" not in page


def test_mathematics_stays_readable(tmp_path: Path) -> None:
    """LaTeX is shown as its source, escaped."""
    page = page_of(
        tmp_path, new_markdown_cell("so $a<b$ and\n\n$$x_1$$"), displayed({"text/latex": "$\\frac{1}{2}<1$"})
    )
    assert '<code class="math">a&lt;b</code>' in page
    assert '<code class="math block">x_1</code>' in page
    assert '<code class="math block">$\\frac{1}{2}&lt;1$</code>' in page


def test_streams_show_what_a_terminal_would(tmp_path: Path) -> None:
    """Pieces are joined, a progress bar shows its last state, colours are kept, control characters are not."""
    cell = new_code_cell(
        "run()",
        outputs=[
            new_output("stream", text=" 10%\r 50"),
            new_output(
                "stream", text="%\r100%\r\n\x1b[1;38;2;1;2;3mdeep\x1b[0m\x07 \x1b]8;;http://e.org\x07link\x1b]8;;\x07"
            ),
            new_output("stream", name="stderr", text="careful"),
        ],
    )
    page = body_of(page_of(tmp_path, cell))
    assert re.search(r'>100%\n<span class="ansi-bold css-1">deep</span> link</pre>', page)
    assert re.search(r'stderr</p><pre class="text stderr" tabindex="0">careful', page)


def test_json_is_shown_indented_and_escaped(tmp_path: Path) -> None:
    """A JSON value is text."""
    assert "{\n  &#34;a&#34;: &#34;&lt;b&gt;&#34;\n}" in page_of(
        tmp_path, displayed({"application/json": {"a": "<b>"}})
    )


def test_a_huge_text_is_shown_by_its_ends(tmp_path: Path) -> None:
    """A text of megabytes leaves a page that still opens, and says what is left out."""
    text = f"begin {'x' * 3_000_000} end"
    page = page_of(
        tmp_path,
        new_code_cell("1", outputs=[new_output("stream", text=text)]),
        displayed({"text/plain": text}),
        displayed({"text/html": f"<p>{text}</p>", "text/plain": "beside it"}),
        new_code_cell(text),
        new_markdown_cell(text),
    )
    assert len(page) < 1_500_000
    assert page.count("characters are left out here") == 4
    assert "beside it" in page


@pytest.mark.parametrize("html", ["<b>x", "</div></main><p>x", "<table><tr><td>x", "<div>" * 3000, "<p>x<table></p>"])
def test_unbalanced_html_stays_inside_its_output(tmp_path: Path, html: str) -> None:
    """Whatever an output leaves open or closes too much, the page around it keeps its shape."""
    page = page_of(tmp_path, displayed({"text/html": html}), new_markdown_cell(html))
    for element in ("div", "main", "section", "table", "p"):
        assert page.count(f"<{element}>") + page.count(f"<{element} ") == page.count(f"</{element}>")


def test_plain_tables_read_the_same_by_both_parsers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fast reader of tables gives what the full parser gives."""
    from paddock.notebooks.rendering import plain_tables

    frame = pd.DataFrame({"a": [1.5, None], "b": ['<x> & "y"', "it's"]})
    cells = (
        displayed({"text/html": frame.to_html()}),
        displayed({"text/html": frame.style.highlight_max().to_html(uuid="u")}),
    )
    assert plain_tables.tokens(frame.to_html()) is not None
    fast = page_of(tmp_path, *cells)
    monkeypatch.setattr(plain_tables, "tokens", lambda source: None)
    full = page_of(tmp_path, *cells)
    assert " ".join(fast.replace("&#x27;", "'").split()) == " ".join(full.replace("&#x27;", "'").split())


@pytest.mark.parametrize(
    "html",
    ["<td onclick=x>", '<td onclick="x">x</td><b>', "<td><script>", "<td>&#60;</td>", "<td></th>", "<td", "a<b",
     "<svg></svg>", '<td style="a:&quot;">x</td>', "<!-- --><td></td>", "<TD></TD>", "</td>", "<td>"],
)  # fmt: skip
def test_the_fast_reader_leaves_everything_else_alone(html: str) -> None:
    """What is not strictly a table of listed elements goes to the full parser."""
    from paddock.notebooks.rendering import plain_tables

    assert plain_tables.tokens(html) is None


def test_long_tables_are_cut_into_pages_that_hold_every_row(tmp_path: Path) -> None:
    """Rows of a long table stand in bodies of a hundred, chosen without a script; short tables stay as they are."""
    page = body_of(page_of(tmp_path, displayed({"text/html": pd.DataFrame({"a": range(450)}).to_html()})))
    bodies = re.findall(r'<tbody class="page page-(\d)">(.*?)</tbody>', page, re.DOTALL)
    assert [(int(number), body.count("<tr")) for number, body in bodies] == [
        (1, 100),
        (2, 100),
        (3, 100),
        (4, 100),
        (5, 50),
    ]
    choices = re.findall(r'<input type="radio" name="n1-rows-1" class="(\w+)"( checked="checked")?>([^<]*)', page)
    assert [kind for kind, _, _ in choices] == ["p1", "p2", "p3", "p4", "p5", "all"]
    assert [words for _, _, words in choices][-2:] == ["401–450", "all"]
    assert [bool(checked) for _, checked, _ in choices] == [True, *[False] * 5]
    short = body_of(page_of(tmp_path, displayed({"text/html": pd.DataFrame({"a": range(200)}).to_html()})))
    assert "pager" not in short


def test_no_page_of_a_table_cuts_a_cell(tmp_path: Path) -> None:
    """Where a label spans rows, the page ends after them; and where one spans all rows, there is one page."""
    index = pd.MultiIndex.from_tuples([(number // 30, number) for number in range(300)], names=["ward", "bed"])
    page = body_of(page_of(tmp_path, displayed({"text/html": pd.DataFrame({"a": range(300)}, index=index).to_html()})))
    bodies = re.findall(r'<tbody class="page page-\d">(.*?)</tbody>', page, re.DOTALL)
    assert [body.count("<tr") for body in bodies] == [120, 120, 60]
    whole = pd.MultiIndex.from_tuples([("all", number) for number in range(300)])
    page = body_of(page_of(tmp_path, displayed({"text/html": pd.DataFrame({"a": range(300)}, index=whole).to_html()})))
    assert "pager" not in page
    assert page.partition('class="rich"')[2].count("<tr") == 301


def test_an_output_of_100_megabytes_does_not_make_a_page_of_it(tmp_path: Path) -> None:
    """Of a text its ends are shown, of an image a note; the page stays small."""
    drawing = {"image/svg+xml": "<svg>" + "<path/>" * 5_000_000 + "</svg>"}
    outputs = [
        {"output_type": "display_data", "metadata": {}, "data": drawing},
        {"output_type": "stream", "name": "stdout", "text": "begin" + "x" * 100_000_000 + "end"},
    ]
    cell = {"cell_type": "code", "metadata": {}, "source": "speak()", "outputs": outputs}
    path = tmp_path / "large.ipynb"
    path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]}))
    page = render([path], HEADER)
    assert "larger than 20 MB" in page
    assert "begin" in page
    assert len(page) < 400_000


def test_a_thousand_tables_are_all_there(tmp_path: Path) -> None:
    """A page of very many outputs shows each."""
    table = pd.DataFrame({"a": [1]}).to_html()
    outputs = [new_output("display_data", {"text/html": table}) for _ in range(1_000)]
    page = page_of(tmp_path, new_code_cell("all()", outputs=outputs))
    assert page.count("u-dataframe") - page.count(".u-dataframe") == 1_000
