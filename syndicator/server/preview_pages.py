"""What the pages of the preview show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from urllib.parse import quote, urlencode

import orjson
from flask import Response, abort, render_template, request

from syndicator.server.releases import ListedPartner
from syndicator.server.shelf import Document
from syndicator.server.worlds import World, Worlds

PRODUCTS = 100
"""Products a list shows at least, where there are more."""
CHOICES = 500
"""Partners that the list shows and editions that are proposed; others can be typed."""
COLUMNS = 4
"""Frames side by side."""
THEMES = ("light", "dark")
WIDTHS = (320, 480, 768, 1024, 1280)
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur", "yi"})


@dataclass(frozen=True, slots=True)
class Frame:
    """One aisle to look at: whose, in which language, on which day."""

    partner: ListedPartner
    locale: str
    day: date | None
    world: World

    @property
    def told(self) -> str:
        """The frame as it is typed: `velohaus:de`, `velohaus:de@2026-12-01`."""
        return f"{self.partner.id}:{self.locale}" + (f"@{self.day}" if self.day else "")

    def document(self, sku: str) -> Document | None:
        """Return what the partner may show of a product."""
        return self.world.shelf(self.partner.editions[self.locale]).find(sku)

    def address(self, sku: str, **more: str | int) -> str:
        """Return the address of the product's preview."""
        query = {"locale": self.locale, **more} | ({"date": str(self.day)} if self.day else {})
        return f"/preview/{quote(self.partner.id)}/{quote(sku, safe='')}?{urlencode(query)}"


def start_page(worlds: Worlds) -> str:
    """Return the list of partners and their editions."""
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
    """Return the products of one edition, or go on to the one that was asked for."""
    frame = asked_frame(worlds, partner)
    shelf = frame.world.shelf(frame.partner.editions[frame.locale])
    sku = request.args.get("sku", "").strip()
    if sku and shelf.find(sku):
        return Response("", 303, {"Location": frame.address(sku)})
    start = request.args.get("from", 0, type=int)
    documents, after = shelf.from_page(max(start, 0), PRODUCTS)
    return render_template(
        "products.html.j2",
        frame=frame,
        shelf=shelf,
        documents=documents,
        after=after,
        missing=sku,
    )


def product_page(worlds: Worlds, partner_id: str, sku: str) -> str:
    """Return one product's aisle in its frame, with its document beside."""
    frame = asked_frame(worlds, partner_id)
    document = frame.document(sku)
    return render_template(
        "product.html.j2",
        frame=frame,
        sku=sku,
        document=document,
        json=orjson.dumps(document, option=orjson.OPT_INDENT_2).decode(),
        **_look(),
    )


def frame_page(worlds: Worlds, partner_id: str, sku: str) -> str:
    """Return what stands in a frame: a shop's page with nothing but the tag."""
    frame = asked_frame(worlds, partner_id)
    return render_template(
        "page.html.j2",
        frame=frame,
        sku=sku,
        document=frame.document(sku),
        rtl=frame.locale.split("-")[0] in RIGHT_TO_LEFT,
        **_look(),
    )


def side_page(worlds: Worlds) -> str:
    """Return the same product at several partners, in several languages or on several days."""
    sku = request.args.get("sku", "").strip()
    told = [text.strip() for text in request.args.getlist("show")][:COLUMNS]
    frames = {text: parse_frame(worlds, text) for text in told if text}
    partners = worlds.present.releases.partners().values()
    choices = [f"{p.id}:{locale}" for p in partners for locale in p.editions][:CHOICES]
    return render_template(
        "side.html.j2",
        sku=sku,
        told=told + [""] * (COLUMNS - len(told)),
        frames=frames,
        documents={text: frame.document(sku) for text, frame in frames.items() if frame and sku},
        choices=choices,
        **_look(),
    )


def parse_frame(worlds: Worlds, text: str) -> Frame | None:
    """Read `partner:locale` or `partner:locale@day`; None where there is no such edition."""
    edition, _, day = text.partition("@")
    partner, _, locale = edition.partition(":")
    return find_frame(worlds, partner, locale, day)


def asked_frame(worlds: Worlds, partner_id: str) -> Frame:
    """Return the frame that the address asks for, or refuse."""
    frame = find_frame(
        worlds, partner_id, request.args.get("locale", ""), request.args.get("date", "")
    )
    if frame is None:
        abort(404)
    return frame


def find_frame(worlds: Worlds, partner_id: str, locale: str, day_text: str) -> Frame | None:
    """Return a partner's aisle in a locale (or its default) on a day (or now)."""
    try:
        day = date.fromisoformat(day_text) if day_text else None
    except ValueError:
        return None
    world = worlds.at(day)
    partner = world.releases.partners().get(partner_id) if world else None
    if world is None or partner is None:
        return None
    locale = locale or partner.default
    return Frame(partner, locale, day, world) if locale in partner.editions else None


def _look() -> dict[str, object]:
    """Return the width and theme that the address asks for, with all there are."""
    width = request.args.get("width", 1024, type=int)
    theme = request.args.get("theme", "")
    return {
        "width": width if width in WIDTHS else 1024,
        "theme": theme if theme in THEMES else THEMES[0],
        "widths": WIDTHS,
        "themes": THEMES,
    }
