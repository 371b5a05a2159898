"""Which price list a partner has at an instant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from syndicator.entitlement.rules import Manifests, Partner, PriceList

_FIRST = datetime.min.replace(tzinfo=UTC)
_LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class PriceChoice:
    """The lists that can hold for a partner, nearest first; at most one holds at an instant."""

    lists: tuple[PriceList, ...] = ()
    clash: tuple[PriceList, PriceList] | None = None
    """Two equally near lists whose windows meet, if there are such."""

    def at(self, now: datetime, zone: str) -> PriceList | None:
        """Return the list in effect. Where two clash there is none: no price is shown."""
        if self.clash is not None:
            return None
        return next((each for each in self.lists if each.window.holds(now, zone)), None)


def price_lists_of(manifests: Manifests, partner: Partner) -> PriceChoice:
    """Find the price lists of a partner.

    The one that the partner names, and no other; else those addressed to it (and in its
    currency, where it names one), the nearest in effect first. Cost: price lists squared.
    """
    if partner.price_list:
        named = manifests.price_lists.get(partner.price_list)
        return PriceChoice((named,) if named else ())
    scopes = set(manifests.scopes(partner))
    lists = [
        each
        for each in manifests.price_lists.values()
        if each.assigned and each.scope in scopes and partner.currency in {"", each.currency}
    ]
    return PriceChoice(
        tuple(sorted(lists, key=lambda each: (_height(manifests, lists, each), each.id))),
        _clash(manifests, partner, lists),
    )


def _height(manifests: Manifests, lists: list[PriceList], one: PriceList) -> int:
    """Count the lists that are nearer: sorts a partial order of nearness."""
    return sum(manifests.nearer(other.scope, one.scope) for other in lists)


def _clash(
    manifests: Manifests, partner: Partner, lists: list[PriceList]
) -> tuple[PriceList, PriceList] | None:
    for number, one in enumerate(lists):
        for other in lists[number + 1 :]:
            ordered = manifests.nearer(one.scope, other.scope) or manifests.nearer(
                other.scope, one.scope
            )
            if not ordered and _meet(one, other, partner.timezone):
                return (one, other)
    return None


def _meet(one: PriceList, other: PriceList, zone: str) -> bool:
    (first, last), (begin, end) = one.window.bounds(zone), other.window.bounds(zone)
    return max(first or _FIRST, begin or _FIRST) < min(last or _LAST, end or _LAST)
