"""Render each thing once: editions that would show the same document share it.

A document's key is the fingerprint of everything that it is made from: what all documents stand
on, the terms of the edition (locale, price list, field policy, ...), its product, which of its
dates have come, and its relations and variants as far as the assortment holds them. Rendering can
ask for nothing else (`batches`), so equal keys mean equal bytes, in this run, in the next one of
a daemon, and in another process that finds what was kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from syndicator.catalog.model import Product, Tax
from syndicator.entitlement.model import Edition, Override
from syndicator.rendering.batches import Answer, Batch, Draft, render_batch
from syndicator.rendering.finished import Facts, Finished, Forgetful, Keeping, fingerprint
from syndicator.rendering.inputs import (
    Ground,
    Terms,
    by_sku,
    dates,
    draft_of,
    ground_print,
    key_of,
    printed,
    terms_of,
    touched,
)
from syndicator.rendering.view import Shelf

TOGETHER = 256
"""Documents of one batch: about a tenth of a second of work."""

Run = Callable[[Shelf, Sequence[Batch]], Iterable[list[Answer]]]
"""Renders batches anywhere and answers in their order."""

_FACTS = msgspec.msgpack.Decoder(Facts)
_PENDING = Facts(0)


def here(shelf: Shelf, batches: Sequence[Batch]) -> Iterator[list[Answer]]:
    """Render batches one after another in this process."""
    return (render_batch(shelf, batch) for batch in batches)


@dataclass(slots=True)
class _Edition:
    """An edition as it was rendered last."""

    terms: bytes
    skus: tuple[str, ...]
    overrides: tuple[Override, ...]
    documents: tuple[Finished, ...]
    media: frozenset[str] = frozenset()
    made: dict[str, bytes] = field(default_factory=dict)
    seen: bool = False

    def look(self) -> None:
        """Gather what its documents refer to, once they are finished."""
        if not self.seen:
            told = [f for one in self.documents if (f := one.facts).media or f.made]
            shown = {facts.media for facts in told}
            self.media = frozenset(f"public/{key}" for keys in shown for key in keys)
            for facts in told:
                self.made |= facts.made
            self.seen = True

    def grants(self, terms: Terms, skus: tuple[str, ...], overrides: tuple[Override, ...]) -> bool:
        """Tell whether rights and terms are these."""
        return self.terms == terms.fingerprint and self.skus == skus and self.overrides == overrides


@dataclass(slots=True)
class Renderer:
    """Renders editions and remembers documents: keep one between runs of a daemon.

    Memory: one copy of each distinct document that was rendered since the start and is in use.
    """

    keeping: Keeping = field(default_factory=Forgetful)
    _ground: Ground | None = None
    _touched: frozenset[str] | None = None
    """SKUs whose documents may differ from the last run; None where all may."""
    _editions: dict[str, _Edition] = field(default_factory=dict)
    _prints: dict[str, tuple[Product, bytes]] = field(default_factory=dict)
    _asked: set[str] = field(default_factory=set)
    """Editions of this run."""
    _known: dict[bytes, Finished] = field(default_factory=dict)
    _tables: dict[bytes, dict[str, Finished]] = field(default_factory=dict)
    _pending: dict[bytes, list[tuple[Finished, Terms, Draft]]] = field(default_factory=dict)

    def begin(self, shelf: Shelf, now: datetime) -> None:
        """Start a run. Cost: one encoding for each product that is not the same object as before.

        What the last run showed is still known; everything else is forgotten.
        """
        if self._pending:  # the last run failed half-way
            self._forget()
        before = self._prints
        self._prints = {
            sku: known if (known := before.get(sku)) and known[0] is product else printed(product)
            for sku, product in shelf.catalog.products.items()
        }
        prints = {sku: told + dates(product, now) for sku, (product, told) in self._prints.items()}
        rules = {
            path: fingerprint(repr(one.model).encode(), one.artefact)
            for path, one in shelf.rules.items()
        }
        last, self._ground = self._ground, Ground(shelf, now, ground_print(shelf), prints, rules)
        self._touched = touched(last, self._ground)
        if self._touched is None:
            shown = set().union(*(one.documents for one in self._editions.values()))
            self._forget()
            self._known = {document.key: document for document in shown}
        self._asked.clear()
        for table in self._tables.values():
            for sku in self._touched or ():
                table.pop(sku, None)

    def _forget(self) -> None:
        for memory in (self._known, self._tables, self._editions, self._pending):
            memory.clear()

    def edition(
        self, edition: Edition, currency: str, tax: Tax | None = None
    ) -> tuple[Finished, ...]:
        """Return an edition's documents in catalog order; they are there after `finish`.

        Cost: where rights and terms are those of the last run, one step for each document that
        may differ; else one look-up for each, and a fingerprint for each that is not in a table.
        """
        self._asked.add(edition.id)
        terms = terms_of(edition, currency, tax)
        table = self._tables.setdefault(terms.fingerprint, {})
        skus, overrides = tuple(edition.skus), by_sku(edition.overrides)
        before = self._editions.get(edition.id)
        known: list[Finished | None]
        if before is not None and before.grants(terms, skus, edition.overrides):
            known = [*before.documents]
            places = [place for sku in self._touched or () if (place := _place(skus, sku)) >= 0]
        else:
            known = [*map(table.get, skus)]
            places = [
                place for place, sku in enumerate(skus) if known[place] is None or sku in overrides
            ]
        if before is not None and not places and known == [*before.documents]:
            return before.documents
        assortment = frozenset(skus) if places else frozenset()
        for place in places:
            known[place] = self._document(skus[place], terms, table, assortment, overrides)
        documents: tuple[Finished, ...] = tuple(known)  # type: ignore[arg-type]  # none is left out
        self._editions[edition.id] = _Edition(terms.fingerprint, skus, edition.overrides, documents)
        return documents

    def _document(
        self,
        sku: str,
        terms: Terms,
        table: dict[str, Finished],
        assortment: frozenset[str],
        overrides: Mapping[str, tuple[Override, ...]],
    ) -> Finished:
        ground = self._at_work()
        draft = draft_of(sku, ground.shelf, assortment, overrides)
        key = key_of(ground, terms, draft)
        document = self._known.get(key)
        if document is None:
            document = self._known[key] = self._recalled(key, sku, terms, draft)
        if len(draft.near) == 1 and not draft.overrides and not draft.product.configurator:
            table[sku] = document
        return document

    def _recalled(self, key: bytes, sku: str, terms: Terms, draft: Draft) -> Finished:
        """Return a document as it was kept, or one that waits to be rendered."""
        if (kept := self.keeping.recall(key)) is not None:
            facts = _FACTS.decode(kept)
            again = _Again(self.keeping, self._at_work(), terms, draft)
            return Finished(key, sku, facts, make=again)
        document = Finished(key, sku, _PENDING)
        self._pending.setdefault(terms.fingerprint, []).append((document, terms, draft))
        return document

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
        self._known.clear()
        self._editions = {name: self._editions[name] for name in self._asked}
        for edition in self._editions.values():
            edition.look()
            ground.shelf.made.update(edition.made)

    def media(self, edition: Edition) -> frozenset[str]:
        """Return the keys of the files that an edition shows, below the target's root."""
        return self._editions[edition.id].media

    def _batches(self, ground: Ground, *, remote: bool) -> Iterator[tuple[Batch, list[Finished]]]:
        """Yield what waits; documents with a configurator are not `remote`, they need its rules."""
        for waiting in self._pending.values():
            some = [one for one in waiting if remote is not bool(one[2].product.configurator)]
            for at in range(0, len(some), TOGETHER):
                part = some[at : at + TOGETHER]
                terms, drafts = part[0][1], tuple(draft for _, _, draft in part)
                batch = Batch(terms.edition, terms.currency, terms.tax, ground.now, drafts)
                yield batch, [document for document, _, _ in part]

    def _at_work(self) -> Ground:
        assert self._ground is not None, "begin comes first"  # noqa: S101
        return self._ground


@dataclass(frozen=True, slots=True)
class _Again:
    """Gets the bytes of a document of an earlier process: as kept, or by rendering it again."""

    keeping: Keeping
    ground: Ground
    terms: Terms
    draft: Draft

    def __call__(self, document: Finished) -> bytes:
        data = self.keeping.body(document.key)
        if data is None:
            terms = self.terms
            batch = Batch(terms.edition, terms.currency, terms.tax, self.ground.now, (self.draft,))
            ((data, facts),) = render_batch(self.ground.shelf, batch)
            self.keeping.keep(document.key, msgspec.msgpack.encode(facts), data)
        return data


def _place(skus: tuple[str, ...], sku: str) -> int:
    """Return where a SKU stands, -1 where it does not."""
    return skus.index(sku) if sku in skus else -1


def _chained(*many: Iterable[list[Answer]]) -> Iterator[list[Answer]]:
    for one in many:
        yield from one
