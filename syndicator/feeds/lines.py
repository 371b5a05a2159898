"""Product feeds as JSON Lines, for readers that are programs: OpenAI's file upload and ACP.

Unknown values are left out, never written as `null` or a placeholder. Both specifications still
move; the dates say which state is written here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from babel.numbers import get_currency_precision

from syndicator import canonical
from syndicator.feeds.item import Item
from syndicator.feeds.model import Channel, Feed, FeedInput
from syndicator.feeds.selection import select
from syndicator.feeds.text import line

MEDIA_TYPE = "application/jsonl"

_OPENAI_AVAILABILITY = {"preorder": "pre_order"}


def openai(channel: Channel, source: FeedInput, now: datetime) -> Feed:
    """Return OpenAI's product file: one item a line, the partner as the seller."""
    items, problems = select(channel, source, now)
    rows = (
        {
            "item_id": item.id,
            "title": item.title,
            "description": item.description,
            "url": item.link,
            "brand": item.brand,
            "seller_name": line(source.partner_name),
            "image_url": item.image,
            "availability": _OPENAI_AVAILABILITY.get(item.availability, item.availability),
            "price": item.price,
            "gtin": item.gtin,
            "mpn": item.mpn,
        }
        for item in items
    )
    return Feed(_lines(rows), MEDIA_TYPE, tuple(problems))


def acp(channel: Channel, source: FeedInput, now: datetime) -> Feed:
    """Return an ACP product feed: one product with its variants a line."""
    items, problems = select(channel, source, now)
    families: dict[str, list[Item]] = {}
    for item in items:
        families.setdefault(item.group or item.id, []).append(item)
    seller = line(source.partner_name)
    rows = (
        {
            "id": name,
            "title": members[0].title,
            "variants": [_variant(item, seller) for item in members],
        }
        for name, members in families.items()
    )
    return Feed(_lines(rows), MEDIA_TYPE, tuple(problems))


def _variant(item: Item, seller: str) -> dict[str, Any]:
    """Return one purchasable variant."""
    images = (item.image, *item.images) if item.image else ()
    return _known(
        {
            "id": item.id,
            "title": item.title,
            "description": _known({"plain": item.description}),
            "url": item.link,
            "barcodes": [{"type": "GTIN", "value": item.gtin}] if item.gtin else [],
            "price": _minor_units(item),
            "availability": {
                "available": item.availability != "out_of_stock",
                "status": item.availability,
            },
            "categories": [{"value": item.product_type, "taxonomy": "merchant"}]
            if item.product_type
            else [],
            "condition": ["new"],
            "variant_options": [{"name": name, "value": value} for name, value in item.axes],
            "media": [{"type": "image", "url": image} for image in images],
            "seller": _known({"name": seller}),
        }
    )


def _minor_units(item: Item) -> dict[str, Any]:
    """Return the price in minor units; nothing where it has parts of them."""
    if not item.amount:
        return {}
    units = Decimal(item.amount).scaleb(int(get_currency_precision(item.currency)))
    if units != units.to_integral_value():
        return {}
    return {"amount": int(units), "currency": item.currency}


def _known(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that say something."""
    return {key: value for key, value in values.items() if value not in ("", [], {})}


def _lines(rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Return one canonical JSON object a line."""
    return b"".join(canonical.encode(_known(row)) + b"\n" for row in rows)
