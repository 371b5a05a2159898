"""The change feed is valid Atom, repeats exactly, and forgets what was withdrawn."""

from __future__ import annotations

import re
from datetime import datetime

import pytest

from syndicator.feeds import Change, ChangeKind, FeedFormat
from syndicator.feeds.render import render_feed
from tests.feeds.shop import NOW, channel, parse, product, shop

A = "{http://www.w3.org/2005/Atom}"
ATOM = channel(FeedFormat.ATOM)
TAG = re.compile(r"tag:[A-Za-z0-9.-]+,\d{4}(-\d\d(-\d\d)?)?:[\w.~!$&'()*+,;=:@/?%-]*")


def change(sku, kind, day, generation):
    at = datetime.fromisoformat(f"2026-11-{day:02d}T10:00:00+00:00")
    return Change(sku, ChangeKind(kind), at, generation)


def feed(documents, changes, **more):
    source = shop(documents=tuple(documents), changes=tuple(changes), **more)
    return parse(render_feed(ATOM, source, NOW).data)


def ids(root):
    return [entry.findtext(A + "id").split(":")[-1] for entry in root.findall(A + "entry")]


def test_newest_is_first_and_each_revision_has_its_entry():
    root = feed(
        [product(sku="A"), product(sku="B")],
        [change("A", "gained", 1, 1), change("B", "gained", 2, 2), change("A", "changed", 3, 3)],
    )
    assert ids(root) == ["velohaus/A/3", "velohaus/B/2", "velohaus/A/1"]
    assert root.findtext(A + "updated") == "2026-11-03T10:00:00+00:00"


def test_a_withdrawn_product_leaves_no_word():
    source = shop()
    data = render_feed(ATOM, source, NOW).data
    assert any(change.sku == "NV-OLD-9" for change in source.changes)
    assert b"NV-OLD-9" not in data
    assert b"lost" not in data
    assert b"2026-11-21" not in data, "not even when it happened"


def test_a_product_that_came_back_tells_its_present_life():
    root = feed(
        [product(sku="A")],
        [change("A", "gained", 1, 1), change("A", "lost", 2, 2), change("A", "gained", 3, 3)],
    )
    assert ids(root) == ["velohaus/A/3", "velohaus/A/1"]


def test_only_the_newest_revision_carries_the_text():
    root = feed(
        [product(sku="A", description=[["p", "Long story"]])],
        [change("A", "gained", 1, 1), change("A", "changed", 2, 2)],
    )
    newest, older = root.findall(A + "entry")
    assert "Long story" in newest.findtext(A + "content")
    assert "Long story" not in older.findtext(A + "content")


def test_the_order_of_changes_does_not_matter():
    source = shop()
    turned = shop(changes=tuple(reversed(source.changes)))
    assert render_feed(ATOM, source, NOW).data == render_feed(ATOM, turned, NOW).data


def test_a_feed_without_changes_is_valid_and_repeats():
    root = feed([product()], [])
    assert root.findtext(A + "updated") == "1970-01-01T00:00:00+00:00"
    assert root.findall(A + "entry") == []


@pytest.mark.parametrize("link", ["", "https://velohaus.example/p/{sku}"])
def test_the_feed_has_what_rfc_4287_requires(link):
    data = render_feed(channel(FeedFormat.ATOM, link=link), shop(), NOW).data
    root = parse(data)
    assert root.tag == A + "feed"
    assert root.findtext(f"{A}author/{A}name") == "Norrvind"
    entries = root.findall(A + "entry")
    assert entries
    for element in (root, *entries):
        assert [len(element.findall(A + name)) for name in ("id", "title", "updated")] == [1, 1, 1]
        assert TAG.fullmatch(element.findtext(A + "id"))
        assert datetime.fromisoformat(element.findtext(A + "updated")).tzinfo
    for entry in entries:
        assert len(entry.findall(A + "content")) == 1
        assert len(entry.findall(A + "link")) == (1 if link else 0)
    assert len({entry.findtext(A + "id") for entry in entries}) == len(entries)
