"""The public zone, mounted at `/`: what everybody may fetch from everywhere.

Only keys of the shapes in docs/formats/published.md exist here. A key is matched whole before the
target is asked, so neither `..` nor an encoded slash nor the private zone can be named.
"""

from __future__ import annotations

import re

from flask import Blueprint, Response, abort, request

from syndicator.server.representation import represent
from syndicator.targets import Readable

IMMUTABLE = "public, max-age=31536000, immutable"
MUTABLE = "public, max-age=60, stale-while-revalidate=600"

_SEGMENT = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}"
_FOREVER = re.compile(
    rf"""(?: o/[0-9a-f]{{2}}/[0-9a-f]{{32}}\.json
           | m/[0-9a-f]{{2}}/[0-9a-f]{{32}}\.[a-z0-9]{{1,8}}
           | w/[a-z0-9][a-z0-9-]{{0,63}}/(?!latest/)[0-9a-f]{{8,64}}(?:/{_SEGMENT}){{1,8}}
         )\Z""",
    re.VERBOSE,
)
_FOR_NOW = re.compile(
    rf"""(?: e/{_SEGMENT}\.json
           | p/{_SEGMENT}\.json
           | w/[a-z0-9][a-z0-9-]{{0,63}}/latest(?:/{_SEGMENT}){{1,8}}
         )\Z""",
    re.VERBOSE,
)
_INTERNAL = (".br", ".gz")
"""Ends of precompressed neighbours, which have no address of their own."""

SHARED_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Timing-Allow-Origin": "*",
}
"""What lets a page of any origin use and time the public zone."""

PREFLIGHT_HEADERS = {
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Max-Age": "86400",
}


def public_zone(reader: Readable, *, packed: bool) -> Blueprint:
    """Return the routes of the public zone over one target, see `represent`."""
    zone = Blueprint("public", __name__)

    @zone.get("/<path:key>")
    def serve_key(key: str) -> Response:
        cache = caching(key)
        answer = None
        if cache:
            answer = represent(
                reader,
                f"public/{key}",
                request,
                cache=cache,
                ranges=key.startswith("m/"),
                packed=packed,
            )
        if answer is None:
            abort(404)
        return answer

    @zone.after_app_request
    def share(answer: Response) -> Response:
        """Open every answer of this zone, the refusals too, so that scripts can tell them apart."""
        if request.blueprint == "public":
            answer.headers.update(SHARED_HEADERS)
            if request.method == "OPTIONS":
                answer.headers.update(PREFLIGHT_HEADERS)
        return answer

    return zone


def caching(key: str) -> str:
    """Return how long a public key may be kept; empty where there can be no such key."""
    if key.endswith(_INTERNAL):
        return ""
    if _FOREVER.match(key):
        return IMMUTABLE
    return MUTABLE if _FOR_NOW.match(key) else ""
