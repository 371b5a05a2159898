"""Google Manufacturer Center feed: what a brand itself says about its products.

The recommended price is the edition's; a product without a global GTIN cannot be matched by
Google and is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from syndicator.feeds.google import Fields, group, repeated, rss
from syndicator.feeds.item import Item
from syndicator.feeds.model import Channel, Feed, FeedInput
from syndicator.feeds.pieces import Form
from syndicator.feeds.syndication import google_entry, google_items
from syndicator.rendering.finished import Keeping


def google_manufacturer(
    channel: Channel, source: FeedInput, now: datetime, keeping: Keeping
) -> Feed:
    """Return the Manufacturer Center feed of one partner's edition.

    Cost: linear in the text of what is not kept; the whole feed is held in memory.
    """
    return rss(channel, source, now, _FORM, keeping)


def _written(_: FeedInput, items: Sequence[Item]) -> list[bytes]:
    return google_items(
        google_entry(item.title, "", item.description, _fields(item)) for item in items
    )


_FORM = Form(_written, rich=True)


def _fields(item: Item) -> Fields:
    """Return the fields of one item in the order of Google's specification."""
    release = item.available_from.isoformat() if item.available_from else ""
    named = {
        "id": item.id,
        "brand": item.brand,
        "gtin": item.gtin,
        "mpn": item.mpn,
        "product_page_url": item.link,
        "image_link": item.image,
        "product_type": item.product_type,
        "item_group_id": item.group,
        "release_date": release,
        "suggested_retail_price": item.price,
    }
    fields: Fields = [(name, value) for name, value in named.items() if value]
    fields += [("additional_image_link", image) for image in item.images]
    fields += list(item.axes)
    names = ("headline", "text", "image_link")
    fields += [("feature_description", group(names, feature)) for feature in item.features]
    return fields + repeated(item)
