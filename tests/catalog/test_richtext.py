"""Rich text is safe whatever was written, and the same when it is sanitised again."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

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
