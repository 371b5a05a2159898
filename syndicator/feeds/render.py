"""From a channel and an edition to a feed: the one door to all formats."""

from __future__ import annotations

from datetime import datetime

from syndicator.feeds.atom import atom
from syndicator.feeds.google import google
from syndicator.feeds.model import Channel, Feed, FeedFormat, FeedInput


def render_feed(channel: Channel, source: FeedInput, now: datetime) -> Feed:
    """Return the feed of `channel` for one partner's edition.

    The same arguments give the same bytes. `now` only decides whether an announced product is
    still a pre-order; dates in the feed are those of the changes.
    Cost: linear in the edition's text.
    """
    match channel.format:
        case FeedFormat.ATOM:
            return atom(channel, source)
        case FeedFormat.GOOGLE:
            return google(channel, source, now)
