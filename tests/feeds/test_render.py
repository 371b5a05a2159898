"""Every format repeats byte for byte, in any thread and locale, and survives hostile words."""

from __future__ import annotations

import locale
import os
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicator.canonical import Namer
from syndicator.feeds import (
    Change,
    ChangeKind,
    FeedFormat,
    feed_key,
    feeds_of_partner,
    holds_feed,
)
from syndicator.feeds.render import render_feed
from tests.feeds.shop import GOLDEN, NOW, channel, edition, parse, product, shop

XML = [FeedFormat.ATOM, FeedFormat.GOOGLE, FeedFormat.GOOGLE_MANUFACTURER, FeedFormat.BMECAT]
HOSTILE = [
    "</title><script>alert(1)</script>",
    "]]>",
    "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>&e;",
    "\x00\x07\x1b[31m\ufffe",
    "a\u202eb\u2066c",
    "=cmd|' /C calc'!A0",
    "\"\t\r\n'",
]


@pytest.mark.parametrize("form", FeedFormat)
def test_the_shop_gives_the_golden_bytes(form):
    through = channel(form)
    feed = render_feed(through, shop(), NOW)
    golden = GOLDEN / f"shop.{through.file}"
    if os.getenv("SYNDICATOR_WRITE_GOLDEN"):
        golden.write_bytes(feed.data)
    assert feed.data == golden.read_bytes()


@pytest.mark.parametrize("form", FeedFormat)
def test_no_feed_ever_touches_the_locale_of_the_process(form, monkeypatch):
    def refuse(*_):
        raise AssertionError("a feed switched the locale")

    monkeypatch.setattr(locale, "setlocale", refuse)
    assert render_feed(channel(form), shop(), NOW).data


@pytest.mark.parametrize("form", FeedFormat)
def test_threads_build_the_same_bytes(form):
    with ThreadPoolExecutor(4) as pool:
        made = pool.map(lambda _: render_feed(channel(form), shop(), NOW).data, range(16))
    assert len(set(made)) == 1


@pytest.mark.parametrize("form", XML)
@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_stay_words(form, words):
    document = product(
        title=f"T {words}",
        summary=words,
        brand=f"B {words}",
        mpn=f"M {words}",
        description=[["p", {"lang": words}, words]],
        highlights=[words, words],
        specs=[{"group": words, "items": [{"key": "k", "label": words, "text": words}]}],
        category=[{"code": "c", "label": words}],
        media=[{"src": f"m/{words}.png", "type": "image/png", "role": "hero", "alt": words}],
    )
    changes = (Change("A-1", ChangeKind.GAINED, NOW, 1),)
    source = shop(documents=(document,), changes=changes, brand=f"N {words}", partner_name=words)
    data = render_feed(channel(form), source, NOW).data
    root = parse(data)
    assert not [
        element
        for element in root.iter()
        if element.tag.endswith("}script") or element.tag == "script"
    ]
    assert b"<!DOCTYPE" not in data
    assert not set(data) & {*range(9), 11, 12, *range(14, 32)}


@pytest.mark.parametrize("form", XML)
@settings(max_examples=50, deadline=None)
@given(words=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30))
def test_any_words_give_well_formed_xml(form, words):
    source = edition(product(sku=words, title=words, summary=words, mpn=words, brand=words))
    root = parse(render_feed(channel(form), source, NOW).data)
    assert root.tag.rpartition("}")[2] in {"feed", "rss", "BMECAT"}


def test_a_release_remembers_which_feeds_a_partner_gets():
    ours = channel(FeedFormat.GOOGLE, partners=("a",))
    both = channel(FeedFormat.ATOM)
    told = feeds_of_partner([ours, both], "a")
    assert holds_feed(told, "google.xml")
    assert holds_feed(told, "atom.atom")
    other = feeds_of_partner([ours, both], "b")
    assert not holds_feed(other, "google.xml")
    assert holds_feed(other, "atom.atom")
    assert not any(holds_feed(told, text) for text in (*told.split()[-1:], "", "google", " "))
    assert feeds_of_partner([ours], "b") == ""
    assert not holds_feed("", "")


def test_what_a_channel_says_is_remembered_whatever_the_order():
    one, two = channel(FeedFormat.GOOGLE), channel(FeedFormat.ATOM)
    moved = channel(FeedFormat.GOOGLE, link="https://elsewhere.example/{sku}")
    assert feeds_of_partner([one, two], "a") != feeds_of_partner([moved, two], "a")


def test_a_key_fits_one_partner_and_one_channel():
    namer = Namer(b"0123456789abcdef")
    keys = {feed_key(namer, partner, channel) for partner in "ab" for channel in "xy"}
    assert len(keys) == 4
    assert feed_key(namer, "a", "x") == feed_key(Namer(b"0123456789abcdef"), "a", "x")
    assert feed_key(Namer(b"another secret.."), "a", "x") not in keys
