"""The preview: aisles as shoppers see them, for the manufacturer, and for a partner its own."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from flask import Blueprint, Response, abort, g, make_response, render_template, request

from syndicator.errors import SyndicatorError
from syndicator.server.changes import changes_page
from syndicator.server.preview_access import holds_key, keep_key, viewer_of
from syndicator.server.preview_pages import (
    frame_page,
    partner_page,
    product_page,
    side_page,
    start_page,
)
from syndicator.server.site import Site
from syndicator.server.worlds import Worlds

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


def preview_routes(site: Site, worlds: Worlds, *, is_open: bool) -> Blueprint:
    """Return the routes of the preview; `is_open` spares people at this machine the key.

    Names that begin with an underscore are no ids of partners, so they never hide one.
    """
    preview = Blueprint(
        "preview",
        __name__,
        url_prefix="/preview",
        static_folder="static",
        static_url_path="/_static",
    )

    preview.before_request(partial(_guard, site, is_open))
    preview.after_request(_close)
    preview.context_processor(
        lambda: {"site": site, "can_rehearse": worlds.can_rehearse and not g.viewer}
    )
    preview.register_error_handler(SyndicatorError, _explain)
    pages: dict[str, Callable[..., str | Response]] = {
        "/": start_page,
        "/_side": side_page,
        "/_changes": changes_page,
        "/<partner>": partner_page,
        "/<partner>/<path:sku>": _product,
    }
    for rule, page in pages.items():
        preview.add_url_rule(rule, page.__name__, partial(page, worlds))
    return preview


def _guard(site: Site, is_open: bool) -> Response | None:
    """Let in who holds a key or sits at this machine; for others there is nothing here."""
    viewer = viewer_of(site, request, is_open=is_open)
    if viewer is None:
        abort(404)
    g.viewer = viewer
    if "key" in request.args and (viewer or holds_key(site, request)):
        return keep_key(request)
    return None


def _close(answer: Response) -> Response:
    """Keep the preview out of caches, frames, referrers and search."""
    answer.headers.setdefault("Content-Security-Policy", TOOL_POLICY)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex"
    answer.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    return answer


def _explain(error: SyndicatorError) -> Response:
    """Tell the person at the preview what stands in the way."""
    return make_response(render_template("problem.html.j2", message=str(error)), 503)


def _product(worlds: Worlds, partner: str, sku: str) -> str | Response:
    """Return a product's preview, or the page inside its frame."""
    if "page" not in request.args:
        return product_page(worlds, partner, sku)
    answer = make_response(frame_page(worlds, partner, sku))
    answer.headers["Content-Security-Policy"] = PAGE_POLICY
    return answer
