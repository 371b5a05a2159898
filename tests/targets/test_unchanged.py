"""A publish without a change: one request, whatever the target, and only what that needs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from syndicator.cli import _run
from tests.targets.machine import checkout, secrets
from tests.targets.seaweed import Server, bucket

LOOK = """
import sys
from syndicator.cli import _run
code = _run(["publish", "--json"])
slow = ("boto3", "yaml", "jinja2", "syndicator.bundle", "syndicator.rendering")
print(*(name for name in slow if name in sys.modules), file=sys.stderr)
sys.exit(code)
"""


@pytest.fixture
def published(
    repository: Path, tmp_path: Path, s3: Server, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A workspace that was published to a bucket from here, a moment ago."""
    root = checkout(repository, tmp_path, s3, bucket(s3))
    monkeypatch.chdir(root)
    monkeypatch.setenv("PYTHONPATH", str(repository))
    for variable, value in secrets().items():
        monkeypatch.setenv(variable, value)
    time.sleep(0.1)  # a file that was saved this instant could be saved again unnoticed
    assert _run(["publish"]) == 0
    return root


def requests(capsys: pytest.CaptureFixture[str]) -> int:
    """Publish and return what was asked of the store."""
    capsys.readouterr()
    assert _run(["publish", "--json"]) == 0
    told: dict[str, int] = json.loads(capsys.readouterr().out)
    return told["requests"]


def test_one_document_is_read_and_nothing_slow_is_imported(published: Path) -> None:
    command = [sys.executable, "-c", LOOK]
    done = subprocess.run(command, cwd=published, capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)
    assert (told["requests"], told["objects"], told["generation"]) == (1, 0, 1)
    assert done.stderr.split() == []


def test_an_address_that_no_longer_opens_is_renewed(
    published: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    memory = published / ".syndicator/published.json"
    assert memory.stat().st_mode & 0o077 == 0
    good = memory.read_text()
    memory.write_text(good.replace("X-Amz-Signature=", "X-Amz-Signature=0"))
    assert requests(capsys) == 1
    assert "X-Amz-Signature=0" not in memory.read_text()
    assert memory.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("change", ["a file", "credentials", "a proxy"])
def test_whatever_could_lead_elsewhere_is_looked_at_again(
    published: Path,
    change: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A changed file and other variables of AWS build anew; a proxy is left to boto3."""
    monkeypatch.setattr("syndicator.targets.presigned.read_presigned", pytest.fail)
    if change == "a file":
        (published / "content/prices/retail.csv").write_text("sku,amount\nLAMP-1,1.00\n")
    elif change == "credentials":
        monkeypatch.setenv("AWS_PROFILE", "default")
        monkeypatch.setenv("AWS_CONFIG_FILE", str(published / "config"))
        (published / "config").write_text("[default]\n")
    else:
        monkeypatch.setenv("ftp_proxy", "http://127.0.0.1:1")
    assert requests(capsys) >= 1


def test_a_release_of_somebody_else_is_no_standstill(
    published: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Another machine publishes another price; here nothing changed, so ours is published again."""
    prices = published / "content/prices/retail.csv"
    was, at = prices.read_text(), prices.stat()
    memory = published / ".syndicator/published.json"
    ours = memory.read_bytes()
    prices.write_text("sku,amount\nLAMP-1,1.00\nBULB-1,9.50\n")
    assert _run(["publish"]) == 0
    prices.write_text(was)
    os.utime(prices, ns=(at.st_atime_ns, at.st_mtime_ns))
    memory.write_bytes(ours)
    assert requests(capsys) > 10
