"""Which products of an edition go into a product feed, and why the others do not."""

from __future__ import annotations

from collections.abc import Callable

from syndicator.errors import Problem, Severity
from syndicator.feeds.demands import ASCII, LENGTH, Demand, unmet
from syndicator.feeds.model import Channel, FeedInput

_TOLD = {
    "image": "no picture",
    "amount": "no price",
    "link": "no value for its link",
    "gtin": "no GTIN that is known outside the company",
    "dated": "it is announced without a release date",
    ASCII: "its SKU is not ASCII",
}

_NAMED = 5
"""SKUs that a warning about many names."""


def reasons(demand: Demand, sku: str, has: Callable[[str], object]) -> tuple[str, ...]:
    """Return why a product cannot go out, each a short phrase; empty where it can."""
    told = {**_TOLD, LENGTH: f"its SKU is longer than {demand.id_limit} characters"}
    return tuple(told.get(name, f"no {name}") for name in unmet(demand, sku, has))


def left_out(channel: Channel, source: FeedInput, sku: str, reasons: tuple[str, ...]) -> Problem:
    """Return the warning for a product that a feed does not hold."""
    return Problem(
        "feed-item-left-out",
        f"{sku} is left out of the feed {channel.id} of {source.partner}",
        channel.origin,
        path=sku,
        found="; ".join(reasons),
        severity=Severity.WARNING,
    )


def doubts(
    channel: Channel, source: FeedInput, unread: list[str], foreign: list[str]
) -> list[Problem]:
    """Return a warning for each cause for which readers may refuse items that go out."""
    return [
        *_doubtful(
            channel,
            source,
            unread,
            expected="a picture as PNG, JPEG or WebP",
            fix="Add such a picture to these products.",
        ),
        *_doubtful(
            channel,
            source,
            foreign,
            expected=f"words in {source.locale}",
            fix="Translate these products, or choose another locale for the channel.",
        ),
    ]


def _doubtful(
    channel: Channel, source: FeedInput, skus: list[str], *, expected: str, fix: str
) -> list[Problem]:
    """Return the warning for products that readers of the feed may refuse, if there are any."""
    if not skus:
        return []
    told = ", ".join(skus[:_NAMED])
    if len(skus) > _NAMED:
        told += f" and {len(skus) - _NAMED} more"
    return [
        Problem(
            "feed-item-doubtful",
            f"readers may refuse {len(skus)} items of the feed {channel.id} of {source.partner}",
            channel.origin,
            expected=expected,
            found=f"none for {told}",
            fix=fix,
            severity=Severity.WARNING,
        )
    ]
