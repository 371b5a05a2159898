"""What `check` says of channels is what their feeds do."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from syndicator.catalog.model import Catalog, Media, MediaRole, Price, Product
from syndicator.catalog.quality import completeness
from syndicator.feeds import Channel, FeedFormat
from syndicator.feeds.demands import DEMANDS
from syndicator.feeds.readiness import purposes
from syndicator.feeds.render import render_feed
from tests.feeds.shop import NOW, channel, edition, product

FULL = Product(
    sku="NV-1",
    brand="N",
    gtin="04006381333931",
    title={"en": "T", "de": "T"},
    summary={"en": "S", "de": "S"},
    media=(Media(url="https://x.example/a.jpg", role=MediaRole.HERO),),
    prices=(Price(list="r", amount=Decimal(1), currency="EUR"),),
)
LACKING: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "title": ({"title": {"de": "T"}}, {"title": ""}),
    "description": ({"summary": {}}, {"summary": "", "description": [], "highlights": []}),
    "media": ({"media": ()}, {"media": []}),
    "prices": ({"prices": ()}, {"price": None}),
    "brand": ({"brand": ""}, {"brand": ""}),
    "gtin": ({"gtin": "02000000000008"}, {"gtin": "02000000000008"}),
    "sku": ({"sku": "Ä" * 60}, {"sku": "Ä" * 60}),
}
"""What a product lacks: the product without it, and its document without it."""


def missing(one: Product, *channels: Channel, locale: str = "en") -> dict[str, list[str]]:
    """Return the gaps of a product in a locale, by purpose."""
    catalog = Catalog(locales=("en", "de"), products={one.sku: one})
    rows = completeness(catalog, purposes(channels))
    return {row.purpose: list(row.missing) for row in rows if row.locale == locale}


@pytest.mark.parametrize("name", LACKING)
def test_what_check_finds_missing_is_what_the_feed_leaves_out(name: str) -> None:
    """For every format of products both agree, as they go by one list."""
    without, document = LACKING[name]
    gaps = missing(msgspec.structs.replace(FULL, **without))
    for format_ in DEMANDS:
        told = gaps["google" if format_ is FeedFormat.GOOGLE_TSV else format_]
        feed = render_feed(
            channel(format_), edition(product(**{"gtin": FULL.gtin, **document})), NOW
        )
        left_out = [one.code for one in feed.problems if one.code == "feed-item-left-out"]
        assert (told == [name]) == bool(left_out), (format_, told, feed.problems)


def test_a_full_product_is_ready_for_every_channel() -> None:
    """No format asks for more than it has, in each of its languages."""
    for locale in ("en", "de"):
        gaps = missing(FULL, locale=locale)
        assert [gaps[name] for name in gaps if name in list(FeedFormat)] == [[]] * 5


def test_words_of_another_language_do_not_count() -> None:
    """A catalog without German words is not ready for a German channel."""
    english = msgspec.structs.replace(FULL, title={"en": "T"}, summary={"en": "S"})
    gaps = missing(english, locale="de")
    assert gaps["google"] == ["title", "description"]
    assert gaps["bmecat"] == ["title"]


def test_what_a_link_names_is_needed_by_its_channel_alone() -> None:
    """A shop whose addresses are made of part numbers needs part numbers."""
    own = replace(channel(FeedFormat.GOOGLE), link="https://x.example/{mpn}")
    gaps = missing(FULL, own)
    assert (gaps["google"], gaps["openai"]) == (["mpn"], [])
