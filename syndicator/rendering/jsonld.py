"""JSON-LD of a document: schema.org Product, without an Offer, which is the partner's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syndicator import canonical

_CODES = """
g=GRM kg=KGM t=TNE oz=ONZ lb=LBR mm=MMT cm=CMT m=MTR km=KMT in=INH ft=FOT m²=MTK ml=MLT l=LTR
W=WTT kW=KWT Wh=WHR kWh=KWH V=VLT A=AMP Ah=AMH Hz=HTZ kHz=KHZ MHz=MHZ GHz=A86 N=NEW Nm=NU Pa=PAL
bar=BAR s=SEC min=MIN h=HUR d=DAY km/h=KMH m/s=MTS %=P1 °=DD °C=CEL °F=FAH K=KEL lm=LUM lx=LUX
cd=CDL dB=2N byte=AD MB=4L GB=E34 TB=E35
"""
UNIT_CODES = dict(pair.split("=") for pair in _CODES.split())
"""Common codes of units (UN/CEFACT Recommendation 20) by our symbols; schema.org/unitCode."""


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


def _property(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return a spec as schema.org/PropertyValue: numbers with their unit, all else as it reads."""
    node = {"@type": "PropertyValue", "propertyID": item["key"], "name": item["label"]}
    match item.get("value"):
        case [int() | float() as low, int() | float() as high]:
            node |= {"minValue": low, "maxValue": high}
        case bool() | int() | float() as value:
            node["value"] = value
        case _:
            return node | {"value": item["text"]}
    unit = item.get("unit", "")
    told = {"unitText": unit, "unitCode": UNIT_CODES.get(unit, "")}
    return node | {key: value for key, value in told.items() if value}
