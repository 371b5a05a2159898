"""What rights give at one instant: the sets behind every edition.

The decision, in one line: permitted and (not under embargo, or permitted early), bounded by what
the distributor holds, minus what is forbidden.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from pyroaring import BitMap

from syndicator.entitlement.compiler import Compiler, union
from syndicator.entitlement.files import FileRights
from syndicator.entitlement.rights import Rights
from syndicator.entitlement.rules import ProductRule
from syndicator.entitlement.versions import requests, widget_of


@dataclass(frozen=True, slots=True)
class Answer:
    """Everything that rights give at one instant; equal answers show the same."""

    products: BitMap
    price_list: str
    hidden: frozenset[str]
    widgets: frozenset[str]
    withheld: frozenset[str] = frozenset()


@dataclass(slots=True)
class Snapshot:
    """The world at one instant; unions that partners share are computed once."""

    compiler: Compiler
    files: FileRights
    at: datetime
    _unions: dict[tuple[int, ...], BitMap] = field(init=False, default_factory=dict)
    _held: dict[str, BitMap] = field(init=False, default_factory=dict)
    _withheld: dict[tuple[str, str], frozenset[str]] = field(init=False, default_factory=dict)
    _embargo: BitMap | None = field(init=False, default=None)

    def answer(self, rights: Rights) -> Answer:
        """Return what these rights give now."""
        chosen = rights.prices.at(self.at, rights.zone)
        products = self.products(rights)
        return Answer(
            products,
            chosen.id if chosen else "",
            self.hidden(rights),
            self.widgets(rights),
            self.withheld(rights, products),
        )

    def withheld(self, rights: Rights, products: BitMap) -> frozenset[str]:
        """Return the files of these products that may not be shown."""
        if not self.files.users:
            return frozenset()
        place = (rights.territory, rights.zone)
        if place not in self._withheld:
            self._withheld[place] = self.files.withheld(*place, self.at)
        users = self.files.users
        return frozenset(path for path in self._withheld[place] if users[path] & products)

    def products(self, rights: Rights) -> BitMap:
        """Return the assortment. The set is shared: do not change it in place."""
        found = self._held.get(rights.identity)
        if found is None:
            found = self._held[rights.identity] = self._products(rights)
        return found

    def _products(self, rights: Rights) -> BitMap:
        shown = self.permitted(rights)
        forbids = self._in_effect(rights.forbids, rights.zone)
        return shown - self._union(forbids) if forbids else shown

    def permitted(self, rights: Rights) -> BitMap:
        """Return what is permitted before forbids are looked at, bounded by the distributor."""
        permits = self._in_effect(rights.permits, rights.zone)
        shown = self._union(permits) - self.embargoed
        early = [rule for rule in permits if rule.early_access]
        if early:
            shown = shown | self._union(early)
        if rights.distributor is not None:
            shown = shown & self.products(rights.distributor)
        return shown

    def reach(self, rule: ProductRule, rights: Rights) -> BitMap:
        """Return what one rule of these rights permits or forbids by itself at this instant."""
        if not rule.window.holds(self.at, rights.zone):
            return BitMap()
        chosen = self.compiler.products(rule.selector)
        if rule.kind == "forbid":
            return chosen
        shown = chosen if rule.early_access else chosen - self.embargoed
        if rights.distributor is not None:
            shown = shown & self.products(rights.distributor)
        return shown

    @property
    def embargoed(self) -> BitMap:
        """The products that are not announced yet."""
        if self._embargo is None:
            self._embargo = self.compiler.index.date("announce").where(">", self.at)
        return self._embargo

    def hidden(self, rights: Rights) -> frozenset[str]:
        """Return the fields that are left out; a dealer sees no more than its distributor."""
        hidden = {
            name
            for rule in rights.policies
            if rule.window.holds(self.at, rights.zone)
            for name in rule.hide
        }
        if rights.distributor is not None:
            hidden |= self.hidden(rights.distributor)
        return frozenset(hidden)

    def widgets(self, rights: Rights) -> frozenset[str]:
        """Return requests for the widgets, without those that are forbidden."""
        return requests_at(rights, self.at)

    def _in_effect(self, rules: Iterable[ProductRule], zone: str) -> list[ProductRule]:
        return [rule for rule in rules if rule.window.holds(self.at, zone)]

    def _union(self, rules: Iterable[ProductRule]) -> BitMap:
        """Return the union of the rules' products; rules of programs are united once for all."""
        shared: list[ProductRule] = []
        own: list[ProductRule] = []
        for rule in rules:
            (own if rule.scope.kind == "partner" else shared).append(rule)
        sets = [self.compiler.products(rule.selector) for rule in own]
        if shared:
            key = tuple(sorted(map(id, shared)))
            if key not in self._unions:
                self._unions[key] = union(self.compiler.products(r.selector) for r in shared)
            sets.append(self._unions[key])
        return union(sets)


def requests_at(rights: Rights, at: datetime) -> frozenset[str]:
    """Return requests for the widgets, without those that are forbidden.

    A dealer has those that are passed on to it, of what its distributor has.
    """
    forbids = (rule for rule in rights.forbids if rule.window.holds(at, rights.zone))
    taken = {widget for rule in forbids for widget in rule.widgets}
    if rights.distributor is not None:
        permits = [rule for rule in rights.permits if rule.window.holds(at, rights.zone)]
        passed = {widget for rule in permits for widget in rule.widgets}
        held = requests_at(rights.distributor, at)
        return frozenset(one for one in held if widget_of(one) in passed - taken)
    held = requests(rule for rule in rights.widgets if rule.window.holds(at, rights.zone))
    return frozenset(one for one in held if widget_of(one) not in taken)
