"""A supervisor stops `watch` in the middle of a delivery: it finishes, or the next run does."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest

from syndicator.cli import _run
from syndicator.targets import read_live
from syndicator.targets.s3 import S3Target
from tests.cli.test_watching import Daemon
from tests.faults.proxy import Fault, Proxy
from tests.targets.machine import checkout, secrets
from tests.targets.seaweed import Server, bucket

HEAD = Fault("late", path="public/e/")


@pytest.fixture
def store(s3: Server) -> S3Target:
    return S3Target(s3.connector(), bucket(s3))


def save(root: Path, price: str) -> None:
    (root / "content/prices/retail.csv").write_text(f"sku,amount\nLAMP-1,{price}\n")


def far(store: S3Target) -> tuple[int, int]:
    """The live release, and the one that was delivered last."""
    live = read_live(store)
    assert live is not None
    return live.ref.generation, live.ref.delivered


def struck(proxy: Proxy, daemon: Daemon, price: str, root: Path) -> None:
    """Let the daemon publish until the store hesitates over a head."""
    proxy.faults, proxy.struck = [Fault(HEAD.kind, path=HEAD.path)], 0
    save(root, price)
    deadline = time.monotonic() + 30
    while not proxy.struck:
        assert time.monotonic() < deadline
        assert daemon.process.poll() is None
        time.sleep(0.01)


def test_a_delivery_is_finished_at_the_first_signal_and_by_the_next_run_after_the_second(
    repository: Path,
    tmp_path: Path,
    s3: Server,
    proxy: Proxy,
    store: S3Target,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    front = Server(proxy.endpoint, s3.process)
    root = checkout(repository, tmp_path, front, store.bucket)
    daemon = Daemon(repository, root, **secrets())
    assert daemon.next("published", "failed")["generation"] == 1
    struck(proxy, daemon, "69.00", root)
    assert far(store) == (2, 1)
    heard = daemon.stop()
    assert daemon.process.returncode == 0
    assert heard[-2:] == ["STOPPING=1", "STATUS=stopped"]
    assert far(store) == (2, 2)

    (tmp_path / "notify").unlink()
    daemon = Daemon(repository, root, **secrets())
    assert daemon.next("idle", "published", "failed")["event"] == "idle"
    struck(proxy, daemon, "59.00", root)
    daemon.process.send_signal(signal.SIGTERM)
    time.sleep(0.2)
    daemon.stop()
    assert daemon.process.returncode == -signal.SIGTERM
    assert far(store) == (3, 2)

    for variable, value in secrets().items():
        monkeypatch.setenv(variable, value)
    assert _run(["publish", "--workspace", str(root)]) == 0
    assert "Release 3 delivered: 0 objects" in capsys.readouterr().out
    assert far(store) == (3, 3)
