"""A partner's change feed as Atom (RFC 4287)."""

from __future__ import annotations

from syndicator.feeds.model import Channel, Feed, FeedInput, utc
from syndicator.feeds.revisions import NEVER, address, revisions, tag
from syndicator.feeds.syndication import atom as write_atom
from syndicator.feeds.syndication import atom_entry


def atom(channel: Channel, source: FeedInput) -> Feed:
    """Return the change feed of one partner's edition, newest first."""
    told = revisions(channel, source)
    data = write_atom(
        tag=tag(source, f"{source.partner}/{channel.id}"),
        title=source.title,
        author=source.brand,
        language=source.locale,
        address=address(channel, source),
        updated=utc(told[0].change.at) if told else NEVER,
        entries=[
            atom_entry(
                tag=revision.id,
                title=revision.title,
                updated=utc(revision.change.at),
                category=revision.change.kind.value,
                link=revision.link,
                summary=revision.summary,
                content=revision.content,
            )
            for revision in told
        ],
    )
    return Feed(data, "application/atom+xml")
