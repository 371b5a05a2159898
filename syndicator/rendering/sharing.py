"""Render each thing once: editions that would show the same document share it.

A document's key is the fingerprint of everything that it is made from: what all documents stand
on, the terms of the edition (locale, price list, field policy, ...), its product, which of its
dates have come, and its relations and variants as far as the assortment holds them. Rendering can
ask for nothing else (`batches`), so equal keys mean equal bytes, in this run, in the next one of
a daemon, and in another process that finds what was kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

import msgspec

from syndicator import canonical
from syndicator.catalog.model import Product
from syndicator.entitlement.model import Edition, Override
from syndicator.rendering.batches import Answer, Batch, Draft, render_batch
from syndicator.rendering.configurator import WIDGET
from syndicator.rendering.finished import Facts, Finished, Forgetful, Keeping, fingerprint
from syndicator.rendering.view import Shelf

TOGETHER = 256
"""Documents of one batch: about a tenth of a second of work."""

Run = Callable[[Shelf, Sequence[Batch]], Iterable[list[Answer]]]
"""Renders batches anywhere and answers in their order."""

_FACTS = msgspec.msgpack.Decoder(Facts)
_PENDING = Facts(0)
_ABSENT = bytes(16)


def here(shelf: Shelf, batches: Sequence[Batch]) -> Iterator[list[Answer]]:
    """Render batches one after another in this process."""
    return (render_batch(shelf, batch) for batch in batches)


@dataclass(frozen=True)
class _Ground:
    """One run's inputs as fingerprints."""

    shelf: Shelf
    now: datetime
    print: bytes
    products: Mapping[str, bytes]
    """Of each product: itself and which of its dates have come."""
    rules: Mapping[str, bytes]
    """Of each configurator, by the path of its rules."""


@dataclass(frozen=True, slots=True)
class _Terms:
    """An edition as far as all of its documents depend on it."""

    edition: Edition
    """Without assortment, partners and overrides."""
    currency: str
    print: bytes


@dataclass(slots=True)
class Renderer:
    """Renders editions and remembers documents: keep one between runs of a daemon.

    Memory: one copy of each distinct document that was rendered since the start and is in use.
    """

    keeping: Keeping = field(default_factory=Forgetful)
    _ground: _Ground | None = None
    _prints: dict[str, tuple[Product, bytes]] = field(default_factory=dict)
    _known: dict[bytes, Finished] = field(default_factory=dict)
    _used: dict[bytes, Finished] = field(default_factory=dict)
    _tables: dict[bytes, dict[str, Finished]] = field(default_factory=dict)
    _pending: dict[bytes, list[tuple[Finished, _Terms, Draft]]] = field(default_factory=dict)

    def begin(self, shelf: Shelf, now: datetime) -> None:
        """Start a run. Cost: one encoding for each product that is not the same object as before.

        What the last run used is still known; what it did not use is forgotten.
        """
        self._known, self._used = self._used, {}
        self._tables.clear()
        self._pending.clear()
        before = self._prints
        self._prints = {
            sku: known if (known := before.get(sku)) and known[0] is product else _printed(product)
            for sku, product in shelf.catalog.products.items()
        }
        prints = {sku: told + _dates(product, now) for sku, (product, told) in self._prints.items()}
        rules = {
            path: fingerprint(repr(one.model).encode(), one.artefact)
            for path, one in shelf.rules.items()
        }
        self._ground = _Ground(shelf, now, _ground_print(shelf), prints, rules)

    def edition(self, edition: Edition, currency: str) -> tuple[Finished, ...]:
        """Return an edition's documents in catalog order; they are there after `finish`.

        Cost: one look-up for each document, and a fingerprint for each that is not in a table.
        """
        terms = self._terms(edition, currency)
        table = self._tables.setdefault(terms.print, {})
        skus = tuple(edition.skus)
        documents = [*map(table.get, skus)]
        overrides = _by_sku(edition.overrides)
        if overrides or not all(documents):
            assortment = frozenset(skus)
            for place, sku in enumerate(skus):
                if documents[place] is None or sku in overrides:
                    documents[place] = self._document(sku, terms, table, assortment, overrides)
        return tuple(documents)  # type: ignore[arg-type]  # none is left out

    def _document(
        self,
        sku: str,
        terms: _Terms,
        table: dict[str, Finished],
        assortment: frozenset[str],
        overrides: Mapping[str, tuple[Override, ...]],
    ) -> Finished:
        ground = self._at_work()
        draft = _draft(sku, ground.shelf, assortment, overrides)
        key = self._key(terms, draft)
        document = self._used.get(key) or self._known.get(key)
        if document is None:
            document = self._recalled(key, sku, terms, draft)
        self._used[key] = document
        if len(draft.near) == 1 and not draft.overrides and not draft.product.configurator:
            table[sku] = document
        return document

    def _recalled(self, key: bytes, sku: str, terms: _Terms, draft: Draft) -> Finished:
        """Return a document as it was kept, or one that waits to be rendered."""
        if (kept := self.keeping.recall(key)) is not None:
            facts = _FACTS.decode(kept)
            again = _Again(self.keeping, self._at_work(), terms, draft)
            return Finished(key, sku, facts, make=again)
        document = Finished(key, sku, _PENDING)
        self._pending.setdefault(terms.print, []).append((document, terms, draft))
        return document

    def _key(self, terms: _Terms, draft: Draft) -> bytes:
        ground = self._at_work()
        parts = [ground.print, terms.print, ground.products[draft.product.sku]]
        for sku, found in draft.near.items():
            parts.append(ground.products[sku] if found is not None else _ABSENT)
        parts += [repr((one.sku, one.field, one.value)).encode() for one in draft.overrides]
        if draft.product.configurator:
            app = ground.shelf.apps.get(terms.edition.request(WIDGET))
            parts += [repr(app).encode(), ground.rules.get(draft.product.configurator, b"")]
        return fingerprint(*parts)

    @property
    def waiting(self) -> int:
        """How many documents `finish` will render."""
        return sum(map(len, self._pending.values()))

    def finish(self, run: Run = here, progress: Callable[[int, int], None] | None = None) -> None:
        """Render what waits, and keep it. `run` decides where; it changes no byte."""
        ground = self._at_work()
        waiting = [*self._batches(ground, remote=False), *self._batches(ground, remote=True)]
        split = sum(1 for _ in self._batches(ground, remote=False))
        total, done = self.waiting, 0
        answers = _chained(
            here(ground.shelf, [batch for batch, _ in waiting[:split]]),
            run(ground.shelf, [batch for batch, _ in waiting[split:]]),
        )
        for (_, documents), told in zip(waiting, answers, strict=True):
            for document, (data, facts) in zip(documents, told, strict=True):
                document.finish(facts, data)
                self.keeping.keep(document.key, msgspec.msgpack.encode(facts), data)
            done += len(documents)
            if progress:
                progress(done, total)
        self._pending.clear()
        for document in self._used.values():
            ground.shelf.made.update(document.facts.made)

    @staticmethod
    def media(documents: Iterable[Finished]) -> frozenset[str]:
        """Return the keys of the files that documents show, below the target's root."""
        shown = {media for one in documents if (media := one.facts.media)}
        return frozenset(f"public/{key}" for keys in shown for key in keys)

    def _batches(self, ground: _Ground, *, remote: bool) -> Iterator[tuple[Batch, list[Finished]]]:
        """Yield what waits; documents with a configurator are not `remote`, they need its rules."""
        for waiting in self._pending.values():
            some = [one for one in waiting if remote is not bool(one[2].product.configurator)]
            for at in range(0, len(some), TOGETHER):
                part = some[at : at + TOGETHER]
                terms, drafts = part[0][1], tuple(draft for _, _, draft in part)
                batch = Batch(terms.edition, terms.currency, ground.now, drafts)
                yield batch, [document for document, _, _ in part]

    def _at_work(self) -> _Ground:
        assert self._ground is not None, "begin comes first"  # noqa: S101
        return self._ground

    def _terms(self, edition: Edition, currency: str) -> _Terms:
        told = [
            *(edition.locale, edition.price_list, currency, sorted(edition.hidden)),
            *(list(edition.widgets), edition.territory, sorted(edition.withheld)),
        ]
        bare = replace(edition, id="", skus=(), partners=(), overrides=())
        return _Terms(bare, currency, fingerprint(canonical.encode(told)))


@dataclass(frozen=True, slots=True)
class _Again:
    """Gets the bytes of a document of an earlier process: as kept, or by rendering it again."""

    keeping: Keeping
    ground: _Ground
    terms: _Terms
    draft: Draft

    def __call__(self, document: Finished) -> bytes:
        data = self.keeping.body(document.key)
        if data is None:
            batch = Batch(self.terms.edition, self.terms.currency, self.ground.now, (self.draft,))
            ((data, facts),) = render_batch(self.ground.shelf, batch)
            self.keeping.keep(document.key, msgspec.msgpack.encode(facts), data)
        return data


def _draft(
    sku: str,
    shelf: Shelf,
    assortment: frozenset[str],
    overrides: Mapping[str, tuple[Override, ...]],
) -> Draft:
    """Gather everything of an edition that one document may depend on."""
    products = shelf.catalog.products
    product = products[sku]
    group = shelf.groups.get(product.variant.group, ()) if product.variant else ()
    asked = dict.fromkeys((sku, *(relation.sku for relation in product.relations), *group))
    if product.configurator and (rules := shelf.rules.get(product.configurator)):
        asked |= dict.fromkeys(sorted(rules.model.skus()))
    near = {one: products.get(one) if one in assortment else None for one in asked}
    own = tuple(one for other in near for one in overrides.get(other, ())) if overrides else ()
    return Draft(product, near, group, own)


def _by_sku(overrides: Sequence[Override]) -> Mapping[str, tuple[Override, ...]]:
    found: dict[str, tuple[Override, ...]] = {}
    for one in overrides:
        found[one.sku] = (*found.get(one.sku, ()), one)
    return found


def _printed(product: Product) -> tuple[Product, bytes]:
    return product, fingerprint(msgspec.msgpack.encode(product, enc_hook=_plain))


def _dates(product: Product, now: datetime) -> bytes:
    """Return which of the product's dates have come."""
    life = product.lifecycle
    instants = [life.announce, life.release, life.end_of_life]
    for price in product.prices:
        instants += [price.valid_from, price.valid_until]
    return bytes(instant <= now for instant in instants if instant is not None)


def _ground_print(shelf: Shelf) -> bytes:
    """Return the fingerprint of what all documents of a run stand on."""
    catalog = shelf.catalog
    told = [
        *(catalog.locales, dict(catalog.fallback), dict(catalog.families)),
        *(dict(catalog.categories), dict(catalog.assets), catalog.support),
        dict(shelf.sources),
        shelf.namer.name("ground", b""),
    ]
    return fingerprint(msgspec.msgpack.encode(told, enc_hook=_plain))


def _plain(value: object) -> Any:  # noqa: ANN401  whatever msgspec can encode
    if isinstance(value, MappingProxyType):
        return dict(value)
    raise NotImplementedError(type(value).__name__)


def _chained(*many: Iterable[list[Answer]]) -> Iterator[list[Answer]]:
    for one in many:
        yield from one
