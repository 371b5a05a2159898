"""Because of what an answer differs between two states of a workspace."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pyroaring import BitMap

from syndicator.entitlement.resolver import World
from syndicator.entitlement.rules import Partner, ProductRule, Rule
from syndicator.entitlement.selector import Selector, names
from syndicator.entitlement.snapshot import Snapshot
from syndicator.errors import Origin

REACHES, LEAVES = "reaches the partner", "no longer reaches the partner"
ZONE = "is reckoned by another clock"
BY_MEMBERSHIP = frozenset({REACHES, LEAVES, ZONE})
"""What happens to a rule that nobody edited because of who the partner is."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Why products came or went: a rule that was edited, or what else moved."""

    name: str
    """A rule as people cite it, such as `forbid no-carbon`; or `catalog`, `embargo`."""
    how: str
    """`added`, `removed`, `edited`, `reaches the partner`, `began or ended`, ..."""
    products: int = 0
    """How many of the gained or lost products it accounts for; two causes may share some."""
    origin: Origin | None = None

    def __str__(self) -> str:
        where = f"  ({self.origin})" if self.origin else ""
        counted = f": {self.products} products" if self.products else ""
        return f"{self.name} {self.how}{counted}{where}"

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
class Side:
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

    def rule(self, name: str) -> Rule | None:
        """Return a rule by the name that people cite."""
        kind, _, key = name.partition(" ")
        manifests = self.world.manifests
        rules: dict[str, Mapping[str, Rule]] = {
            "grant": manifests.grants,
            "forbid": manifests.forbids,
            "delegation": manifests.delegations,
            "price-list": manifests.price_lists,
            "field-policy": manifests.field_policies,
            "override": manifests.overrides,
            "widget-grant": manifests.widget_grants,
            "rights-window": manifests.rights_windows,
        }
        return rules[kind].get(key)

    def partner(self, name: str) -> Partner | None:
        """Return a partner as it is on this side."""
        return self.world.manifests.partners.get(name)

    def selectors(self, rule: Rule) -> dict[str, Selector]:
        """Return the named selectors that a rule uses, also through each other."""
        named = self.world.manifests.selectors
        found: dict[str, Selector] = {}
        waiting = list(names(rule.selector)) if isinstance(rule, ProductRule) else []
        while waiting:
            name = waiting.pop().name
            if name not in found and name in named:
                found[name] = named[name].selector
                waiting += names(named[name].selector)
        return found


@dataclass(frozen=True, slots=True)
class Sides:
    """The two states that are compared."""

    before: Side
    after: Side

    @property
    def time_passed(self) -> bool:
        """Whether the two are looked at at different instants."""
        return self.before.snapshot.at != self.after.snapshot.at

    def cause(
        self, name: str, reached: tuple[bool, bool], held: tuple[bool, bool], products: int = 0
    ) -> Cause:
        """Return what happened to a rule that moved something.

        `reached` and `held`: whether it addressed the partner, and was in effect for it, before
        and after.
        """
        before, after = self.before.rule(name), self.after.rule(name)
        rule = after or before
        how = self._how(before, after, reached, held)
        return Cause(name, how, products, rule.origin if rule else None)

    def _how(
        self,
        before: Rule | None,
        after: Rule | None,
        reached: tuple[bool, bool],
        held: tuple[bool, bool],
    ) -> str:
        if before is None or after is None:
            return "added" if before is None else "removed"
        if before != after:
            return "edited"
        if reached[0] != reached[1]:
            return REACHES if reached[1] else LEAVES
        if self.before.selectors(before) != self.after.selectors(after):
            return "uses an edited selector"
        if held[0] != held[1]:
            return "began or ended" if self.time_passed else ZONE
        return "selects edited products"

    def membership(self, partner: str) -> Iterator[Cause]:
        """Yield the edits that decide which rules reach a partner: its own, its programs'.

        Territories count where the partner lies in them on one side only.
        """
        one, other = self.before.partner(partner), self.after.partner(partner)
        if one is None or other is None:
            return
        if one != other:
            yield Cause(f"partner {partner}", "edited", 0, other.origin)
        yield from self._programs(one, other)
        yield from self._territories(one, other)
        if one.distributor:
            yield from self.membership(one.distributor)

    def _programs(self, one: Partner, other: Partner) -> Iterator[Cause]:
        was, now = self.before.world.manifests, self.after.world.manifests
        lines = [*map(was.lineage, one.programs), *map(now.lineage, other.programs)]
        for program in sorted({name for line in lines for name in line}):
            old, new = was.programs.get(program), now.programs.get(program)
            if old is None or new is None:
                yield Cause(f"program {program}", "removed" if new is None else "added")
            elif old.parent != new.parent:
                yield Cause(f"program {program}", "edited", 0, new.origin)

    def _territories(self, one: Partner, other: Partner) -> Iterator[Cause]:
        was, now = self.before.world.manifests.territories, self.after.world.manifests.territories
        for name in sorted({*was, *now}):
            inside = one.territory in was.get(name, ()), other.territory in now.get(name, ())
            if inside[0] != inside[1] and was.get(name) != now.get(name):
                yield Cause(f"territory {name}", "edited")
