"""On which terms a partner shows what it shows, before and after: everything but the products."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from syndicator.entitlement.causes import BY_MEMBERSHIP, Cause, Side, Sides
from syndicator.entitlement.rights import Rights
from syndicator.entitlement.rules import (
    FieldPolicy,
    PartnerOverride,
    PriceList,
    ProductRule,
    RightsWindow,
    Rule,
    WidgetGrant,
)
from syndicator.entitlement.snapshot import Answer

Gives: TypeAlias = Callable[[Rule], frozenset[str]]
"""What a rule that is in effect puts into a term."""


@dataclass(frozen=True, slots=True)
class Term:
    """One thing besides products that differs."""

    name: str
    """`price list`, `currency`, `tax`, `hidden`, `widgets`, `overrides`, `withheld`, `locales` or
    `territory`."""
    before: str
    after: str
    causes: tuple[Cause, ...] = ()

    def as_json(self) -> dict[str, object]:
        """Return the difference as plain data."""
        return {
            "before": self.before,
            "after": self.after,
            "causes": [cause.as_json() for cause in self.causes],
        }

    def lines(self) -> Iterator[str]:
        """Yield the difference as text, then what made it."""
        yield f"{self.name}: {self.before or 'none'} -> {self.after or 'none'}"
        yield from (f"  {cause}" for cause in self.causes)


@dataclass(frozen=True, slots=True)
class Standing:
    """A partner on one side: its rights, what they give, and every rule that reaches it."""

    side: Side
    rights: Rights
    answer: Answer

    def rules(self) -> dict[str, tuple[Rule, bool]]:
        """Return the rules by name, each with whether it is in effect, the distributor's too."""
        at = self.side.snapshot.at
        found = {rule.name: (rule, rule.window.holds(at, zone)) for zone, rule in self._zoned()}
        licences = self.side.world.manifests.rights_windows.values()
        found |= {r.name: (r, r.window.holds(at, self.rights.zone)) for r in licences}
        return found

    def _zoned(self) -> Iterator[tuple[str, Rule]]:
        yield from self.rights.zoned_rules()
        yield from ((self.rights.zone, rule) for rule in self.rights.overrides)


def terms(sides: Sides, partner: str, before: Standing, after: Standing) -> tuple[Term, ...]:
    """Return what differs for a partner that was there before and still is."""
    found = _Terms(sides, partner, before, after)
    return tuple(found.differing())


@dataclass(slots=True)
class _Terms:
    sides: Sides
    partner: str
    before: Standing
    after: Standing

    def differing(self) -> Iterator[Term]:
        was, now = self.before.answer, self.after.answer
        if was.price_list != now.price_list:
            yield self._price_list()
        elif (old := self._currency(self.before)) != (new := self._currency(self.after)):
            causes = tuple(self._causes(frozenset({now.price_list}), _lists))
            yield Term("currency", old, new, causes)
        elif (old := self._tax(self.before)) != (new := self._tax(self.after)):
            causes = tuple(self._causes(frozenset({now.price_list}), _lists))
            yield Term("tax", old, new, causes)
        if was.hidden != now.hidden:
            yield self._term("hidden", was.hidden, now.hidden, _hides)
        if was.widgets != now.widgets:
            yield self._term("widgets", was.widgets, now.widgets, _widgets)
        yield from self._overrides()
        yield from self._files()
        yield from self._facts()

    def _term(
        self,
        name: str,
        before: frozenset[str],
        after: frozenset[str],
        gives: Gives,
    ) -> Term:
        causes = tuple(self._causes(before ^ after, gives))
        return Term(name, _listed(before), _listed(after), causes)

    def _causes(self, moved: frozenset[str], gives: Gives) -> Iterator[Cause]:
        """Yield every rule that gives something of `moved` on one side and not on the other."""
        was, now = self.before.rules(), self.after.rules()
        found = []
        for name in sorted({*was, *now}):
            old, new = _given(was.get(name), gives), _given(now.get(name), gives)
            rewritten = name in was and name in now and was[name][0] != now[name][0]
            if (old ^ new) & moved or (rewritten and (old | new) & moved):
                held = (was.get(name, _ABSENT)[1], now.get(name, _ABSENT)[1])
                found.append(self.sides.cause(name, (name in was, name in now), held))
        yield from found
        if not found or any(cause.how in BY_MEMBERSHIP for cause in found):
            yield from self.sides.membership(self.partner)

    def _price_list(self) -> Term:
        was, now = self.before.answer.price_list, self.after.answer.price_list
        clashes = (each.rights.prices.clash or () for each in (self.before, self.after))
        moved = frozenset({was, now, *(one.id for clash in clashes for one in clash)})
        return Term("price list", was, now, tuple(self._causes(moved, _lists)))

    def _currency(self, standing: Standing) -> str:
        chosen = self._list(standing)
        return chosen.currency if chosen else ""

    def _tax(self, standing: Standing) -> str:
        chosen = self._list(standing)
        if chosen is None or chosen.tax is None:
            return ""
        rate = "" if chosen.tax.rate is None else f" {chosen.tax.rate} %"
        return f"{'included' if chosen.tax.included else 'excluded'}{rate}"

    def _list(self, standing: Standing) -> PriceList | None:
        lists = standing.side.world.manifests.price_lists
        return lists.get(standing.answer.price_list)

    def _overrides(self) -> Iterator[Term]:
        was, now = (_words(each.rights) for each in (self.before, self.after))
        moved = {key for key in {*was, *now} if was.get(key) != now.get(key)}
        if moved:
            causes = tuple(self._causes(frozenset(moved), _overrides))
            shown = _listed(moved & was.keys()), _listed(moved & now.keys())
            yield Term("overrides", *shown, causes)

    def _files(self) -> Iterator[Term]:
        """Tell of files of products that are shown before and after."""
        was, now = self.before.answer.withheld, self.after.answer.withheld
        if was == now:
            return
        held = self.before.side.common(self.before.answer.products) & self.after.answer.products
        used: dict[str, bool] = {}
        for side in (self.before.side, self.after.side):
            users = side.world.files.users
            used |= {path: bool(side.common(users[path]) & held) for path in users}
        moved = frozenset(path for path in was ^ now if used.get(path))
        if moved:
            naming: defaultdict[str, set[str]] = defaultdict(set)
            for side in (self.before.side, self.after.side):
                for path in moved:
                    for rule in side.world.files.licences.get(path, ()):
                        naming[rule.name].add(path)
            causes = tuple(self._causes(moved, _licences(naming)))
            yield Term("withheld", _listed(was & moved), _listed(now & moved), causes)

    def _facts(self) -> Iterator[Term]:
        """Tell what the partner's own document says otherwise and readers see."""
        one, other = (each.side.partner(self.partner) for each in (self.before, self.after))
        if one is None or other is None:
            return
        edited = (Cause(f"partner {self.partner}", "edited", 0, other.origin),)
        if one.locales != other.locales:
            yield Term("locales", " ".join(one.locales), " ".join(other.locales), edited)
        if one.territory != other.territory:
            yield Term("territory", one.territory, other.territory, edited)


_ABSENT = (None, False)


def _given(found: tuple[Rule, bool] | None, gives: Gives) -> frozenset[str]:
    return gives(found[0]) if found and found[1] else frozenset()


def _lists(rule: Rule) -> frozenset[str]:
    return frozenset({rule.id}) if isinstance(rule, PriceList) else frozenset()


def _hides(rule: Rule) -> frozenset[str]:
    return rule.hide if isinstance(rule, FieldPolicy) else frozenset()


def _widgets(rule: Rule) -> frozenset[str]:
    if isinstance(rule, WidgetGrant):
        return frozenset({rule.widget})
    return rule.widgets if isinstance(rule, ProductRule) else frozenset()


def _overrides(rule: Rule) -> frozenset[str]:
    if not isinstance(rule, PartnerOverride):
        return frozenset()
    return frozenset(f"{name} of {rule.sku}" for name in rule.fields)


def _licences(naming: Mapping[str, set[str]]) -> Gives:
    """Return what rights windows give: the files that they name."""
    return lambda rule: (
        frozenset(naming.get(rule.name, ())) if isinstance(rule, RightsWindow) else frozenset()
    )


def _words(rights: Rights) -> dict[str, object]:
    return {
        f"{name} of {rule.sku}": value
        for rule in rights.overrides
        for name, value in rule.fields.items()
    }


def _listed(words: frozenset[str] | set[str]) -> str:
    return ", ".join(sorted(filter(None, words)))
