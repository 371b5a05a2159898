"""Google Merchant feed: RSS 2.0 with the `g:` namespace, which Meta reads too.

An item that lacks a required field is left out and told as a problem, because one bad item costs
the partner more (a disapproved account) than one missing item.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from syndicator.feeds.item import Item
from syndicator.feeds.model import Channel, Feed, FeedInput
from syndicator.feeds.pieces import Form, pieces
from syndicator.feeds.syndication import google_entry, google_items, google_rss
from syndicator.rendering.finished import Keeping

Fields = list[tuple[str, str | list[tuple[str, str]]]]


def google(channel: Channel, source: FeedInput, now: datetime, keeping: Keeping) -> Feed:
    """Return the Google Merchant feed of one partner's edition.

    Cost: linear in the text of what is not kept; the whole feed is held in memory.
    """
    return rss(channel, source, now, _FORM, keeping)


def rss(channel: Channel, source: FeedInput, now: datetime, form: Form, keeping: Keeping) -> Feed:
    """Return a feed with the `g:` namespace, made of pieces."""
    items, problems = pieces(channel, source, now, form, keeping)
    data = google_rss(
        title=source.title,
        link=source.base_url,
        language=source.locale,
        built=source.updated(),
        items=items,
    )
    return Feed(data, "application/xml", tuple(problems))


def _written(_: FeedInput, items: Sequence[Item]) -> list[bytes]:
    return google_items(
        google_entry(item.title, item.link, item.description, _fields(item)) for item in items
    )


_FORM = Form(_written, rich=True)


def _fields(item: Item) -> Fields:
    """Return the fields of one item in the order of Google's specification."""
    fields: Fields = [("id", item.id), ("image_link", item.image)]
    fields += [("additional_image_link", image) for image in item.images]
    fields.append(("availability", item.availability))
    if item.available_from:
        fields.append(("availability_date", item.available_from.isoformat()))
    fields += [("price", item.price), ("condition", "new")]
    named = {
        "product_type": item.product_type,
        "brand": item.brand,
        "gtin": item.gtin,
        "mpn": item.mpn,
        "identifier_exists": "" if item.identified else "no",
        "item_group_id": item.group,
    }
    fields += [(name, value) for name, value in named.items() if value]
    fields += list(item.axes)
    return fields + repeated(item)


def repeated(item: Item) -> Fields:
    """Return the selling points and the specs, which the formats with tags can carry."""
    fields: Fields = [("product_highlight", text) for text in item.highlights]
    names = ("section_name", "attribute_name", "attribute_value")
    fields += [("product_detail", group(names, detail)) for detail in item.details]
    return fields


def group(names: tuple[str, ...], texts: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return the fields of a field; those without text are left out."""
    return [(name, text) for name, text in zip(names, texts, strict=True) if text]
