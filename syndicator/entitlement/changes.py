"""What two states of a workspace give differently to each partner, and because of which rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from pyroaring import BitMap

from syndicator.entitlement.causes import BY_MEMBERSHIP, Cause, Side, Sides
from syndicator.entitlement.resolver import World
from syndicator.entitlement.rights import Rights
from syndicator.entitlement.rules import ProductRule
from syndicator.entitlement.snapshot import Answer
from syndicator.entitlement.terms import Standing, Term, terms
from syndicator.errors import Origin, Problem, Severity

NOWHERE = Origin("manifests")


@dataclass(frozen=True, slots=True)
class PartnerChange:
    """What one partner gains and loses between two states."""

    partner: str
    gained: tuple[str, ...]
    lost: tuple[str, ...]
    before: int
    """How many products it had."""
    terms: tuple[Term, ...] = ()
    """What else differs, and because of which rule: price list, hidden fields, widgets, ..."""
    causes: tuple[Cause, ...] = ()

    @property
    def share_lost(self) -> float:
        """The part of the former assortment that is lost, from 0 to 1."""
        return len(self.lost) / self.before if self.before else 0.0

    def as_json(self) -> dict[str, object]:
        """Return the change as plain data for `--json`."""
        return {
            "partner": self.partner,
            "gained": list(self.gained),
            "lost": list(self.lost),
            "before": self.before,
            "terms": {term.name: term.as_json() for term in self.terms},
            "causes": [cause.as_json() for cause in self.causes],
        }


def compare_worlds(
    before: World, after: World, now: datetime, since: datetime | None = None
) -> tuple[PartnerChange, ...]:
    """Return what differs for each partner, partners without a difference left out.

    Args:
        before: The former catalog and manifests.
        after: The catalog and manifests of now.
        now: The instant at which `after` is looked at.
        since: The instant at which `before` is looked at; default: `now`, so that only edits
            show and not the passing of time.

    Cost: two resolutions, and the rules of the partners that differ.
    """
    return _Comparison(before, after, since or now, now).changes()


def warn_of_losses(changes: Iterable[PartnerChange], share: float) -> list[Problem]:
    """Return a warning for each partner that loses more than a share (0 to 1) of its products."""
    return [
        Problem(
            "large-loss",
            f"partner {change.partner!r} loses {len(change.lost)} of {change.before} products",
            next((cause.origin for cause in change.causes if cause.origin), NOWHERE),
            expected=f"at most {share:.0%}",
            found=f"{change.share_lost:.0%}, because of "
            + (", ".join(f"{cause.name} {cause.how}" for cause in change.causes) or "the catalog"),
            severity=Severity.WARNING,
        )
        for change in changes
        if change.share_lost > share
    ]


class _Comparison:
    def __init__(self, before: World, after: World, since: datetime, now: datetime) -> None:
        same = before.index.order == after.index.order
        self.skus = list(after.index.order)
        numbers: tuple[int, ...] | None = None
        if not same:
            known = after.index.positions
            gone = [sku for sku in before.index.order if sku not in known]
            more = {sku: len(self.skus) + number for number, sku in enumerate(gone)}
            numbers = tuple(known.get(sku, more.get(sku, 0)) for sku in before.index.order)
            self.skus += gone
        self.before = Side(before, before.snapshot(since), numbers)
        self.after = Side(after, after.snapshot(now), None)
        self.sides = Sides(self.before, self.after)
        self.causes: dict[tuple[str, str], tuple[Cause, ...]] = {}

    def changes(self) -> tuple[PartnerChange, ...]:
        partners = sorted({*self.before.world.rights, *self.after.world.rights})
        found = (self._partner(name) for name in partners)
        return tuple(change for change in found if change is not None)

    def _partner(self, name: str) -> PartnerChange | None:
        old, new = self.before.world.rights.get(name), self.after.world.rights.get(name)
        was, answer = _answer(self.before, old), _answer(self.after, new)
        then, held = self.before.common(was.products), answer.products
        gained, lost = held - then, then - held
        differing: tuple[Term, ...] = ()
        if old is not None and new is not None:
            sides = Standing(self.before, old, was), Standing(self.after, new, answer)
            differing = terms(self.sides, name, *sides)
        if not gained and not lost and not differing:
            return None
        return PartnerChange(
            name,
            tuple(self.skus[at] for at in gained),
            tuple(self.skus[at] for at in lost),
            len(then),
            differing,
            self._causes(name, old, new, gained | lost),
        )

    def _causes(
        self, partner: str, old: Rights | None, new: Rights | None, moved: BitMap
    ) -> tuple[Cause, ...]:
        if old is None or new is None:
            how = "removed" if new is None else "added"
            who = self.after.partner(partner) or self.before.partner(partner)
            place = who.origin if who else None
            return (Cause(f"partner {partner}", how, len(moved), place),)
        key = (old.identity, new.identity)
        if key not in self.causes:
            self.causes[key] = tuple(self._moving(old, new, moved))
        found = self.causes[key]
        if any(cause.how in BY_MEMBERSHIP for cause in found):
            return (*found, *self.sides.membership(partner))
        return found

    def _moving(self, old: Rights, new: Rights, moved: BitMap) -> Iterator[Cause]:
        was, now = _rules(old), _rules(new)
        for name in sorted({*was, *now}):
            before = _reach(self.before, was.get(name))
            after = _reach(self.after, now.get(name))
            share = (before ^ after) & moved
            if share:
                held = (_holds(self.before, was.get(name)), _holds(self.after, now.get(name)))
                yield self.sides.cause(name, (name in was, name in now), held, len(share))
        announced = (self._embargo(self.before) ^ self._embargo(self.after)) & moved
        if announced:
            yield Cause("embargo", "ended or began", len(announced))
        listed = (self._everything(self.before) ^ self._everything(self.after)) & moved
        if listed:
            yield Cause("catalog", "gained or lost products", len(listed))

    def _embargo(self, side: Side) -> BitMap:
        return side.common(side.snapshot.embargoed)

    def _everything(self, side: Side) -> BitMap:
        return side.common(side.world.index.everything)


_Found: TypeAlias = tuple[ProductRule, Rights] | None


def _holds(side: Side, found: _Found) -> bool:
    return found is not None and found[0].window.holds(side.snapshot.at, found[1].zone)


def _reach(side: Side, found: _Found) -> BitMap:
    if found is None or not _holds(side, found):
        return BitMap()
    return side.common(side.snapshot.compiler.products(found[0].selector))


def _answer(side: Side, rights: Rights | None) -> Answer:
    if rights is None:
        return Answer(BitMap(), "", frozenset(), frozenset())
    return side.snapshot.answer(rights)


def _rules(rights: Rights) -> dict[str, tuple[ProductRule, Rights]]:
    """Return the rules that select products, the distributor's included, with whose they are."""
    found = _rules(rights.distributor) if rights.distributor else {}
    own = {rule.name: (rule, rights) for rule in (*rights.permits, *rights.forbids)}
    return found | own
