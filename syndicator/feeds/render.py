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
from syndicator.rendering.finished import Forgetful, Keeping


def render_feed(
    channel: Channel, source: FeedInput, now: datetime, keeping: Keeping | None = None
) -> Feed:
    """Return the feed of `channel` for one partner's edition.

    The same arguments give the same bytes. `now` only decides whether an announced product is
    still a pre-order; dates in the feed are those of the changes. `keeping` is where pieces of
    product feeds are found and left; it changes no byte.
    Cost: linear in the edition's text; of what is kept, in the bytes of the feed.
    """
    if change_feed := _CHANGES.get(channel.format):
        return change_feed(channel, source)
    if channel.format is FeedFormat.BMECAT:
        return bmecat(channel, source, now)
    return _PRODUCTS[channel.format](channel, source, now, keeping or Forgetful())


_CHANGES = {FeedFormat.ATOM: atom, FeedFormat.JSON_FEED: json_feed}
_PRODUCTS = {
    FeedFormat.GOOGLE: google,
    FeedFormat.GOOGLE_TSV: google_tsv,
    FeedFormat.GOOGLE_MANUFACTURER: google_manufacturer,
    FeedFormat.OPENAI: openai,
    FeedFormat.ACP: acp,
}
