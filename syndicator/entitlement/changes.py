"""What two states of a workspace give differently to each partner, and because of which rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from pyroaring import BitMap

from syndicator.entitlement.resolver import World
from syndicator.entitlement.rights import Rights
from syndicator.entitlement.rules import ProductRule
from syndicator.entitlement.selector import Selector, names
from syndicator.entitlement.snapshot import Answer, Snapshot
from syndicator.errors import Origin, Problem, Severity

NOWHERE = Origin("manifests")


@dataclass(frozen=True, slots=True)
class Cause:
    """Why products came or went: a rule that was edited, or what else moved."""

    name: str
    """A rule as people cite it, such as `forbid no-carbon`; or `catalog`, `embargo`."""
    how: str
    """`added`, `removed`, `edited`, `addressed`, `began`, `ended`, `selector edited`, ..."""
    products: int
    """How many of the gained or lost products it accounts for; two causes may share some."""
    origin: Origin | None = None

    def __str__(self) -> str:
        where = f"  ({self.origin})" if self.origin else ""
        return f"{self.name} {self.how}: {self.products} products{where}"

    def as_json(self) -> dict[str, object]:
        """Return the cause as plain data."""
        return {
            "rule": self.name,
            "how": self.how,
            "products": self.products,
            "file": self.origin.file if self.origin else None,
            "line": self.origin.line if self.origin else None,
        }


@dataclass(frozen=True, slots=True)
class PartnerChange:
    """What one partner gains and loses between two states."""

    partner: str
    gained: tuple[str, ...]
    lost: tuple[str, ...]
    before: int
    """How many products it had."""
    settings: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """What else differs, before and after: price list, hidden fields, widgets."""
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
            "settings": {name: list(pair) for name, pair in self.settings.items()},
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


@dataclass(frozen=True, slots=True)
class _Side:
    """One of the two states at its instant, with its sets in the numbering of both."""

    world: World
    snapshot: Snapshot
    numbers: tuple[int, ...] | None
    """Common number of each position; None where they are the same."""

    translated: dict[int, tuple[BitMap, BitMap]] = field(default_factory=dict)
    """Sets in both numberings by identity; the set is kept so that its identity stays its own."""

    def common(self, products: BitMap) -> BitMap:
        """Return a set in the common numbering. Cost: its size, once for each set."""
        numbers = self.numbers
        if numbers is None:
            return products
        if id(products) not in self.translated:
            moved = BitMap([numbers[at] for at in products])
            self.translated[id(products)] = (products, moved)
        return self.translated[id(products)][1]

    def rule(self, name: str) -> ProductRule | None:
        kind, _, key = name.partition(" ")
        manifests = self.world.manifests
        rules = {
            "grant": manifests.grants,
            "forbid": manifests.forbids,
            "delegation": manifests.delegations,
        }
        return rules[kind].get(key)

    def selectors(self, rule: ProductRule) -> dict[str, Selector]:
        """Return the named selectors that a rule uses, also through each other."""
        named = self.world.manifests.selectors
        found: dict[str, Selector] = {}
        waiting = list(names(rule.selector))
        while waiting:
            name = waiting.pop().name
            if name not in found and name in named:
                found[name] = named[name].selector
                waiting += names(named[name].selector)
        return found


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
        self.before = _Side(before, before.snapshot(since), numbers)
        self.after = _Side(after, after.snapshot(now), None)
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
        settings = _settings(was, answer)
        if not gained and not lost and not settings:
            return None
        key = (old.identity if old else "", new.identity if new else "")
        if key not in self.causes:
            self.causes[key] = tuple(self._causes(name, old, new, gained | lost))
        return PartnerChange(
            name,
            tuple(self.skus[at] for at in gained),
            tuple(self.skus[at] for at in lost),
            len(then),
            settings,
            self.causes[key],
        )

    def _causes(
        self, partner: str, old: Rights | None, new: Rights | None, moved: BitMap
    ) -> Iterator[Cause]:
        if old is None or new is None:
            yield Cause(f"partner {partner}", "removed" if new is None else "added", len(moved))
            return
        was, now = _rules(old), _rules(new)
        for name in sorted({*was, *now}):
            before = self._reach(self.before, was.get(name))
            after = self._reach(self.after, now.get(name))
            share = (before ^ after) & moved
            if share:
                yield self._cause(name, len(share), name in was, name in now)
        announced = (self._embargo(self.before) ^ self._embargo(self.after)) & moved
        if announced:
            yield Cause("embargo", "ended or began", len(announced))
        listed = (self._everything(self.before) ^ self._everything(self.after)) & moved
        if listed:
            yield Cause("catalog", "gained or lost products", len(listed))

    def _reach(self, side: _Side, found: tuple[ProductRule, Rights] | None) -> BitMap:
        if found is None or not found[0].window.holds(side.snapshot.at, found[1].zone):
            return BitMap()
        return side.common(side.snapshot.compiler.products(found[0].selector))

    def _embargo(self, side: _Side) -> BitMap:
        return side.common(side.snapshot.embargoed)

    def _everything(self, side: _Side) -> BitMap:
        return side.common(side.world.index.everything)

    def _cause(self, name: str, products: int, was: bool, now: bool) -> Cause:
        before, after = self.before.rule(name), self.after.rule(name)
        rule = after or before
        origin = rule.origin if rule else None
        return Cause(name, self._how(before, after, was, now), products, origin)

    def _how(
        self, before: ProductRule | None, after: ProductRule | None, was: bool, now: bool
    ) -> str:
        if before is None or after is None:
            return "added" if before is None else "removed"
        if before != after:
            return "edited"
        if was != now:
            return "reaches the partner" if now else "no longer reaches the partner"
        if self.before.selectors(before) != self.after.selectors(after):
            return "uses an edited selector"
        if before.window.bounds("UTC") != (None, None) and self._time_passed:
            return "began or ended"
        return "selects edited products"

    @cached_property
    def _time_passed(self) -> bool:
        return self.before.snapshot.at != self.after.snapshot.at


def _answer(side: _Side, rights: Rights | None) -> Answer:
    if rights is None:
        return Answer(BitMap(), "", frozenset(), frozenset())
    return side.snapshot.answer(rights)


def _rules(rights: Rights) -> dict[str, tuple[ProductRule, Rights]]:
    """Return the rules that select products, the distributor's included, with whose they are."""
    found = _rules(rights.distributor) if rights.distributor else {}
    own = {rule.name: (rule, rights) for rule in (*rights.permits, *rights.forbids)}
    return found | own


def _settings(before: Answer, after: Answer) -> dict[str, tuple[str, str]]:
    pairs = {
        "price list": (before.price_list, after.price_list),
        "hidden": (_listed(before.hidden), _listed(after.hidden)),
        "widgets": (_listed(before.widgets), _listed(after.widgets)),
    }
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _listed(words: frozenset[str]) -> str:
    return ", ".join(sorted(words))
