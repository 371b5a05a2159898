"""Questions from the other side: who sees a product, and what a partner's rules do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pyroaring import BitMap

from syndicator.catalog.model import Catalog
from syndicator.entitlement.compiler import union
from syndicator.entitlement.explaining import Case
from syndicator.entitlement.explanation import Explanation, UnknownNameError
from syndicator.entitlement.names import suggest
from syndicator.entitlement.resolver import World
from syndicator.entitlement.rights import Rights, rights_of
from syndicator.entitlement.rules import Manifests, ProductRule, Rule
from syndicator.entitlement.snapshot import Snapshot
from syndicator.errors import Origin


@dataclass(frozen=True, slots=True)
class Viewers:
    """Who may show one product at one instant, and who may not, each with the deciding rule."""

    sku: str
    at: datetime
    allowed: tuple[Explanation, ...]
    denied: tuple[Explanation, ...]

    def as_json(self) -> dict[str, object]:
        """Return the answer as plain data for `--json`."""
        return {
            "sku": self.sku,
            "at": self.at.isoformat(),
            "allowed": [_verdict(each) for each in self.allowed],
            "denied": [_verdict(each) for each in self.denied],
        }

    def lines(self) -> tuple[str, ...]:
        """Return the answer as lines of text; denials are counted by reason."""
        count = len(self.allowed) + len(self.denied)
        head = f"{self.sku} is shown by {len(self.allowed)} of {count} partners"
        shown = [f"  {each.partner}: {each.reason}{_place(each)}" for each in self.allowed]
        reasons = Counter(f"{each.reason}{_place(each)}" for each in self.denied)
        refused = [f"  {number} refused: {reason}" for reason, number in reasons.most_common()]
        return (f"{head} at {self.at.isoformat()}", *shown, *refused)


def who_sees(catalog: Catalog, manifests: Manifests, sku: str, now: datetime) -> Viewers:
    """Tell which partners may show a product at an instant, and by which rule.

    Cost: the rules of all partners; the size of the catalog does not matter.

    Raises:
        UnknownNameError: There is no such product; suggests the near name.
    """
    product = catalog.products.get(sku)
    if product is None:
        raise UnknownNameError("product", sku, suggest(sku, catalog.products))
    case = Case(manifests, product, now)
    decided = [
        case.decide(manifests.partners[name], rights)
        for name, rights in sorted(rights_of(manifests).items())
    ]
    return Viewers(
        sku,
        now,
        tuple(each for each in decided if each.allowed),
        tuple(each for each in decided if not each.allowed),
    )


@dataclass(frozen=True, slots=True)
class RuleCount:
    """What one rule does for one partner at one instant."""

    rule: str
    effect: str
    """`permits` or `forbids`."""
    text: str
    origin: Origin
    state: str
    """`in effect`, `upcoming` or `expired`."""
    selected: int
    """Products of the catalog that it selects."""
    decisive: int
    """Products whose answer would be another without it; 0 while it is not in effect."""

    @property
    def idle(self) -> str:
        """Why the rule does nothing, or nothing."""
        if not self.selected:
            return "matches no product"
        if self.state == "in effect" and not self.decisive:
            return "shadowed: the answer is the same without it"
        return ""

    def as_json(self) -> dict[str, object]:
        """Return the count as plain data."""
        return {
            "rule": self.rule,
            "effect": self.effect,
            "products": self.text,
            "file": self.origin.file,
            "line": self.origin.line,
            "state": self.state,
            "selected": self.selected,
            "decisive": self.decisive,
            "idle": self.idle or None,
        }


@dataclass(frozen=True, slots=True)
class PartnerSummary:
    """What one partner holds at one instant, and what each of its rules does for it."""

    partner: str
    at: datetime
    products: int
    of: int
    editions: Mapping[str, str]
    price_list: str
    hidden: tuple[str, ...]
    widgets: tuple[str, ...]
    rules: tuple[RuleCount, ...]

    def as_json(self) -> dict[str, object]:
        """Return the summary as plain data for `--json`."""
        return {
            "partner": self.partner,
            "at": self.at.isoformat(),
            "products": self.products,
            "catalog": self.of,
            "editions": dict(self.editions),
            "price_list": self.price_list or None,
            "hidden": list(self.hidden),
            "widgets": list(self.widgets),
            "rules": [rule.as_json() for rule in self.rules],
        }

    def lines(self) -> tuple[str, ...]:
        """Return the summary as lines of text, the rules in the order of their weight."""
        head = f"{self.partner} shows {self.products} of {self.of} products"
        told = [
            f"  {each.effect:8} {each.rule}: {each.selected} selected, {each.decisive} decided by"
            f" it, {each.state}  ({each.origin})" + (f"  [{each.idle}]" if each.idle else "")
            for each in self.rules
        ]
        settings = (
            f"  price list {self.price_list or 'none'}; hidden {', '.join(self.hidden) or 'none'};"
            f" widgets {', '.join(self.widgets) or 'none'}"
        )
        return (f"{head} at {self.at.isoformat()}", *told, settings)


def partner_summary(world: World, partner: str, now: datetime) -> PartnerSummary:
    """Count what each rule of a partner does, and find those that do nothing.

    Cost: the set of each of the partner's rules; rules squared in set algebra.

    Raises:
        UnknownNameError: There is no such partner; suggests the near name.
    """
    who = world.manifests.partners.get(partner)
    if who is None:
        raise UnknownNameError("partner", partner, suggest(partner, world.manifests.partners))
    rights, snapshot = world.rights[partner], world.snapshot(now)
    answer = snapshot.answer(rights)
    return PartnerSummary(
        partner=partner,
        at=now,
        products=len(answer.products),
        of=len(world.index.products),
        editions={locale: rights.edition(locale) for locale in who.locales},
        price_list=answer.price_list,
        hidden=tuple(sorted(answer.hidden)),
        widgets=tuple(sorted(answer.widgets)),
        rules=tuple(_counts(snapshot, rights)),
    )


def _counts(snapshot: Snapshot, rights: Rights) -> Iterator[RuleCount]:
    """Count forbids, then permits, each by name."""
    reach = snapshot.permitted(rights)
    permits = [rule for rule in rights.permits if rule.about_products]
    forbids = [rule for rule in rights.forbids if rule.about_products]
    held = [snapshot.reach(rule, rights) for rule in permits]
    taken = [snapshot.reach(rule, rights) & reach for rule in forbids]
    forbidden = union(taken)
    open_to_all = [each - forbidden for each in held]
    for effect, rules, sets in (
        ("forbids", forbids, taken),
        ("permits", permits, open_to_all),
    ):
        counted = zip(rules, _only(sets), strict=True)
        for rule, decisive in sorted(counted, key=lambda each: each[0].name):
            yield RuleCount(
                rule.name,
                effect,
                rule.text,
                rule.origin,
                _state(rule, snapshot.at, rights.zone),
                len(snapshot.compiler.products(rule.selector)),
                decisive,
            )


def _only(sets: Sequence[BitMap]) -> Iterator[int]:
    """Yield for each set how many of its members are in no other."""
    for number, each in enumerate(sets):
        others = union([*sets[:number], *sets[number + 1 :]])
        yield len(each - others)


def _state(rule: Rule | ProductRule, at: datetime, zone: str) -> str:
    start, _ = rule.window.bounds(zone)
    if rule.window.holds(at, zone):
        return "in effect"
    return "upcoming" if start is not None and at < start else "expired"


def _verdict(each: Explanation) -> dict[str, object]:
    return {
        "partner": each.partner,
        "reason": each.reason,
        "deciding": each.deciding.as_json() if each.deciding else None,
    }


def _place(each: Explanation) -> str:
    origin = each.deciding.origin if each.deciding else None
    return f"  ({origin})" if origin else ""
