"""Audit a release: is everything there, undamaged, and exactly what each edition may show."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace

from syndicator import canonical
from syndicator.bundle import keys, trees
from syndicator.bundle.drawn import keys_drawn
from syndicator.bundle.keys import Reference, key_hash
from syndicator.bundle.pages import documents_of, lookup_hashes
from syndicator.bundle.release import EditionRecord, Release, media_of
from syndicator.bundle.signing import Signer, signed_by
from syndicator.canonical import Namer
from syndicator.errors import VerificationError

Look = Callable[[str], bytes | None]
"""Returns the stored bytes under a key, None where there are none."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it was published."""

    kind: str
    """`missing`, `damaged`, `unsigned`, `stale`, `stray`, `assortment` or `lookup`."""
    key: str
    message: str
    editions: tuple[str, ...] = ()
    """Private ids of the editions that it harms, as far as known."""

    def as_json(self) -> dict[str, object]:
        """Return plain data for `--json`."""
        return {name: getattr(self, name) for name in self.__slots__}

    def __str__(self) -> str:
        return f"{self.kind}: {self.key}: {self.message}"


@dataclass(slots=True)
class Audit:
    """One audit. It looks at every object once, however many editions lead to it."""

    look: Look
    namer: Namer
    findings: dict[str, Finding] = field(default_factory=dict)
    checked: int = 0
    _good: set[str] = field(default_factory=set)
    _pages: dict[str, dict[str, tuple[str, ...]]] = field(default_factory=dict)
    _media_lists: set[Reference] = field(default_factory=set)

    def release(
        self,
        release: Release,
        assortments: Mapping[str, Collection[str]] | None = None,
        *,
        delivered: bool = True,
    ) -> None:
        """Audit everything that a release leads to.

        `assortments` tells what each edition may show, where somebody knows; `delivered` whether
        heads and entries should be there already.
        """
        for record in release.editions.values():
            allowed = assortments.get(record.edition) if assortments else None
            self._edition(record, None if allowed is None else frozenset(allowed))
        for key, integrity in release.files.items():
            self.fetch(key, integrity)
        if delivered:
            self._mutable(release)

    def fetch(self, key: str, integrity: str, edition: str = "") -> bytes | None:
        """Return verified bytes, None where they are not there as published."""
        data = self.look(key)
        if key in self._good:
            return data
        self.checked += 1
        if data is None:
            self._find("missing", key, "it was published and is not there", edition)
        elif canonical.integrity(data) != integrity:
            self._find("damaged", key, "its bytes are not those that were published", edition)
        else:
            self._good.add(key)
            return data
        return None

    def _edition(self, record: EditionRecord, allowed: frozenset[str] | None) -> None:
        try:
            pages = [
                self._page(ref, record.edition)
                for ref in trees.page_references(record.head, self._strictly(record.edition))
            ]
            shown = {sku: hashes for page in pages for sku, hashes in page.items()}
            self._assortment(record, shown, allowed)
            self._lookups(record, pages)
            self._drawn(record, pages)
        except VerificationError:
            pass  # told already by `fetch`; what lies below cannot be reached
        self._media(record)

    def _page(self, reference: Reference, edition: str) -> dict[str, tuple[str, ...]]:
        """Return the SKUs of a page with the key hashes under which each must be found."""
        key = keys.public_object(reference[0])
        if key not in self._pages:
            data = self._strictly(edition)(reference)
            self._pages[key] = {
                sku: lookup_hashes(document) for sku, document in documents_of(data)
            }
        return self._pages[key]

    def _assortment(
        self, record: EditionRecord, shown: Mapping[str, object], allowed: frozenset[str] | None
    ) -> None:
        if len(shown) != record.head["count"]:
            text = f"{len(shown)} products are there, its head tells {record.head['count']}"
            self._find("assortment", record.head_key, text, record.edition)
        if allowed is not None and (extra := shown.keys() - allowed):
            text = f"shows what it may not: {' '.join(sorted(extra)[:10])}"
            self._find("assortment", record.head_key, text, record.edition)
        if allowed is not None and (absent := allowed - shown.keys()):
            text = f"lacks what it should show: {' '.join(sorted(absent)[:10])}"
            self._find("assortment", record.head_key, text, record.edition)

    def _lookups(
        self, record: EditionRecord, pages: Collection[Mapping[str, tuple[str, ...]]]
    ) -> None:
        found = dict(trees.lookup_entries(record.head, self._strictly(record.edition)))
        for number, page in enumerate(pages):
            for sku, hashes in page.items():
                if any(number not in found.get(key, ()) for key in hashes):
                    text = f"{sku} cannot be found by all its identifiers"
                    self._find("lookup", record.head_key, text, record.edition)

    def _drawn(
        self, record: EditionRecord, pages: Collection[Mapping[str, tuple[str, ...]]]
    ) -> None:
        """Audit what servers include: page by page the same products as the documents."""
        load = self._strictly(record.edition)
        for node in (canonical.decode(load(ref)) for ref in trees.drawn_below(record.head)):
            self.fetch(f"public/{node['look'][0]}", node["look"][1], record.edition)
            drawn = [load(reference) for reference in trees.page_references(node, load)]
            told = [
                [{key_hash(key) for key in keys} for keys in keys_drawn(data)] for data in drawn
            ]
            if told != [[{*hashes} for hashes in page.values()] for page in pages]:
                text = "what servers include is not what the documents show"
                self._find("assortment", record.head_key, text, record.edition)

    def _media(self, record: EditionRecord) -> None:
        if record.media is None or record.media in self._media_lists:
            return
        self._media_lists.add(record.media)
        try:
            wanted = media_of(record, self._required(record.edition))
        except VerificationError:
            return
        for key in sorted(wanted - self._good):
            self.checked += 1
            self._good.add(key)
            if self.look(key) is None:
                self._find("missing", key, "a picture or file is not there", record.edition)

    def _mutable(self, release: Release) -> None:
        signer = Signer(self.namer)
        for record in release.editions.values():
            self._same(record.head_key, record.head_bytes(signer), signer, record.edition)
        for partner, entry in release.partners.items():
            key = keys.entry(self.namer, partner)
            self._same(key, entry.entry_bytes(self.namer, signer), signer, "")
        for key, alias in release.aliases.items():
            if self.look(key) != self.look(alias.source):
                self._find("stale", key, f"it is not the same as {alias.source}")

    def _same(self, key: str, expected: bytes, signer: Signer, edition: str) -> None:
        data = self.look(key)
        self.checked += 1
        if data is None:
            self._find("missing", key, "it was published and is not there", edition)
        elif data != expected:
            good = signed_by(data, signer.public_key)
            text = "it is of another release" if good else "its signature is not ours"
            self._find("stale" if good else "unsigned", key, text, edition)

    def strays(self, release: Release, present: Collection[str]) -> None:
        """Find heads and entries that no edition or partner of the release accounts for."""
        known = {record.head_key for record in release.editions.values()}
        known |= {keys.entry(self.namer, partner) for partner in release.partners}
        for key in sorted(set(present) - known):
            self._find("stray", key, "it is served and belongs to nobody")

    def _strictly(self, edition: str) -> trees.Load:
        def load(reference: Reference) -> bytes:
            return self._required(edition)(keys.public_object(reference[0]), reference[1])

        return load

    def _required(self, edition: str) -> keys.Fetch:
        def fetch(key: str, integrity: str) -> bytes:
            data = self.fetch(key, integrity, edition)
            if data is None:
                raise VerificationError(key)
            return data

        return fetch

    def _find(self, kind: str, key: str, message: str, edition: str = "") -> None:
        before = self.findings.get(key)
        harmed = dict.fromkeys(before.editions if before else ())
        if edition:
            harmed[edition] = None
        told = before or Finding(kind, key, message)
        self.findings[key] = replace(told, editions=tuple(harmed))
