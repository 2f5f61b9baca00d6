"""The site of these docs: one folder that needs no network, where what people look for is found."""

from __future__ import annotations

import importlib.util
import re
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote, urlsplit

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from paddock.errors import CodeError
from paddock.project import Workspace
from paddock_ci import documentation, translations
from sphinx.errors import ExtensionError

ROOT = Path(__file__).parents[2]
PAGES = ("index.html", "tutorials/first-hour.html", "reference/commands.html")
# What no page spells out as such; for each the page that answers, among the first that either query finds.
QUESTIONS = {
    "add a dataset another project reads": ("shared dataset", "tutorials/first-shared-dataset"),
    "make a gate fail": ("gate fails", "tutorials/first-hour"),
    "undo a publish": ("roll back", "how-to/roll-back"),
}
FIRST = 5
# A block of code as Sphinx writes it.
HIGHLIGHTED = re.compile(r'<div class="highlight-.*?</div>\s*</div>', re.DOTALL)
JAPANESE = re.compile(r"[぀-ヿ一-鿿]")
CATALOGUES = translations.catalogues(ROOT)


class _Loads(HTMLParser):
    """What a page loads by itself, and where its links lead."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.links: list[str] = []
        self.ids: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        facts = {name: value or "" for name, value in attrs}
        self.ids |= {facts["id"]} if "id" in facts else set()
        if tag == "link" and facts.get("rel") in ("stylesheet", "icon", "preload", "modulepreload"):
            self.loaded.append(facts["href"])
        elif "src" in facts:
            self.loaded.append(facts["src"])
        elif tag == "a" and "href" in facts:
            self.links.append(facts["href"])


def _read(path: Path) -> _Loads:
    page = _Loads()
    page.feed(path.read_text(encoding="utf-8"))
    return page


@pytest.fixture(scope="session")
def pages(site: Path) -> dict[Path, _Loads]:
    """Every page of Sphinx's, in each language, by its place."""
    found = (path for path in site.rglob("*.html") if not {"workspace", "_static"} & {*path.relative_to(site).parts})
    return {path: _read(path) for path in found}


def test_every_page_is_there(site: Path) -> None:
    """In English and in each other language, what `docs` has; and the pages of the workspace."""
    for path in (ROOT / "docs").rglob("*.md"):
        place = path.relative_to(ROOT / "docs")
        if not place.parts[0].startswith("_"):
            for folder in (site, *(site / language for language in documentation.LANGUAGES)):
                assert (folder / place).with_suffix(".html").is_file(), place
    for name in ("index.html", "datasets.html", "map.html", "runs.html"):
        assert (site / "workspace" / name).is_file()


def test_nothing_is_loaded_from_elsewhere(site: Path, pages: dict[Path, _Loads]) -> None:
    """Scripts, styles, pictures and fonts are files of the site, which are there; styles name no address either."""
    for path, page in pages.items():
        for target in page.loaded:
            parts = urlsplit(target)
            assert parts.scheme in ("", "data"), (path, target)
            if not parts.scheme:
                assert (path.parent / unquote(parts.path)).is_file(), (path, target)
    styles = "".join(path.read_text(encoding="utf-8", errors="replace") for path in site.rglob("_static/**/*.css"))
    assert re.findall(r"(?:@import|url\()\s*['\"]?https?:[^'\")]+", styles) == []


def test_every_link_leads_somewhere(site: Path, pages: dict[Path, _Loads]) -> None:
    """Also those of the navigation, of other languages and of the workspace, to the very heading."""
    for path, page in pages.items():
        for target in page.links:
            parts = urlsplit(target)
            if parts.scheme or not (parts.path or parts.fragment):
                continue
            end = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            assert end.is_file(), (path, target)
            if parts.fragment and end in pages:
                assert unquote(parts.fragment) in pages[end].ids, (path, target)


def test_docs_and_workspace_are_one_site(site: Path, pages: dict[Path, _Loads]) -> None:
    """Each page leads to the pages of the workspace, by a path that holds wherever the folder lies."""
    front = (site / "workspace/index.html").resolve()
    for path, page in pages.items():
        assert front in {(path.parent / target).resolve() for target in page.links if "workspace" in target}, path


@pytest.mark.parametrize("asked", QUESTIONS)
def test_what_people_look_for_is_found(site: Path, browser: Any, asked: str) -> None:
    """By the site's own search, from the disk: the first query or the second has the page among its first results."""
    second, expected = QUESTIONS[asked]
    found = [result for query in (asked, second) for result in _results(site, browser, query)[:FIRST]]
    assert any(result.startswith(expected) for result in found), found


def _results(site: Path, browser: Any, query: str) -> list[str]:
    page = browser.new_page()
    page.goto(f"{(site / 'search.html').as_uri()}?q={query.replace(' ', '+')}")
    # Sphinx says how many it found when it has searched all.
    page.wait_for_function("document.querySelector('p.search-summary')?.innerText.match(/\\d+|not match/)")
    found = page.evaluate("[...document.querySelectorAll('ul.search > li > a')].map((a) => a.getAttribute('href'))")
    page.close()
    return list(found)


@pytest.mark.parametrize("place", PAGES)
def test_a_page_can_be_read_on_a_phone_and_in_print(site: Path, browser: Any, place: str) -> None:
    """Nothing fails to load, nothing is wider than the window; in print there is no navigation, and nothing is cut."""
    page = browser.new_page(viewport={"width": 390, "height": 800}, offline=True)
    failed: list[str] = []
    page.on("requestfailed", lambda request: failed.append(request.url))
    page.on("pageerror", lambda error: failed.append(str(error)))
    page.goto((site / place).as_uri())
    wide = "document.documentElement.scrollWidth - window.innerWidth"
    assert page.evaluate(wide) <= 0
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 700, "height": 900})
    assert not page.locator(".bd-header").is_visible()
    assert page.evaluate(wide) <= 0
    cut = "[...document.querySelectorAll('.bd-article pre')].filter((e) => e.scrollWidth > e.clientWidth + 1).length"
    assert page.evaluate(cut) == 0
    assert failed == []
    page.close()


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_commands_and_outputs_are_the_same(path: Path, site: Path) -> None:
    """Each block of the translated page is that of the English one, byte by byte; and the page is in its language."""
    language, page = translations.page_of(ROOT, path)
    english, other = ((site / folder / f"{page}.html").read_text(encoding="utf-8") for folder in ("", language))
    assert HIGHLIGHTED.findall(english)
    assert HIGHLIGHTED.findall(other) == HIGHLIGHTED.findall(english)
    assert f'lang="{language}"' in other
    assert len(JAPANESE.findall(other)) > 500


@pytest.fixture
def small(tmp_path: Path) -> Workspace:
    """A workspace whose documentation is one page, made as ours is."""
    docs = tmp_path / "docs"
    (docs / "locale").mkdir(parents=True)
    for name in ("conf.py", "_ext", "_static", "_templates"):
        (docs / name).symlink_to(ROOT / "docs" / name)
    (docs / "index.md").write_text("# A page\n\n[nowhere](gone.md) [a](a.ipynb)\n\n```{toctree}\na\n```\n")
    (tmp_path / "projects").mkdir()
    (tmp_path / "pyproject.toml").write_text("[tool.paddock.workspace]\n")
    return Workspace(tmp_path)


def test_a_wrong_page_fails_the_build(small: Workspace) -> None:
    """A link to nowhere is told with page and line, once for all languages; what a notebook shows was computed."""
    notebook = new_notebook(cells=[new_markdown_cell("# A notebook", id="a"), new_code_cell("print(6 * 7)", id="b")])
    nbformat.write(notebook, small.root / "docs/a.ipynb")
    with pytest.raises(CodeError) as raised:
        documentation.build(small, small.root / "built")
    [line] = raised.value.message.splitlines()
    assert "index.md:3" in line
    assert "gone.md" in line
    assert ">42\n<" in (small.root / "built/html/a.html").read_text(encoding="utf-8")


def test_a_notebook_that_fails_fails_the_build(small: Workspace) -> None:
    """With what the command says of it."""
    path = small.root / "docs/a.ipynb"
    path.write_text("{}")
    app = SimpleNamespace(env=SimpleNamespace(doc2path=lambda name: path), doctreedir=small.root / "built/doctrees")
    spec = importlib.util.spec_from_file_location("executed", ROOT / "docs/_ext/executed.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with pytest.raises(ExtensionError, match=r"a\.ipynb: the notebook failed"):
        module._execute(app, "a", ["{}"])
