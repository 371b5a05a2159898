"""What this server does, for Prometheus."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

from flask import Blueprint, Flask, Response, abort, g, request
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from syndicator.errors import TargetError
from syndicator.server.releases import live_reference
from syndicator.targets import Readable
from syndicator.targets.reference import Ref

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0)
_PARTS = {"o": "objects", "m": "media", "w": "widgets", "e": "heads", "p": "entries"}


def measure(app: Flask, reader: Readable, allowed: Callable[[], bool]) -> None:
    """Count every answer of `app` and tell the counts at `/metrics`, to whom `allowed` lets in.

    Labels are few and fixed: no partner, product or address is ever one.
    """
    registry = CollectorRegistry()
    answers = Counter(
        "syndicator_answers_total",
        "Answers by part and status",
        ["part", "status"],
        registry=registry,
    )
    sent = Counter("syndicator_sent_bytes_total", "Bytes of bodies", ["part"], registry=registry)
    took = Histogram(
        "syndicator_answer_seconds",
        "Time until an answer was ready",
        ["part"],
        registry=registry,
        buckets=_BUCKETS,
    )
    generation = Gauge(
        "syndicator_live_generation", "Current release, 0 if none", registry=registry
    )
    delivered = Gauge(
        "syndicator_delivered_generation", "Release that every head has reached", registry=registry
    )
    metrics = Blueprint("metrics", __name__)

    @app.before_request
    def begin() -> None:
        g.began = perf_counter()

    @app.after_request
    def count(answer: Response) -> Response:
        part = _part()
        answers.labels(part, str(answer.status_code)).inc()
        if request.method != "HEAD":
            sent.labels(part).inc(answer.content_length or 0)
        if (began := g.get("began")) is not None:
            took.labels(part).observe(perf_counter() - began)
        return answer

    @metrics.get("/metrics")
    def tell() -> Response:
        if not allowed():
            abort(404)
        live = _live(reader)
        generation.set(live.generation if live else 0)
        delivered.set(live.delivered if live else 0)
        answer = Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    app.register_blueprint(metrics)


def _live(reader: Readable) -> Ref | None:
    try:
        return live_reference(reader)
    except TargetError:
        return None


def _part() -> str:
    """Return which part of the server answers: one of a dozen fixed names."""
    if request.blueprint != "public":
        return request.blueprint or "none"
    return _PARTS.get(request.path[1:2], "none") if request.path[2:3] == "/" else "none"
