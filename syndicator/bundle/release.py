"""Releases: the private, immutable account of what every edition and partner shows.

A release names record objects; each holds the records of some editions or partners, so that a
release stays small and a change rewrites only the records it touches.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Any, NamedTuple, TypeVar

import msgspec

from syndicator import canonical
from syndicator.bundle import keys
from syndicator.bundle.keys import Fetch, Reference
from syndicator.bundle.signing import Signer
from syndicator.bundle.trees import Node
from syndicator.canonical import Namer
from syndicator.errors import VerificationError

CHANGES_KEPT = 200
"""Changes that an edition's record remembers for its feeds."""
_EDITIONS_TOGETHER = 64
_PARTNERS_TOGETHER = 256


class _Record(msgspec.Struct, frozen=True, kw_only=True):
    """Base of stored records; readers ignore keys that they do not know."""


class Change(NamedTuple):
    """One product that came, went or became different in an edition."""

    sku: str
    kind: str
    """`gained`, `lost` or `changed`."""
    at: str
    """RFC 3339 instant of the release."""
    generation: int


class Changes(_Record, frozen=True, omit_defaults=True):
    """What one release changed in an edition: SKUs in catalog order, by kind."""

    at: str
    """RFC 3339 instant of the release."""
    generation: int
    gained: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.gained) + len(self.changed) + len(self.lost)

    def first(self, count: int) -> Changes:
        """Return the first changes, at most `count`."""
        gained, changed = self.gained[:count], self.changed[: max(0, count - len(self.gained))]
        lost = self.lost[: max(0, count - len(self.gained) - len(self.changed))]
        return msgspec.structs.replace(self, gained=gained, changed=changed, lost=lost)

    def each(self) -> Iterator[Change]:
        """Yield every product: first those gained, then changed, then lost."""
        for kind in ("gained", "changed", "lost"):
            for sku in getattr(self, kind):
                yield Change(sku, kind, self.at, self.generation)


class EditionRecord(_Record, frozen=True):
    """One edition in one release; `generation` is when what it shows last changed."""

    edition: str
    generation: int
    locale: str
    partners: tuple[str, ...]
    head: Node
    """The head without generation and signature."""
    price_list: str = ""
    media: Reference | None = None
    """The private object that lists the keys of its pictures and files."""
    changes: tuple[Changes, ...] = ()
    """Release by release, newest first, at most `CHANGES_KEPT` products."""

    def each_change(self) -> Iterator[Change]:
        """Yield the products that changed, newest first."""
        return chain.from_iterable(changes.each() for changes in self.changes)

    @property
    def handle(self) -> str:
        """The public name of the edition."""
        return str(self.head["edition"])

    @property
    def head_key(self) -> str:
        """Where the head lies."""
        return f"public/e/{self.handle}.json"

    def head_bytes(self, signer: Signer) -> bytes:
        """Return the head as it is served."""
        return signer.sign({**self.head, "generation": self.generation})


class PartnerRecord(_Record, frozen=True):
    """One partner in one release. `generation` is the release in which its entry last changed."""

    brand: str
    default: str
    editions: dict[str, str]
    generation: int
    feeds: str = ""
    feeds_generation: int = 0
    """The release in which its channels last changed."""

    @property
    def feed_files(self) -> tuple[str, ...]:
        """Names of the files of its feeds; the last word of `feeds` is a fingerprint."""
        return tuple(self.feeds.split(" ")[:-1])

    def entry_bytes(self, namer: Namer, signer: Signer) -> bytes:
        """Return the partner entry as it is served."""
        handles = {
            locale: keys.edition_handle(namer, edition) for locale, edition in self.editions.items()
        }
        entry = {"brand": self.brand, "default": self.default, "editions": handles, "format": 1}
        entry |= {"generation": self.generation, "key": signer.public_key}
        return signer.sign(entry)


class Alias(_Record, frozen=True):
    """A mutable key that carries the bytes of an immutable one, since `generation`."""

    source: str
    generation: int


class _Document(_Record, frozen=True):
    """The release document as stored."""

    generation: int
    parent: str
    created: str
    inputs: str
    nonce: str
    records: tuple[Reference, ...]
    partners: tuple[Reference, ...]
    files: dict[str, str] = {}
    aliases: dict[str, Alias] = {}
    retired: dict[str, int] = {}


@dataclass(frozen=True, slots=True)
class Release:
    """Everything that is live, as one value."""

    generation: int
    parent: str
    """Key of the release before; empty for the first."""
    created: str
    inputs: str
    nonce: str
    editions: Mapping[str, EditionRecord]
    partners: Mapping[str, PartnerRecord]
    files: Mapping[str, str]
    aliases: Mapping[str, Alias]
    retired: Mapping[str, int]
    """Public keys that no longer exist and the release that ended them, until that is delivered."""
    key: str = ""
    """Where the release lies; empty before it is stored."""
    records: tuple[Reference, ...] = ()
    """The record objects that it was read from or stored as."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A release as bytes: its key, its document and its record objects."""

    key: str
    data: bytes
    objects: Mapping[str, bytes]
    release: Release


def encode_release(release: Release, namer: Namer, signer: Signer) -> Stored:
    """Return the bytes of a release and of its record objects; the same release, the same bytes."""
    objects: dict[str, bytes] = {}
    records = _shards(release.editions, _EDITIONS_TOGETHER, "editions", namer, objects)
    partners = _shards(release.partners, _PARTNERS_TOGETHER, "partners", namer, objects)
    document = _Document(
        generation=release.generation,
        parent=release.parent,
        created=release.created,
        inputs=release.inputs,
        nonce=release.nonce,
        records=records,
        partners=partners,
        files=dict(release.files),
        aliases=dict(release.aliases),
        retired=dict(release.retired),
    )
    data = signer.sign({"format": 1, **msgspec.to_builtins(document)})
    key = keys.release(namer, release.generation, data)
    stored = _rebuilt(document, release.editions, release.partners, key)
    return Stored(key, data, objects, stored)


def parse_release(key: str, data: bytes, fetch: Fetch) -> Release:
    """Read a release and its record objects.

    Raises:
        VerificationError: The bytes are no release.
    """
    document = _decoded(data, _Document, key)
    editions: dict[str, EditionRecord] = {}
    partners: dict[str, PartnerRecord] = {}
    for reference in document.records:
        editions |= _record_object(reference, _Editions, fetch).editions
    for reference in document.partners:
        partners |= _record_object(reference, _Partners, fetch).partners
    return _rebuilt(document, editions, partners, key)


class _Editions(_Record, frozen=True):
    editions: dict[str, EditionRecord]


class _Partners(_Record, frozen=True):
    partners: dict[str, PartnerRecord]


def _rebuilt(
    document: _Document,
    editions: Mapping[str, EditionRecord],
    partners: Mapping[str, PartnerRecord],
    key: str,
) -> Release:
    return Release(
        generation=document.generation,
        parent=document.parent,
        created=document.created,
        inputs=document.inputs,
        nonce=document.nonce,
        editions=dict(sorted(editions.items())),
        partners=dict(sorted(partners.items())),
        files=document.files,
        aliases=document.aliases,
        retired=document.retired,
        key=key,
        records=(*document.records, *document.partners),
    )


def _shards(
    records: Mapping[str, _Record],
    together: int,
    kind: str,
    namer: Namer,
    objects: dict[str, bytes],
) -> tuple[Reference, ...]:
    """Distribute records over a power of two of objects, by the hash of their key."""
    count = 1 << max(0, (len(records) - 1) // together).bit_length()
    shards: list[dict[str, Any]] = [{} for _ in range(count)]
    for key, record in records.items():
        digest = hashlib.sha256(key.encode()).digest()
        shards[int.from_bytes(digest[:4], "big") % count][key] = record
    return tuple(_shelved({"format": 1, kind: shard}, namer, objects) for shard in shards if shard)


def _shelved(document: dict[str, Any], namer: Namer, objects: dict[str, bytes]) -> Reference:
    data = msgspec.json.encode(document, order="sorted")
    name = namer.name("record", data)
    objects[keys.private_object(name)] = data
    return (name, canonical.integrity(data))


_T = TypeVar("_T")


def _record_object(reference: Reference, kind: type[_T], fetch: Fetch) -> _T:
    key = keys.private_object(reference[0])
    return _decoded(fetch(key, reference[1]), kind, key)


def _decoded(data: bytes, kind: type[_T], key: str) -> _T:
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise VerificationError(f"{key}: damaged or of another format: {error}") from error


@lru_cache(maxsize=4096)
def media_reference(media: frozenset[str], namer: Namer) -> Reference | None:
    """Return the reference of the private object that lists these media keys, None for none."""
    if not media:
        return None
    data = media_bytes(media)
    return (namer.name("media", data), canonical.integrity(data))


def media_bytes(media: frozenset[str]) -> bytes:
    """Return the bytes of the private object that lists these media keys."""
    return canonical.encode({"format": 1, "media": sorted(media)})


def media_of(record: EditionRecord, fetch: Fetch) -> frozenset[str]:
    """Return the media keys of an edition."""
    if record.media is None:
        return frozenset()
    name, integrity = record.media
    return frozenset(canonical.decode(fetch(keys.private_object(name), integrity))["media"])
