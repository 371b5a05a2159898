"""The one adapter around feedgen, which keeps its traps out of every feed.

feedgen sets dates to the time of the call, puts new entries first, and formats the dates of RSS by
switching the locale of the whole process. Here every date is given, entries keep their order, and
the dates of RSS are written by an extension, so that no locale is ever touched and any number of
threads may build feeds at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from feedgen.entry import FeedEntry
from feedgen.ext.base import BaseEntryExtension, BaseExtension
from feedgen.feed import FeedGenerator
from feedgen.util import xml_elem

from syndicator.feeds.text import clean, line

GOOGLE_NAMESPACE = "http://base.google.com/ns/1.0"


class _Unset(datetime):
    """A date that counts as false, so that feedgen leaves it out instead of formatting it."""

    def __bool__(self) -> bool:
        return False


_NO_DATE = _Unset(1970, 1, 1, tzinfo=UTC)


class GoogleChannel(BaseExtension):  # type: ignore[misc]  # feedgen ships no types
    """Declares the `g:` namespace and writes the date of the whole feed."""

    def __init__(self) -> None:
        self.built: datetime | None = None

    def extend_ns(self) -> dict[str, str]:
        """Return the namespace of the fields."""
        return {"g": GOOGLE_NAMESPACE}

    def extend_rss(self, feed: Any) -> Any:  # noqa: ANN401  an lxml element, which has no types
        """Add `lastBuildDate` where the feed has one."""
        if self.built is not None:
            xml_elem("lastBuildDate", feed[0]).text = format_datetime(self.built)
        return feed


class GoogleFields(BaseEntryExtension):  # type: ignore[misc]  # feedgen ships no types
    """The `g:` fields of one item, in order; a field is text or a list of its own fields."""

    def __init__(self) -> None:
        self.fields: list[tuple[str, str | list[tuple[str, str]]]] = []

    def extend_rss(self, item: Any) -> Any:  # noqa: ANN401  an lxml element, which has no types
        """Add the fields to the item, and end its line: indenting would cost a fifth more."""
        item.tail = "\n"
        for name, value in self.fields:
            element = xml_elem(f"{{{GOOGLE_NAMESPACE}}}{name}", item)
            if isinstance(value, str):
                element.text = clean(value)
                continue
            for inner, text in value:
                xml_elem(f"{{{GOOGLE_NAMESPACE}}}{inner}", element).text = clean(text)
        return item


def google_rss(
    *, title: str, link: str, language: str, built: datetime | None, items: Iterable[bytes]
) -> bytes:
    """Return an RSS 2.0 feed with the `g:` namespace; `items` come from `google_items`."""
    frame = _google_rss(title, link, language, built, ())
    end = frame.rindex(_END)
    return b"".join((frame[:end], *items, frame[end:]))


def google_items(entries: Iterable[Any]) -> list[bytes]:
    """Return the bytes of each item of an RSS feed; `entries` come from `google_entry`."""
    whole = _google_rss("-", "-", "en", None, entries)
    # In the text of an element no `<` is left as it is, so each of these begins an item.
    items = whole[: whole.rindex(_END)].split(_ITEM)
    return [_ITEM + item for item in items[1:]]


_ITEM, _END = b"<item>", b"</channel></rss>"


def _google_rss(
    title: str, link: str, language: str, built: datetime | None, entries: Iterable[Any]
) -> bytes:
    feed = _generator(title, language)
    feed.link(href=link, rel="alternate")
    feed.description(line(title))
    feed.lastBuildDate(_NO_DATE)
    feed.register_extension("google", GoogleChannel, GoogleFields, atom=False)
    feed.google.built = built
    feed.entry(list(entries), replace=True)
    return bytes(feed.rss_str())


def google_entry(
    title: str, link: str, description: str, fields: list[tuple[str, str | list[tuple[str, str]]]]
) -> Any:  # noqa: ANN401  a feedgen entry, which has no types
    """Return one item of an RSS feed; link and description may be empty."""
    entry = FeedEntry()
    entry.register_extension("google", GoogleFields, atom=False)
    entry.title(clean(title))
    if link:
        entry.link(href=link)
    if description:
        entry.description(clean(description))
    entry.google.fields = fields
    return entry


def atom(
    *,
    tag: str,
    title: str,
    author: str,
    language: str,
    address: str,
    updated: datetime,
    entries: Iterable[Any],
) -> bytes:
    """Return an Atom feed; `address` is where it is served, `entries` come from `atom_entry`."""
    feed = _generator(title, language)
    feed.id(tag)
    feed.author(name=line(author))
    feed.link(href=address, rel="self", type="application/atom+xml")
    feed.updated(updated)
    feed.entry(list(entries), replace=True)
    return bytes(feed.atom_str(pretty=True))


def atom_entry(
    *,
    tag: str,
    title: str,
    updated: datetime,
    category: str,
    link: str,
    summary: str,
    content: str,
) -> Any:  # noqa: ANN401  a feedgen entry, which has no types
    """Return one entry of an Atom feed; `content` is HTML, `link` may be empty."""
    entry = FeedEntry()
    entry.id(tag)
    entry.title(clean(title))
    entry.updated(updated)
    entry.category(term=category)
    if link:
        entry.link(href=link)
    if summary:
        entry.summary(clean(summary))
    entry.content(clean(content), type="html")
    return entry


def _generator(title: str, language: str) -> Any:  # noqa: ANN401  feedgen has no types
    """Return a feed with what all formats share."""
    feed = FeedGenerator()
    feed.title(line(title))
    feed.language(language)
    feed.generator("Syndicator")
    return feed
