"""What a feed is made from, and what it becomes.

A channel profile says which partners get which format; `FeedInput` is one partner's edition as it
was published; `Feed` is the bytes that go to the target. Everything is a value: the same input
gives the same bytes on every machine and in every thread.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Literal, TypeAlias

from syndicator.errors import Origin, Problem

Document: TypeAlias = Mapping[str, Any]
"""One decoded product document (docs/formats/document.md)."""


class FeedFormat(StrEnum):
    """The formats a channel can have; the value is what stands in its profile."""

    ATOM = "atom"
    """Change feed: one entry a revision of a product (RFC 4287)."""
    JSON_FEED = "jsonfeed"
    """Change feed: JSON Feed 1.1."""
    GOOGLE = "google"
    """Google Merchant: RSS 2.0 with the `g:` namespace."""
    GOOGLE_TSV = "google-tsv"
    """The same fields as tab-separated text."""
    GOOGLE_MANUFACTURER = "google-manufacturer"
    """Google Manufacturer Center: RSS 2.0 with the `g:` namespace."""
    OPENAI = "openai"
    """OpenAI file upload: JSON Lines, one item a line."""
    ACP = "acp"
    """Agentic Commerce Protocol feed 2026-04-17: JSON Lines, one product with variants a line."""
    BMECAT = "bmecat"
    """BMEcat 2005.1: a catalog for purchasing systems."""

    @property
    def is_change_feed(self) -> bool:
        """Whether it tells what changed lately, and needs the documents of that alone."""
        return self in {FeedFormat.ATOM, FeedFormat.JSON_FEED}


EXTENSIONS = {
    FeedFormat.ATOM: "atom",
    FeedFormat.JSON_FEED: "json",
    FeedFormat.GOOGLE: "xml",
    FeedFormat.GOOGLE_TSV: "tsv",
    FeedFormat.GOOGLE_MANUFACTURER: "xml",
    FeedFormat.OPENAI: "jsonl",
    FeedFormat.ACP: "jsonl",
    FeedFormat.BMECAT: "xml",
}
"""What a feed's file ends in, by format."""


@dataclass(frozen=True, slots=True)
class Channel:
    """One profile of `publish/channels/`: who gets which feed."""

    id: str
    format: FeedFormat
    partners: tuple[str, ...] | Literal["all"]
    origin: Origin
    locale: str = ""
    """Empty: the partner's default locale."""
    link: str = ""
    """Template of a product's address at the partner, with `{sku}`, `{gtin}` and `{mpn}`."""

    @property
    def file(self) -> str:
        """The name of the feed's file, `google.xml`."""
        return f"{self.id}.{EXTENSIONS[self.format]}"

    def serves(self, partner: str) -> bool:
        """Tell whether `partner` (an id) gets this feed."""
        return self.partners == "all" or partner in self.partners


class ChangeKind(StrEnum):
    """What happened to a product of an edition in one release."""

    GAINED = "gained"
    CHANGED = "changed"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Change:
    """One product's change in one release; `at` is that release's instant, with a time zone."""

    sku: str
    kind: ChangeKind
    at: datetime
    generation: int


@dataclass(frozen=True, slots=True)
class FeedInput:
    """One partner's edition: its words, its products and what changed in it."""

    brand: str
    """The workspace's name, as shoppers read it."""
    partner: str
    """The partner's id; ids of entries and addresses of feeds are made of it."""
    partner_name: str
    locale: str
    base_url: str
    """Where the public zone is served, absolute, ending in `/`."""
    documents: tuple[Document, ...]
    """In the edition's order."""
    changes: tuple[Change, ...] = ()

    @property
    def title(self) -> str:
        """The feed's title: brand and partner."""
        return f"{self.brand} \u2013 {self.partner_name}"

    def updated(self) -> datetime | None:
        """Return when the edition last changed, in UTC to the second; None where it never did."""
        instants = [change.at for change in self.changes]
        return utc(max(instants)) if instants else None


@dataclass(frozen=True, slots=True)
class Feed:
    """A finished feed: its bytes, how to serve them, and what was left out of it."""

    data: bytes
    media_type: str
    problems: tuple[Problem, ...] = ()


def utc(instant: datetime) -> datetime:
    """Return `instant` in UTC without fractions of a second, so that one instant has one text.

    Raises:
        ValueError: The instant has no time zone.
    """
    if instant.tzinfo is None:
        raise ValueError(f"an instant needs a time zone: {instant.isoformat()}")
    return instant.astimezone(UTC).replace(microsecond=0)


def changes_from_record(record: Iterable[Mapping[str, Any]]) -> tuple[Change, ...]:
    """Return the changes of an edition record (docs/formats/published.md).

    Raises:
        ValueError: A kind or an instant is not what the format says.
        KeyError: A key of a change is absent.
    """
    return tuple(
        Change(
            sku=change["sku"],
            kind=ChangeKind(change["kind"]),
            at=datetime.fromisoformat(change["at"]),
            generation=change["generation"],
        )
        for change in record
    )
