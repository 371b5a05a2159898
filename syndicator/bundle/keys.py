"""Where things lie on a target: the keys of docs/formats/published.md."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache

from syndicator.canonical import Namer

LIVE = "private/refs/live"
"""The current release, the only compare-and-swap of a publish."""
PENDING = "private/gc/pending"
"""What garbage collection is about to delete."""
RELEASES = "private/releases/"
"""Prefix of every release."""
IMMUTABLE = ("public/o/", "public/m/", "private/o/")
"""Prefixes of everything that garbage collection may judge by reachability."""

Reference = tuple[str, str]
"""Name and integrity of an object."""
Fetch = Callable[[str, str], bytes]
"""Returns the bytes under a key, verified against an integrity."""
FetchAll = Callable[[Mapping[str, str]], Iterator[bytes]]
"""Yields the bytes under many keys, in order, each verified against its integrity."""


def public_object(name: str) -> str:
    """Return the key of a page, table or lookup."""
    return f"public/o/{name[:2]}/{name}.json"


def private_object(name: str) -> str:
    """Return the key of a record object."""
    return f"private/o/{name[:2]}/{name}.json"


def head(namer: Namer, edition: str) -> str:
    """Return the key of an edition's head."""
    return f"public/e/{edition_handle(namer, edition)}.json"


def entry(namer: Namer, partner: str) -> str:
    """Return the key of a partner's entry."""
    return f"public/p/{partner_handle(namer, partner)}.json"


def release(namer: Namer, generation: int, data: bytes) -> str:
    """Return the key of a release with these bytes."""
    return f"{RELEASES}{generation}-{namer.name('release', data)}.json"


def release_generation(key: str) -> int | None:
    """Return the generation that a release's key tells, None for any other key."""
    number = key.removeprefix(RELEASES).partition("-")[0]
    return int(number) if key.startswith(RELEASES) and number.isdecimal() else None


def edition_handle(namer: Namer, edition: str) -> str:
    """Return the public handle of an edition: the private id itself stays private."""
    return namer.name("edition", edition.encode())


@lru_cache(maxsize=1 << 16)
def partner_handle(namer: Namer, partner: str) -> str:
    """Return the public handle of a partner, as it stands in the script tag."""
    return namer.name("partner", partner.encode())


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


def _plain(identifier: str) -> str:
    return identifier.strip().lower()
