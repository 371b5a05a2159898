"""Whether this server has something to serve."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from syndicator import canonical
from syndicator.errors import TargetError
from syndicator.server.site import LIVE, Reader


def health_routes(reader: Reader) -> Blueprint:
    """Return `/healthz`: the live generation, or 503 where there is no release to read."""
    health = Blueprint("health", __name__)

    @health.get("/healthz")
    def healthz() -> Response:
        generation = live_generation(reader)
        answer = jsonify(
            {"status": "ok", "generation": generation}
            if generation is not None
            else {"status": "no release", "generation": None}
        )
        answer.status_code = 200 if generation is not None else 503
        answer.headers["Cache-Control"] = "no-store"
        return answer

    return health


def live_generation(reader: Reader) -> int | None:
    """Return the generation of the current release; None where none can be read."""
    try:
        data = reader.read(LIVE)
        return None if data is None else int(canonical.decode(data)["generation"])
    except (TargetError, ValueError, KeyError, TypeError):
        return None
