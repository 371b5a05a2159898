"""Catalog, manifests and an instant to editions: who may show what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pyroaring import BitMap

from syndicator.catalog.model import Catalog
from syndicator.entitlement.assortment import Assortment
from syndicator.entitlement.compiler import Compiler
from syndicator.entitlement.files import FileRights
from syndicator.entitlement.index import Index
from syndicator.entitlement.model import Edition, Entitlements, Override
from syndicator.entitlement.rights import Rights, rights_of
from syndicator.entitlement.rules import Manifests
from syndicator.entitlement.selector import Selector
from syndicator.entitlement.snapshot import Answer, Snapshot
from syndicator.entitlement.upcoming import next_change


def resolve(catalog: Catalog, manifests: Manifests, now: datetime) -> Entitlements:
    """Decide what every partner may show at `now`, and when that changes by itself.

    Deny by default; forbid beats permit; the order of manifests means nothing. `now` is aware.
    Selectors must have passed `check_selectors`. Cost: indexing the fields in use (linear in
    products), every distinct clause once, and set algebra for every distinct right.
    """
    return World.of(catalog, manifests).entitlements(now)


@dataclass(slots=True)
class World:
    """One catalog under one set of manifests, with everything that several answers share."""

    catalog: Catalog
    manifests: Manifests
    index: Index
    rights: Mapping[str, Rights]
    files: FileRights
    memo: dict[Selector, BitMap] = field(default_factory=dict)

    @classmethod
    def of(cls, catalog: Catalog, manifests: Manifests) -> World:
        """Index a catalog for a set of manifests."""
        products = tuple(catalog.products.values())
        return cls(
            catalog,
            manifests,
            Index(products),
            rights_of(manifests),
            FileRights.of(products, manifests),
        )

    def snapshot(self, at: datetime) -> Snapshot:
        """Return the world at an instant; sets that do not depend on it are shared."""
        named = {name: one.selector for name, one in self.manifests.selectors.items()}
        return Snapshot(Compiler(self.index, named, at, self.memo), self.files, at)

    def entitlements(self, now: datetime) -> Entitlements:
        """Return the whole answer at an instant."""
        snapshot = self.snapshot(now)
        distinct = {rights.identity: rights for rights in self.rights.values()}
        answers = {name: snapshot.answer(rights) for name, rights in distinct.items()}
        members: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        for partner, rights in sorted(self.rights.items()):
            for locale in self.manifests.partners[partner].locales:
                members[rights.identity, locale].append(partner)
        editions = [
            self._edition(distinct[name], answers[name], locale, partners)
            for (name, locale), partners in members.items()
        ]
        return Entitlements(
            at=now,
            editions={each.id: each for each in sorted(editions, key=lambda e: e.id)},
            partners={
                name: {locale: rights.edition(locale) for locale in partner.locales}
                for name, partner in sorted(self.manifests.partners.items())
                for rights in (self.rights[name],)
            },
            next_change=next_change(self.index, self.snapshot, distinct, answers, now),
            currencies={name: one.currency for name, one in self.manifests.price_lists.items()},
        )

    def _edition(self, rights: Rights, answer: Answer, locale: str, partners: list[str]) -> Edition:
        skus = Assortment(answer.products, self.index.order, self.index.positions)
        return Edition(
            id=rights.edition(locale),
            locale=locale,
            skus=skus,
            partners=tuple(partners),
            price_list=answer.price_list,
            hidden=answer.hidden,
            overrides=tuple(
                Override(rule.sku, name, value, rule.scope.name)
                for rule in sorted(rights.overrides, key=lambda rule: rule.id)
                for name, value in sorted(rule.fields.items())
                if rule.sku in skus
            ),
            widgets=tuple(sorted(answer.widgets)),
            territory=rights.territory,
            withheld=answer.withheld,
        )
