"""Rich text is safe whatever was written, and the same when it is sanitised again."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from syndicator.catalog import richtext
from syndicator.catalog.plainhtml import is_plain, spelled
from syndicator.catalog.richtext import plain, sanitise
from tests.catalog.richtext_cases import CASES, HOSTILE, PIECES


@pytest.mark.parametrize("name", CASES)
def test_the_policy_holds(name: str) -> None:
    """Each rule of the policy, by example."""
    written, expected = CASES[name]
    assert sanitise(written, images={"m/a.png"}) == expected


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_loses_its_teeth(text: str) -> None:
    """No element or attribute that executes, and no scheme that does, is left as markup."""
    result = sanitise(text)
    tags = [part.split(">", 1)[0].lower() for part in result.split("<")[1:]]
    assert not any("onerror" in tag or "onload" in tag or "script:" in tag for tag in tags)
    assert not any(tag.startswith(("img", "svg", "script", "iframe", "style")) for tag in tags)


MARKUP = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)


@given(MARKUP | st.text(max_size=60))
@example("<div>a</div><div>b</div>")
@example("<p>a<table><tr><td>b</table>c")
@example("<b>a\n\nb</b>")
@settings(max_examples=400, deadline=None)
def test_sanitising_again_changes_nothing(text: str) -> None:
    """The result is a fixed point."""
    once = sanitise(text)
    assert sanitise(once) == once


@given(st.text(max_size=80))
@settings(max_examples=200, deadline=None)
def test_plain_text_has_no_markup_left(text: str) -> None:
    """Plain text of escaped text is that text, on one line."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert "\n" not in plain(f"<p>{escaped}</p>")


def test_plain_text_keeps_words_apart() -> None:
    """Blocks and breaks become spaces, inline elements do not."""
    assert plain("<h2>A</h2><p>b<br>c<b>d</b>e &amp; f</p>") == "A b cde & f"


SIGNS = st.text(
    st.sampled_from(" \n\t&;\"'=/ab\u00a0\u0085\u2028\ufeff\ud7ff\U0001f6b2\x7f\x9f\ufffe\ud800"),
    max_size=6,
)
WORDS = st.lists(SIGNS | st.sampled_from(["&amp;", "&lt;", "&gt;", "&quot;"]), max_size=3)


@st.composite
def _line(draw: st.DrawFn) -> str:
    found = ""
    for _ in range(draw(st.integers(0, 3))):
        tag, words = draw(st.sampled_from(["", "strong", "em", "b", "i", "br"])), draw(WORDS)
        inner = "".join(words)
        closed = f"<{tag}>{inner}</{tag}>"
        found += inner + "<br>" if tag == "br" else closed if tag else inner
    return found


@st.composite
def plain_html(draw: st.DrawFn) -> str:
    """Return paragraphs and lists as a shop's editor writes them, some a little wrong."""
    found = ""
    for _ in range(draw(st.integers(1, 3))):
        tag = draw(st.sampled_from(["p", "ul", "ol"]))
        gap = draw(st.sampled_from(["", "\n", " "]))
        lines = draw(st.lists(_line(), min_size=1, max_size=3))
        inner = lines[0] if tag == "p" else gap.join(f"<li>{line}</li>" for line in lines)
        found += f"<{tag}>{inner}</{tag}>{gap}"
    return found


CLEANER = richtext._Cleaner()


@given(plain_html() | MARKUP)
@example("<p>a<br></p>\n<ul> <li></li></ul>")
@example("<p>&amp;lt; &lt;b&gt; &quot;<b>&amp;amp;</b></p>")
@settings(max_examples=200, deadline=None)
def test_plain_html_is_what_cleaning_gives(text: str) -> None:
    """What is recognised as safe is, sign by sign, what the sanitiser makes of it."""
    text = richtext._clean(text)
    if is_plain(text):
        assert spelled(text) == CLEANER.clean_with(text, 3, frozenset())
        assert is_plain(spelled(text))


SHOP = "<p>Quiet &amp; light, <strong>3 kg</strong><br>soon</p>\n<ul>\n<li>a</li></ul>"


def test_descriptions_of_shops_are_plain_html() -> None:
    """Paragraphs, lists and stress need no sanitiser; attributes and other tags do."""
    assert is_plain(SHOP)
    for text in (
        "<p class=a>b</p>",
        "<p>a",
        "<p>a<p>b</p>",
        "<div>a</div>",
        "<p>a</p>b",
        "<P></P>",
    ):
        assert not is_plain(text)
