"""What each product feed asks of a product: the one list that feeds and `check` go by."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from syndicator.feeds.item import ID_LIMIT
from syndicator.feeds.model import FeedFormat

LENGTH, ASCII = "length", "ascii"
"""What a SKU can be missing."""


@dataclass(frozen=True, slots=True)
class Demand:
    """What a format asks of every item; one that lacks any of it is left out."""

    title: str
    """The reader of the feed, for people."""
    fields: tuple[str, ...]
    """Fields of `Item` that must not be empty."""
    id_limit: int = ID_LIMIT
    """Characters that a SKU may have; 0 is any number."""
    ascii_id: bool = False


_GOOGLE = Demand("Google Merchant", ("title", "description", "link", "image", "amount", "dated"))
DEMANDS: Mapping[FeedFormat, Demand] = {
    FeedFormat.GOOGLE: _GOOGLE,
    FeedFormat.GOOGLE_TSV: _GOOGLE,
    FeedFormat.GOOGLE_MANUFACTURER: Demand(
        "Google Manufacturer Center", ("title", "gtin"), ascii_id=True
    ),
    FeedFormat.OPENAI: Demand(
        "OpenAI", ("title", "description", "link", "brand", "image", "amount")
    ),
    FeedFormat.ACP: Demand("Agentic Commerce Protocol", ("title",), id_limit=0),
    FeedFormat.BMECAT: Demand("BMEcat 2005.1", ("title",), id_limit=32),
}
"""By the formats of products; change feeds take whatever there is."""


def unmet(demand: Demand, sku: str, has: Callable[[str], object]) -> Iterator[str]:
    """Yield what a product lacks: fields that it does not have, and what its SKU is not."""
    yield from (name for name in demand.fields if not has(name))
    if demand.id_limit and len(sku) > demand.id_limit:
        yield LENGTH
    if demand.ascii_id and not sku.isascii():
        yield ASCII
