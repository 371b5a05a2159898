"""A partner's rights: every rule that addresses it, at whatever time.

Rights do not depend on the instant nor on products, so they name an edition: partners with the
same rights share one, and it keeps its identity while windows open and close, products come and
go, and a rule is reworded under its id.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from syndicator import canonical
from syndicator.entitlement.prices import PriceChoice, price_lists_of
from syndicator.entitlement.rules import (
    FieldPolicy,
    Manifests,
    Partner,
    PartnerOverride,
    ProductRule,
    R,
    Rule,
    Scope,
    WidgetGrant,
)
from syndicator.entitlement.versions import preferred, reaches
from syndicator.errors import Origin

ID_DIGITS = 32
_NOWHERE = Origin("")


@dataclass(frozen=True, slots=True, eq=False)
class Rights:
    """What manifests say about one partner, or about several of equal rights."""

    zone: str
    territory: str
    permits: tuple[ProductRule, ...]
    """Grants; for a dealer the delegations of its distributor instead."""
    forbids: tuple[ProductRule, ...]
    policies: tuple[FieldPolicy, ...]
    prices: PriceChoice
    widgets: tuple[WidgetGrant, ...]
    overrides: tuple[PartnerOverride, ...]
    distributor: Rights | None = None
    identity: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "identity", canonical.fingerprint(canonical.encode(self._key())))

    def zoned_rules(self) -> tuple[tuple[str, Rule], ...]:
        """Return every rule that can take part in a decision, with the zone of its dates.

        Those of the distributor are included: they are in effect by the distributor's clock.
        """
        own: tuple[Iterable[Rule], ...] = (
            self.permits,
            self.forbids,
            self.policies,
            self.prices.lists,
            self.widgets,
        )
        above = self.distributor.zoned_rules() if self.distributor else ()
        return (*((self.zone, rule) for rules in own for rule in rules), *above)

    def product_rules(self) -> tuple[ProductRule, ...]:
        """Return the rules that select products, the distributor's included."""
        above = self.distributor.product_rules() if self.distributor else ()
        return (*self.permits, *self.forbids, *above)

    def edition(self, locale: str) -> str:
        """Return the id of the edition for these rights in one locale."""
        return canonical.fingerprint(self.identity.encode(), locale.encode())[:ID_DIGITS]

    def _key(self) -> list[object]:
        rules = (*self.permits, *self.forbids, *self.policies, *self.prices.lists, *self.widgets)
        # Dates without a time open at another instant in another zone: only then it matters.
        zone = self.zone if any(rule.window.local for rule in rules) else ""
        above = self.distributor.identity if self.distributor else ""
        named = sorted(rule.name for rule in (*rules, *self.overrides))
        return ["1", named, self.territory, zone, above]


def same_rules(one: Rights, other: Rights) -> bool:
    """Tell whether two rights of one identity give the same: no rule of them was edited."""
    if (one.zone, one.prices) != (other.zone, other.prices):
        return False
    if not all(map(_same, one.product_rules(), other.product_rules())):
        return False
    policies = (one.policies, one.widgets, one.overrides)
    if policies != (other.policies, other.widgets, other.overrides):
        return False
    if one.distributor is None or other.distributor is None:
        return one.distributor is other.distributor
    return same_rules(one.distributor, other.distributor)


def _same(one: ProductRule, other: ProductRule) -> bool:
    # The text stands for its tree: comparing trees of thousands of SKUs takes far longer.
    return one is other or (
        (one.text, one.name, one.scope, one.window)
        == (other.text, other.name, other.scope, other.window)
        and (one.early_access, one.distributor, one.widgets)
        == (other.early_access, other.distributor, other.widgets)
    )


def rights_of(manifests: Manifests) -> dict[str, Rights]:
    """Return the rights of every partner. Cost: rules plus partners times their rules.

    A partner in a cycle of distributors has no rights at all.
    """
    return _Gathering(manifests).all()


def rights_of_one(manifests: Manifests, partner: Partner) -> Rights:
    """Return the rights of one partner. Cost: the rules that address it."""
    return _Gathering(manifests).rights(partner)


class _Gathering:
    def __init__(self, manifests: Manifests) -> None:
        self.manifests = manifests
        self.by = manifests.addressed
        self.prices = lru_cache(maxsize=None)(self._prices)
        self.done: dict[str, Rights] = {}
        self.shared: dict[tuple[object, ...], Rights] = {}
        """By all that rights depend on, for partners that no rule names."""

    def all(self) -> dict[str, Rights]:
        return {name: self.rights(one) for name, one in self.manifests.partners.items()}

    def rights(self, partner: Partner, below: tuple[str, ...] = ()) -> Rights:
        if partner.id not in self.done:
            self.done[partner.id] = self._shared(partner, (*below, partner.id))
        return self.done[partner.id]

    def _shared(self, partner: Partner, line: tuple[str, ...]) -> Rights:
        if self.by.rolled_out or partner.id in self.by.personal or partner.distributor in line:
            return self._gather(partner, line)
        key = (
            partner.programs,
            partner.territory,
            partner.timezone,
            partner.price_list,
            partner.currency,
            partner.distributor,
        )
        if key not in self.shared:
            self.shared[key] = self._gather(partner, line)
        return self.shared[key]

    def _gather(self, partner: Partner, line: tuple[str, ...]) -> Rights:
        scopes = self.manifests.scopes(partner)
        above = self.manifests.partners.get(partner.distributor)
        cyclic = partner.distributor in line
        if partner.distributor:
            held = set(scopes)
            permits = tuple(
                rule
                for rule in self.by.delegations.get(partner.distributor, ())
                if rule.scope in held
            )
        else:
            permits = _pick(self.by.grants, scopes)
        return Rights(
            zone=partner.timezone,
            territory=partner.territory,
            # A distributor that does not exist, or distributes to itself, has nothing to give.
            permits=() if partner.distributor and (above is None or cyclic) else permits,
            forbids=_pick(self.by.forbids, scopes),
            policies=tuple(
                rule for rule in _pick(self.by.policies, scopes) if rule.spared not in scopes
            ),
            prices=self._choice(partner),
            widgets=() if partner.distributor else self._widgets(partner, scopes),
            overrides=_pick(self.by.overrides, scopes),
            distributor=None if above is None or cyclic else self.rights(above, line),
        )

    def _widgets(self, partner: Partner, scopes: Iterable[Scope]) -> tuple[WidgetGrant, ...]:
        held = (rule for rule in _pick(self.by.widgets, scopes) if reaches(rule, partner.id))
        return preferred(held, self.manifests.nearer)

    def _choice(self, partner: Partner) -> PriceChoice:
        # Thousands of partners differ in nothing that chooses a price list: ask once for all.
        return self.prices(
            partner.id if partner.id in self.by.priced else "",
            partner.programs,
            partner.territory,
            partner.timezone,
            partner.price_list,
            partner.currency,
        )

    def _prices(
        self,
        name: str,
        programs: tuple[str, ...],
        territory: str,
        zone: str,
        price_list: str,
        currency: str,
    ) -> PriceChoice:
        like = Partner(
            id=name,
            programs=programs,
            territory=territory,
            timezone=zone,
            price_list=price_list,
            currency=currency,
            origin=_NOWHERE,
        )
        return price_lists_of(self.manifests, like)


def _pick(rules: Mapping[Scope, list[R]], scopes: Iterable[Scope]) -> tuple[R, ...]:
    return tuple(rule for scope in scopes for rule in rules.get(scope, ())) if rules else ()
