"""The site in a real browser, from the disk: pages are found, searched, compared; nothing runs that is not its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.site import generated
from tests.site.conftest import Witness

Open = Callable[..., Witness]
OLD, NEW = (f"triage/{generated.run_name(number, 'triage')}" for number in (2, 9))
PAGES = (
    *("index.html", "runs.html", "datasets.html", "map.html", "compare.html", "project/triage.html"),
    *("project/board.html", "dataset/billing.codes.html", f"run/{NEW}.html", f"compare.html#a={OLD}&b={NEW}"),
)
_CONTRAST = (Path(__file__).parent / "contrast.js").read_text()


def _run(project: str, number: int) -> str:
    return generated.run_name(number, project)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 1200])
def test_every_page_is_quiet_and_fits(witness: Open, width: int, scheme: str) -> None:
    """No page logs, fails or asks the network, none is wider than a phone, every text can be told from its ground."""
    found = witness(width, color_scheme=scheme)
    for place in PAGES:
        page = found.open(place)
        page.wait_for_load_state()
        assert not found.is_wider_than_its_window(), place
        assert page.evaluate(_CONTRAST) == [], place
        assert page.locator("h1").count() == 1, place


def test_a_newcomer_finds_what_fails_since_when_and_on_which_data(witness: Open) -> None:
    """The front page says it first: the gate, the run since which it fails, the data, what changed; it leads there."""
    page = witness().open("index.html")
    card = page.locator(".card").first
    said = card.inner_text()
    for words in ("Triage", "failed", "auc", "FAILS", "Fails since", _run("triage", 7), "Last held", _run("triage", 6)):
        assert words in said
    assert "intake.cases version 2" in said
    card.get_by_role("link", name=_run("triage", 7)).click()
    assert page.locator("h1").inner_text() == _run("triage", 7)
    page.get_by_role("link", name="Read the report").click()
    assert f"Report of {_run('triage', 7)}" in page.content()


def test_navigation_reaches_every_kind_of_page(witness: Open) -> None:
    """From the front page through project, dataset, run and back, by links alone."""
    page = witness().open("index.html")
    page.get_by_role("link", name="Billing codes").click()
    page.get_by_role("link", name="billing.codes").first.click()
    assert page.get_by_role("heading", name="Contract").is_visible()
    assert page.get_by_text("rolled back").first.is_visible()
    assert page.get_by_text("personal", exact=True).first.is_visible()
    page.get_by_role("link", name="board").first.click()
    page.get_by_role("link", name="Runs", exact=True).first.click()
    assert page.locator("h1").inner_text() == "Runs"
    page.get_by_role("link", name="Paddock", exact=True).click()
    assert page.locator("h1").inner_text() == "Projects"


def test_runs_are_searched_and_filtered(witness: Open) -> None:
    """Words, project, status and environment narrow the runs; the address keeps the question."""
    found = witness()
    page = found.open("runs.html")
    rows = page.locator("#all-runs tbody tr")
    assert rows.count() == 60
    page.get_by_label("Status").select_option("failed")
    page.wait_for_function("document.querySelectorAll('#all-runs tbody tr').length === 4")
    page.get_by_label("Project").select_option("triage")
    assert rows.count() == 3
    page.get_by_label("Environment").select_option("local")
    assert page.locator("#found").inner_text() == "3 of 60 runs"
    page.get_by_label("Search").fill(f"AUC {_run('triage', 8)[:8]}")
    assert rows.count() == 1
    again = found.open(f"runs.html{page.evaluate('location.hash')}")
    again.wait_for_function("document.querySelectorAll('#all-runs tbody tr').length === 1")
    page.get_by_label("Search").fill("no such thing")
    assert page.locator("#found").inner_text() == "0 of 60 runs"


def test_two_runs_are_compared(witness: Open) -> None:
    """Gates, data, changed cells and figures of both stand side by side; the sides can be swapped and changed."""
    page = witness().open(f"compare.html#a=triage/{_run('triage', 2)}&b=triage/{_run('triage', 9)}")
    page.get_by_role("heading", name="Figures").wait_for()
    said = page.locator("#comparison").inner_text()
    assert "fails now: auc" in said
    assert "version 0" in said
    assert "+ model = fit(trees=150)" in said
    assert "− model = fit(trees=100)" in said
    sizes = page.locator(".figures img").evaluate_all("images => images.map(image => image.naturalWidth)")
    assert sizes == [40, 40]
    page.get_by_role("button", name="Swap both runs").click()
    page.get_by_text("holds now: auc").wait_for()
    page.get_by_label("Project").nth(1).select_option("billing")
    page.locator("#comparison").get_by_text("macro F1").first.wait_for()


def test_the_map_is_used_by_mouse(witness: Open) -> None:
    """Pointing at a box makes its neighbours stand out; a click goes to its page."""
    page = witness().open("map.html")
    page.locator('[data-node="d:intake.wards"]').hover()
    near = page.locator("a.near").evaluate_all("boxes => boxes.map(box => box.dataset.node)")
    assert near == ["p:intake", "d:intake.wards", "p:staffing"]
    page.locator('[data-node="d:intake.wards"]').click()
    assert page.locator("h1").inner_text() == "intake.wards"


def test_the_map_is_used_by_keyboard(witness: Open) -> None:
    """Arrow keys move along the flow, and Enter goes to the page."""
    page = witness().open("map.html")
    page.locator('[data-node="p:intake"]').focus()
    for key, node in (("ArrowRight", "d:intake.cases"), ("ArrowRight", "p:billing"), ("ArrowUp", "p:triage"),
                      ("ArrowLeft", "d:intake.cases")):  # fmt: skip
        page.keyboard.press(key)
        assert page.evaluate("document.activeElement.dataset.node") == node
    page.keyboard.press("Enter")
    page.wait_for_url("**/dataset/intake.cases.html")


def test_the_map_scrolls_on_a_phone(witness: Open) -> None:
    """On a phone the map keeps a size that can be read, scrolls inside its box, and zooms."""
    found = witness(400)
    page = found.open("map.html")
    width = page.locator("#map").evaluate("map => map.getBoundingClientRect().width")
    assert width > 1000
    page.get_by_role("button", name="Zoom in").click()
    assert page.locator("#map").evaluate("map => map.getBoundingClientRect().width") > width
    page.get_by_role("button", name="Fit").click()
    assert page.locator("#map").evaluate("map => map.getBoundingClientRect().width") < 400
    assert not found.is_wider_than_its_window()


def test_pages_are_read_without_scripts(witness: Open) -> None:
    """With scripts off, projects, runs, gates and the map are there; only what needs one is not shown."""
    found = witness(java_script_enabled=False)
    page = found.open("index.html")
    assert page.get_by_text("Fails since").first.is_visible()
    assert found.open("runs.html").locator("#all-runs tbody tr").count() == 60
    assert not page.locator("#filters").is_visible()
    assert found.open("map.html").locator("#map a").count() == 13
    assert found.open("compare.html").get_by_text("needs a script").is_visible()


def test_the_keyboard_reaches_the_content(witness: Open) -> None:
    """The first stop skips to the content; every control has a name."""
    found = witness()
    page = found.open("runs.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    for place in PAGES:
        page = found.open(place)
        nameless = page.evaluate(
            "() => [...document.querySelectorAll('a, button, input, select, svg[role], [role=group]')].filter(e => "
            "!(e.getAttribute('aria-label') || e.textContent.trim() || e.labels?.length)).map(e => e.outerHTML)"
        )
        assert nameless == [], place


def test_a_planted_script_is_blocked(browser: Any, site: Path, tmp_path: Path) -> None:
    """Even put into a page, neither a script nor a handler nor an address elsewhere gets through its policy."""
    evil = "<script>window.ran=1</script><img src=x onerror='window.ran=1'><img src='http://127.0.0.1:9/away.png'>"
    html = (site / "index.html").read_text().replace("<h1>", f"{evil}<h1>", 1)
    planted = site / "planted.html"
    planted.write_text(html)
    page = browser.new_page()
    refused: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    page.on("requestfinished", lambda request: asked.append(request.url))
    page.goto(planted.as_uri())
    assert page.evaluate("window.ran") is None
    assert any("Content Security Policy" in text for text in refused)
    assert not any(address.startswith("http") for address in asked)
    page.close()
    planted.unlink()


def test_a_page_prints_without_its_controls(witness: Open) -> None:
    """On paper there is what the page says, and nothing to click."""
    page = witness().open("runs.html")
    page.emulate_media(media="print")
    assert not page.locator("#filters").is_visible()
    assert not page.locator(".bar").is_visible()
    assert page.locator("#all-runs").is_visible()
