"""Translated pages say all that the English ones say, and show the same commands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from paddock_ci import documentation, translations

ROOT = Path(__file__).parents[2]
CATALOGUES = translations.catalogues(ROOT)
# Whoever translates keeps what people type, and where links lead.
KEPT = re.compile(r"`[^`]+`|\]\(([^)]+)\)")
JAPANESE = re.compile(r"[぀-ヿ一-鿿]")


def _faults(messages: list[Message]) -> Iterator[str]:
    """What is wrong with translations: none, a doubtful one, other code or links than in the original."""
    for message in messages:
        said, original = str(message.string), str(message.id)
        if not said:
            yield f"untranslated: {original[:60]}"
        elif message.fuzzy:
            yield f"fuzzy: {original[:60]}"
        elif sorted(one[0] for one in KEPT.finditer(said)) != sorted(one[0] for one in KEPT.finditer(original)):
            yield f"other code or links: {original[:60]}"
        elif len(original) > 40 and not JAPANESE.search(said):
            yield f"not translated at all: {original[:60]}"


def test_the_start_page_and_the_first_hour_are_translated() -> None:
    """Into each language of the site."""
    found = {translations.page_of(ROOT, path) for path in CATALOGUES}
    assert found >= {(one, page) for one in documentation.LANGUAGES for page in ("index", "tutorials/first-hour")}


@pytest.fixture(scope="module")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What there is to translate, as the pages say it now."""
    folder = tmp_path_factory.mktemp("gettext")
    translations.templates(ROOT, folder)
    return folder


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_a_catalogue_is_what_its_page_says(path: Path, templates: Path) -> None:
    """Whoever changes a page brings it up to date: python -m paddock_ci.translations, then translate what is new."""
    language, page = translations.page_of(ROOT, path)
    assert path.read_text(encoding="utf-8") == translations.updated(path, templates / f"{page}.pot", language)


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_every_message_is_translated(path: Path) -> None:
    """None is missing or doubtful, and each keeps its code and its links."""
    messages = [message for message in translations.load(path, path.parts[-3]) if message.id]
    assert len(messages) > 15
    assert list(_faults(messages)) == []


@pytest.mark.parametrize(
    ("said", "flags", "expected"),
    [
        ("", (), "untranslated"),
        ("`paddock run` を実行します。", ("fuzzy",), "fuzzy"),
        ("`paddock go` を実行します。", (), "other code"),
        ("`paddock run` を実行します。", (), ""),
    ],
)
def test_a_fault_of_a_translation_is_noticed(said: str, flags: tuple[str, ...], expected: str) -> None:
    """The test above can fail."""
    found = list(_faults([Message("`paddock run` does all of it, whatever it is.", said, flags=flags)]))
    assert [one for one in found if not one.startswith(expected or "-")] == []
    assert bool(found) == bool(expected)
