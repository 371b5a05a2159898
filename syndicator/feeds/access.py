"""Who may fetch a feed: the key that stands in its address."""

from __future__ import annotations

from syndicator.canonical import Namer


def feed_key(namer: Namer, partner: str, channel: str) -> str:
    """Return the key of one partner's feed: a keyed name, good until the secret changes.

    Ids hold no NUL, so that two pairs never share a key.
    """
    return namer.name("feed-access", f"{partner}\0{channel}".encode())
