"""Product feeds as JSON Lines, for readers that are programs: OpenAI's file upload and ACP.

Unknown values are left out, never written as `null` or a placeholder. Both specifications still
move; the dates say which state is written here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from babel.numbers import get_currency_precision

from syndicator import canonical
from syndicator.feeds.item import Item
from syndicator.feeds.model import Channel, Feed, FeedInput
from syndicator.feeds.pieces import Form, pieces
from syndicator.feeds.text import line
from syndicator.rendering.finished import Keeping

MEDIA_TYPE = "application/jsonl"

_OPENAI_AVAILABILITY = {"preorder": "pre_order"}


def openai(channel: Channel, source: FeedInput, now: datetime, keeping: Keeping) -> Feed:
    """Return OpenAI's product file: one item a line, the partner as the seller."""
    rows, problems = pieces(channel, source, now, _OPENAI, keeping)
    return Feed(b"".join(rows), MEDIA_TYPE, tuple(problems))


def _openai(source: FeedInput, items: Sequence[Item]) -> list[bytes]:
    return [
        _line(
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
        )
        for item in items
    ]


def acp(channel: Channel, source: FeedInput, now: datetime, keeping: Keeping) -> Feed:
    """Return an ACP product feed: one product with its variants a line."""
    items, problems = pieces(channel, source, now, _ACP, keeping)
    families: dict[str, tuple[str, list[Any]]] = {}
    for name, title, variant in map(canonical.decode, items):
        families.setdefault(name, (title, []))[1].append(variant)
    rows = (
        _line({"id": name, "title": title, "variants": variants})
        for name, (title, variants) in families.items()
    )
    return Feed(b"".join(rows), MEDIA_TYPE, tuple(problems))


def _acp(source: FeedInput, items: Sequence[Item]) -> list[bytes]:
    """Return family, title and variant of each item."""
    seller = line(source.partner_name)
    return [
        canonical.encode([item.group or item.id, item.title, _variant(item, seller)])
        for item in items
    ]


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


def _line(row: Mapping[str, Any]) -> bytes:
    """Return a line with one canonical JSON object."""
    return canonical.encode(_known(row)) + b"\n"


_OPENAI = Form(_openai, seller=True)
_ACP = Form(_acp, seller=True)
