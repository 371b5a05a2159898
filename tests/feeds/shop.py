"""The shop that the feed tests tell about, read from its golden input."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lxml import etree

from syndicator.errors import Origin
from syndicator.feeds import Channel, FeedFormat, FeedInput, changes_from_record

GOLDEN = Path(__file__).parent / "golden"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
LINK = "https://velohaus.example/p/{sku}"


def channel(form: FeedFormat, **changes: Any) -> Channel:
    """A channel of the shop in one format."""
    made = Channel(form.value, form, "all", Origin("publish/channels/shop.yaml", 2), link=LINK)
    return replace(made, **changes)


def shop(**changes: Any) -> FeedInput:
    """The whole edition of the shop."""
    data = json.loads((GOLDEN / "shop.input.json").read_text("utf-8"))
    data["documents"] = tuple(data["documents"])
    data["changes"] = changes_from_record(data["changes"])
    return FeedInput(**{**data, **changes})


def product(**changes: Any) -> dict[str, Any]:
    """One complete product; a change of None removes the key."""
    document = {
        "sku": "A-1",
        "brand": "Norrvind",
        "mpn": "A1",
        "title": "Saddle",
        "summary": "A saddle.",
        "media": [{"src": "m/aa/a.jpg", "type": "image/jpeg", "role": "hero", "alt": "Saddle"}],
        "price": {"amount": "10.00", "currency": "EUR", "text": "10 EUR"},
        **changes,
    }
    return {key: value for key, value in document.items() if value is not None}


def edition(*documents: dict[str, Any]) -> FeedInput:
    """The shop with other products, and no changes."""
    return shop(documents=documents, changes=())


def parse(data: bytes) -> Any:
    """The root element of a feed, read by a parser that accepts well-formed XML only."""
    return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))
