"""The site of these docs: one folder that needs no network, where what people look for is found."""

from __future__ import annotations

import importlib.util
import re
import tomllib
from collections.abc import Callable, Iterator
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

from tests.docs.site_queries import QUERIES

ROOT = Path(__file__).parents[2]
AUDIT = "explanation/what-an-audit-looks-like"
PAGES = (f"{AUDIT}.html", "index.html", "tutorials/first-hour.html", "reference/commands.html")
FIRST = 3
# A block of code as Sphinx writes it.
HIGHLIGHTED = re.compile(r'<div class="highlight-.*?</div>\s*</div>', re.DOTALL)
# What the navigation at the top calls its links, and the button that opens those that do not fit.
NAMES = re.compile(
    r'<(?:a|button)[^>]*class="[^"]*(?:nav-link|dropdown-item|dropdown-toggle)[^"]*"[^>]*>(.*?)</(?:a|button)>',
    re.DOTALL,
)
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
    for path in (path for end in ("md", "ipynb") for path in (ROOT / "docs").rglob(f"*.{end}")):
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
    """Each page leads to the pages of the workspace, and those lead back, wherever the folder lies."""
    front, back = (site / "workspace/index.html").resolve(), (site / "index.html").resolve()
    for path, page in pages.items():
        assert front in {(path.parent / target).resolve() for target in page.links if "workspace" in target}, path
    for path in (site / "workspace").rglob("*.html"):
        if path.relative_to(site / "workspace").parts[0] != "report":
            assert back in {(path.parent / target).resolve() for target in _read(path).links}, path


def test_a_notebook_is_shown_with_what_it_said(site: Path) -> None:
    """In each language: gates that hold and one that fails, metric, table, and a figure that is described."""
    assert all(not cell.get("outputs") for cell in nbformat.read(ROOT / f"docs/{AUDIT}.ipynb", 4).cells)
    for folder in (site, *(site / language for language in documentation.LANGUAGES)):
        text = (folder / f"{AUDIT}.html").read_text(encoding="utf-8")
        assert len(re.findall(r'<p class="paddock holds">gate .+?: holds</p>', text)) == 2
        assert len(re.findall(r'<p class="paddock fails">gate .+?: fails</p>', text)) == 1
        assert len(re.findall(r'<p class="paddock metric">metric cases held out: \d+</p>', text)) == 1
        assert re.findall(r"<caption>(.+?)</caption>", text) == ["Decisions on the cases held out"]
        [figure] = re.findall(r'<figure><img src="data:image/png;base64,[^"]{9999,}" alt="([^"]{40,})">', text)
        assert "All measurements" in figure


@pytest.fixture(scope="module")
def ask(site: Path, browser: Any) -> Iterator[Callable[[str], list[str]]]:
    """The site's own search, from the disk: the addresses that it shows for a query, the first one first."""
    page = browser.new_page(offline=True)
    page.goto(f"{(site / 'search.html').as_uri()}?q=gate")
    page.wait_for_function("document.querySelector('p.search-summary')?.innerText.match(/\\d+|not match/)")
    search = "(query) => { Search.output.replaceChildren(); Search.query(query); }"
    links = "[...document.querySelectorAll('ul.search > li > a')].map((link) => link.getAttribute('href'))"

    def asked(query: str) -> list[str]:
        page.evaluate(search, query)
        return list(page.evaluate(links))

    yield asked
    page.close()


@pytest.mark.parametrize("expected", QUERIES)
def test_what_people_look_for_is_found(ask: Callable[[str], list[str]], expected: str) -> None:
    """In words that the page does not say, too: it is among the first that are shown."""
    found = {query: ask(query)[:FIRST] for query in QUERIES[expected]}
    missed = {query: pages for query, pages in found.items() if not any(f"{expected}." in page for page in pages)}
    assert missed == {}


def test_a_search_leads_to_the_heading_and_shows_what_is_said(site: Path, browser: Any) -> None:
    """From the disk, without a network; a word that is nowhere finds nothing, and that is said."""
    page = browser.new_page(offline=True)
    page.goto(f"{(site / 'search.html').as_uri()}?q=NB103")
    [first, *_] = page.locator("ul.search > li").all()
    assert first.locator("a").get_attribute("href") == "reference/rules.html#nb103"
    page.goto(f"{(site / 'search.html').as_uri()}?q=undo+publish")
    assert "publish" in page.locator("ul.search > li p.context").first.inner_text()
    page.goto(f"{(site / 'search.html').as_uri()}?q=xyzzyxyzzy")
    assert "did not match" in page.locator("p.search-summary").inner_text()
    page.close()


def test_what_people_say_is_said_of_pages_that_are_there() -> None:
    """A page that was renamed takes its words with it."""
    said = tomllib.loads((ROOT / "docs/_ext/people_say.toml").read_text(encoding="utf-8"))
    assert [name for name in said if not (ROOT / f"docs/{name}.md").is_file()] == []


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


def test_the_glossary_can_be_read_on_a_phone(site: Path, browser: Any) -> None:
    """No word of its first column is broken or cut off, and what not to say stands below the meaning."""
    page = browser.new_page(viewport={"width": 400, "height": 800}, offline=True)
    page.goto((site / "glossary.html").as_uri())
    cut = "(e) => e.scrollWidth > e.clientWidth + 1 || e.getBoundingClientRect().right > window.innerWidth"
    assert page.evaluate(f"[...document.querySelectorAll('#glossary :is(table, td)')].filter({cut}).length") == 0
    names = "[...document.querySelectorAll('#glossary td:first-child strong')]"
    # A word that is broken has a line more than it has spaces.
    broken = "(e) => e.getClientRects().length > e.innerText.split(' ').length"
    assert page.evaluate(f"{names}.filter({broken}).map((e) => e.innerText)") == []
    row = page.locator("#glossary tr", has_text="subproject")
    meaning, other = row.locator("td").nth(1).bounding_box(), row.locator("td").nth(2).bounding_box()
    assert other["y"] >= meaning["y"] + meaning["height"] - 1
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


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_the_navigation_is_in_the_language_of_the_page(path: Path, site: Path) -> None:
    """What each page of that language has at its top: the parts, the word for what does not fit, the workspace."""
    language, page = translations.page_of(ROOT, path)
    text = (site / language / f"{page}.html").read_text(encoding="utf-8")
    header = text.partition("<header")[2].partition("</header>")[0]
    names = list(filter(None, (re.sub(r"<[^>]+>|\s+", "", name) for name in NAMES.findall(header))))
    assert len(names) > 12
    assert [name for name in names if not JAPANESE.search(name)] == ["English"]


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


GATE = "import paddock\npaddock.gate('cases', cases, at_least=3)"


@pytest.mark.parametrize(
    ("cells", "ends_with", "said"),
    [
        (("cases = 2", GATE), None, "ended with 11, expected 0:(?s:.*)gate cases: 2, expected at least 3"),
        (("cases = 3", GATE), 11, "ended with 0, expected 11"),
        (("1 / 0",), 11, "ended with 10, expected 11:(?s:.*)division by zero"),
    ],
)
def test_a_notebook_that_ends_otherwise_fails_the_build(
    small: Workspace, cells: tuple[str, ...], ends_with: int | None, said: str
) -> None:
    """With what the command says of it; one that is there to show a failure has to end in that very one."""
    path = small.root / "docs/a.ipynb"
    metadata = {"docs": {"ends_with": ends_with}} if ends_with else {}
    named = [new_code_cell(cell, id=f"c{number}") for number, cell in enumerate(cells)]
    nbformat.write(new_notebook(cells=named, metadata=metadata), path)
    source = [path.read_text()]
    app = SimpleNamespace(
        env=SimpleNamespace(doc2path=lambda name: path),
        builder=SimpleNamespace(name="html"),
        doctreedir=small.root / "built/doctrees",
    )
    spec = importlib.util.spec_from_file_location("executed", ROOT / "docs/_ext/executed.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with pytest.raises(ExtensionError, match=rf"a\.ipynb: the notebook {said}"):
        module._execute(app, "a", source)
