"""Whether this server has something to serve."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from syndicator.errors import TargetError
from syndicator.server.releases import live_generation
from syndicator.targets import Readable


def health_routes(reader: Readable) -> Blueprint:
    """Return `/healthz`: the live generation, or 503 where there is no release to read."""
    health = Blueprint("health", __name__)

    @health.get("/healthz")
    def healthz() -> Response:
        try:
            generation = live_generation(reader)
            status = "ok" if generation is not None else "no release"
        except TargetError:
            generation, status = None, "target unreachable"
        answer = jsonify({"status": status, "generation": generation})
        answer.status_code = 200 if generation is not None else 503
        answer.headers["Cache-Control"] = "no-store"
        return answer

    return health
