"""`watch` as a daemon: what wakes it, what it tells, how it goes on and how it stops."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from syndicator.cli import _run
from syndicator.cli.watching import FIRST_PAUSE, LONGEST_PAUSE, Timers

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


class Clock:
    """A monotonic clock that a test sets."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def timers(clock: Clock) -> Timers:
    return Timers(300, clock)


def test_a_date_in_the_rules_is_a_timer(timers: Timers) -> None:
    timers.succeeded(NOW + timedelta(seconds=20))
    assert timers.patience(NOW) == 20
    assert timers.ripe(NOW) == ""
    assert timers.ripe(NOW + timedelta(seconds=20)) == "due"


def test_failures_are_tried_again_after_pauses_that_double(timers: Timers, clock: Clock) -> None:
    pauses, timers.poll = [], float("inf")
    for _ in range(9):
        pauses.append(timers.failed())
        assert timers.ripe(NOW) == ""
        clock.now += pauses[-1]
        assert timers.ripe(NOW) == "retry"
    assert pauses[:3] == [FIRST_PAUSE, 2 * FIRST_PAUSE, 4 * FIRST_PAUSE]
    assert pauses[-1] == LONGEST_PAUSE
    timers.succeeded(None)
    assert timers.failed() == FIRST_PAUSE


def test_what_was_refused_is_not_tried_again_and_again(timers: Timers) -> None:
    """A date that came while the workspace is invalid must not turn into a busy loop."""
    timers.succeeded(NOW)
    timers.refused()
    assert timers.ripe(NOW) == ""
    assert timers.patience(NOW) > 1


def test_sources_are_asked_by_interval(timers: Timers, clock: Clock) -> None:
    clock.now += 299
    assert timers.ripe(NOW) == ""
    assert timers.patience(NOW) == 1
    clock.now += 1
    assert [timers.ripe(NOW), timers.ripe(NOW)] == ["poll", ""]


class Shop:
    """A server of products on loopback whose one product can be renamed."""

    def __init__(self) -> None:
        self.title, self.sent, self.unchanged = "Vase", 0, 0
        shop = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                tag = f'"{shop.title}"'
                if self.headers.get("If-None-Match") == tag:
                    shop.unchanged += 1
                    self.send_response(304)
                    self.end_headers()
                    return
                shop.sent += 1
                body = (
                    json.dumps({"id": "V-1", "maker": "Tabula", "name": shop.title}).encode()
                    + b"\n"
                )
                self.send_response(200)
                self.send_header("ETag", tag)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def shop() -> Iterator[Shop]:
    running = Shop()
    yield running
    running.close()


SETTINGS = """
[workspace]
id = "lamps"
name = "Lamps"
locales = ["en", "de"]

[[sources]]
format = "yaml"
path = "content"

[[sources]]
format = "jsonl"
path = "http://{host}/products.jsonl"
mapping = "mappings/shop.yaml"
options = {{ allow = "{host}" }}

[publish]
target = "local"
"""


@pytest.fixture
def workspace(repository: Path, tmp_path: Path, shop: Shop) -> Path:
    """The workspace of `init`, publishing to `site/`, with a source over HTTP."""
    root = tmp_path / "lamps"
    shutil.copytree(repository / "syndicator/cli/templates/workspace", root)
    (root / "syndicator.toml").write_text(SETTINGS.format(host=shop.host))
    (root / "mappings").mkdir()
    (root / "mappings/shop.yaml").write_text("fields:\n  sku: id\n  title: name\n  brand: maker\n")
    (root / "publish/targets/local.yaml").write_text(
        "kind: target\nid: local\ntype: directory\npath: site\nbase_url: http://127.0.0.1:1/\n"
    )
    return root


class Daemon:
    """A running `watch --json` and what it has told."""

    def __init__(
        self, repository: Path, workspace: Path, *options: str, **environment: str
    ) -> None:
        self.heard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        address = workspace.parent / "notify"
        self.heard.bind(str(address))
        self.heard.settimeout(20)
        environment |= {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(repository),
            "SYNDICATOR_SECRET": "ab" * 32,
            "NOTIFY_SOCKET": str(address),
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "syndicator", "watch", "--json", *options],
            cwd=workspace,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.lines: list[dict[str, Any]] = []

    def next(self, *events: str) -> dict[str, Any]:
        """Wait for the next line that tells one of these events."""
        assert self.process.stdout is not None
        while line := self.process.stdout.readline():
            self.lines.append(json.loads(line))
            if self.lines[-1]["event"] in events:
                return self.lines[-1]
        raise AssertionError(f"watch ended: {self.lines}")

    def stop(self) -> list[str]:
        """End it and return what systemd heard."""
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=20)
        told = []
        self.heard.setblocking(False)
        while True:
            try:
                told.append(self.heard.recv(4096).decode())
            except BlockingIOError:
                self.heard.close()
                return told


def metrics(port: int) -> dict[str, float]:
    text = urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5).read().decode()
    return {
        f"{sample.name}{sorted(sample.labels.values())}": sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def free_port() -> int:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        return int(holder.getsockname()[1])


def test_a_daemon_s_life(repository: Path, workspace: Path, shop: Shop) -> None:
    """Start, a polled change, a refused save, a broken target, its return, and SIGTERM."""
    port = free_port()
    daemon = Daemon(repository, workspace, "--poll", "1", "--metrics", f"127.0.0.1:{port}")
    site = workspace / "site"
    try:
        started = daemon.next("published", "failed", "refused")
        assert started["event"] == "published", started
        assert (started["cause"], started["generation"]) == ("start", 1)
        assert datetime.fromisoformat(started["at"]).tzinfo is not None

        backup = (site / "private/refs/live").read_bytes()
        shop.title = "Blue vase"
        polled = daemon.next("published")
        assert (polled["cause"], polled["generation"]) == ("poll", 2)
        assert polled["changed"] == [f"http://{shop.host}/products.jsonl"]
        assert polled["live_p95"] > 0

        product = workspace / "content/products/lamp-1.yaml"
        good = product.read_text()
        product.write_text("sku: [")
        refused = daemon.next("refused")
        assert refused["problems"][0]["file"] == "content/products/lamp-1.yaml"

        site.rename(workspace.parent / "away")
        site.write_text("a file where the target was")
        product.write_text(good)
        failed = daemon.next("failed")
        assert failed["retry_in"] == FIRST_PAUSE
        assert "site" in failed["message"]

        site.unlink()
        (workspace.parent / "away").rename(site)
        recovered = daemon.next("idle", "published")
        assert (recovered["cause"], recovered["generation"]) == ("retry", 2)

        told = metrics(port)
        assert told["syndicator_publishes_total['published']"] == 2
        assert told["syndicator_publishes_total['refused']"] == 1
        assert told["syndicator_publishes_total['failed']"] == 1
        assert told["syndicator_live_generation[]"] == 2
        assert told["syndicator_change_to_live_seconds_count[]"] > 0

        (site / "private/refs/live").write_bytes(backup)
        product.write_text(good)
        restored = daemon.next("restored")
        assert (restored["known"], restored["found"]) == (2, 1)
        assert daemon.next("published")["generation"] == 2
    finally:
        heard = daemon.stop()
    assert daemon.process.returncode == 0
    assert heard[0] == "READY=1"
    assert heard[-2:] == ["STOPPING=1", "STATUS=stopped"]
    assert shop.unchanged > 0
    assert [line["event"] for line in daemon.lines].count("published") == 3, "own output woke it"


def in_seconds(seconds: float) -> str:
    """The instant that is so far away, in whole seconds."""
    then = datetime.now(UTC) + timedelta(seconds=seconds)
    return then.replace(microsecond=0).isoformat().replace("+00:00", "Z")


def public_text(site: Path) -> str:
    """What shoppers can read of pages and heads that are live."""
    heads = [path.read_text() for path in (site / "public/e").glob("*.json")]
    pages = {name for head in heads for name, _ in json.loads(head)["pages"]}
    return "".join((site / f"public/o/{name[:2]}/{name}.json").read_text() for name in pages)


def test_an_embargo_and_a_price_take_effect_at_their_instant_by_themselves(
    repository: Path, workspace: Path
) -> None:
    """A running daemon, a product announced in some seconds, a price that begins one later."""
    settings = (workspace / "syndicator.toml").read_text()
    settings = re.sub(r"\[\[sources\]\]\nformat = \"jsonl\".*?\n\n", "", settings, flags=re.DOTALL)
    (workspace / "syndicator.toml").write_text(settings)
    daemon = Daemon(repository, workspace)
    site, product = workspace / "site", workspace / "content/products/lamp-1.yaml"
    try:
        assert daemon.next("published", "failed", "refused")["cause"] == "start"
        announced, begins = in_seconds(4), in_seconds(6)
        prices = workspace / "content/prices/retail.csv"
        prices.write_text(
            "sku,amount,valid_from,valid_until\n"
            f"LAMP-1,79.00,,{begins}\nLAMP-1,55.00,{begins},\nBULB-1,9.50,,\n"
        )
        product.write_text(product.read_text() + f"lifecycle: {{announce: {announced}}}\n")
        assert daemon.next("published", "refused")["cause"] == "save"
        assert "LAMP-1" not in public_text(site)
        for instant, price in ((announced, "79.00"), (begins, "55.00")):
            due = daemon.next("published", "failed")
            assert (due["cause"], due["changed"]) == ("due", [])
            late = datetime.fromisoformat(due["at"]) - datetime.fromisoformat(instant)
            assert timedelta(0) <= late < timedelta(seconds=10)
            assert f'"amount":"{price}"' in public_text(site)
    finally:
        daemon.stop()
    assert daemon.process.returncode == 0


@pytest.mark.parametrize("address", ["9105", "host:", "127.0.0.1:99999"])
def test_a_wrong_address_for_metrics_is_a_usage_error(workspace: Path, address: str) -> None:
    assert _run(["watch", "--workspace", str(workspace), "--metrics", address]) == 2
