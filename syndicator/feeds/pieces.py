"""The pieces of product feeds: what each product adds to the file, made once and kept.

A feed is written whole, but one price changes one piece of it. A piece depends on the document's
bytes, the format, the channel's link, the base address and, where the format names it, the seller;
and on time only for products that are announced with a release date.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial
from typing import Any, TypeAlias

import msgspec

from syndicator import canonical
from syndicator.errors import Problem
from syndicator.feeds.demands import DEMANDS, Demand
from syndicator.feeds.item import Item, item
from syndicator.feeds.model import Channel, Document, FeedInput, utc
from syndicator.feeds.selection import doubts, left_out, reasons
from syndicator.rendering.finished import Keeping, fingerprint

Write: TypeAlias = Callable[[FeedInput, Sequence[Item]], Sequence[bytes]]
"""Returns the piece of every item, in order."""


class StoredDocument(Mapping[str, Any]):
    """A document as it is stored, read when somebody looks into it."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    @cached_property
    def _read(self) -> dict[str, Any]:
        return dict(canonical.decode(self.data))

    def __getitem__(self, key: str) -> Any:  # noqa: ANN401  a JSON value
        return self._read[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._read)

    def __len__(self) -> int:
        return len(self._read)


@dataclass(frozen=True, slots=True)
class Form:
    """How a format makes its pieces."""

    write: Write
    rich: bool = False
    """Whether items have what repeats: highlights, details, features."""
    seller: bool = False
    """Whether pieces name the partner."""


class _Told(msgspec.Struct, array_like=True, frozen=True):
    """What is known of a document's piece."""

    sku: str
    lacks: tuple[str, ...] = ()
    """Why it has none."""
    unread: bool = False
    foreign: bool = False
    release: datetime | None = None
    """When the product is released, where it was announced with a date."""
    awaited: bool = False
    """Whether that was still to come."""

    def holds(self, now: datetime) -> bool:
        """Tell whether it is still so."""
        return self.release is None or (self.release > now) == self.awaited


_TOLD = msgspec.msgpack.Decoder(_Told)
_Piece: TypeAlias = tuple[_Told, bytes]


def pieces(
    channel: Channel, source: FeedInput, now: datetime, form: Form, keeping: Keeping
) -> tuple[list[bytes], list[Problem]]:
    """Return the pieces of all items that can go out, in the edition's order, and the problems.

    Problems are a warning for each product that is left out, and one for all items that readers
    may refuse.

    Cost: a look-up for each document whose piece is kept; rendering for each other.
    """
    keys = [_key(channel, source, form, document) for document in source.documents]
    found = [_kept(key, now, keeping) for key in keys]
    fresh = [number for number, piece in enumerate(found) if piece is None]
    made = _made(channel, source, now, form, [source.documents[number] for number in fresh])
    for number, (told, data) in zip(fresh, made, strict=True):
        found[number] = (told, data)
        if key := keys[number]:
            keeping.keep(key, msgspec.msgpack.encode(told), data)
    all_pieces = [piece for piece in found if piece is not None]
    problems = [
        left_out(channel, source, told.sku, told.lacks) for told, _ in all_pieces if told.lacks
    ]
    out = [piece for piece in all_pieces if not piece[0].lacks]
    unread = [told.sku for told, _ in out if told.unread]
    foreign = [told.sku for told, _ in out if told.foreign]
    return [data for _, data in out], [*problems, *doubts(channel, source, unread, foreign)]


def _key(channel: Channel, source: FeedInput, form: Form, document: Document) -> bytes:
    """Return the fingerprint of what a piece is made from; empty for what is not stored."""
    if not isinstance(document, StoredDocument):
        return b""
    seller = source.partner_name if form.seller else ""
    words = (channel.format.value, channel.link, source.base_url, seller)
    return fingerprint(b"feed", *(word.encode() for word in words), document.data)


def _kept(key: bytes, now: datetime, keeping: Keeping) -> _Piece | None:
    if not key or (facts := keeping.recall(key)) is None:
        return None
    told = _TOLD.decode(facts)
    if not told.holds(now):
        return None
    data = b"" if told.lacks else keeping.body(key)
    return None if data is None else (told, data)


def _made(
    channel: Channel,
    source: FeedInput,
    now: datetime,
    form: Form,
    documents: Sequence[Document],
) -> list[_Piece]:
    items = [
        item(document, base_url=source.base_url, link=channel.link, now=now, rich=form.rich)
        for document in documents
    ]
    demand = DEMANDS[channel.format]
    facts = [
        _facts(document, made, now, demand) for document, made in zip(documents, items, strict=True)
    ]
    good = [made for made, told in zip(items, facts, strict=True) if not told.lacks]
    written = iter(form.write(source, good)) if good else iter(())
    return [(told, b"" if told.lacks else next(written)) for told in facts]


def _facts(document: Document, made: Item, now: datetime, demand: Demand) -> _Told:
    life = document.get("lifecycle", {})
    dated = life.get("status") == "announced" and "release" in life
    release = utc(datetime.fromisoformat(life["release"])) if dated else None
    return _Told(
        sku=made.id,
        lacks=reasons(demand, made.id, partial(getattr, made)),
        unread=bool(made.image) and not made.readable,
        foreign=made.foreign,
        release=release,
        awaited=release is not None and release > now,
    )
