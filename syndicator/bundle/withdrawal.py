"""What a withdrawn product leaves behind: objects that no head leads to, until collection."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

import msgspec

from syndicator import canonical
from syndicator.bundle import keys, trees
from syndicator.bundle.drawn import mark_of
from syndicator.bundle.keys import Fetch, Reference
from syndicator.bundle.pack import Build
from syndicator.bundle.reach import AGE, COUNT, GRACE
from syndicator.bundle.release import Release, media_of
from syndicator.bundle.trees import Load, Node

_SHOWN = 10
"""Objects named to a person before the rest is counted; data names all."""
_MENTIONED = re.compile(rb'"sku":("(?:[^"\\]|\\.)*")')
"""Every product that a page tells of: its own, relations, variants."""


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Products that somebody no longer sees, and the objects that still hold them.

    From the moment of the publish no head and no feed leads to `objects`. They stay as long as
    `release`, the last one that leads to them, is kept; who remembers an address can read them.
    """

    products: tuple[str, ...] = ()
    objects: tuple[str, ...] = ()
    """Public keys of pages, pictures and files."""
    release: int = 0
    created: str = ""
    """When that release was made (RFC 3339)."""

    def __bool__(self) -> bool:
        return bool(self.products)

    @property
    def until(self) -> datetime:
        """The first instant at which a collection with its usual retention deletes the objects."""
        return datetime.fromisoformat(self.created) + AGE + GRACE

    def as_json(self) -> dict[str, object] | None:
        """Return plain data; None where nothing was withdrawn."""
        if not self.products:
            return None
        return {
            "products": list(self.products),
            "objects": list(self.objects),
            "release": self.release,
            "until": self.until.isoformat(),
        }

    def lines(self) -> Iterator[str]:
        """Yield what to tell a person; nothing where nothing was withdrawn."""
        if not self.products:
            return
        yield f"Withdrawn from somebody: {_counted(self.products, 'product')}."
        if not self.objects:
            return
        yield (
            f"{_counted(self.objects, 'object')} that no head leads to any more until"
            f" `syndicator gc` collects release {self.release}: not before"
            f" {self.until.isoformat()} and {COUNT} newer releases, or with --keep 1 --days 0."
        )
        yield from (f"  {key}" for key in self.objects[:_SHOWN])
        if len(self.objects) > _SHOWN:
            yield f"  and {len(self.objects) - _SHOWN} more; --json names all"


def _counted(things: Collection[str], name: str) -> str:
    return f"{len(things)} {name}{'' if len(things) == 1 else 's'}"


def withdrawal(
    previous: Release,
    build: Build,
    products: Collection[str],
    losing: Iterable[tuple[str, Iterable[Reference]]],
    load: Load,
    fetch: Fetch,
) -> Withdrawal:
    """Find what withdrawn products leave behind.

    `losing` gives the former editions that showed them, each with the pages that its readers are
    no longer led to.

    Cost: reads these pages and the former editions' lists of media, and walks the new trees.
    """
    if not products:
        return Withdrawal()
    pages: set[Reference] = set()
    drawn: set[Reference] = set()
    media: set[str] = set()
    for edition, gone in losing:
        pages.update(gone)
        drawn |= _drawn_pages([previous.editions[edition].head], load)
        media |= media_of(previous.editions[edition], fetch)
    pages -= _shown_pages(build, load)
    drawn -= _drawn_pages((edition.head for edition in build.editions.values()), load)
    media -= frozenset[str]().union(*(edition.media for edition in build.editions.values()))
    wanted = frozenset(products)
    telling = [name for name, hash_ in pages if wanted & _mentioned(load((name, hash_)))]
    marks = [mark_of(sku) for sku in wanted]
    telling += [name for name, hash_ in drawn if any(mark in load((name, hash_)) for mark in marks)]
    return Withdrawal(
        products=tuple(sorted(wanted)),
        objects=tuple(sorted({*media, *map(keys.public_object, telling)})),
        release=previous.generation,
        created=previous.created,
    )


def _mentioned(page: bytes) -> set[str]:
    return {msgspec.json.decode(quoted, type=str) for quoted in _MENTIONED.findall(page)}


def _drawn_pages(heads: Iterable[Node], load: Load) -> set[Reference]:
    """Return the pages of what is drawn for servers below some heads."""
    nodes = {below for head in heads for below in trees.drawn_below(head)}
    return {
        reference
        for below in nodes
        for reference in trees.page_references(canonical.decode(load(below)), load)
    }


def _shown_pages(build: Build, load: Load) -> set[Reference]:
    """Return the pages that the new heads lead to; a table that editions share is read once."""
    found: set[Reference] = set()
    seen: set[Reference] = set()
    waiting: list[Node] = [edition.head for edition in build.editions.values()]
    while waiting:
        node = waiting.pop()
        found.update((name, integrity) for name, integrity in node.get("pages", ()))
        for name, integrity in node.get("tables", ()):
            if (name, integrity) not in seen:
                seen.add((name, integrity))
                waiting.append(canonical.decode(load((name, integrity))))
    return found
