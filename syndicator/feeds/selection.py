"""Which products of an edition go into a product feed, and why the others do not."""

from __future__ import annotations

from datetime import datetime

from syndicator.errors import Problem, Severity
from syndicator.feeds.item import Item, item
from syndicator.feeds.model import Channel, FeedInput


def select(channel: Channel, source: FeedInput, now: datetime) -> tuple[list[Item], list[Problem]]:
    """Return the items that can go out, in the edition's order, and a warning for each other.

    An item that goes out although a reader may dislike it has a warning too.
    """
    items: list[Item] = []
    problems: list[Problem] = []
    for document in source.documents:
        made = item(document, base_url=source.base_url, link=channel.link, now=now)
        if not made.reasons:
            items.append(made)
        if told := made.reasons or made.remarks:
            problems.append(_warning(channel, source, made, told))
    return items, problems


def _warning(channel: Channel, source: FeedInput, made: Item, told: tuple[str, ...]) -> Problem:
    """Return the warning for one product of one partner's feed."""
    left_out = bool(made.reasons)
    where = f"the feed {channel.id} of {source.partner}"
    return Problem(
        "feed-item-left-out" if left_out else "feed-item-doubtful",
        f"{made.id} is left out of {where}" if left_out else f"{made.id} may be refused in {where}",
        channel.origin,
        path=made.id,
        found="; ".join(told),
        severity=Severity.WARNING,
    )
