"""Google Merchant feed: RSS 2.0 with the `g:` namespace, which Meta reads too.

An item that lacks a required field is left out and told as a problem, because one bad item costs
the partner more (a disapproved account) than one missing item.
"""

from __future__ import annotations

from datetime import datetime

from syndicator.feeds.item import Item
from syndicator.feeds.model import Channel, Feed, FeedInput
from syndicator.feeds.selection import select
from syndicator.feeds.syndication import google_entry, google_rss

Fields = list[tuple[str, str | list[tuple[str, str]]]]


def google(channel: Channel, source: FeedInput, now: datetime) -> Feed:
    """Return the Google Merchant feed of one partner's edition.

    Cost: linear in the edition's text; the whole feed is held in memory.
    """
    items, problems = select(channel, source, now)
    data = google_rss(
        title=f"{source.brand} \u2013 {source.partner_name}",
        link=source.base_url,
        language=source.locale,
        built=source.updated(),
        entries=[
            google_entry(item.title, item.link, item.description, _fields(item)) for item in items
        ],
    )
    return Feed(data, "application/xml", "xml", tuple(problems))


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
    fields += [("product_highlight", text) for text in item.highlights]
    fields += [("product_detail", _detail(detail)) for detail in item.details]
    return fields


def _detail(detail: tuple[str, str, str]) -> list[tuple[str, str]]:
    """Return one row of the specs; the section may be empty and is left out then."""
    names = ("section_name", "attribute_name", "attribute_value")
    return [(name, text) for name, text in zip(names, detail, strict=True) if text]
