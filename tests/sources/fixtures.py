"""Sound inputs of every parser, small, for the campaign that breaks them."""

# ruff: noqa: E501, ISC004  pieces stand in rows

from __future__ import annotations

import io
import json
from typing import Any

from PIL import Image

from syndicator.feeds import FeedFormat
from syndicator.feeds.render import render_feed
from tests.catalog.richtext_cases import CASES, HOSTILE
from tests.feeds.shop import NOW, channel, edition, product
from tests.sources.test_formats import (
    AKENEO,
    BMECAT,
    ETIM,
    GOOGLE,
    GOOGLE_ATOM,
    GOOGLE_TABLE,
    ICECAT,
    MAGENTO,
    SHOPIFY,
)
from tests.sources.test_media import CLEAN, HEAD
from tests.sources.test_media import HOSTILE as HOSTILE_SVG
from tests.sources.test_reading import FAMILY, GOOD, MAPPING

__all__ = ["AKENEO", "AROUND", "FILES", "MAPPING", "RICH", "RULES", "SVGS", "pictures"]

PRODUCT: dict[str, Any] = {
    "sku": "A", "brand": "N", "title": {"en": "T", "de": "T"}, "gtin": "4006381333931",
    "highlights": ["a", {"en": "b"}], "specs": {"w": "2 kg", "r": "1..2 cm", "l": ["a"], "f": True},
    "media": [{"url": "https://n.example/1.jpg", "role": "hero", "rights": {"valid_from": "2026-01-01", "territories": ["DE"]}}],
    "documents": [{"url": "https://n.example/m.pdf", "type": "manual", "title": {"en": "M"}}],
    "videos": [{"url": "https://n.example/v", "poster": "a.png"}],
    "features": [{"title": "F", "text": "x"}],
    "relations": {"accessory": ["B", {"sku": "C", "quantity": 2}]},
    "variant": {"group": "g", "axes": {"size": "S"}},
    "prices": [{"list": "r", "amount": "9.90", "currency": "EUR", "tax": {"included": True, "rate": 19}}],
    "lifecycle": {"announce": "2026-01-01", "release": "2026-02-01T00:00:00Z"},
    "support": {"contacts": [{"name": "S", "territories": ["DE"]}], "questions": [{"question": "q", "answer": "a"}]},
    "extra": {"k": 1},
}  # fmt: skip
PRICES = (
    b"sku,amount,currency,valid_from,valid_until,min_quantity,tax,tax_rate,tax_class\n"
    b'B,9.90,EUR,2026-01-01,2027-01-01,1,included,19,standard\nC,"1.299,00 EUR",,,,10,excluded,,\n',
    b"sku;amount\nB;9.90\nX;1\n",
)
BARE = b"sku: B\nbrand: N\ntitle: T\n---\nsku: C\nbrand: N\ntitle: {en: T}\nspecs: {a: 1 kg}\n"
ROWS = (
    b'{"id": "A", "name": "x", "ean": ["4006381333931"], "price": 5, "weight": "2 kg"}\n',
    b'{"id": "B", "name": "y", "price": "1.299,00 EUR", "weight": 2.5, "in": {"a": {"b": 1}}}\n{"id": 7, "name": "z"}\n',
)
TABLES = (
    b'id;name;price;weight\nA;"Saddle; soft";"1.299,00";2,5 kg\nB;Bell;9,50;100 g\n',
    b'id,name,ean,price\r\nA,x,4006381333931,5\r\nB,"y ""q""",9.5205E+12,$7\r\n',
    "id\tname\nA\tRäder\n".encode("utf-16"),
    "id,name\nA,Räder\n".encode("cp1252"),
)  # fmt: skip
_TREE = json.dumps(PRODUCT).encode()
_FEED = render_feed(channel(FeedFormat.BMECAT), edition(product()), NOW).data
_SMALL_XML = (
    b"<rss><item><id>A</id><title>T</title><brand>N</brand><price>9 EUR</price></item></rss>"
)

AROUND = {
    "m.yaml": MAPPING,
    "content/families/bike.yaml": FAMILY,
    "content/products/b.yaml": BARE.decode(),
    "content/categories.yaml": "- {path: bikes, label: {en: Bikes}}",
}
"""What lies beside the file that is read: a mapping, and what products refer to."""

Case = tuple[str, str, tuple[bytes, ...], bool, dict[str, str]]
FILES: dict[str, Case] = {
    "yaml": ("yaml", "content/products/p.yaml", (GOOD.encode(), BARE), False, {}),
    "yaml tree": ("yaml", "content/products/p.yaml", (_TREE,), True, {}),
    "families": ("yaml", "content/families/bike.yaml", (FAMILY.encode(),), False, {}),
    "prices": ("yaml", "content/prices/retail.csv", PRICES, False, {}),
    "jsonl": ("jsonl", "p.jsonl", ROWS, False, {}),
    "jsonl tree": ("jsonl", "p.jsonl", (ROWS[0],), True, {}),
    "csv": ("csv", "p.csv", TABLES, False, {}),
    "shopify": ("shopify", "p.csv", (SHOPIFY.encode(),), False, {}),
    "magento": ("magento", "p.csv", (MAGENTO.encode(),), False, {"media": "https://n.example"}),
    "google": ("google", "p.xml", (GOOGLE.encode(), GOOGLE_ATOM.encode(), _SMALL_XML), False, {}),
    "google table": ("google", "p.tsv", (GOOGLE_TABLE.encode(),), False, {}),
    "bmecat": ("bmecat", "p.xml", (BMECAT.encode(), _FEED), False, {}),
    "icecat": ("icecat", "p.xml", (ICECAT.encode(),), False, {}),
    "etim": ("etim", "p.json", (json.dumps(ETIM).encode(),), True, {}),
}  # fmt: skip
"""Format, file, sound inputs, whether they are JSON, and options, by parser."""

RULES = b"""fields:
  sku: {column: id, prefix: "X-"}
  brand: {constant: N}
  title: {columns: {en: a, de: b}}
  gtin: {column: ean, first: true, when_invalid: drop}
  category: {column: path, split: " > ", several: "|"}
  lifecycle.release: {column: d, date_format: "%d/%m/%Y"}
media: [{column: img, role: hero, alt: t, split: ","}]
prices: [{list: r, currency: EUR, column: p, scale: 0.01, tax: {included: true, rate: 19}}]
specs: [{prefix: s_, type: number, unit: kg}, {column: c, type: list, split: ","}]
relations: [{column: rel, type: accessory}]
csv: {delimiter: ";", encoding: utf-8}
"""
RICH = (
    *(text.encode() for text, _ in CASES.values()),
    *(text.encode() for text in HOSTILE),
    b"<table><caption>a</caption><tr><th scope=row>b<td rowspan=2>c</table>",
    b"1. a\n   - b\n\n> c\n\n| x | y |\n|---|---|\n| 1 | `2` |\n\n[l](https://n.example)\n",
)
SVGS = (
    CLEAN.encode(),
    *(f"{HEAD}{hostile}</svg>".encode() for hostile in HOSTILE_SVG.values()),
)


def pictures() -> tuple[bytes, ...]:
    """Return small pictures of every kind that is published."""
    made = []
    for kind, options in (
        *(("PNG", {}), ("JPEG", {"exif": _turned()}), ("WEBP", {}), ("GIF", {}), ("AVIF", {})),
    ):
        out = io.BytesIO()
        Image.new("RGB", (8, 6), "teal").save(out, kind, **options)
        made.append(out.getvalue())
    return tuple(made)


def _turned() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    return exif.tobytes()
