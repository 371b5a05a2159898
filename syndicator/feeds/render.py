"""From a channel and an edition to a feed: the one door to all formats."""

from __future__ import annotations

from datetime import datetime

from syndicator.feeds.atom import atom
from syndicator.feeds.bmecat import bmecat
from syndicator.feeds.google import google
from syndicator.feeds.jsonfeed import json_feed
from syndicator.feeds.lines import acp, openai
from syndicator.feeds.manufacturer import google_manufacturer
from syndicator.feeds.model import Channel, Feed, FeedFormat, FeedInput
from syndicator.feeds.table import google_tsv


def render_feed(channel: Channel, source: FeedInput, now: datetime) -> Feed:
    """Return the feed of `channel` for one partner's edition.

    The same arguments give the same bytes. `now` only decides whether an announced product is
    still a pre-order; dates in the feed are those of the changes.
    Cost: linear in the edition's text.
    """
    if change_feed := _CHANGES.get(channel.format):
        return change_feed(channel, source)
    return _PRODUCTS[channel.format](channel, source, now)


_CHANGES = {FeedFormat.ATOM: atom, FeedFormat.JSON_FEED: json_feed}
_PRODUCTS = {
    FeedFormat.GOOGLE: google,
    FeedFormat.GOOGLE_TSV: google_tsv,
    FeedFormat.GOOGLE_MANUFACTURER: google_manufacturer,
    FeedFormat.OPENAI: openai,
    FeedFormat.ACP: acp,
    FeedFormat.BMECAT: bmecat,
}
