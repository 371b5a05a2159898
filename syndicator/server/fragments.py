"""Server-side rendering: a product as an HTML fragment, for partners who include it in their page.

It holds what the embed shows, nothing more: partner and edition come from the public zone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from flask import Blueprint, Response, abort, request

from syndicator import canonical
from syndicator.rendering import render_fragment
from syndicator.server.elements import draw_element, interface_words
from syndicator.server.public import MUTABLE, SHARED_HEADERS, caching
from syndicator.server.shelf import shelf_of
from syndicator.server.site import Site

ELEMENTS = ("element", "element-linked")
IDENTIFIERS = ("sku", "gtin", "brand", "mpn")
_LONGEST = 200
"""Characters of an identifier; no real one comes near."""
_POLICY = "sandbox; default-src 'none'; img-src *; style-src 'unsafe-inline'"


def fragment_routes(site: Site) -> Blueprint:
    """Return `/fragment/<partner handle>?sku=…&locale=…`: HTML with JSON-LD, or 404.

    With `as=element` it is the aisle itself, already drawn, which the script adopts; with
    `as=element-linked` its look is a stylesheet instead of inline, and with `cart` it shows the
    button for the cart.
    """
    fragments = Blueprint("fragments", __name__)

    @fragments.get("/fragment/<handle>")
    def fragment(handle: str) -> Response:
        told = {name: request.args.get(name, "") for name in IDENTIFIERS}
        key = f"p/{handle}.json"
        entry = site.reader.read(f"public/{key}") if caching(key) else None
        if entry is None or max(map(len, told.values())) > _LONGEST:
            abort(404)
        editions: Mapping[str, str] = (decoded := canonical.decode(entry))["editions"]
        locale = choose(editions, request.args.get("locale", ""), decoded["default"])
        document = shelf_of(site.reader, editions[locale]).find(**told)
        if document is None:
            abort(404)
        root = site.base_url or request.url_root
        form = request.args.get("as", "html")
        if form in ELEMENTS:
            linked = form == ELEMENTS[1]
            cart = "cart" in request.args
            html = draw_element(site, document, handle, locale, root=root, linked=linked, cart=cart)
            return _answer(html) if html else abort(404)
        words = interface_words(site, locale)
        return _answer(render_fragment(document, base_url=root, locale=locale, words=words))

    return fragments


def choose(editions: Mapping[str, str], wanted: str, default: str) -> str:
    """Return the locale to show: the wanted one, its language, a sibling, or the default."""
    language = wanted.lower().split("-")[0]
    for fits in (wanted.lower(), language):
        for locale in editions:
            if locale.lower() == fits:
                return locale
    siblings = (locale for locale in editions if locale.lower().startswith(f"{language}-"))
    return next(siblings, default) if language else default


def _answer(html: bytes) -> Response:
    """Return the fragment with the headers of a mutable public file."""
    answer = Response(html, content_type="text/html; charset=utf-8")
    answer.headers.update(SHARED_HEADERS)
    answer.headers["Cache-Control"] = MUTABLE
    answer.headers["Content-Security-Policy"] = _POLICY
    answer.set_etag(hashlib.sha256(html).hexdigest()[:32])
    answer.make_conditional(request)
    return answer
