"""Which products of an edition go into a product feed, and why the others do not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from syndicator.errors import Problem, Severity
from syndicator.feeds.item import ID_LIMIT, Item, item
from syndicator.feeds.model import Channel, FeedInput

_TOLD = {
    "image": "no picture",
    "amount": "no price",
    "link": "no value for its link",
    "gtin": "no GTIN that is known outside the company",
}


@dataclass(frozen=True, slots=True)
class Demand:
    """What a format asks of every item."""

    fields: tuple[str, ...]
    """Fields of `Item` that must not be empty."""
    dated_preorders: bool = False
    """Whether a pre-order needs its date."""
    ascii_id: bool = False
    long_id: bool = False
    """Whether a SKU may be longer than Google takes."""


def select(
    channel: Channel, source: FeedInput, now: datetime, demand: Demand
) -> tuple[list[Item], list[Problem]]:
    """Return the items that can go out, in the edition's order, and a warning for each other.

    An item that goes out although a reader may dislike it has a warning too.
    """
    items: list[Item] = []
    problems: list[Problem] = []
    for document in source.documents:
        made = item(document, base_url=source.base_url, link=channel.link, now=now)
        reasons = lacks(made, demand)
        if reasons:
            problems.append(_left_out(channel, source, made, reasons))
            continue
        items.append(made)
        if made.image and not made.readable:
            problems.append(_doubtful(channel, source, made))
    return items, problems


def lacks(made: Item, demand: Demand) -> tuple[str, ...]:
    """Return why an item cannot go out, each a short phrase; empty where it can."""
    reasons = [_TOLD.get(name, f"no {name}") for name in demand.fields if not getattr(made, name)]
    if not demand.long_id and len(made.id) > ID_LIMIT:
        reasons.append(f"its SKU is longer than {ID_LIMIT} characters")
    if demand.ascii_id and not made.id.isascii():
        reasons.append("its SKU is not ASCII")
    if demand.dated_preorders and made.availability == "preorder" and not made.available_from:
        reasons.append("it is announced without a release date")
    return tuple(reasons)


def _left_out(channel: Channel, source: FeedInput, made: Item, reasons: tuple[str, ...]) -> Problem:
    """Return the warning for a product that a feed does not hold."""
    return Problem(
        "feed-item-left-out",
        f"{made.id} is left out of the feed {channel.id} of {source.partner}",
        channel.origin,
        path=made.id,
        found="; ".join(reasons),
        severity=Severity.WARNING,
    )


def _doubtful(channel: Channel, source: FeedInput, made: Item) -> Problem:
    """Return the warning for a product that readers of the feed may refuse."""
    return Problem(
        "feed-item-doubtful",
        f"{made.id} may be refused in the feed {channel.id} of {source.partner}",
        channel.origin,
        path=made.id,
        found="its only pictures are of a type few readers take",
        fix="Add a picture as PNG, JPEG or WebP.",
        severity=Severity.WARNING,
    )
