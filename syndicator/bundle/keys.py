"""Where things lie on a target: the keys of docs/formats/published.md."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache

from syndicator.canonical import Namer
from syndicator.rendering.finished import lookup_keys as lookup_keys  # noqa: PLC0414  what readers look up is part of the keys

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
