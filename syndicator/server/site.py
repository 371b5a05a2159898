"""What the server serves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from urllib.parse import urlsplit

from syndicator.canonical import Namer
from syndicator.targets import Readable


@dataclass(frozen=True, slots=True)
class Site:
    """One workspace's published state, ready to be served."""

    reader: Readable
    namer: Namer
    name: str = ""
    """The brand, as people read it."""
    base_url: str = ""
    """Where the public zone is known to the world; empty where that is here."""
    packed: bool = True
    """Whether the target keeps packed neighbours of textual keys, as the directory does."""
    rehearse: Callable[[datetime | None], Readable] | None = None
    """Publishes the workspace as of an instant, or now, to a store of its own, for the preview."""

    def preview_key(self) -> str:
        """Return the key that opens the preview: a keyed name, good until the secret changes."""
        return self.namer.name("preview-access", b"")

    def partner_key(self, partner: str) -> str:
        """Return the key with which a partner sees its own part of the preview, and no other's."""
        return f"{partner}.{self.namer.name('preview-partner', partner.encode())}"


def is_loopback(host: str) -> bool:
    """Tell whether a host name or address reaches this machine only."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def host_of(url: str) -> str:
    """Return the host of an address; nothing where there is none or it is no address."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
