"""JSON-LD of a document: schema.org Product, without an Offer, which is the partner's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syndicator import canonical


def describe(document: Mapping[str, Any], base_url: str) -> dict[str, Any]:
    """Return the schema.org Product (schema.org/Product) of a rendered document.

    `base_url` is the root of the public zone, with its final slash. The partner's page merges the
    node with its own by `sku` or `gtin14`; price and availability are said by the partner alone
    (Google Search Central, merchant listing).
    """
    node: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": document.get("title", ""),
        "description": document.get("summary", ""),
        "sku": document["sku"],
        "mpn": document.get("mpn", ""),
        "gtin14": document.get("gtin", ""),
        "model": document.get("model", ""),
        "brand": {"@type": "Brand", "name": document["brand"]},
        "category": " > ".join(part["label"] for part in document.get("category", ())),
        "image": [_absolute(media["src"], base_url) for media in document.get("media", ())],
        "additionalProperty": [
            _property(item) for group in document.get("specs", ()) for item in group["items"]
        ],
    }
    return {key: value for key, value in node.items() if value}


def script_safe(node: dict[str, Any]) -> str:
    """Return JSON that may stand in a `<script>` element: it cannot close it (HTML, 4.12.1.3)."""
    return canonical.encode(node).decode().replace("<", "\\u003c").replace("\u2028", "\\u2028")


def _absolute(source: str, base_url: str) -> str:
    return source if "://" in source else base_url + source


def _property(item: dict[str, Any]) -> dict[str, Any]:
    node = {
        "@type": "PropertyValue",
        "name": item["label"],
        "value": item.get("value", item["text"]),
    }
    if isinstance(node["value"], list):
        node["value"] = item["text"]
    return node | ({"unitText": item["unit"]} if "unit" in item else {})
