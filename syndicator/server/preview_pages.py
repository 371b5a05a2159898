"""What the pages of the preview show."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from urllib.parse import quote, urlencode

import orjson
from flask import Response, abort, g, render_template, request

from syndicator.rendering.markup import ORDER
from syndicator.server.releases import ListedPartner
from syndicator.server.shelf import Document, EditionShelf
from syndicator.server.worlds import DRAFT, World, Worlds

PRODUCTS = 100
"""Products a list shows at least, where there are more."""
CHOICES = 500
"""Partners that the list shows and editions that are proposed; others can be typed."""
COLUMNS = 4
"""Frames side by side."""
THEMES = ("light", "dark")
SIDES = ("before", "after")
PLACES = {name: name for name in ORDER} | {"description": "text"}
"""The section that shows a field; what has none of its own is in the first."""
_SEARCHED = ("sku", "gtin", "mpn", "title")
WIDTHS = {320: "small phone", 390: "phone", 480: "large phone", 768: "tablet", 1024: "window"}
WIDTHS |= {1280: "large window"}
USUAL = 1024
HALF = 480
"""Pixels of frames that stand beside each other, if nothing else is asked for."""
LOOKS: dict[str, object] = {"widths": WIDTHS, "themes": THEMES}
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur", "yi"})


@dataclass(frozen=True, slots=True)
class Frame:
    """One aisle to look at: whose, in which language, on which day or of which release, and how."""

    partner: ListedPartner
    locale: str
    day: date | None
    world: World
    state: str = ""
    """A release or the draft, as the address names it; empty for a day."""
    width: int = USUAL
    theme: str = "light"

    @property
    def told(self) -> str:
        """The frame as it is typed: `velohaus:de`, `velohaus:de@2026-12-01`."""
        return f"{self.partner.id}:{self.locale}" + (f"@{self.day}" if self.day else "")

    def document(self, sku: str) -> Document | None:
        """Return what the partner may show of a product."""
        return self.world.shelf(self.partner.editions[self.locale]).find(sku)

    def address(self, sku: str, **more: str | int) -> str:
        """Return the address of the product's preview."""
        when = {"date": str(self.day) if self.day else "", "release": self.state}
        query = {"locale": self.locale, **more} | {key: told for key, told in when.items() if told}
        return f"/preview/{quote(self.partner.id)}/{quote(sku, safe='')}?{urlencode(query)}"

    def inside(self, sku: str, **more: str) -> str:
        """Return the address of the page that stands in the frame."""
        return self.address(sku, theme=self.theme, page=1, **more)


def start_page(worlds: Worlds) -> str | Response:
    """Return the list of partners and their editions; lead a partner to its own."""
    if g.viewer:
        return Response("", 303, {"Location": f"/preview/{quote(g.viewer)}"})
    world = worlds.present
    wanted = request.args.get("find", "").strip()
    partners = world.releases.partners()
    found = [partner for partner in partners.values() if wanted in partner.id]
    rows = [
        (
            partner,
            {
                locale: world.releases.record(edition)
                for locale, edition in partner.editions.items()
            },
        )
        for partner in found[:CHOICES]
    ]
    release = world.releases.live()
    return render_template(
        "partners.html.j2", release=release, rows=rows, found=found, wanted=wanted
    )


def partner_page(worlds: Worlds, partner: str) -> str | Response:
    """Return the products of one edition or those that fit, or go on to the one that was named."""
    frame = asked_frame(worlds, partner)
    shelf = frame.world.shelf(frame.partner.editions[frame.locale])
    wanted = request.args.get("sku", "").strip()
    if wanted and shelf.find(wanted):
        return Response("", 303, {"Location": frame.address(wanted)})
    start = max(request.args.get("from", 0, type=int), 0)
    documents, after = (
        (fitting(shelf, wanted), None) if wanted else shelf.from_page(start, PRODUCTS)
    )
    return render_template(
        "products.html.j2",
        frame=frame,
        shelf=shelf,
        documents=documents,
        after=after,
        wanted=wanted,
    )


def fitting(shelf: EditionShelf, wanted: str) -> list[Document]:
    """Return the first products with a text in their identifiers or title; reads every page."""
    text = wanted.casefold()
    every = (document for page in shelf.pages for document in shelf.page(page).values())
    fits = (
        document
        for document in every
        if any(text in str(document.get(name, "")).casefold() for name in _SEARCHED)
    )
    return list(islice(fits, PRODUCTS))


def product_page(worlds: Worlds, partner_id: str, sku: str) -> str:
    """Return one product's aisle in its frame, with its document beneath."""
    frame = asked_frame(worlds, partner_id)
    document = frame.document(sku)
    return render_template(
        "product.html.j2",
        frame=frame,
        sku=sku,
        document=document,
        json=orjson.dumps(document, option=orjson.OPT_INDENT_2).decode(),
        **LOOKS,
    )


def frame_page(worlds: Worlds, partner_id: str, sku: str) -> str:
    """Return what stands in a frame: a shop's page with nothing but the tag.

    With `marks`, fields that are framed, it shows the sections that hold them and no other.
    """
    frame = asked_frame(worlds, partner_id)
    marks = [name for name in request.args.get("marks", "").split() if name.isidentifier()]
    side = request.args.get("side", "")
    return render_template(
        "page.html.j2",
        frame=frame,
        sku=sku,
        document=frame.document(sku),
        rtl=frame.locale.split("-")[0] in RIGHT_TO_LEFT,
        marks=[*([side] if side in SIDES else []), *(f"changed-{name}" for name in marks)],
        sections=[name for name in ORDER if name in {PLACES.get(mark, ORDER[0]) for mark in marks}],
    )


def side_page(worlds: Worlds) -> str:
    """Return a product at several partners, in several locales, widths and themes, on days."""
    sku = request.args.get("sku", "").strip()
    told = [text.strip() for text in request.args.getlist("show")]
    columns = [Column.asked(worlds, number, text) for number, text in enumerate(told) if text]
    partners = worlds.present.releases.partners().values()
    seen = (partner for partner in partners if g.viewer in {"", partner.id})
    choices = [f"{one.id}:{locale}" for one in seen for locale in one.editions][:CHOICES]
    return render_template(
        "side.html.j2",
        sku=sku,
        columns=[*columns[:COLUMNS], Column("")][:COLUMNS],
        choices=choices,
        **LOOKS,
    )


@dataclass(frozen=True, slots=True)
class Column:
    """One of the frames beside each other; without a frame where there is no such edition."""

    told: str
    frame: Frame | None = None
    width: int = HALF
    theme: str = THEMES[0]
    day: str = ""

    @classmethod
    def asked(cls, worlds: Worlds, number: int, told: str) -> Column:
        """Read one column: `partner:locale` or `partner:locale@day`, its width and its theme."""
        edition, _, day = told.partition("@")
        partner, _, locale = edition.partition(":")
        day = day or _nth("date", number)
        width, theme = _look(_nth("width", number, HALF), _nth("theme", number))
        frame = find_frame(worlds, partner, locale, day)
        frame = frame and replace(frame, width=width, theme=theme)
        return cls(edition, frame, width, theme, day)


def _nth(name: str, number: int, usual: str | int = "") -> str:
    """Return what the address says for one column; what it says last holds for those after it."""
    told = request.args.getlist(name)
    return told[min(number, len(told) - 1)] if told else str(usual)


def asked_frame(worlds: Worlds, partner_id: str) -> Frame:
    """Return the frame that the address asks for, or refuse."""
    asked = {name: request.args.get(name, "") for name in ("locale", "date", "release")}
    frame = find_frame(worlds, partner_id, asked["locale"], asked["date"], asked["release"])
    if frame is None:
        abort(404)
    width, theme = _look(request.args.get("width", ""), request.args.get("theme", ""))
    return replace(frame, width=width, theme=theme)


def find_frame(
    worlds: Worlds, partner_id: str, locale: str, day_text: str, state: str = ""
) -> Frame | None:
    """Return a partner's aisle in a locale (or its default), on a day, of a release, or now.

    Partners see their own, and nothing that is to come.
    """
    if g.viewer and (g.viewer != partner_id or day_text or state == DRAFT):
        return None
    try:
        day = date.fromisoformat(day_text) if day_text else None
    except ValueError:
        return None
    world = worlds.state(state) if state else worlds.at(day)
    partner = world.releases.partners().get(partner_id) if world else None
    if world is None or partner is None:
        return None
    locale = locale or partner.default
    return Frame(partner, locale, day, world, state) if locale in partner.editions else None


def _look(width: str, theme: str) -> tuple[int, str]:
    """Return a width and a theme that there are."""
    pixels = int(width) if width.isascii() and width.isdecimal() else USUAL
    return pixels if pixels in WIDTHS else USUAL, theme if theme in THEMES else THEMES[0]
