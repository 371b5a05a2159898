"""A document as everything behind rendering knows it, whether its bytes are at hand or not."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Protocol

import msgspec

KEY_BYTES = 16


class Keeping(Protocol):
    """What was made before, by the fingerprint of all it was made from. Losing it costs time."""

    def recall(self, key: bytes) -> bytes | None:
        """Return what is known of a thing; None where nothing is."""
        ...

    def body(self, key: bytes) -> bytes | None:
        """Return the bytes of a thing; None where they are not kept."""
        ...

    def keep(self, key: bytes, facts: bytes, body: bytes | None = None) -> None:
        """Keep a thing for the next run."""
        ...


class Forgetful:
    """Keeps nothing."""

    def recall(self, key: bytes) -> bytes | None:  # noqa: ARG002  the protocol's signature
        """Return nothing."""
        return None

    body = recall

    def keep(self, key: bytes, facts: bytes, body: bytes | None = None) -> None:
        """Forget it."""


class Facts(msgspec.Struct, array_like=True, frozen=True):
    """What packing must know of a document."""

    size: int
    """Bytes of its canonical JSON."""
    lookup: tuple[str, ...] = ()
    """Hashes of the identifiers under which it is found."""
    media: tuple[str, ...] = ()
    """Public keys of the files that it shows."""
    made: dict[str, bytes] = {}
    """Files that rendering made for it, by public key."""


class Finished:
    """One product rendered for all editions that would show it so.

    `key` is the fingerprint of everything that it was made from: equal keys, equal bytes.
    """

    __slots__ = ("_data", "_make", "facts", "key", "sku")

    def __init__(
        self,
        key: bytes,
        sku: str,
        facts: Facts,
        data: bytes | None = None,
        make: Callable[[Finished], bytes] | None = None,
    ) -> None:
        self.key, self.sku, self.facts = key, sku, facts
        self._data, self._make = data, make

    def data(self) -> bytes:
        """Return the document's canonical bytes. Cost: where they are only kept, one look-up."""
        if self._data is not None:
            return self._data
        assert self._make is not None  # noqa: S101  one of both is always there
        return self._make(self)

    @property
    def at_hand(self) -> bool:
        """Whether the bytes are in memory."""
        return self._data is not None

    def finish(self, facts: Facts, data: bytes) -> None:
        """Take what rendering made."""
        self.facts, self._data = facts, data


def lookup_hashes(document: bytes) -> tuple[str, ...]:
    """Return the key hashes under which a document's product is found."""
    found = _identifiers.decode(document)
    return lookup_keys(found.sku, found.gtin, found.brand, found.mpn)


def lookup_keys(sku: str, gtin: str, brand: str, mpn: str) -> tuple[str, ...]:
    """Return the hashes under which a product is found: by SKU, by GTIN, by brand and MPN.

    Empty identifiers have no key; without a brand an MPN says nothing.
    """
    return tuple(map(key_hash, plain_keys(sku, gtin, brand, mpn)))


def key_hash(key: str) -> str:
    """Return the hash under which a lookup finds a key."""
    return hashlib.sha256(key.encode()).hexdigest()[:8]


def plain_keys(sku: str, gtin: str, brand: str, mpn: str) -> list[str]:
    """Return the keys under which a product is found, before they are hashed."""
    keys = [f"sku:{_plain(sku)}"]
    if gtin:
        keys.append(f"gtin:{_plain(gtin)}")
    if brand and mpn:
        keys.append(f"mpn:{_plain(brand)}|{_plain(mpn)}")
    return keys


def finished(sku: str, data: bytes) -> Finished:
    """Return a document whose bytes are all that is known of it."""
    facts = Facts(len(data), lookup_hashes(data))
    return Finished(fingerprint(data), sku, facts, data)


def finish_all(documents: Mapping[str, bytes]) -> tuple[Finished, ...]:
    """Return documents by SKU as packing takes them."""
    return tuple(finished(sku, data) for sku, data in documents.items())


def fingerprint(*parts: bytes) -> bytes:
    """Return a short fingerprint for keys of this machine's own; parts are length-prefixed."""
    digest = hashlib.blake2b(digest_size=KEY_BYTES)
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.digest()


class _Identifiers(msgspec.Struct):
    """The part of a document by which a product is found."""

    sku: str
    gtin: str = ""
    brand: str = ""
    mpn: str = ""


_identifiers = msgspec.json.Decoder(_Identifiers)


def _plain(identifier: str) -> str:
    return identifier.strip().lower()
