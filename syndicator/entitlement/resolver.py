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
from syndicator.entitlement.rights import Rights, rights_of, same_rules
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
    reads: dict[Selector, frozenset[str]] = field(default_factory=dict)
    known: dict[str, Answer] = field(default_factory=dict)
    """Answers at the instant `known_at` that were computed before, by the identity of rights."""
    known_at: datetime | None = None

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

    def edited(self, manifests: Manifests) -> World:
        """Return the same catalog under other manifests; what an edit does not touch is kept.

        Cost: the rights of all partners, and the sets of edited rules.
        """
        same_names = self.manifests.selectors == manifests.selectors
        same_places = self.manifests.territories == manifests.territories
        same_files = same_places and self.manifests.rights_windows == manifests.rights_windows
        files = self.files if same_files else FileRights.of(self.index.products, manifests)
        world = World(self.catalog, manifests, self.index, rights_of(manifests), files)
        if same_names:
            world.memo, world.reads = self.memo, self.reads
        if same_names and same_files:
            world.known, world.known_at = self._kept(world), self.known_at
        return world

    def _kept(self, after: World) -> dict[str, Answer]:
        """Return the answers for rights that name the same rules, none of them edited."""
        before = {rights.identity: rights for rights in self.rights.values()}
        now = {rights.identity: rights for rights in after.rights.values()}
        return {
            name: answer
            for name, answer in self.known.items()
            if name in now and same_rules(before[name], now[name])
        }

    def snapshot(self, at: datetime) -> Snapshot:
        """Return the world at an instant; sets that do not depend on it are shared."""
        named = {name: one.selector for name, one in self.manifests.selectors.items()}
        compiler = Compiler(self.index, named, at, self.memo, self.reads)
        return Snapshot(compiler, self.files, at)

    def answers(self, now: datetime) -> tuple[dict[str, Rights], dict[str, Answer]]:
        """Return the distinct rights and what each gives at an instant, by identity."""
        distinct = {rights.identity: rights for rights in self.rights.values()}
        known = self.known if self.known_at == now else {}
        snapshot = self.snapshot(now)
        answers = {
            name: known[name] if name in known else snapshot.answer(rights)
            for name, rights in distinct.items()
        }
        self.known, self.known_at = answers, now
        return distinct, answers

    def entitlements(self, now: datetime) -> Entitlements:
        """Return the whole answer at an instant."""
        distinct, answers = self.answers(now)
        members: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        for partner, rights in sorted(self.rights.items()):
            for locale in self.manifests.partners[partner].locales:
                members[rights.identity, locale].append(partner)
        ids = {(name, locale): distinct[name].edition(locale) for name, locale in members}
        editions = [
            self._edition(distinct[name], answers[name], (ids[name, locale], locale), partners)
            for (name, locale), partners in members.items()
        ]
        return Entitlements(
            at=now,
            editions={each.id: each for each in sorted(editions, key=lambda e: e.id)},
            partners={
                name: {locale: ids[rights.identity, locale] for locale in partner.locales}
                for name, partner in sorted(self.manifests.partners.items())
                for rights in (self.rights[name],)
            },
            next_change=next_change(self.index, self.snapshot, distinct, answers, now),
            currencies={name: one.currency for name, one in self.manifests.price_lists.items()},
            taxes={name: one.tax for name, one in self.manifests.price_lists.items() if one.tax},
        )

    def _edition(
        self, rights: Rights, answer: Answer, name: tuple[str, str], partners: list[str]
    ) -> Edition:
        """Return the edition of an id and locale."""
        skus = Assortment(answer.products, self.index.order, self.index.positions)
        return Edition(
            id=name[0],
            locale=name[1],
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
