"""The preview: every partner's aisle as its shoppers see it, for the manufacturer's eyes."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import orjson
from flask import Blueprint, Response, abort, make_response, render_template, request

from syndicator.server.preview_access import holds_key, is_local, keep_key
from syndicator.server.shelf import EditionShelf
from syndicator.server.site import ListedPartner, Site

PRODUCTS = 100
"""Products a list shows at least, where there are more."""
THEMES = ("light", "dark")
WIDTHS = (320, 480, 768, 1024, 1280)

TOOL_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' https:; frame-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' https:; media-src 'self' https:; font-src 'self'; frame-src 'self' https:; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'self'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
"""What a strict shop allows: the embed has to live with it."""


def preview_routes(site: Site, *, is_open: bool) -> Blueprint:
    """Return the routes of the preview; `is_open` spares people at this machine the key."""
    preview = Blueprint(
        "preview",
        __name__,
        url_prefix="/preview",
        static_folder="static",
        static_url_path="/_static",
    )

    @preview.before_request
    def guard() -> Response | None:
        if "key" in request.args and holds_key(site, request):
            return keep_key(site, request)
        if not (holds_key(site, request) or (is_open and is_local(site, request))):
            abort(404)
        return None

    @preview.after_request
    def close(answer: Response) -> Response:
        answer.headers.setdefault("Content-Security-Policy", TOOL_POLICY)
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["Referrer-Policy"] = "no-referrer"
        answer.headers["X-Robots-Tag"] = "noindex"
        answer.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        return answer

    @preview.get("/")
    def partners() -> str:
        return _partners(site)

    @preview.get("/<partner>")
    def products(partner: str) -> str | Response:
        return _products(site, partner)

    @preview.get("/<partner>/<path:sku>")
    def product(partner: str, sku: str) -> str | Response:
        return _product(site, partner, sku)

    return preview


def _partners(site: Site) -> str:
    """Return the list of partners and their editions."""
    listing = site.listing()
    rows = []
    for partner in listing.partners.values() if listing else ():
        shelves = {
            locale: EditionShelf(site.reader, edition.handle)
            for locale, edition in partner.editions.items()
        }
        rows.append((partner, shelves))
    return render_template("partners.html.j2", site=site, listing=listing, rows=rows)


def _products(site: Site, partner_id: str) -> str | Response:
    """Return the products of one edition, or go on to the one that was asked for."""
    partner, locale = _chosen(site, partner_id)
    shelf = EditionShelf(site.reader, partner.editions[locale].handle)
    sku = request.args.get("sku", "").strip()
    if sku and shelf.find(sku):
        answer = make_response("", 303)
        answer.headers["Location"] = (
            f"/preview/{quote(partner.id)}/{quote(sku, safe='')}?locale={quote(locale)}"
        )
        return answer
    start = request.args.get("from", 0, type=int)
    documents, after = shelf.from_page(max(start, 0), PRODUCTS)
    return render_template(
        "products.html.j2",
        site=site,
        partner=partner,
        locale=locale,
        shelf=shelf,
        documents=documents,
        after=after,
        missing=sku,
    )


def _product(site: Site, partner_id: str, sku: str) -> str | Response:
    """Return one product's aisle in its frame, or what stands in the frame."""
    partner, locale = _chosen(site, partner_id)
    document = EditionShelf(site.reader, partner.editions[locale].handle).find(sku)
    shown: dict[str, Any] = {
        "site": site,
        "partner": partner,
        "locale": locale,
        "sku": sku,
        "theme": _one_of(request.args.get("theme", ""), THEMES),
    }
    if "page" in request.args:
        answer = make_response(render_template("page.html.j2", document=document, **shown))
        answer.headers["Content-Security-Policy"] = PAGE_POLICY
        return answer
    if document is None:
        abort(404)
    width = request.args.get("width", 1024, type=int)
    return render_template(
        "product.html.j2",
        document=document,
        json=orjson.dumps(document, option=orjson.OPT_INDENT_2).decode(),
        width=width if width in WIDTHS else 1024,
        widths=WIDTHS,
        themes=THEMES,
        **shown,
    )


def _chosen(site: Site, partner_id: str) -> tuple[ListedPartner, str]:
    """Return the partner of the address and the locale to show, or refuse."""
    listing = site.listing()
    partner = listing.partners.get(partner_id) if listing else None
    if partner is None:
        abort(404)
    locale = request.args.get("locale") or partner.default
    if locale not in partner.editions:
        abort(404)
    return partner, locale


def _one_of(value: str, known: tuple[str, ...]) -> str:
    """Return `value` if it is known, else the first that is."""
    return value if value in known else known[0]
