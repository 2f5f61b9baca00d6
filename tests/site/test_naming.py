"""Names from anywhere lead to files of their own and hide nothing."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paddock.notebooks.rendering.words import visible
from paddock.site.naming import address, run_page

NAMES = st.text(alphabet=st.characters(categories=None), max_size=80)


@given(NAMES)
def test_an_address_is_one_harmless_part(name: str) -> None:
    """Whatever the name, its address has no slash, no dots that climb, nothing to escape in HTML or a URL."""
    found = address(name)
    assert found
    assert set(found) <= set("abcdefghijklmnopqrstuvwxyz0123456789._-~")
    assert ".." not in found
    assert len(found) <= 100


@given(NAMES, NAMES)
def test_different_names_have_different_addresses(one: str, other: str) -> None:
    """Also on a disk that knows no capitals."""
    assert (address(one).lower() == address(other).lower()) == (one == other)


@pytest.mark.parametrize("name", ["triage", "20260302-050000-ab12cd", "triage.predictions", "a_b-c"])
def test_plain_names_are_their_own_address(name: str) -> None:
    """People can read the address of an honest page."""
    assert address(name) == name


@pytest.mark.parametrize("name", ["", ".", "..", "../x", "a/b", "A", "a.", "ä", "a\u202eb", "x" * 101, "~x", "a b"])
def test_other_names_become_digests(name: str) -> None:
    """No name climbs out of its folder, or collides with another one's file."""
    assert address(name).startswith("~")
    assert run_page(name, name).count("/") == 2


@given(NAMES)
def test_visible_text_hides_nothing(text: str) -> None:
    """What is shown holds no control, no mark of direction and no half character; the rest is as it was."""
    shown = visible(text)
    hidden = {char for char in shown if unicodedata.bidirectional(char) in ("RLO", "LRO", "RLE", "LRE", "PDF", "RLI")}
    assert not hidden
    assert not any(unicodedata.category(char) in ("Cc", "Cs") and char not in "\n\t" for char in shown)
    shown.encode()


def test_a_mark_of_direction_is_written_out() -> None:
    """It cannot turn what stands after it."""
    assert visible("gnp.\u202etxt") == "gnp.⟨U+202E⟩txt"
    assert visible("honest ürünler 東京 שלום") == "honest ürünler 東京 שלום"
