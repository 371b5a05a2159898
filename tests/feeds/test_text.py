"""Words are legal in XML, plain where wanted, and never cut in the middle of a word."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from syndicator.feeds.text import clean, html, line, plain, truncate

TREE = [["p", "One ", ["b", "two"], ["br"], "three"], ["ul", ["li", "four"], ["li", "five"]]]


def test_blocks_become_lines():
    assert plain(TREE) == "One two\nthree\nfour\nfive"


def test_html_escapes_text_and_attributes():
    tree = [["a", {"href": 'https://a.example/?x="&y'}, "<b>&"], ["img", {"src": "m/x.png"}]]
    assert html(tree, lambda src: f"https://c.example/{src}") == (
        '<a href="https://a.example/?x=&quot;&amp;y">&lt;b&gt;&amp;</a>'
        '<img src="https://c.example/m/x.png">'
    )


def test_a_cut_falls_between_words():
    assert truncate("one two three", 9) == "one two…"
    assert truncate("one two three", 13) == "one two three"


def test_a_long_word_is_not_cut_before_its_accent():
    word = "e\N{COMBINING ACUTE ACCENT}" * 6
    assert truncate(word, 6) == "e\N{COMBINING ACUTE ACCENT}" * 2 + "…"


@given(st.text(), st.integers(1, 40))
def test_a_cut_text_is_never_longer_than_its_limit(text, limit):
    cut = truncate(text, limit)
    assert len(cut) <= limit
    assert cut == text or cut.endswith("…")


@given(st.text())
def test_clean_text_has_no_control_characters_but_tab_and_newline(text):
    for character in clean(text):
        assert character in "\t\n" or unicodedata.category(character) != "Cs"
        assert character in "\t\n" or ord(character) >= 0x20


@given(st.text())
def test_a_line_is_one_line(text):
    assert "\n" not in line(text)
    assert line(line(text)) == line(text)
