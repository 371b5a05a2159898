"""Why a partner may show a product, or not: every rule that took part, and the deciding one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from pyroaring import BitMap

from syndicator.catalog.model import Catalog, Product
from syndicator.entitlement.compiler import Compiler
from syndicator.entitlement.explanation import Explanation, Part, UnknownNameError, period
from syndicator.entitlement.files import FileRights
from syndicator.entitlement.index import Index
from syndicator.entitlement.names import suggest
from syndicator.entitlement.rights import Rights, rights_of_one
from syndicator.entitlement.rules import Manifests, Partner, ProductRule
from syndicator.entitlement.selector import Selector
from syndicator.entitlement.snapshot import Snapshot
from syndicator.entitlement.upcoming import next_change
from syndicator.entitlement.values import HIDEABLE, hideable, published
from syndicator.entitlement.widgets import allows, widget_parts, widget_verdict

CONFIGURATOR = "configurator"
"""The field of a product, and the widget without which nobody sees it."""
_WHOLE = {"spec": "specs", "extra": "extra"}
"""What hides every entry of a field with keys."""


def explain(
    catalog: Catalog,
    manifests: Manifests,
    partner: str,
    sku: str,
    now: datetime,
    field: str | None = None,
) -> Explanation:
    """Explain one decision at an instant; `field` narrows it to one field of the product.

    The same sets decide as in `resolve`, over a catalog of the one product. Cost: the rules that
    address the partner and its distributors; the size of the catalog does not matter.

    Raises:
        UnknownNameError: There is no such partner, product or field; suggests the near name.
    """
    who = manifests.partners.get(partner)
    if who is None:
        raise UnknownNameError("partner", partner, suggest(partner, manifests.partners))
    product = catalog.products.get(sku)
    if product is None:
        raise UnknownNameError("product", sku, suggest(sku, catalog.products))
    if field is not None:
        field = _known_field(field)
    asked = _Asked(Case(manifests, product, now), who, rights_of_one(manifests, who))
    decision = replace(asked.product(), next_change=asked.next_change())
    return asked.field(decision, field) if field and decision.allowed else decision


def _known_field(name: str) -> str:
    always = {"sku", "brand", "title"}
    if hideable(published(name)) or name in always:
        return published(name)
    raise UnknownNameError("field", name, suggest(name, HIDEABLE | always))


class Case:
    """One product at one instant, asked about by one partner after the other."""

    def __init__(self, manifests: Manifests, product: Product, now: datetime) -> None:
        self.manifests, self.item, self.now = manifests, product, now
        self.index = Index((product,))
        self.named = {name: one.selector for name, one in manifests.selectors.items()}
        self.files = FileRights.of((product,), manifests)
        self.memo: dict[Selector, BitMap] = {}
        self.reads: dict[Selector, frozenset[str]] = {}
        self.now_snapshot = self.snapshot(now)

    def snapshot(self, at: datetime) -> Snapshot:
        """Return the one product's world at an instant."""
        return Snapshot(Compiler(self.index, self.named, at, self.memo, self.reads), self.files, at)

    def decide(self, partner: Partner, rights: Rights) -> Explanation:
        """Explain whether a partner of these rights may show the product."""
        return _Asked(self, partner, rights).product()


class _Asked:
    """One partner's question about one product."""

    def __init__(self, case: Case, partner: Partner, rights: Rights) -> None:
        self.case, self.partner, self.rights = case, partner, rights
        self.manifests, self.item, self.now = case.manifests, case.item, case.now
        self.now_snapshot = case.now_snapshot

    def product(self) -> Explanation:
        parts = tuple(self._parts(self.rights, self.partner))
        allowed = bool(self.now_snapshot.products(self.rights))
        deciding, reason = self._decide(parts, allowed)
        return Explanation(
            partner=self.partner.id,
            sku=self.item.sku,
            at=self.now,
            allowed=allowed,
            reason=reason,
            deciding=deciding,
            parts=parts,
        )

    def next_change(self) -> datetime | None:
        """Return when this answer, or a fact of the shown product, changes by itself."""
        name = self.rights.identity
        answers = {name: self.now_snapshot.answer(self.rights)}
        case = self.case
        return next_change(case.index, case.snapshot, {name: self.rights}, answers, self.now)

    def _decide(self, parts: tuple[Part, ...], allowed: bool) -> tuple[Part | None, str]:
        """Choose the weightiest part that is enough for the answer."""
        own = [part for part in parts if part.in_effect and not part.partner]
        permits = [part for part in own if part.effect == "permits"]
        early = [part for part in permits if part.early]
        embargoed = any(part.effect == "embargo" for part in own)
        if allowed:
            decisive = (early if embargoed else permits)[0]
            return decisive, f"{decisive.name} permits it"
        for part in own:
            if part.effect == "forbids":
                return part, f"{part.name} forbids it"
        if not permits:
            later = any(part.effect == "permits" and not part.partner for part in parts)
            holds = " that holds at this instant" if later else ""
            return None, f"no rule{holds} permits it: denied by default"
        wanted = {"bounds"} if early else {"bounds", "embargo"}
        part = next(part for part in own if part.effect in wanted)
        return part, part.reason

    def _parts(self, rights: Rights, partner: Partner) -> Iterator[Part]:
        """Yield forbids, embargo, what bounds a dealer, and permits: in the order of weight."""
        whose = "" if partner is self.partner else partner.id
        for rule in _selecting(self.now_snapshot, rights.forbids):
            yield self._part("forbids", rule, rights, whose)
        permits = list(_selecting(self.now_snapshot, rights.permits))
        announce = self.item.lifecycle.announce
        if announce is not None and self.now < announce:
            yield Part(
                "embargo",
                "embargo",
                f"not announced before {announce.isoformat()}",
                partner=whose,
            )
        if rights.distributor is not None:
            yield from self._bounds(rights, partner)
        for rule in permits:
            yield self._part("permits", rule, rights, whose)

    def _bounds(self, rights: Rights, partner: Partner) -> Iterator[Part]:
        above = self.manifests.partners[partner.distributor]
        if rights.distributor is None:
            return
        if not self.now_snapshot.products(rights.distributor):
            yield Part(
                "bounds",
                f"distributor {above.id}",
                f"distributor {above.id} does not hold it",
                partner.origin,
            )
        yield from (
            part if part.partner else part.of(above.id)
            for part in self._parts(rights.distributor, above)
        )

    def _part(self, effect: str, rule: ProductRule, rights: Rights, whose: str) -> Part:
        early = effect == "permits" and rule.early_access
        return Part(
            effect,
            rule.name,
            f"{rule.text}, for {rule.scope}{period(rule, rights.zone)}"
            + (", also before its announcement" if early else ""),
            rule.origin,
            whose,
            rule.window.holds(self.now, rights.zone),
            early,
        )

    def field(self, decision: Explanation, field: str) -> Explanation:
        """Narrow a permission to one field."""
        parts = [*self._policies(self.rights, field, self.partner), *self._owners(field)]
        hiding = [part for part in parts if part.effect == "hides" and part.in_effect]
        if field == "price" and not hiding:
            parts += self._prices()
        elif field in {"media", "documents"}:
            parts += self._withheld()
        elif field == CONFIGURATOR and not hiding:
            return self._configurator(decision, parts)
        shown, reason, deciding = _field_verdict(field, parts)
        return replace(
            decision,
            field=field,
            allowed=shown,
            reason=reason,
            deciding=deciding or (decision.deciding if shown else None),
            parts=(*parts, *decision.parts),
        )

    def _configurator(self, decision: Explanation, parts: list[Part]) -> Explanation:
        """A configurator is shown where the product has one and the partner has the widget."""
        told = widget_parts(self.manifests, self.rights, self.partner, CONFIGURATOR, self.now)
        allowed = allows(self.rights, CONFIGURATOR, self.now)
        deciding, reason = widget_verdict(told, allowed, CONFIGURATOR)
        if not self.item.configurator:
            allowed, deciding, reason = False, None, "the product has no configurator"
        return replace(
            decision,
            field=CONFIGURATOR,
            allowed=allowed,
            reason=reason,
            deciding=deciding,
            parts=(*told, *parts, *decision.parts),
        )

    def _prices(self) -> Iterator[Part]:
        """Yield the price lists that address the partner, the one that holds first."""
        choice = self.rights.prices
        for rule in choice.clash or ():
            near = f"for {rule.scope}, as near as another that holds at the same time"
            yield Part("disagrees", rule.name, near, rule.origin)
        chosen = choice.at(self.now, self.rights.zone)
        for rule in () if choice.clash else choice.lists:
            reason = f"{rule.currency}, for {rule.scope}{period(rule, self.rights.zone)}"
            yield Part("prices", rule.name, reason, rule.origin, in_effect=rule is chosen)

    def _withheld(self) -> Iterator[Part]:
        """Yield the rights windows that name a file which may not be shown here and now."""
        files = self.case.files
        held = self.now_snapshot.withheld(self.rights, self.case.index.everything)
        for path in sorted(held):
            for rule in files.licences.get(path, ()):
                where = ", ".join(sorted(rule.territories)) or "everywhere"
                reason = f"{path} only in {where}{period(rule, self.rights.zone)}"
                yield Part("withholds", rule.name, reason, rule.origin)
            if path in files.stated:
                yield Part("withholds", path, "the rights that the product states do not hold")

    def _policies(self, rights: Rights, field: str, partner: Partner) -> Iterator[Part]:
        whose = "" if partner is self.partner else partner.id
        for rule in rights.policies:
            if rule.hide & {field, _WHOLE.get(field.partition(".")[0], "")}:
                reason = f"{', '.join(sorted(rule.hide))} for {rule.scope}"
                holds = rule.window.holds(self.now, rights.zone)
                yield Part(
                    "hides",
                    rule.name,
                    reason + period(rule, rights.zone),
                    rule.origin,
                    whose,
                    holds,
                )
        if rights.distributor is not None:
            above = self.manifests.partners[partner.distributor]
            yield from self._policies(rights.distributor, field, above)

    def _owners(self, field: str) -> Iterator[Part]:
        for rule in self.rights.overrides:
            if rule.sku == self.item.sku and field in rule.fields:
                yield Part(
                    "overrides", rule.name, f"{rule.scope.name} owns this field", rule.origin
                )


def _field_verdict(field: str, parts: list[Part]) -> tuple[bool, str, Part | None]:
    """Return whether a field is shown, why, and the part that decides."""
    for part in parts:
        if part.effect == "hides" and part.in_effect:
            return False, f"{part.name} hides it", part
    holding = next((p for p in parts if p.effect == "prices" and p.in_effect), None)
    if field == "price" and holding is None:
        clash = next((part for part in parts if part.effect == "disagrees"), None)
        reason = "two price lists are equally near" if clash else "no price list is in effect"
        return False, reason, clash
    owned = next((part for part in parts if part.effect == "overrides"), None)
    if (last := holding or owned) is not None:
        return True, f"{last.name} {last.effect} it", last
    return True, "no policy hides it", None


def _selecting(snapshot: Snapshot, rules: tuple[ProductRule, ...]) -> Iterator[ProductRule]:
    """Yield the rules that select the product, those in effect first, then by name."""
    chosen = [rule for rule in rules if snapshot.compiler.products(rule.selector)]
    yield from sorted(chosen, key=lambda rule: rule.name)
