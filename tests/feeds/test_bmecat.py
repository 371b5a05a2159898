"""BMEcat out and in: what is written is valid by the standard's XSD, and reads back as it was."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from syndicator.catalog.model import (
    Flag,
    Number,
    Product,
    Relation,
    RelationType,
    Span,
    Tax,
    Words,
)
from syndicator.feeds import FeedFormat
from syndicator.feeds.render import render_feed
from syndicator.sources import SourceSpec, read_catalog
from tests.feeds.shop import NOW, channel, edition, product, shop

RICH = product(
    gtin="04006381333931",
    description=[["p", "Soft & <warm>."], ["p", "Very."]],
    category=[{"code": "parts", "label": "Teile"}, {"code": "saddles", "label": "Sättel"}],
    price={
        "amount": "10.00",
        "currency": "EUR",
        "text": "10 EUR",
        "tax": {"included": True, "rate": "19", "text": "incl. 19% VAT"},
        "breaks": [{"amount": "9.00", "currency": "EUR", "text": "9 EUR", "from": 10}],
    },
    specs=[
        {
            "group": "Facts",
            "items": [
                {"key": "w", "label": "Weight", "text": "0.35 kg", "value": 0.35, "unit": "kg"},
                {"key": "h", "label": "Rider", "text": "", "value": [165, 190], "unit": "cm"},
                {"key": "v", "label": "Vegan", "text": "Yes", "value": True},
                {"key": "n", "label": "Note", "text": "long " * 30},
            ],
        }
    ],
    documents=[{"src": "m/a.pdf", "type": "datasheet", "title": "Facts", "language": "en"}],
    relations={
        "accessory": [{"sku": "B-1", "title": "Bag"}],
        "part": [{"sku": "C-1", "title": "Clamp", "quantity": 2}],
    },
    lifecycle={"status": "discontinued"},
)
BARE = product(sku="B-1", title="Bag", price=None, media=None, mpn=None, summary=None)
PART = product(sku="C-1", title="Clamp", media=None)


@pytest.fixture(scope="module")
def xsd(shared_data: Path) -> etree.XMLSchema:
    """The schema of the standard itself."""
    return etree.XMLSchema(etree.parse(shared_data / "bmecat" / "bmecat_2005_1.xsd"))


@pytest.mark.data
def test_what_is_written_is_valid(xsd: etree.XMLSchema) -> None:
    """A rich product, a bare one, and the whole shop keep every rule of the standard."""
    for source in (edition(RICH, BARE, PART), shop(), edition()):
        data = render_feed(channel(FeedFormat.BMECAT), source, NOW).data
        xsd.assertValid(etree.fromstring(data))


def test_what_is_written_reads_back(tmp_path: Path) -> None:
    """Identity, words, typed features, prices with tax, groups, files and references survive."""
    feed = render_feed(channel(FeedFormat.BMECAT), edition(RICH, BARE, PART), NOW)
    assert feed.problems == ()
    (tmp_path / "c.xml").write_bytes(feed.data)
    reading = read_catalog(tmp_path, [SourceSpec("bmecat", "c.xml")], ("de", "en"), {})
    assert reading.problems == []
    saddle: Product = reading.catalog.products["A-1"]
    assert (saddle.brand, saddle.mpn, saddle.gtin) == ("Norrvind", "A1", "04006381333931")
    assert saddle.title == {"de": "Saddle"}
    assert saddle.description == {"de": "Soft & <warm>.\nVery."}
    assert saddle.category == "teile/sättel"
    assert saddle.specs == {
        "weight": Number(value=0.35, unit="kg"),
        "rider": Span(low=165, high=190, unit="cm"),
        "vegan": Flag(value=True),
        "note": Words(text={"de": ("long " * 30).strip()}),
    }
    whole = Tax(included=True, rate=saddle.prices[0].tax.rate)  # type: ignore[union-attr]
    assert [(p.list, str(p.amount), p.min_quantity, p.tax) for p in saddle.prices] == [
        ("nrp", "10.00", 1, whole),
        ("nrp", "9.00", 10, None),
    ]
    assert str(whole.rate) == "19"
    assert set(saddle.relations) == {
        Relation(type=RelationType.ACCESSORY, sku="B-1"),
        Relation(type=RelationType.PART, sku="C-1", quantity=2),
    }
    assert [media.url[-8:] for media in saddle.media] == ["aa/a.jpg"]
    assert [document.type.value for document in saddle.documents] == ["datasheet"]
    assert reading.catalog.products["B-1"].prices == ()


def test_what_the_standard_cannot_carry_is_told() -> None:
    """A SKU of more than 32 characters is left out with its reason."""
    feed = render_feed(channel(FeedFormat.BMECAT), edition(product(sku="x" * 33)), NOW)
    assert [(p.code, p.path) for p in feed.problems] == [("feed-item-left-out", "x" * 33)]
    assert b"<PRODUCT " not in feed.data


@pytest.mark.data
def test_a_real_catalog_is_valid_and_read(
    xsd: etree.XMLSchema, shared_data: Path, tmp_path: Path
) -> None:
    """A manufacturer's own export, is valid but for its name space, and is read whole."""
    path = shared_data / "bmecat" / "WEI_BMECat_1609801044.xml"
    data = path.read_bytes().replace(b"bmecat/2005+onto", b"bmecat/2005.1")
    xsd.assertValid(etree.fromstring(data))
    (tmp_path / "c.xml").write_bytes(data)
    reading = read_catalog(tmp_path, [SourceSpec("bmecat", "c.xml")], ("de", "en"), {})
    assert reading.problems == []
    assert len(reading.catalog.products["1609801044"].specs) > 30
