"""What a real browser makes of a report: no script of a notebook runs, nothing is loaded, honest content is seen."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import html
import http.server
import itertools
import json
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from paddock.notebooks.facts import CAPTION_MIME, GATE_MIME, METRIC_MIME, Gate
from paddock.notebooks.rendering import Header, render
from paddock.notebooks.rendering.header import History

from tests.notebooks.payloads import AWAY, PAYLOADS, RUN

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
_BATCHES = 6
POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')


@dataclass
class Witness:
    """A page and what happened in it since it was last asked."""

    page: Any
    seen: list[str] = field(default_factory=list)

    def open(self, address: str) -> list[str]:
        """Open the address, touch what can be touched, and tell what ran, was logged or was asked for."""
        self.seen.clear()
        self.page.goto(address)
        self.page.evaluate(_TOUCH)
        self.page.wait_for_timeout(10)
        if self.page.evaluate("window.ran"):
            self.seen.append("a script ran")
        if self.page.url.partition("#")[0] != address:
            self.seen.append(f"left for {self.page.url}")
        return [what for what in self.seen if what != f"request {address}"]

    def strangers(self) -> list[str]:
        """The elements and attributes of the open page that no report ever has."""
        return list(self.page.evaluate(_STRANGERS))


# Opens everything folded and clicks all that looks as if it did something.
_TOUCH = """() => {
  document.querySelectorAll('details').forEach(e => e.open = true);
  for (const e of document.querySelectorAll('[onfocus], [autofocus]')) e.focus();
  for (const e of document.querySelectorAll('a, button, input, [tabindex], [onclick], [onmouseover], td')) {
    if (/^(https?:|mailto:|#)/.test(e.getAttribute('href'))) continue;
    e.dispatchEvent(new MouseEvent('mouseover', {bubbles: true}));
    e.dispatchEvent(new MouseEvent('click', {bubbles: true, cancelable: true}));
  }
}"""
# The frames in which a script ran; one that has left for elsewhere answers nothing.
_RAN = f"""() => {{
  const ran = [];
  for (const frame of document.querySelectorAll('iframe')) {{
    try {{
      (({_TOUCH.replace("document", "frame.contentDocument")}))();
      if (frame.contentWindow.ran) ran.push(Number(frame.name));
    }} catch (error) {{}}
  }}
  return ran;
}}"""
_STRANGERS = """() => {
  const found = [];
  const allowed = new Set(`html head meta title style body a abbr b bdi blockquote br caption code dd del details div dl
    dt em figcaption figure footer h1 h2 h3 h4 h5 h6 header hr i img li main mark nav ol p pre q s section small span
    strong sub summary sup table tbody td tfoot th thead tr u ul ins kbd samp var time col colgroup`.split(/\\s+/));
  // The page's own pictures and choices, whose classes no output can have.
  const own = new Set('svg line polyline circle fieldset legend label input'.split(' '));
  for (const e of document.querySelectorAll('*')) {
    const ours = e.closest('.gates svg.spark, .table-box > fieldset.pager');
    if (!allowed.has(e.localName) && !(ours && own.has(e.localName))) found.push('element ' + e.localName);
    for (const {name, value} of e.attributes) {
      if (name.startsWith('on') || name === 'style' || /^(srcset|ping|background|action|formaction|is)$/.test(name))
        found.push('attribute ' + name);
      if (name === 'src' && !value.startsWith('data:image/')) found.push('src ' + value);
      if (name === 'href' && !/^(https?:|mailto:|#)/.test(value)) found.push('href ' + value);
    }
  }
  return found.concat(document.querySelectorAll('meta').length === 6 ? [] : ['meta']);
}"""


@pytest.fixture(scope="module")
def witness(browser: Any) -> Witness:
    """A page for all that runs nothing, and so never leaves by itself."""
    return _witness(browser)


def _witness(browser: Any) -> Witness:
    """A page whose scripts, dialogs, messages, errors, requests and new windows are noted."""
    found = Witness(browser.new_page())
    page = found.page
    page.on("console", lambda message: found.seen.append(f"console {message.text}"))
    page.on("pageerror", lambda error: found.seen.append(f"error {error}"))
    page.on("request", lambda request: found.seen.append(f"request {request.url}") if _is_remote(request.url) else None)
    page.on("popup", lambda popup: found.seen.append("popup"))
    page.on("dialog", lambda dialog: (found.seen.append("dialog"), dialog.dismiss()))
    return found


def _is_remote(address: str) -> bool:
    return not address.startswith("data:")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the pages of this module stand."""
    return tmp_path_factory.mktemp("pages")


@pytest.fixture(scope="module")
def honest(folder: Path) -> Callable[[str], str]:
    """The address of an honest page whose run has the given status."""

    @functools.cache
    def written(status: str) -> str:
        path = folder / f"honest-{status}.html"
        path.write_text(_honest(folder, status), encoding="utf-8")
        return path.as_uri()

    return written


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[str]:
    """The address of a local web server for the folder."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            """A file of the folder; and no icon, for which a browser asks by itself."""
            if self.path == "/favicon.ico":
                self.send_response(204)
                self.end_headers()
            else:
                super().do_GET()

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder))) as found:
        threading.Thread(target=found.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{found.server_port}"
        found.shutdown()


def _outputs(evil: str) -> list[dict[str, Any]]:
    svg = f"<svg xmlns='http://www.w3.org/2000/svg' onload='{RUN}'>{evil}<script>{RUN}</script></svg>"
    bundles: list[dict[str, Any]] = [
        *(
            {mime: evil}
            for mime in ("text/html", "text/markdown", "text/latex", "text/plain", "text/vnd.mermaid", evil)
        ),
        *({mime: evil} for mime in ("application/javascript", "image/svg+xml", "image/png", "text/javascript")),
        {"image/svg+xml": svg},
        {"application/json": {evil: [evil]}},
        {"application/vnd.jupyter.widget-view+json": {"model_id": evil}},
        {GATE_MIME: {"name": evil, "value": evil, "bounds": evil, "held": evil, "margin": evil}},
        {METRIC_MIME: {"name": evil, "value": evil, "unit": evil}},
        {CAPTION_MIME: {"kind": "figure", "caption": evil}, "image/png": PNG},
    ]
    alt = {"image/png": {"alt": evil, "width": evil, "height": 3}}
    shown = [{"output_type": "display_data", "data": data, "metadata": alt} for data in bundles]
    streams = [{"output_type": "stream", "name": name, "text": evil} for name in ("stdout", "stderr", evil)]
    error = {"output_type": "error", "ename": evil, "evalue": evil, "traceback": [evil, f"\x1b[31m{evil}\x1b[0m"]}
    return [*shown, *streams, error, {"output_type": evil}]


def _markdown(source: str, **rest: Any) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": source, **rest}


def _code(source: str, *outputs: dict[str, Any]) -> dict[str, Any]:
    return {"cell_type": "code", "metadata": {}, "source": source, "outputs": list(outputs)}


def _shown(data: dict[str, Any]) -> dict[str, Any]:
    return {"output_type": "display_data", "data": data, "metadata": {}}


def _notebook(evil: str) -> dict[str, Any]:
    """A notebook with the text in every place that a notebook has."""
    code = {
        "id": evil,
        "source": evil,
        "metadata": {"tags": ["hide-input", evil]},
        "execution_count": evil,
        "outputs": _outputs(evil),
    }
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {
            "title": evil,
            "kernelspec": {"name": evil, "display_name": evil, "language": evil},
            "language_info": {"name": evil, "pygments_lexer": evil},
            "widgets": {"application/vnd.jupyter.widget-state+json": {"state": {evil: {"model_name": evil}}}},
            "papermill": {"parameters": {evil: evil}},
        },
        "cells": [
            _markdown(evil, attachments={evil: {"image/png": PNG, evil: evil}, "a": {"image/svg+xml": evil}}),
            _markdown(f"# {evil}\n\n{evil}\n\n- {evil}\n\n> {evil}", metadata={"tags": ["hide-cell"]}),
            _markdown(f"![{evil}](attachment:a) [{evil}]({evil}) `{evil}`\n\n|{evil}|\n|-|\n|x|"),
            {"cell_type": "raw", "metadata": {"raw_mimetype": "text/html"}, "source": evil},
            {"cell_type": "code", **code},
        ],
    }  # fmt: skip


def _header(evil: str, each: Sequence[str]) -> Header:
    """A header with the text in every place, and with each of the texts where there is room for many."""
    gates = tuple(Gate(text, 1.0, text, False, None) for text in each)
    return Header(
        **{field.name: evil for field in dataclasses.fields(Header) if field.type == "str"},
        seconds=1.0,
        parameters=dict.fromkeys(each, evil),
        gates=gates,
        previous=gates,
        histories=tuple(History((gate,), gate.name) for gate in gates),
        datasets=tuple((text, text, 1, text) for text in each),
        sources=tuple((text, text) for text in each),
        tasks=tuple((text, text, 1.0) for text in each),
        links=dict.fromkeys(each[:3], "#datasets"),
    )


def _evil_notebook(folder: Path, evil: str) -> Path:
    # A file's name holds all but a slash and a zero.
    name = evil.replace("/", "|").replace("\0", "")[:40]
    path = folder / f"{PAYLOADS.index(evil)} {name}.ipynb"
    path.write_text(json.dumps(_notebook(evil)))
    return path


def test_the_corpus_is_large() -> None:
    """At least 200 texts, no two alike."""
    assert len(set(PAYLOADS)) == len(PAYLOADS) >= 200


def test_the_witness_notices_what_runs(folder: Path, browser: Any, server: str) -> None:
    """Put into pages as they are, very many of the payloads run or ask for an address: the proof is no blind one."""
    page = browser.new_page()
    asking: set[int] = set()
    page.on("request", lambda request: asking.add(_outermost(page, request)) if AWAY in request.url else None)
    # Each in a frame of its own, whose name is its number.
    frames = (f'<iframe name={number} srcdoc="{html.escape(evil)}"></iframe>' for number, evil in enumerate(PAYLOADS))
    (folder / "control.html").write_text(f"<!doctype html><meta charset=utf-8><body>{''.join(frames)}")
    page.goto(f"{server}/control.html")
    ran = set(page.evaluate(_RAN))
    page.close()
    assert (len(ran) >= 90, len(ran | asking) >= 130) == (True, True), (len(ran), len(asking), len(ran | asking))


def _outermost(page: Any, request: Any) -> int:
    """The number of the frame that asks, or that holds what asks."""
    with contextlib.suppress(Exception):
        frame = request.frame
        while frame.parent_frame not in (None, page.main_frame):
            frame = frame.parent_frame
        return int(frame.name)
    return -1


def test_the_witness_misses_nothing(folder: Path, browser: Any) -> None:
    """A script, a message, a dialog and a request are each told."""
    page = folder / "noisy.html"
    page.write_text(f"<body><script>{RUN};alert(1)</script><img src='{AWAY}'>")
    assert {"a script ran", "console 1", "dialog", f"request {AWAY}"} <= set(_witness(browser).open(page.as_uri()))


def test_an_honest_page_is_quiet(honest: Callable[[str], str], witness: Witness) -> None:
    """It logs nothing, asks for nothing, and its own policy blocks nothing of it."""
    assert witness.open(honest("published")) == []
    assert witness.strangers() == []


@pytest.mark.parametrize("batch", range(_BATCHES))
def test_no_payload_runs_anywhere(folder: Path, browser: Any, server: str, batch: int) -> None:
    """In every place of notebook and header, from a file, from a server, and even without the page's policy: no script
    runs, nothing is asked for, and no element or attribute of a payload is in the page."""
    payloads = PAYLOADS[batch::_BATCHES]
    report = render([_evil_notebook(folder, evil) for evil in payloads], _header("".join(payloads), payloads))
    (folder / f"evil-{batch}.html").write_text(report, encoding="utf-8")
    (folder / f"unguarded-{batch}.html").write_text(_unguarded(report), encoding="utf-8")
    witness = _witness(browser)
    seen = witness.open(f"{server}/evil-{batch}.html")
    seen += witness.open((folder / f"unguarded-{batch}.html").as_uri())
    seen += witness.strangers()
    witness.page.close()
    assert not seen, (seen, _culprits(folder, browser, payloads))


def _culprits(folder: Path, browser: Any, payloads: Sequence[str]) -> list[str]:
    """Those of the payloads that are noticed alone."""
    found = []
    for evil in payloads:
        page = folder / "alone.html"
        page.write_text(_unguarded(render([_evil_notebook(folder, evil)], _header(evil, [evil]))), encoding="utf-8")
        witness = _witness(browser)
        if witness.open(page.as_uri()) or witness.strangers():
            found.append(evil)
        witness.page.close()
    return found


def _unguarded(report: str) -> str:
    changed = POLICY.sub('<meta name="x">', report)
    assert changed != report
    return changed


def _honest(folder: Path, status: str) -> str:
    path = folder / "honest.ipynb"
    path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": _honest_cells()}))
    header = Header(
        **{field.name: f"text of {field.name}" for field in dataclasses.fields(Header) if field.type == "str"},
        seconds=83.4,
        parameters={"threshold": "0.5", "a_long_name_of_a_parameter": "s3://bucket/" + "folder/" * 30},
        gates=(Gate("auc", 0.9, "at least 0.8", True, 0.1), Gate("error", 0.2, "at most 0.1", False, -0.1)),
        datasets=(("hospital.cases", "read", 12, "9f8e7d6c5b4a"),),
        sources=(("src/tasks.py", "a1b2c3d4"),),
        tasks=(("Train", "ran", 61.0),),
    )
    return render([path], dataclasses.replace(header, status=status))


def _honest_cells() -> list[dict[str, Any]]:
    frame = pd.DataFrame({"ward": ["north", "south"], "cases": [1204, 880]})
    styled = frame.style.set_properties(subset=["cases"], **{"background-color": "#ffee00"}).to_html(uuid="abc")
    wide = pd.DataFrame([range(30)] * 40, columns=[f"feature_{number}" for number in range(30)])
    svg = "<svg xmlns='http://www.w3.org/2000/svg' width='20' height='10'><rect width='9' height='9'/></svg>"
    gate = {"name": "auc", "value": 0.9, "bounds": "at least 0.8", "held": True, "margin": 0.1}
    colours = "".join(f"\x1b[{code}mcolour {code}\x1b[0m " for code in (*range(30, 38), *range(40, 48), *range(90, 98)))
    code = f"# note\n@decorated\ndef f(x: int) -> str:\n    return f'{{x}}' + str(1.5)\n{'long_name = ' * 40}1"
    tables = ({"text/html": html} for html in (frame._repr_html_(), styled, wide.to_html()))
    images = ({"image/png": PNG}, {"image/svg+xml": svg}, {GATE_MIME: gate})
    text = f"said {'wide ' * 90}\n{colours}"
    return [
        _markdown(f"# An honest title\n\nSome *words*, `code`, $x^2$, [link](#Part), {'long' * 90}"),
        _code(code, *map(_shown, (*tables, *images))),
        _markdown("## Part\n\n> quoted\n\n|a|b|\n|-|-|\n|1|2|\n\n![gone](gone.png)\n\n$$\\sum_i x_i$$"),
        _code(
            "print()",
            {"output_type": "stream", "name": "stdout", "text": text},
            {"output_type": "stream", "name": "stderr", "text": "careful"},
            {"output_type": "error", "ename": "KeyError", "evalue": "'x'", "traceback": [colours]},
        ),
    ]


Open = Callable[..., Any]


@pytest.fixture
def opened(browser: Any, honest: Callable[[str], str]) -> Iterator[Open]:
    """Open the honest page in a window of the given kind."""
    contexts = []

    def open_page(width: int = 1000, scheme: str = "light", status: str = "failed") -> Any:
        contexts.append(browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme))
        page = contexts[-1].new_page()
        page.goto(honest(status))
        return page

    yield open_page
    for context in contexts:
        context.close()


def test_honest_content_is_seen(opened: Open) -> None:
    """Headings, tables, a Styler's colours, images, gates and errors look as their author meant."""
    page = opened()
    for text in ("An honest title", "text of reason", "said wide", "careful", "holds"):
        assert page.get_by_text(text, exact=False).first.is_visible(), text
    assert page.locator("h3", has_text="Part").is_visible()
    assert page.locator("td", has_text="north").first.is_visible()
    styled = page.locator("#n1-T_abc_row0_col1")
    assert styled.evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(255, 238, 0)"
    images = page.locator("main img")
    assert images.count() == 2
    assert images.evaluate_all("all => all.every(e => e.naturalWidth > 0 && e.alt)")
    assert page.locator(".traceback").is_visible()
    assert page.get_by_text("[image not included: gone]").is_visible()


def test_code_unfolds_without_a_script(opened: Open) -> None:
    """Code is hidden until its summary is pressed."""
    page = opened()
    code = page.locator("details.code pre").first
    assert not code.is_visible()
    page.locator("details.code summary").first.click()
    assert code.is_visible()


@pytest.mark.parametrize("width", [360, 768, 1440])
def test_the_page_never_scrolls_sideways(opened: Open, width: int) -> None:
    """However wide a table or a line is, it scrolls in its own box."""
    page = opened(width)
    page.evaluate("document.querySelectorAll('details').forEach(e => e.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator(".rich .table-box").last.evaluate("e => e.scrollWidth > e.clientWidth")


def test_the_outline_is_whole(opened: Open) -> None:
    """One h1, no skipped level, a target for every anchor, a name for every landmark and a scope for every header."""
    page = opened()
    levels = page.locator("h1, h2, h3, h4, h5, h6").evaluate_all("all => all.map(e => Number(e.localName[1]))")
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    anchors = page.locator("a[href^='#']").evaluate_all("all => all.map(e => decodeURIComponent(e.hash.slice(1)))")
    assert len(anchors) > 8
    assert page.evaluate("all => all.filter(id => !document.getElementById(id))", anchors) == []
    assert page.locator("th:not([scope])").count() == 0
    assert [page.locator(landmark).count() for landmark in ("header", "nav[aria-label]", "main", "footer")] == [
        1,
        1,
        1,
        1,
    ]
    ids = page.locator("[id]").evaluate_all("all => all.map(e => e.id)")
    assert len(ids) == len(set(ids))


def test_the_keyboard_reaches_the_content(opened: Open) -> None:
    """The first stop is a link that skips to the content, and it is seen when it has the focus."""
    page = opened()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.locator(".skip").bounding_box()["y"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


_CONTRASTS = """() => {
  const rgb = text => (text.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const ground = e => {
    for (; e; e = e.parentElement) {
      const found = rgb(getComputedStyle(e).backgroundColor);
      if (found.length === 3 || found[3] === 1) return found;
    }
    return [255, 255, 255];
  };
  const poor = [];
  document.querySelectorAll('details').forEach(e => e.open = true);
  for (const e of document.querySelectorAll('body *')) {
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
    const [a, b] = [light(rgb(getComputedStyle(e).color)), light(ground(e))];
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5) poor.push(`${e.localName}.${e.className} ${ratio.toFixed(2)} ${e.textContent.slice(0, 30)}`);
  }
  return [poor, light(ground(document.body))];
}"""


@pytest.mark.parametrize("status", ["published", "failed", "built"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_has_the_contrast_of_wcag_aa(opened: Open, scheme: str, status: str) -> None:
    """In light and in dark, each text stands out from its ground by at least 4.5 to 1."""
    poor, ground = opened(scheme=scheme, status=status).evaluate(_CONTRASTS)
    assert poor == []
    assert (ground < 0.05) == (scheme == "dark")


def test_long_tables_are_turned_without_a_script(browser: Any, folder: Path) -> None:
    """A page of rows is seen at a time, the keyboard turns them, "all" shows all, and so does paper."""
    path = folder / "long.ipynb"
    cells = [_code("frame", _shown({"text/html": pd.DataFrame({"n": range(250)}).to_html()}))]
    path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}))
    target = folder / "long.html"
    target.write_text(render([path], _header("long", ["long"])), encoding="utf-8")
    page = browser.new_page(java_script_enabled=False)
    page.goto(target.as_uri())
    rows = page.locator(".rich tbody tr:visible")
    assert (rows.count(), rows.first.inner_text().split()) == (100, ["0", "0"])
    page.get_by_label("1–100").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert (rows.count(), rows.first.inner_text().split()) == (50, ["200", "200"])
    page.get_by_label("all").check()
    assert rows.count() == 250
    page.get_by_label("1–100").check()
    page.emulate_media(media="print")
    assert rows.count() == 250
    assert not page.locator(".pager").is_visible()
    page.close()


def test_print_is_on_white_and_cuts_nothing(opened: Open) -> None:
    """On paper the page is light, and no box hides its lines behind a scroll bar."""
    page = opened(scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.locator(".rich .table-box").last.evaluate("e => e.scrollHeight <= e.clientHeight + 1")
    assert not page.locator("nav").is_visible()
