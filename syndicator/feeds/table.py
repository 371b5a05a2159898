"""Google's product fields as tab-separated text, which Meta and other readers take as well.

Fields that repeat with parts of their own (selling points, specs) have no place in a table and are
left to the RSS form.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import datetime

from syndicator.feeds.item import Item
from syndicator.feeds.model import Channel, Feed, FeedInput
from syndicator.feeds.pieces import Form, pieces
from syndicator.feeds.text import line
from syndicator.rendering.finished import Keeping

COLUMNS = (
    "id",
    "title",
    "description",
    "link",
    "image_link",
    "additional_image_link",
    "availability",
    "availability_date",
    "price",
    "condition",
    "product_type",
    "brand",
    "gtin",
    "mpn",
    "identifier_exists",
    "item_group_id",
    "color",
    "size",
    "material",
)


def google_tsv(channel: Channel, source: FeedInput, now: datetime, keeping: Keeping) -> Feed:
    """Return the product table of one partner's edition: a head row and a row an item."""
    rows, problems = pieces(channel, source, now, _FORM, keeping)
    data = b"".join((_line(COLUMNS), *rows))
    return Feed(data, "text/tab-separated-values", tuple(problems))


def _written(_: FeedInput, items: Sequence[Item]) -> list[bytes]:
    return [_line(_row(item)) for item in items]


def _line(cells: Sequence[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter="\t", lineterminator="\n").writerow(cells)
    return text.getvalue().encode()


_FORM = Form(_written)


def _row(item: Item) -> list[str]:
    """Return the cells of one item; none holds a tab or a line break."""
    cells = {
        "id": item.id,
        "title": item.title,
        "description": item.description,
        "link": item.link,
        "image_link": item.image,
        "additional_image_link": ",".join(image.replace(",", "%2C") for image in item.images),
        "availability": item.availability,
        "availability_date": item.available_from.isoformat() if item.available_from else "",
        "price": item.price,
        "condition": "new",
        "product_type": item.product_type,
        "brand": item.brand,
        "gtin": item.gtin,
        "mpn": item.mpn,
        "identifier_exists": "" if item.identified else "no",
        "item_group_id": item.group,
        **dict(item.axes),
    }
    return [line(cells.get(column, "")) for column in COLUMNS]
