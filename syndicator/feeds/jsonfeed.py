"""A partner's change feed as JSON Feed 1.1 (jsonfeed.org)."""

from __future__ import annotations

from typing import Any

from syndicator import canonical
from syndicator.feeds.item import pictures
from syndicator.feeds.model import Channel, Feed, FeedInput, utc
from syndicator.feeds.revisions import Revision, address, address_of, revisions
from syndicator.feeds.text import line

VERSION = "https://jsonfeed.org/version/1.1"


def json_feed(channel: Channel, source: FeedInput) -> Feed:
    """Return the change feed of one partner's edition, newest first."""
    feed = {
        "version": VERSION,
        "title": source.title,
        "feed_url": address(channel, source),
        "language": source.locale,
        "authors": [{"name": line(source.brand)}],
        "items": [_item(source, revision) for revision in revisions(channel, source)],
    }
    return Feed(canonical.encode(feed), "application/feed+json")


def _item(source: FeedInput, revision: Revision) -> dict[str, Any]:
    """Return one revision; keys without a value are left out, as the format asks."""
    images = pictures(revision.document)
    change = revision.change
    item = {
        "id": revision.id,
        "url": revision.link,
        "title": revision.title,
        "summary": revision.summary,
        "content_html": revision.content,
        "image": address_of(source, images[0]["src"]) if images else "",
        "date_modified": utc(change.at).isoformat(),
        "tags": [change.kind.value],
        "_syndicator": {"sku": line(change.sku), "generation": change.generation},
    }
    return {key: value for key, value in item.items() if value}
