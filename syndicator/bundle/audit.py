"""Audit a release: is everything there, undamaged, and exactly what each edition may show."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from syndicator import canonical
from syndicator.bundle import drawn, keys, trees
from syndicator.bundle.keys import Reference
from syndicator.bundle.pages import documents_of
from syndicator.bundle.release import EditionRecord, Release
from syndicator.bundle.signing import Signer, signed_by
from syndicator.canonical import Namer
from syndicator.errors import VerificationError
from syndicator.rendering.finished import key_hash, lookup_hashes
from syndicator.rendering.view import content_key

Look = Callable[[Iterable[str]], Iterator[bytes | None]]
"""Yields the stored bytes under each key, in order; None where there are none."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it was published."""

    kind: str
    """`missing`, `damaged`, `unsigned`, `stale`, `stray`, `assortment`, `lookup` or `history`."""
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
    """One audit. It looks at every object once, however many editions lead to it.

    First everything is looked at, level by level and so many at a time; then each edition is
    judged by what was found.
    """

    look: Look
    namer: Namer
    findings: dict[str, Finding] = field(default_factory=dict)
    checked: int = 0
    _seen: set[str] = field(default_factory=set)
    _nodes: dict[str, bytes] = field(default_factory=dict)
    """Tables, lookups and lists of media that are as published."""
    _pages: dict[str, dict[str, tuple[str, ...]]] = field(default_factory=dict)
    """Pages that are as published: their SKUs with the key hashes that must find them."""

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
        records = release.editions.values()
        self._collect(records)
        for record in records:
            allowed = assortments.get(record.edition) if assortments else None
            self._edition(record, None if allowed is None else frozenset(allowed))
        self._pictures(records)
        for _ in self._sound(release.files):
            pass
        if delivered:
            self._mutable(release)

    def _collect(self, records: Iterable[EditionRecord]) -> None:
        """Look at all nodes, and then at all pages that they and the heads lead to."""
        pages: dict[str, str] = {}
        level: dict[str, str] = {}
        for record in records:
            level |= _below(record.head, pages)
            if record.media is not None:
                level[keys.private_object(record.media[0])] = record.media[1]
        while level:
            deeper: dict[str, str] = {}
            for key, data in self._sound(level):
                self._nodes[key] = data
                deeper |= _below(canonical.decode(data), pages)
            level = {key: deeper[key] for key in deeper if key not in self._nodes}
        for key, data in self._sound(pages):
            self._pages[key] = _hashes(data)

    def history(self, release: Release) -> None:
        """Audit what an older release leads to, so that it can come back.

        What other releases led to was looked at already. Pages are not judged any more.
        """
        pages, pictures, level = dict[str, str](), set[str](), dict[str, str]()
        for record in release.editions.values():
            level |= _below(record.head, pages)
            if record.media is not None:
                level[keys.private_object(record.media[0])] = record.media[1]
        while level:
            deeper: dict[str, str] = {}
            for _, data in self._sound(level, release.generation):
                node = canonical.decode(data)
                deeper |= _below(node, pages)
                pictures.update(node.get("media", ()))
            level = deeper
        for _ in self._sound({**pages, **release.files}, release.generation):
            pass
        self._look_at(pictures, release.generation)

    def _sound(self, wanted: Mapping[str, str], past: int = 0) -> Iterator[tuple[str, bytes]]:
        """Yield what is there as published, key and bytes; find what is not.

        Nothing is looked at twice. `past` is the generation of an older release that wants it.
        """
        fresh = [key for key in wanted if key not in self._seen]
        self._seen.update(fresh)
        for key, data in zip(fresh, self.look(fresh), strict=True):
            self.checked += 1
            if data is None:
                self._find("missing", key, "it was published and is not there", past=past)
            elif canonical.integrity(data) != wanted[key]:
                text = "its bytes are not those that were published"
                self._find("damaged", key, text, past=past)
            else:
                yield key, data

    def _edition(self, record: EditionRecord, allowed: frozenset[str] | None) -> None:
        """Judge one edition by the nodes and pages that were found."""
        load = self._load(record.edition)
        try:
            found = [self._page(ref, record) for ref in trees.page_references(record.head, load)]
            pages = [page for page in found if page is not None]
            shown = {sku: hashes for page in pages for sku, hashes in page.items()}
            if len(pages) == len(found):
                self._assortment(record, shown, allowed)
                self._lookups(record, pages, load)
                self._drawn(record, pages, load)
        except VerificationError:
            pass  # told already; what lies below cannot be reached

    def _page(
        self, reference: Reference, record: EditionRecord
    ) -> dict[str, tuple[str, ...]] | None:
        key = keys.public_object(reference[0])
        if key not in self._pages:
            self._harms(key, record.edition)
        return self._pages.get(key)

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
        self,
        record: EditionRecord,
        pages: Collection[Mapping[str, tuple[str, ...]]],
        load: trees.Load,
    ) -> None:
        found = dict(trees.lookup_entries(record.head, load))
        for number, page in enumerate(pages):
            for sku, hashes in page.items():
                if any(number not in found.get(key, ()) for key in hashes):
                    text = f"{sku} cannot be found by all its identifiers"
                    self._find("lookup", record.head_key, text, record.edition)

    def _drawn(
        self,
        record: EditionRecord,
        pages: Collection[Mapping[str, tuple[str, ...]]],
        load: trees.Load,
    ) -> None:
        """Hold what servers include against the documents, page by page."""
        for below in trees.drawn_below(record.head):
            node = canonical.decode(load(below))
            found = [self._page(ref, record) for ref in trees.page_references(node, load)]
            told = [[*page.values()] for page in found if page is not None]
            if len(told) == len(found) and told != [[*page.values()] for page in pages]:
                text = "what servers include is not what the documents show"
                self._find("assortment", record.head_key, text, record.edition)

    def _pictures(self, records: Iterable[EditionRecord]) -> None:
        """Look whether every picture and file of every edition is there."""
        wanted: set[str] = set()
        for name, edition in {record.media: record.edition for record in records}.items():
            key = keys.private_object(name[0]) if name else ""
            if (data := self._nodes.get(key)) is not None:
                wanted.update(canonical.decode(data)["media"])
            elif key:
                self._harms(key, edition)
        self._look_at(wanted)

    def _look_at(self, pictures: Collection[str], past: int = 0) -> None:
        """Look whether pictures and files are there; their names tell what they must hold."""
        fresh = sorted(key for key in pictures if key not in self._seen)
        self._seen.update(fresh)
        for key, data in zip(fresh, self.look(fresh), strict=True):
            self.checked += 1
            if data is None:
                self._find("missing", key, "a picture or file is not there", past=past)
            elif self._content_key(key, data) != key:
                text = "the bytes of a picture or file are not those that were published"
                self._find("damaged", key, text, past=past)

    def _content_key(self, key: str, data: bytes) -> str:
        digest = hashlib.sha256(data).hexdigest()
        return "public/" + content_key(self.namer, digest, key.rpartition(".")[2])

    def _mutable(self, release: Release) -> None:
        signer = Signer(self.namer)
        heads = {record.head_key: record for record in release.editions.values()}
        for (key, record), data in zip(heads.items(), self.look(heads), strict=True):
            self._same(key, data, record.head_bytes(signer), signer, record.edition)
        entries = {
            keys.entry(self.namer, partner): one for partner, one in release.partners.items()
        }
        for (key, entry), data in zip(entries.items(), self.look(entries), strict=True):
            self._same(key, data, entry.entry_bytes(self.namer, signer), signer)
        for (key, alias), data in zip(
            release.aliases.items(), self.look(release.aliases), strict=True
        ):
            self.checked += 1
            if data is None or canonical.integrity(data) != release.files.get(alias.source):
                self._find("stale", key, f"it is not the same as {alias.source}")

    def _same(
        self, key: str, data: bytes | None, expected: bytes, signer: Signer, edition: str = ""
    ) -> None:
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

    def _load(self, edition: str) -> trees.Load:
        def load(reference: Reference) -> bytes:
            key = keys.public_object(reference[0])
            if key not in self._nodes:
                self._harms(key, edition)
                raise VerificationError(key)
            return self._nodes[key]

        return load

    def _harms(self, key: str, edition: str) -> None:
        """Note that what was found under a key harms an edition."""
        found = self.findings[key]
        self._find(found.kind, key, found.message, edition)

    def _find(self, kind: str, key: str, message: str, edition: str = "", past: int = 0) -> None:
        if past:
            kind, message = "history", f"release {past} needs it to come back: {message}"
        before = self.findings.get(key)
        harmed = dict.fromkeys(before.editions if before else ())
        if edition:
            harmed[edition] = None
        told = before or Finding(kind, key, message)
        self.findings[key] = replace(told, editions=tuple(harmed))


def _below(node: trees.Node, pages: dict[str, str]) -> dict[str, str]:
    """Add the pages of a node to `pages`; return the nodes below it; keys to integrities."""
    pages.update((keys.public_object(name), integrity) for name, integrity in node.get("pages", ()))
    return {keys.public_object(name): integrity for name, integrity in trees.nodes_below(node)}


def _hashes(data: bytes) -> dict[str, tuple[str, ...]]:
    """Return the products of a page, drawn or not, with the key hashes that must find them."""
    if drawn.is_drawn(data):
        return {told[0]: tuple(map(key_hash, told)) for told in drawn.keys_drawn(data)}
    return {sku: lookup_hashes(document) for sku, document in documents_of(data)}
