"""The Google feed holds what Google requires, and nothing that it would refuse in silence."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from syndicator.feeds import FeedFormat
from syndicator.feeds.item import public_gtin
from syndicator.feeds.render import render_feed
from tests.feeds.shop import NOW, channel, edition, parse, product

G = "{http://base.google.com/ns/1.0}"
GOOGLE = channel(FeedFormat.GOOGLE)


def items(*documents, now=NOW, through=GOOGLE):
    feed = render_feed(through, edition(*documents), now)
    return parse(feed.data).findall("channel/item"), feed.problems


def one(now=NOW, **changes):
    (item,), _ = items(product(**changes), now=now)
    return item


def fields(item, name):
    return [element.text for element in item.findall(G + name)]


def test_every_item_has_what_google_requires():
    item = one()
    for name in ("id", "image_link", "availability", "price"):
        assert fields(item, name)[0]
    for name in ("title", "description", "link"):
        assert item.findtext(name)


AMOUNTS = {
    "whole": ("3499", "EUR", "3499.00 EUR"),
    "short": ("3499.5", "EUR", "3499.50 EUR"),
    "finer than cents": ("0.125", "EUR", "0.125 EUR"),
    "no cents in yen": ("3499", "JPY", "3499 JPY"),
    "three digits in dinars": ("3.5", "KWD", "3.500 KWD"),
    "exponent": ("1E+3", "EUR", "1000.00 EUR"),
}


@pytest.mark.parametrize(("amount", "currency", "price"), AMOUNTS.values(), ids=AMOUNTS)
def test_a_price_has_the_digits_of_its_currency(amount, currency, price):
    assert fields(one(price={"amount": amount, "currency": currency}), "price") == [price]


LEFT_OUT = {
    "no title": ({"title": None}, "no title"),
    "no words": ({"summary": None}, "no description"),
    "no picture": ({"media": None}, "no picture"),
    "no price": ({"price": None}, "no price"),
    "free": ({"price": {"amount": "0", "currency": "EUR"}}, "no price"),
    "price that is no number": ({"price": {"amount": "NaN", "currency": "EUR"}}, "no price"),
    "long SKU": ({"sku": "A" * 51}, "its SKU is longer than 50 characters"),
    "announced without a date": (
        {"lifecycle": {"status": "announced"}},
        "it is announced without a release date",
    ),
}


@pytest.mark.parametrize(("changes", "reason"), LEFT_OUT.values(), ids=LEFT_OUT)
def test_an_incomplete_product_is_left_out_and_told(changes, reason):
    kept, problems = items(product(**changes), product(sku="B-1"))
    assert [fields(item, "id") for item in kept] == [["B-1"]]
    assert [(p.code, p.severity, p.found) for p in problems] == [
        ("feed-item-left-out", "warning", reason)
    ]


def test_a_link_that_names_a_missing_gtin_leaves_the_product_out():
    by_gtin = channel(FeedFormat.GOOGLE, link="https://velohaus.example/{gtin}")
    kept, (problem,) = items(product(), through=by_gtin)
    assert kept == []
    assert problem.found == "no value for its link"


def test_svg_is_kept_with_a_warning_only_where_there_is_nothing_else():
    svg = {"src": "m/a.svg", "type": "image/svg+xml", "role": "hero", "alt": ""}
    kept, (problem,) = items(product(media=[svg]))
    assert len(kept) == 1
    assert problem.code == "feed-item-doubtful"
    png = {"src": "https://a.example/a.png", "role": "gallery", "alt": ""}
    (item,), problems = items(product(media=[svg, png]))
    assert fields(item, "image_link") == ["https://a.example/a.png"]
    assert problems == ()


def test_words_of_another_language_are_kept_with_one_warning_for_all():
    english = [product(sku=f"E-{n}", lang={"title": "en"}) for n in range(8)]
    kept, (problem,) = items(product(lang={"highlights": "en"}), *english)
    assert len(kept) == 9
    assert problem.code == "feed-item-doubtful"
    assert problem.expected == "words in de"
    assert problem.found == "none for E-0, E-1, E-2, E-3, E-4 and 3 more"


def test_no_identifier_is_said_so():
    assert fields(one(mpn=None), "identifier_exists") == ["no"]
    assert fields(one(), "identifier_exists") == []
    assert fields(one(mpn=None, gtin="04006381333931"), "identifier_exists") == []


GTINS = {
    "EAN-13": ("04006381333931", "4006381333931"),
    "UPC-12": ("00036000291452", "036000291452"),
    "EAN-8": ("00000096385074", "96385074"),
    "case of ITF-14": ("14006381333938", "14006381333938"),
    "inside one company": ("02012345678901", ""),
    "coupon": ("09912345678904", ""),
    "none": ("", ""),
}


@pytest.mark.parametrize(("stored", "shown"), GTINS.values(), ids=GTINS)
def test_a_gtin_has_the_length_of_its_kind(stored, shown):
    assert public_gtin(stored) == shown


def test_a_preorder_becomes_stock_when_its_day_comes():
    life = {"status": "announced", "release": "2027-01-01T00:00:00+01:00"}
    before = one(lifecycle=life)
    assert fields(before, "availability") == ["preorder"]
    assert fields(before, "availability_date") == ["2026-12-31T23:00:00+00:00"]
    after = one(lifecycle=life, now=datetime(2026, 12, 31, 23, tzinfo=UTC))
    assert fields(after, "availability") == ["in_stock"]
    assert fields(after, "availability_date") == []


def test_long_words_are_cut_between_words():
    item = one(
        title="word " * 60,
        summary="word " * 2000,
        highlights=["point " * 40, "second"],
        specs=[{"group": "g " * 100, "items": [{"label": "l " * 100, "text": "v " * 900}]}],
    )
    for text, limit in (
        (item.findtext("title"), 150),
        (item.findtext("description"), 5000),
        (fields(item, "product_highlight")[0], 150),
        (item.findtext(f"{G}product_detail/{G}section_name"), 140),
        (item.findtext(f"{G}product_detail/{G}attribute_name"), 140),
        (item.findtext(f"{G}product_detail/{G}attribute_value"), 1000),
    ):
        assert limit - 10 < len(text) <= limit
        assert text.endswith("…")


def test_a_single_highlight_is_not_a_list_of_highlights():
    assert fields(one(highlights=["only"]), "product_highlight") == []
    assert fields(one(highlights=["one", "two"]), "product_highlight") == ["one", "two"]


def test_variants_share_a_group_whichever_is_shown():
    def variants(current):
        return [
            {"sku": sku, "title": sku, "axes": [{"axis": "size", "value": sku[-1]}]}
            | ({"current": True} if sku == current else {})
            for sku in ("B-M", "A-L")
        ]

    kept, _ = items(
        product(sku="B-M", variants=variants("B-M")), product(sku="A-L", variants=variants("A-L"))
    )
    assert [fields(item, "item_group_id") for item in kept] == [["A-L"], ["A-L"]]
    assert [fields(item, "size") for item in kept] == [["M"], ["L"]]


def test_ten_pictures_beside_the_main_one_are_enough():
    media = [{"src": f"m/{n}.jpg", "role": "gallery", "alt": ""} for n in range(30)]
    item = one(media=media)
    assert fields(item, "image_link") == ["https://content.norrvind.example/m/0.jpg"]
    assert len(fields(item, "additional_image_link")) == 10
