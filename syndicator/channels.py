"""Feeds of a release: made from the documents that the release shows, never rendered again."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime

from syndicator.bundle import Release, keys, trees
from syndicator.bundle.keys import Fetch, Reference
from syndicator.bundle.pages import documents_of
from syndicator.bundle.release import EditionRecord
from syndicator.errors import Problem
from syndicator.feeds import Channel, Feed, FeedInput, changes_from_record
from syndicator.feeds.pieces import StoredDocument
from syndicator.rendering import Keeping
from syndicator.targets import Blob, blob
from syndicator.workspace import Workspace


def feed_blobs(
    workspace: Workspace,
    release: Release,
    partners: frozenset[str],
    fetch: Fetch,
    now: datetime,
    warned: list[Problem],
    keeping: Keeping | None = None,
) -> Iterator[Blob]:
    """Yield the feeds of some partners of a release, ready to be written.

    `keeping` is where pieces of feeds are found and left. `warned` gathers what was left out of
    them and what their readers may refuse.
    """
    for channel in workspace.channels:
        for partner in sorted(partners & release.partners.keys()):
            if channel.serves(partner):
                feed = render_channel(workspace, release, channel, partner, fetch, now, keeping)
                warned += feed.problems
                yield blob(f"private/feeds/{partner}/{channel.file}", feed.data)


def render_channel(
    workspace: Workspace,
    release: Release,
    channel: Channel,
    partner: str,
    fetch: Fetch,
    now: datetime,
    keeping: Keeping | None = None,
) -> Feed:
    """Return one partner's feed of one channel, with the changes that the release remembers.

    Cost: reads the pages of the partner's edition; for a change feed, those of what changed.

    Raises:
        VerificationError: A page is missing or damaged.
    """
    from syndicator.feeds.render import render_feed  # noqa: PLC0415  feedgen is slow to import

    entry = release.partners[partner]
    record = release.editions[entry.editions.get(channel.locale, entry.editions[entry.default])]
    known = workspace.manifests.partners.get(partner)
    changes = [change._asdict() for change in record.each_change()]
    changed = {change["sku"] for change in changes}
    only = changed if channel.format.is_change_feed else None
    source = FeedInput(
        brand=entry.brand,
        partner=partner,
        partner_name=known.name if known else partner,
        locale=record.locale,
        base_url=workspace.target.base_url,
        documents=tuple(_documents(record, fetch, only)),
        changes=changes_from_record(changes),
    )
    return render_feed(channel, source, now, keeping)


def _documents(
    record: EditionRecord, fetch: Fetch, only: Collection[str] | None
) -> Iterator[StoredDocument]:
    """Yield the edition's documents in order, or `only` some SKUs, of which few pages are read."""

    def load(reference: Reference) -> bytes:
        return fetch(keys.public_object(reference[0]), reference[1])

    if only is None:
        references = [*trees.page_references(record.head, load)]
    else:
        found = {number for sku in only for number in trees.find(record.head, _hash(sku), load)}
        references = [trees.page_at(record.head, number, load) for number in sorted(found)]
    for reference in references:
        for sku, document in documents_of(load(reference)):
            if only is None or sku in only:
                yield StoredDocument(document)


def _hash(sku: str) -> str:
    return keys.lookup_keys(sku, "", "", "")[0]
