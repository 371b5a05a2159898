"""Who may fetch a feed: the key in its address, and what the current release says."""

from __future__ import annotations

from collections.abc import Iterable

from syndicator import canonical
from syndicator.canonical import Namer
from syndicator.feeds.model import Channel


def feed_key(namer: Namer, partner: str, channel: str) -> str:
    """Return the key of one partner's feed: a keyed name, good until the secret changes.

    Ids hold no NUL, so that two pairs never share a key.
    """
    return namer.name("feed-access", f"{partner}\0{channel}".encode())


def feeds_of_partner(channels: Iterable[Channel], partner: str) -> str:
    """Return what a release remembers of a partner's feeds; empty where it has none.

    The names of the files, then the fingerprint of everything that the channels say: another
    text means that the feeds have to be written again.
    """
    own = [channel for channel in channels if channel.serves(partner)]
    if not own:
        return ""
    told = [[channel.id, channel.format, channel.locale, channel.link] for channel in own]
    files = sorted(channel.file for channel in own)
    return " ".join([*files, canonical.fingerprint(canonical.encode(told))])


def holds_feed(remembered: str, file: str) -> bool:
    """Tell whether a partner still gets a feed, by what the release remembers."""
    return file in remembered.split(" ")[:-1]
