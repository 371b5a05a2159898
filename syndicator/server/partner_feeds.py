"""Feeds, for partners who hold the key of their feed."""

from __future__ import annotations

import re
from hmac import compare_digest

from flask import Blueprint, Request, Response, abort, request

from syndicator.feeds import feed_key, holds_feed
from syndicator.server.releases import Releases
from syndicator.server.representation import represent
from syndicator.server.site import Site

CACHING = "private, max-age=300"

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}\Z")
_FILE = re.compile(r"([a-z0-9][a-z0-9-]{0,63})\.([a-z]{1,8})\Z")


def feed_routes(site: Site, releases: Releases) -> Blueprint:
    """Return the route of the feeds; a wrong key and an unknown feed have one answer.

    The file of a feed that a partner lost may still lie in the store: what the current release
    says counts.
    """
    feeds = Blueprint("feeds", __name__, url_prefix="/feeds")

    @feeds.get("/<partner>/<file>")
    def serve_feed(partner: str, file: str) -> Response:
        named = _FILE.match(file)
        if not named or not _NAME.match(partner):
            abort(404)
        if not compare_digest(told_key(request), feed_key(site.namer, partner, named[1]).encode()):
            abort(404)
        live = releases.live()
        record = live.partners.get(partner) if live else None
        if record is None or not holds_feed(record.feeds, file):
            abort(404)
        answer = represent(site.reader, f"private/feeds/{partner}/{file}", request, cache=CACHING)
        if answer is None:
            abort(404)
        if named[2] == "json":
            answer.headers["Content-Type"] = "application/feed+json"
        answer.headers["Referrer-Policy"] = "no-referrer"
        return answer

    return feeds


def told_key(request: Request) -> bytes:
    """Return the key that a request carries, as bytes to compare: a header, or the query."""
    scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
    told = credentials.strip() if scheme.lower() == "bearer" else request.args.get("key", "")
    return told.encode("utf-8", "surrogatepass")
