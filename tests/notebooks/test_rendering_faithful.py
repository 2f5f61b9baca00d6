"""Honest outputs in a report look as they do when a browser shows them by themselves: cells, colours, pixels, words."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from nbformat.v4 import new_output

from tests.notebooks.rendered import displayed, page_of

# What an author's table says: each cell with its text, its spans, and what its author styled.
_CELLS = """selector => [...document.querySelectorAll(selector)].map(table => [...table.rows].map(row => [...row.cells]
  .map(cell => [cell.innerText.trim(), cell.colSpan, cell.rowSpan])))"""
_STYLED = """selector => [...document.querySelectorAll(selector)].map(cell => {
  const style = getComputedStyle(cell);
  return [cell.innerText.trim(), style.color, style.backgroundColor, style.backgroundImage, style.fontWeight,
          style.fontStyle, style.textAlign, style.borderTopWidth, style.borderTopColor];
})"""
_PIXELS = """async selector => Promise.all([...document.querySelectorAll(selector)].map(async image => {
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = image.naturalWidth; canvas.height = image.naturalHeight;
  const context = canvas.getContext('2d');
  context.drawImage(image, 0, 0);
  let hash = 0;
  for (const value of context.getImageData(0, 0, canvas.width, canvas.height).data) hash = (hash * 31 + value) | 0;
  return [canvas.width, canvas.height, hash];
}))"""
_WORDS = "selector => [...document.querySelectorAll(selector)].map(e => e.innerText.replace(/\\s+/g, ' ').trim())"


# Colours of text, alignments and borders where the author of a table says nothing: of a browser, and of the report.
_UNSAID = {"rgb(0, 0, 0)", "rgb(28, 34, 40)", "start", "left", "right", "0px", "rgb(213, 219, 225)"}


def _look(browser: Any, html: str, question: str, selector: str) -> Any:
    page = browser.new_page()
    page.set_content(html)
    found = page.evaluate(question, selector)
    page.close()
    return found


def _tables() -> Iterator[str]:
    moments = pd.date_range("2026-03-01", periods=4, freq="h", tz="UTC")
    odd = pd.DataFrame(
        {
            "text": ["<b>&amp;", "naïve 雪 \u05d0\u05d1", "", None],
            "at": moments,
            "n": [1, 2**60, -3, 0],
            "x": [1e-9, np.nan, -2.5, 0.1],
        }
    )
    index = pd.MultiIndex.from_product([["north", "south"], ["a", "b"]], names=["ward", "bed"])
    wide = pd.DataFrame(
        np.arange(16).reshape(4, 4), index=index, columns=pd.MultiIndex.from_product([["in", "out"], ["x", "y"]])
    )
    large = pd.DataFrame({"n": range(700), "square": np.arange(700) ** 2})
    yield from (odd.to_html(), wide.to_html(), odd.describe()._repr_html_(), wide.T.to_html(border=1, justify="center"))
    yield from (large._repr_html_(), large.to_html(), odd.head(0).to_html())
    yield wide.unstack().to_html(classes="table striped", table_id="pivot", na_rep="–", float_format="{:.2f}".format)
    yield pd.crosstab(odd["n"], odd["text"].fillna("none"), margins=True).to_html()


def test_tables_keep_every_cell(tmp_path: Path, browser: Any) -> None:
    """Each cell of each table stands where it stood, with its text and its spans; of long ones on all pages."""
    sources = list(_tables())
    report = page_of(tmp_path, *(displayed({"text/html": source}) for source in sources))
    # All rows are there without a script, and innerText is that of what is seen: so every page is opened.
    shown = report.replace('class="all"', 'class="all" checked="checked"')
    plain = _look(browser, "".join(sources), _CELLS, "table")
    assert len(plain) == len(sources)
    assert _look(browser, shown, _CELLS, ".rich table") == plain


def test_styled_frames_keep_their_colours(tmp_path: Path, browser: Any) -> None:
    """Gradients, bars, highlights, borders and bold text of a Styler are what they are in a browser alone."""
    frame = pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [-1.0, 0.5, 4.0]}, index=["x", "y", "z"])
    gradient = frame.style.apply(lambda column: [f"background-color: rgb({int(40 * v + 60)}, 120, 90)" for v in column])
    sources = [
        gradient.to_html(uuid="one"),
        frame.style.bar(subset=["a"], color="#d65f5f").to_html(uuid="two"),
        frame.style.highlight_max(color="gold")
        .set_properties(**{"color": "navy", "font-weight": "bold"})
        .to_html(uuid="three"),
        frame.style.set_table_styles(
            [{"selector": "td", "props": "border: 2px solid #123456; text-align: center"}]
        ).to_html(uuid="four"),
        frame.style.map(lambda v: "font-style: italic; color: hsl(10, 80%, 40%)" if v < 1 else "").to_html(uuid="five"),
    ]
    report = page_of(tmp_path, *(displayed({"text/html": source}) for source in sources))
    plain = _look(browser, "".join(sources), _STYLED, "table td")
    assert len(plain) == 30
    found = _look(browser, report, _STYLED, ".rich table td")
    assert [list(map(_authored, cell)) for cell in found] == [list(map(_authored, cell)) for cell in plain]


def _authored(value: str) -> str:
    """The value, those that pages choose where an author says nothing being one and the same."""
    return "unsaid" if value in _UNSAID else value


def test_pictures_keep_every_pixel(tmp_path: Path, browser: Any) -> None:
    """Plots as PNG and as SVG, in outputs and in text, are drawn to the same pixels."""
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(3, 2))
    axes.plot([1, 3, 2], label="$x^2$")
    axes.legend()
    drawn = {}
    for kind in ("png", "svg", "jpg"):
        stream = io.BytesIO()
        figure.savefig(stream, format=kind)
        drawn[kind] = stream.getvalue()
    pyplot.close(figure)
    encoded = {kind: base64.b64encode(content).decode() for kind, content in drawn.items()}
    report = page_of(
        tmp_path,
        displayed({"image/png": encoded["png"]}),
        displayed({"image/svg+xml": drawn["svg"].decode()}),
        displayed({"image/jpeg": encoded["jpg"]}),
        displayed({"text/html": f'<img src="data:image/png;base64,{encoded["png"]}">'}),
    )
    kinds = ("image/png", encoded["png"]), ("image/svg+xml", encoded["svg"]), ("image/jpeg", encoded["jpg"])
    plain = "".join(f'<img src="data:{kind};base64,{text}">' for kind, text in (*kinds, kinds[0]))
    found = _look(browser, report, _PIXELS, "main img")
    assert len(found) == 4
    assert found == _look(browser, plain, _PIXELS, "img")


def test_texts_keep_their_words(tmp_path: Path, browser: Any) -> None:
    """Rich HTML, Markdown, LaTeX, JSON, tracebacks and terminals say word for word what their author wrote."""
    trace = [
        "\x1b[0;31mKeyError\x1b[0m Traceback (most recent call last)",
        "Cell \x1b[0;32mIn[3], line 1\x1b[0m",
        "KeyError: <x>",
    ]
    rich = (
        "<h3>Title</h3><p>One <b>bold</b>, <i>two</i> &amp; <code>a &lt; b</code></p>"
        "<ul><li>x<ol><li>y</ol></ul><dl><dt>t<dd>d</dl>"
    )
    cells = [
        displayed({"text/html": rich}),
        displayed({"text/markdown": "**Bold** and `code`\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n\n1. one\n2. two"}),
        displayed({"text/latex": "$\\frac{a}{b} < c$", "text/plain": "other"}),
        displayed({"application/json": {"a": [1, None, "<b>"]}}),
        displayed({"text/plain": "<Figure size 640x480>\n  indented\ttab \x1b[1mbold\x1b[0m"}),
    ]
    error = new_output("error", ename="KeyError", evalue="<x>", traceback=trace)
    cells[-1].outputs.append(error)
    report = page_of(tmp_path, *cells)
    words = _look(browser, report, _WORDS, ".output")
    plain = _look(browser, f"<div>{rich}</div>", _WORDS, "div")
    assert words[0] == plain[0]
    assert words[1] == "Bold and code a b 1 2 one two"
    assert words[2] == "$\\frac{a}{b} < c$"
    assert json.loads(words[3]) == {"a": [1, None, "<b>"]}
    assert words[4] == "<Figure size 640x480> indented tab bold"
    assert words[5] == "KeyError <x> KeyError Traceback (most recent call last) Cell In[3], line 1 KeyError: <x>"
