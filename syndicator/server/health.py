"""Whether this server has something to serve."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from syndicator.errors import TargetError
from syndicator.server.releases import live_reference
from syndicator.targets import Readable


def health_routes(reader: Readable) -> Blueprint:
    """Return `/healthz`: the live generation and how far it is delivered.

    It is 503 where there is no release to read.
    """
    health = Blueprint("health", __name__)

    @health.get("/healthz")
    def healthz() -> Response:
        told: dict[str, object] = {"generation": None, "delivered": None}
        try:
            live = live_reference(reader)
            told["status"] = "ok" if live else "no release"
            if live:
                told |= {"generation": live.generation, "delivered": live.delivered}
        except TargetError:
            told["status"] = "target unreachable"
        answer = jsonify(told)
        answer.status_code = 200 if told["status"] == "ok" else 503
        answer.headers["Cache-Control"] = "no-store"
        return answer

    return health
