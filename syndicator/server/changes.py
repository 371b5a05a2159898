"""What changed between two releases, product by product, as people read it.

Only pages that the two releases do not share are read, so the cost follows the change.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from typing import Any

from flask import abort, g, render_template, request

from syndicator.bundle import EditionRecord, Release
from syndicator.server.preview_pages import HALF, LOOKS, THEMES, WIDTHS, Frame, find_frame
from syndicator.server.shelf import Document, EditionShelf
from syndicator.server.wording import wording
from syndicator.server.worlds import DRAFT, World, Worlds
from syndicator.targets import Readable

SHOWN = 200
"""Changes that are shown; the others are counted."""

Piece = tuple[str, str]
"""How a run of words changed (`same`, `gone`, `new`) and the words."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of a product, before and after, as one text with marks."""

    name: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class ProductChange:
    """One product of an edition that came, went or became different."""

    sku: str
    title: str
    kind: str
    """`gained`, `lost` or `changed`."""
    fields: tuple[FieldChange, ...] = ()
    """What is different, in the order of the alphabet."""
    before: Document | None = None
    after: Document | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """One change and everybody who sees it so; filled while editions are compared."""

    product: ProductChange
    audience: list[tuple[str, str]]
    """Partners and locales."""
    sides: list[Frame | None] = field(default_factory=list)
    """How the first of them saw it before and sees it after."""


def changes_page(worlds: Worlds) -> str:
    """Return the page about two releases: by default the current one and the one before."""
    present, draft = worlds.present, request.args.get("to") == DRAFT
    if draft and g.viewer:
        abort(404)
    later = worlds.draft() if draft else present
    history = list(present.releases.history())
    known = [passed.generation for passed in history]
    newest = max(known, default=0)
    newer = newest if draft else request.args.get("to", newest, type=int)
    usual = newest if draft else _before(known, newer)
    older = request.args.get("from", usual, type=int)
    if later is None or newer not in {newest, *known} or older not in {usual, *known}:
        abort(404)
    before = present.releases.release(older)
    after = later.releases.live() if draft else present.releases.release(newer)
    states = str(older) if older else "", DRAFT if draft else str(newer)
    changes = compare(present, before, later, after, only=g.viewer) if after else []
    for change in changes[:SHOWN]:
        change.sides.extend(_sides(worlds, change, states))
    return render_template(
        "changes.html.j2",
        history=history,
        newer=DRAFT if draft else newer,
        older=older,
        changes=changes,
        shown=SHOWN,
        root=later.root,
        **LOOKS,
        **_chosen(),
    )


def _sides(worlds: Worlds, change: Told, states: tuple[str, str]) -> Iterator[Frame | None]:
    """Yield the frames of before and after; None where there was nothing to see."""
    product, (partner, locale) = change.product, change.audience[0]
    for state, document in zip(states, (product.before, product.after), strict=True):
        shown = state and document is not None
        frame = find_frame(worlds, partner, locale, "", state) if shown else None
        yield frame and replace(frame, **_chosen())


def _chosen() -> dict[str, Any]:
    """Return the width and the theme of the frames."""
    width = request.args.get("width", HALF, type=int)
    theme = request.args.get("theme", "")
    return {
        "width": width if width in WIDTHS else HALF,
        "theme": theme if theme in THEMES else THEMES[0],
    }


def _before(known: Sequence[int], newer: int) -> int:
    """Return the release before one, or 0."""
    return max((generation for generation in known if generation < newer), default=0)


def compare(
    earlier: World, before: Release | None, later: World, after: Release, *, only: str = ""
) -> list[Told]:
    """Return what `after` shows differently from `before`, equal changes once, by SKU.

    With `only` it is what one partner sees differently.
    """
    old = before.editions if before else {}
    told: dict[tuple[object, ...], Told] = {}
    for edition in sorted({*old, *after.editions}):
        was, now = old.get(edition), after.editions.get(edition)
        record = now or was
        partners = [one for one in record.partners if only in {"", one}] if record else []
        if not (record and partners):
            continue
        shelves = _shelf(earlier.reader, was), _shelf(later.reader, now)
        for product in compare_editions(*shelves):
            key = (product.sku, product.kind, product.title, product.fields)
            same = told.setdefault(key, Told(product, []))
            same.audience.extend((partner, record.locale) for partner in partners)
    return sorted(told.values(), key=lambda one: one.product.sku)


def _shelf(reader: Readable, record: EditionRecord | None) -> EditionShelf:
    """Return the edition of a record; an empty one where there is none."""
    return EditionShelf(reader, record.head if record else {})


def compare_editions(old: EditionShelf, new: EditionShelf) -> Iterator[ProductChange]:
    """Yield the products that differ between two states of one edition, by SKU."""
    shared = {*old.pages} & {*new.pages}
    was = _documents(old, shared)
    now = _documents(new, shared)
    for sku in sorted({*was, *now}):
        if was.get(sku) != now.get(sku):
            yield _changed(sku, was.get(sku), now.get(sku))


def _documents(shelf: EditionShelf, shared: set[Any]) -> dict[str, Document]:
    """Return the documents of the pages that the other edition does not have."""
    found: dict[str, Document] = {}
    for page in shelf.pages:
        if page not in shared:
            found |= shelf.page(page)
    return found


def _changed(sku: str, before: Document | None, after: Document | None) -> ProductChange:
    title = (after or before or {}).get("title", sku)
    if before is None or after is None:
        kind = "gained" if before is None else "lost"
        return ProductChange(sku, title, kind, before=before, after=after)
    names = [name for name in sorted({*before, *after}) if before.get(name) != after.get(name)]
    fields = tuple(
        FieldChange(name, tuple(mark(*wording(name, before.get(name), after.get(name)))))
        for name in names
    )
    return ProductChange(sku, title, "changed", fields, before, after)


def mark(before: str, after: str) -> Iterator[Piece]:
    """Yield both texts as one, word by word: what stayed, what went, what came."""
    old, new = _tokens(before), _tokens(after)
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            yield "same", "".join(old[a:b])
            continue
        if a < b:
            yield "gone", "".join(old[a:b])
        if c < d:
            yield "new", "".join(new[c:d])


def _tokens(text: str) -> list[str]:
    """Split a text into words that keep the space behind them."""
    return [token for part in text.splitlines(keepends=True) for token in _spaced(part)]


def _spaced(part: str) -> Iterator[str]:
    head, space, rest = part.partition(" ")
    while space:
        yield head + space
        head, space, rest = rest.partition(" ")
    if head:
        yield head
