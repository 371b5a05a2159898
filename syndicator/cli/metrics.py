"""What `watch` did, for Prometheus; labels are fixed words, never a partner or a product."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import click
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server

from syndicator.errors import UsageError
from syndicator.targets import Report

_SECONDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
OUTCOMES = ("published", "idle", "refused", "failed")


class Address(click.ParamType[tuple[str, int]]):
    """HOST:PORT to listen on."""

    name = "host:port"

    def convert(
        self,
        value: object,
        param: click.Parameter | None,  # noqa: ARG002  click's signature
        ctx: click.Context | None,  # noqa: ARG002  click's signature
    ) -> tuple[str, int]:
        """Return host and port.

        Raises:
            UsageError: The value is no address.
        """
        if isinstance(value, tuple):
            return value
        host, _, port = str(value).rpartition(":")
        if not host or not port.isdecimal() or int(port) > 65535:  # noqa: PLR2004  largest port
            raise UsageError(f"{value!r} is not an address to listen on: expected 127.0.0.1:9105")
        return host.strip("[]"), int(port)


class Metrics:
    """The counts of one run of `watch`."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        registry = self.registry
        self.runs = Counter(
            "syndicator_publishes_total", "Runs by outcome", ["outcome"], registry=registry
        )
        for outcome in OUTCOMES:
            self.runs.labels(outcome)
        self.took = Histogram(
            "syndicator_publish_seconds",
            "From deciding to delivered",
            buckets=_SECONDS,
            registry=registry,
        )
        self.live = Histogram(
            "syndicator_change_to_live_seconds",
            "From the change until a partner's last head was live",
            buckets=_SECONDS,
            registry=registry,
        )
        self.generation = Gauge(
            "syndicator_live_generation", "Release that is live", registry=registry
        )
        self.success = Gauge(
            "syndicator_last_success_timestamp_seconds",
            "When a run last succeeded",
            registry=registry,
        )
        self.due = Gauge(
            "syndicator_next_change_timestamp_seconds",
            "When dates in the rules next change something, 0 if never",
            registry=registry,
        )
        self.lagging = Gauge(
            "syndicator_lagging_partners",
            "Partners whom a broken delivery left behind",
            registry=registry,
        )
        self.requests = Counter(
            "syndicator_target_requests_total", "Requests to the target", registry=registry
        )
        self.written = Counter(
            "syndicator_target_written_bytes_total", "Bytes written", registry=registry
        )

    def succeeded(self, report: Report, now: datetime, due: datetime | None) -> None:
        """Count a run that left everything live."""
        self.runs.labels("idle" if report.idle else "published").inc()
        self.took.observe(report.seconds)
        for seconds in report.live.values():
            self.live.observe(seconds)
        self.generation.set(report.generation)
        self.success.set(now.timestamp())
        self.due.set(due.timestamp() if due else 0)
        self.lagging.set(0)
        self.requests.inc(report.usage.requests)
        self.written.inc(report.usage.bytes_written)

    def broke(self, outcome: str, lagging: int = 0) -> None:
        """Count a run that was `refused` for its input, or `failed`."""
        self.runs.labels(outcome).inc()
        self.lagging.set(lagging)

    @contextmanager
    def served(self, address: tuple[str, int] | None) -> Iterator[None]:
        """Answer `/metrics` on an address while the context is open; nowhere without one.

        Raises:
            UsageError: The address cannot be listened on.
        """
        if address is None:
            yield
            return
        host, port = address
        try:
            server, thread = start_http_server(port, host, self.registry)
        except OSError as error:
            raise UsageError(f"cannot listen on {host}:{port}: {error.strerror}") from error
        try:
            yield
        finally:
            server.shutdown()
            server.server_close()
            thread.join()
