"""Feeds: what a partner pulls. See docs/formats/feeds.md.

Pure: takes an edition's documents and `now`, returns bytes. The only package that imports feedgen.
"""

from syndicator.feeds.access import feed_key, feeds_of_partner, holds_feed
from syndicator.feeds.channels import parse_channels
from syndicator.feeds.model import (
    Change,
    ChangeKind,
    Channel,
    Feed,
    FeedFormat,
    FeedInput,
    changes_from_record,
)

__all__ = [
    "Change",
    "ChangeKind",
    "Channel",
    "Feed",
    "FeedFormat",
    "FeedInput",
    "changes_from_record",
    "feed_key",
    "feeds_of_partner",
    "holds_feed",
    "parse_channels",
]
