"""The public zone of a rehearsed day, for the frames of the preview."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request

from syndicator.server.public import caching
from syndicator.server.representation import represent
from syndicator.server.worlds import Worlds


def rehearsal_routes(worlds: Worlds) -> Blueprint:
    """Return the routes of rehearsed days; their token is all that opens them."""
    rehearsal = Blueprint("rehearsal", __name__, url_prefix="/rehearsal")

    @rehearsal.get("/<token>/<path:key>")
    def serve_key(token: str, key: str) -> Response:
        world = worlds.rehearsed(token)
        answer = None
        if world is not None and caching(key):
            answer = represent(world.reader, f"public/{key}", request, cache="no-store")
        if answer is None:
            abort(404)
        return answer

    return rehearsal
