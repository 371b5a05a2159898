"""What the server serves, and the narrow view that it has of a target and a release."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Protocol
from urllib.parse import urlsplit

from syndicator.canonical import Namer

LIVE = "private/refs/live"
"""The key of the current release's reference."""


class Reader(Protocol):
    """What serving needs of a target."""

    def read(self, key: str) -> bytes | None:
        """Return the bytes of a key, or None where there are none.

        Raises:
            TargetError: The target cannot be read.
        """


@dataclass(frozen=True, slots=True)
class ListedEdition:
    """An edition as the preview lists it; `handle` is its public name."""

    handle: str
    locale: str
    generation: int


@dataclass(frozen=True, slots=True)
class ListedPartner:
    """A partner as the preview lists it; `handle` stands in the partner's tag."""

    id: str
    handle: str
    default: str
    """The default locale."""
    editions: Mapping[str, ListedEdition]
    """By locale."""


@dataclass(frozen=True, slots=True)
class Listing:
    """Who shows what, in the current release."""

    generation: int
    partners: Mapping[str, ListedPartner] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Site:
    """One workspace's published state, ready to be served.

    `listing` reads the current release for the preview; None where nothing was published.
    """

    reader: Reader
    namer: Namer
    name: str = ""
    """The brand, as people read it."""
    base_url: str = ""
    """Where the public zone is known to the world; empty where that is here."""
    listing: Callable[[], Listing | None] = lambda: None

    def preview_key(self) -> str:
        """Return the key that opens the preview: a keyed name, good until the secret changes."""
        return self.namer.name("preview-access", b"")


def is_loopback(host: str) -> bool:
    """Tell whether a host name or address reaches this machine only."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def host_of(url: str) -> str:
    """Return the host of an address, or nothing."""
    return urlsplit(url).hostname or ""
