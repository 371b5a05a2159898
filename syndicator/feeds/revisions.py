"""What every change feed tells: which revisions, under which ids, with which words.

A product that was withdrawn leaves the feed with all its entries, and nothing says that it was
there: the words of an entry come from the edition as it stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from urllib.parse import quote, urljoin, urlsplit

from syndicator.feeds.item import absolute, fill, pictures
from syndicator.feeds.model import Change, ChangeKind, Channel, Document, FeedInput, utc
from syndicator.feeds.text import html, line

TAG_DATE = "2026"
"""The year in every tag (RFC 4151). It never changes, or every reader would see all as new."""

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""The date of a feed that never had an entry; Atom wants one, and a clock would not repeat."""


@dataclass(frozen=True, slots=True)
class Revision:
    """One entry of a change feed."""

    id: str
    change: Change
    document: Document
    link: str
    """The product's address at the partner; empty where the channel has none."""
    content: str
    """Safe HTML; the whole product only in its newest revision."""

    @property
    def title(self) -> str:
        """The product's title on one line."""
        return line(self.document["title"])

    @property
    def summary(self) -> str:
        """The product's summary on one line; may be empty."""
        return line(self.document.get("summary", ""))


def revisions(channel: Channel, source: FeedInput) -> list[Revision]:
    """Return the entries of a partner's change feed, newest first."""
    documents = {document["sku"]: document for document in source.documents}
    told = visible(source.changes, documents)
    newest: dict[str, int] = {}
    for change in told:
        newest.setdefault(change.sku, change.generation)
    return [
        Revision(
            id=revision_id(source, change),
            change=change,
            document=documents[change.sku],
            link=page_of(channel, documents[change.sku]),
            content=content(source, documents[change.sku])
            if newest[change.sku] == change.generation
            else _paragraph(documents[change.sku]["title"]),
        )
        for change in told
    ]


def visible(changes: tuple[Change, ...], documents: dict[str, Document]) -> list[Change]:
    """Return the changes that may be told, newest first, one a product and generation."""
    told = [
        change
        for change in changes
        if change.kind is not ChangeKind.LOST and change.sku in documents
    ]
    told.sort(key=lambda change: change.sku)
    told.sort(key=lambda change: (change.generation, utc(change.at)), reverse=True)
    unique = {(change.sku, change.generation): change for change in reversed(told)}
    return [change for change in told if unique[(change.sku, change.generation)] is change]


def tag(source: FeedInput, specific: str) -> str:
    """Return a tag URI (RFC 4151) of the host that serves the feed."""
    host = urlsplit(source.base_url).hostname or "localhost"
    return f"tag:{host},{TAG_DATE}:{specific}"


def address(channel: Channel, source: FeedInput) -> str:
    """Return where the feed is served, without the key."""
    return urljoin(source.base_url, f"feeds/{source.partner}/{channel.file}")


def revision_id(source: FeedInput, change: Change) -> str:
    """Return the stable id of one revision of one product at one partner."""
    return tag(source, f"{source.partner}/{quote(change.sku, safe='')}/{change.generation}")


def page_of(channel: Channel, document: Document) -> str:
    """Return the product's address at the partner, or nothing where the channel has none."""
    fields = {key: document.get(key, "") for key in ("sku", "gtin", "mpn")}
    return fill(channel.link, fields)


def content(source: FeedInput, document: Document) -> str:
    """Return what a reader shows of a product, as safe HTML: picture, text, highlights."""
    parts = [
        f'<p><img src="{escape(address_of(source, entry["src"]))}" alt="{_quoted(entry)}"></p>'
        for entry in pictures(document)[:1]
    ]
    rich = html(document.get("description", ()), lambda src: address_of(source, src))
    parts.append(rich or _paragraph(document.get("summary", "")))
    if highlights := document.get("highlights", ()):
        rows = "".join(f"<li>{escape(line(text))}</li>" for text in highlights)
        parts.append(f"<ul>{rows}</ul>")
    return "".join(parts) or _paragraph(document["title"])


def address_of(source: FeedInput, src: str) -> str:
    """Return the absolute address of a `src` of a document."""
    return absolute(source.base_url, src)


def _quoted(entry: Document) -> str:
    """Return a picture's alternative text as the value of an attribute."""
    return escape(line(entry.get("alt", "")))


def _paragraph(text: str) -> str:
    """Return plain text as a paragraph of HTML."""
    return f"<p>{escape(line(text))}</p>" if text else ""
