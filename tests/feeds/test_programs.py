"""Feeds that programs read: every row is whole, typed and free of placeholders."""

from __future__ import annotations

import csv
import io
import json

import pytest

from syndicator.feeds import FeedFormat
from syndicator.feeds.render import render_feed
from tests.feeds.shop import NOW, channel, edition, parse, product, shop

G = "{http://base.google.com/ns/1.0}"
GTIN = "04006381333931"


def rows(form, *documents):
    feed = render_feed(channel(form), edition(*documents), NOW)
    if form is FeedFormat.GOOGLE_TSV:
        table = io.StringIO(feed.data.decode(), newline="")
        return list(csv.DictReader(table, delimiter="\t")), feed.problems
    return [json.loads(line) for line in feed.data.splitlines()], feed.problems


HOSTILE = ["a\tb", "a\nb", 'a"b', '"', "\r\n", "a\u2028b", "=1+1", ""]


@pytest.mark.parametrize("words", HOSTILE)
def test_a_table_keeps_its_columns_whatever_the_words(words):
    document = product(title=f"T{words}", brand=words, summary=f"S {words}", mpn=f"{words}1")
    (row,), _ = rows(FeedFormat.GOOGLE_TSV, document)
    assert None not in row
    assert row["price"] == "10.00 EUR"
    assert row["title"] == " ".join(f"T{words}".split())


@pytest.mark.parametrize("form", [FeedFormat.OPENAI, FeedFormat.ACP])
@pytest.mark.parametrize("words", HOSTILE)
def test_a_line_is_one_product_whatever_the_words(form, words):
    document = product(title=f"T{words}", summary=f"S{words}")
    found, _ = rows(form, document, product(sku="B"))
    assert len(found) == 2


def test_openai_has_its_nine_fields_and_says_nothing_it_does_not_know():
    (row,), _ = rows(FeedFormat.OPENAI, product(mpn=None))
    assert row == {
        "item_id": "A-1",
        "title": "Saddle",
        "description": "A saddle.",
        "url": "https://velohaus.example/p/A-1",
        "brand": "Norrvind",
        "seller_name": "Velohaus & Söhne",
        "image_url": "https://content.norrvind.example/m/aa/a.jpg",
        "availability": "in_stock",
        "price": "10.00 EUR",
    }


def test_openai_leaves_out_what_it_requires_and_misses():
    found, (problem,) = rows(FeedFormat.OPENAI, product(brand=""))
    assert found == []
    assert problem.found == "no brand"


def variant(sku, other, size):
    entries = [
        {"sku": one, "title": one, "axes": [{"axis": "size", "value": one}]}
        for one in sorted([sku, other])
    ]
    return product(sku=sku, title=f"Frame {size}", variants=entries)


def test_acp_puts_variants_under_their_product():
    found, _ = rows(
        FeedFormat.ACP, variant("B", "A", "L"), product(sku="C"), variant("A", "B", "M")
    )
    assert [(one["id"], [v["id"] for v in one["variants"]]) for one in found] == [
        ("A", ["B", "A"]),
        ("C", ["C"]),
    ]
    assert found[0]["variants"][0]["variant_options"] == [{"name": "size", "value": "B"}]


PRICES = {
    "euro": ("10.5", "EUR", {"amount": 1050, "currency": "EUR"}),
    "yen": ("1200", "JPY", {"amount": 1200, "currency": "JPY"}),
    "dinar": ("1.25", "KWD", {"amount": 1250, "currency": "KWD"}),
    "part of a cent": ("0.125", "EUR", None),
}


@pytest.mark.parametrize(("amount", "currency", "price"), PRICES.values(), ids=PRICES)
def test_acp_prices_are_whole_minor_units(amount, currency, price):
    document = product(price={"amount": amount, "currency": currency})
    (found,), _ = rows(FeedFormat.ACP, document)
    assert found["variants"][0].get("price") == price


ALLOWED = {
    "product": {"id", "title", "description", "url", "media", "variants"},
    "variant": {
        "id", "title", "description", "url", "barcodes", "price", "list_price", "unit_price",
        "availability", "categories", "condition", "variant_options", "media", "seller",
        "marketplace",
    },
}  # fmt: skip
"""The keys that the ACP feed of 2026-04-17 knows; it forbids all others."""


def test_acp_writes_known_keys_and_no_empty_values():
    feed = render_feed(channel(FeedFormat.ACP), shop(), NOW).data

    def walk(value):
        assert value not in ("", None, [], {})
        for one in value.values() if isinstance(value, dict) else value:
            if isinstance(one, dict | list):
                walk(one)

    for line in feed.splitlines():
        one = json.loads(line)
        walk(one)
        assert set(one) <= ALLOWED["product"]
        for each in one["variants"]:
            assert set(each) <= ALLOWED["variant"]
            assert isinstance(each["availability"]["available"], bool)


def manufacturer(*documents):
    feed = render_feed(channel(FeedFormat.GOOGLE_MANUFACTURER, link=""), edition(*documents), NOW)
    return parse(feed.data).findall("channel/item"), feed.problems


def test_the_manufacturer_feed_needs_a_gtin_but_no_price_link_or_picture():
    bare = product(gtin=GTIN, price=None, media=None, summary=None)
    (item,), problems = manufacturer(bare)
    assert problems == ()
    assert item.findtext(G + "gtin") == "4006381333931"
    assert item.find("link") is None
    found, (problem,) = manufacturer(product())
    assert found == []
    assert problem.found == "no GTIN that is known outside the company"


def test_the_manufacturer_feed_tells_release_price_and_features():
    (item,), _ = manufacturer(
        product(
            gtin=GTIN,
            lifecycle={"status": "announced", "release": "2027-01-01T00:00:00Z"},
            features=[{"title": "Quiet", "text": [["p", "Very."]]}],
        )
    )
    assert item.findtext(G + "release_date") == "2027-01-01T00:00:00+00:00"
    assert item.findtext(G + "suggested_retail_price") == "10.00 EUR"
    assert item.findtext(f"{G}feature_description/{G}headline") == "Quiet"


def test_a_sku_that_is_not_ascii_stays_out_of_the_manufacturer_feed():
    found, (problem,) = manufacturer(product(gtin=GTIN, sku="GRÖSSE-1"))
    assert found == []
    assert problem.found == "its SKU is not ASCII"
