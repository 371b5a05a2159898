"""A feed of kept pieces is the feed that nothing was kept for, and only what changed is made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from syndicator import canonical
from syndicator.feeds import Feed, FeedFormat, FeedInput
from syndicator.feeds import pieces as making
from syndicator.feeds.pieces import StoredDocument
from syndicator.feeds.render import render_feed
from tests.feeds.shop import NOW, channel, edition, product, shop

PRODUCT_FEEDS = [form for form in FeedFormat if not form.is_change_feed]
IN_PIECES = [form for form in PRODUCT_FEEDS if form is not FeedFormat.BMECAT]


@dataclass
class Memory:
    """Keeps in memory, and counts what it finds."""

    facts: dict[bytes, bytes] = field(default_factory=dict)
    bodies: dict[bytes, bytes] = field(default_factory=dict)
    found: int = 0

    def recall(self, key: bytes) -> bytes | None:
        self.found += key in self.facts
        return self.facts.get(key)

    def body(self, key: bytes) -> bytes | None:
        return self.bodies.get(key)

    def keep(self, key: bytes, facts: bytes, body: bytes | None = None) -> None:
        self.facts[key] = facts
        self.bodies[key] = body or b""


def stored(source: FeedInput) -> FeedInput:
    """The same edition with documents as a release holds them."""
    documents = (StoredDocument(canonical.encode(dict(one))) for one in source.documents)
    return replace(source, documents=tuple(documents))


def made(form: FeedFormat, source: FeedInput, memory: Memory, now: datetime = NOW) -> Feed:
    feed = render_feed(channel(form), stored(source), now, memory)
    assert feed == render_feed(channel(form), source, now), "what nothing was kept for"
    return feed


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The SKUs of all items that are made anew."""
    skus: list[str] = []
    item = making.item

    def watched(document, **how):
        skus.append(document["sku"])
        return item(document, **how)

    monkeypatch.setattr(making, "item", watched)
    return skus


@pytest.mark.parametrize("form", PRODUCT_FEEDS)
def test_what_is_kept_changes_no_byte_and_no_problem(form: FeedFormat) -> None:
    memory = Memory()
    assert made(form, shop(), memory) == made(form, shop(), memory)
    assert bool(memory.found) == (form in IN_PIECES)


@pytest.mark.parametrize("form", IN_PIECES)
def test_one_price_makes_one_item(form: FeedFormat, rendered: list[str]) -> None:
    documents = [product(sku=f"A-{number}", mpn=f"A{number}") for number in range(5)]
    documents.append(product(sku="A-5", title=None))
    memory = Memory()
    render_feed(channel(form), stored(edition(*documents)), NOW, memory)
    documents[3] = product(
        sku="A-3", mpn="A3", price={"amount": "11.00", "currency": "EUR", "text": "11 EUR"}
    )
    rendered.clear()
    feed = render_feed(channel(form), stored(edition(*documents)), NOW, memory)
    assert rendered == ["A-3"]
    assert feed == render_feed(channel(form), edition(*documents), NOW)


@pytest.mark.parametrize("days", [(0, 10), (10, 0)])
def test_a_product_that_was_announced_comes_when_its_day_comes(days: Sequence[int]) -> None:
    life = {"status": "announced", "release": "2026-12-01T00:00:00Z"}
    begin = datetime(2026, 11, 25, tzinfo=UTC)
    memory = Memory()
    for day in days:
        now = begin + timedelta(days=day)
        feed = made(FeedFormat.GOOGLE, edition(product(lifecycle=life)), memory, now)
        assert (b"preorder" in feed.data) == (day == 0)


def test_pieces_are_those_of_their_channel_and_their_seller() -> None:
    memory, source = Memory(), edition(product())
    other = replace(source, partner_name="Somebody else")
    moved = channel(FeedFormat.GOOGLE, link="https://elsewhere.example/{sku}")
    for through, told in (
        *((channel(form), one) for form in IN_PIECES for one in (source, other)),
        (moved, source),
        (channel(FeedFormat.GOOGLE), replace(source, base_url="https://cdn.example/")),
    ):
        assert render_feed(through, stored(told), NOW, memory) == render_feed(through, told, NOW)


def test_words_that_look_like_markup_end_no_item() -> None:
    words = "</item><item> & </channel></rss> <![CDATA[<item>]]>"
    source = edition(*(product(sku=f"A-{n}", title=words, summary=words) for n in range(3)))
    assert made(FeedFormat.GOOGLE, source, Memory()).data.count(b"<item>") == 3
