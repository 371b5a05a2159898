"""What search engines read: a product in schema.org's own words, and no second offer."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from syndicator.rendering import describe

BASE = "https://aisle.example/"
SPECS = [
    {"key": "weight", "label": "Gewicht", "text": "14,2 kg", "value": 14.2, "unit": "kg"},
    {"key": "height", "label": "Größe", "text": "165–190 cm", "value": [165, 190], "unit": "cm"},
    {"key": "foldable", "label": "Faltbar", "text": "Nein", "value": False},
    {"key": "sizes", "label": "Rahmen", "text": "S, M", "value": ["S", "M"]},
    {"key": "brakes", "label": "Bremsen", "text": "Scheiben"},
    {"key": "odd", "label": "Seltsam", "text": "3 Plutzer", "value": 3, "unit": "Plutzer"},
]
DOCUMENT = {
    "sku": "B-1",
    "brand": "Maker",
    "mpn": "M1",
    "gtin": "04006381333931",
    "model": "B",
    "title": "Rad",
    "summary": "Leicht",
    "price": {"amount": "9.90", "currency": "EUR", "text": "9,90 €"},
    "category": [{"code": "a", "label": "Räder"}, {"code": "b", "label": "Stadt"}],
    "media": [
        {"src": "m/ab/a.svg", "alt": "", "role": "hero"},
        {"src": "https://x.example/b.jpg", "alt": "", "role": "gallery"},
    ],
    "specs": [{"group": "Alles", "items": SPECS}],
}


def test_every_identifier_is_told() -> None:
    node = describe(DOCUMENT, BASE)
    told = {name: node[name] for name in ("sku", "mpn", "gtin14", "model")}
    assert told == {"sku": "B-1", "mpn": "M1", "gtin14": "04006381333931", "model": "B"}
    assert node["brand"] == {"@type": "Brand", "name": "Maker"}


def test_pictures_have_absolute_addresses() -> None:
    images = describe(DOCUMENT, BASE)["image"]
    assert images == ["https://aisle.example/m/ab/a.svg", "https://x.example/b.jpg"]


def test_the_price_is_the_partners_to_tell() -> None:
    text = str(describe(DOCUMENT, BASE)).lower()
    assert "offer" not in text
    assert "9.90" not in text
    assert "price" not in text


def test_specs_are_numbers_with_units_where_they_are_numbers() -> None:
    kind = {"@type": "PropertyValue"}
    assert describe(DOCUMENT, BASE)["additionalProperty"] == [
        {
            **kind,
            "propertyID": "weight",
            "name": "Gewicht",
            "value": 14.2,
            "unitText": "kg",
            "unitCode": "KGM",
        },
        {
            **kind,
            "propertyID": "height",
            "name": "Größe",
            "minValue": 165,
            "maxValue": 190,
            "unitText": "cm",
            "unitCode": "CMT",
        },
        {**kind, "propertyID": "foldable", "name": "Faltbar", "value": False},
        {**kind, "propertyID": "sizes", "name": "Rahmen", "value": "S, M"},
        {**kind, "propertyID": "brakes", "name": "Bremsen", "value": "Scheiben"},
        {**kind, "propertyID": "odd", "name": "Seltsam", "value": 3, "unitText": "Plutzer"},
    ]


Vocabulary = dict[str, dict[str, set[str]]]
"""What may stand for each property of each type."""
_RANGES = {str: {"Text", "URL"}, bool: {"Boolean"}, int: {"Number"}, float: {"Number"}}


@pytest.fixture(scope="module")
def vocabulary(shared_data: Path) -> Vocabulary:
    """schema.org's own shapes, with what types inherit from Thing."""
    text = (shared_data / "schemas/schemaorg-shacl/schemaorg_export_v14.shacl").read_text("utf-8")
    shapes: Vocabulary = {}
    for name, block in re.findall(r"(?ms)^:ValidSchema(\w+) a sh:NodeShape(.*?) \.$", text):
        pairs = re.findall(r"(?s)\[ (sh:(?:node|or).*?) ;\s+sh:path schema1:(\w+) \]", block)
        shapes[name] = {path: set(re.findall(r":ValidSchema(\w+)", node)) for node, path in pairs}
    for name in ("Product", "Brand", "PropertyValue"):
        shapes[name] = shapes["Thing"] | shapes[name]
    return shapes


def unknown(node: dict[str, Any], vocabulary: Vocabulary) -> list[str]:
    """Return what the vocabulary does not know, as paths."""
    kind = node["@type"]
    found = []
    for name, value in node.items():
        if name.startswith("@"):
            continue
        ranges = vocabulary[kind].get(name, set())
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict):
                found += [f"{name}.{path}" for path in unknown(one, vocabulary)]
                given = {one["@type"]}
            else:
                given = _RANGES[type(one)]
            if not ranges & given:
                found.append(f"{name}: {given} for {ranges or 'no such property'}")
    return found


def test_every_word_is_of_schema_org(vocabulary: Vocabulary) -> None:
    assert unknown(describe(DOCUMENT, BASE), vocabulary) == []


def test_the_check_sees_a_word_that_is_not(vocabulary: Vocabulary) -> None:
    node = describe(DOCUMENT, BASE)
    assert len(unknown({**node, "gtinn": "1", "brand": "Maker"}, vocabulary)) == 2
