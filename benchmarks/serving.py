"""What the server answers on loopback: requests a second and the slowest percent, for seconds only.

Clients are threads of this machine with connections that stay open, so they share its processors
with the server: the figures are a floor. nginx is measured on the same files where it is installed.
"""

from __future__ import annotations

import http.client
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from _rows import options, row, show  # noqa: E402  beside this script

from benchmarks.feeds import make_edition  # noqa: E402  run from a clone
from syndicator import canonical  # noqa: E402
from syndicator.bundle import EditionContent, PartnerEntry, keys, pack  # noqa: E402
from syndicator.canonical import Namer  # noqa: E402
from syndicator.entitlement.model import Edition  # noqa: E402
from syndicator.rendering import finish_all  # noqa: E402
from syndicator.server import Site, create_app, serve  # noqa: E402
from syndicator.targets import DirectoryTarget, publish, read_live  # noqa: E402

NAMER = Namer(b"a secret for benchmarks only ....")
NOW = datetime(2026, 6, 1, tzinfo=UTC)
CLIENTS = 8
SECONDS = {"small": 0.5, "full": 4.0}
PRODUCTS = 2_000


def fill(root: Path) -> dict[str, str]:
    """Publish an edition to a folder; return the addresses to ask for."""
    documents = make_edition(PRODUCTS).documents
    skus = tuple(document["sku"] for document in documents)
    content = EditionContent(
        Edition("all", "en", skus, ("shop",)),
        finish_all({document["sku"]: canonical.encode(document) for document in documents}),
    )
    entry = PartnerEntry("Maker", "en", {"en": "all"})
    build = pack([content], skus, NAMER, partners={"shop": entry})
    target = DirectoryTarget(root)
    publish(target, build, now=NOW, nonce="benchmark", asset=_no_asset)
    live = read_live(target)
    if live is None:
        raise RuntimeError("nothing was published")
    head = live.release.editions["all"].head
    name = (head.get("pages") or head["tables"])[0][0]
    return {
        "head": "/" + keys.head(NAMER, "all").removeprefix("public/"),
        "page": "/" + keys.public_object(name).removeprefix("public/"),
        "fragment": f"/fragment/{keys.partner_handle(NAMER, 'shop')}?sku={skus[0]}",
    }


def _no_asset(key: str) -> bytes:
    raise KeyError(key)


@contextmanager
def our_server(root: Path) -> Iterator[int]:
    """Run the server in a process of its own."""
    port = _free_port()
    child = os.fork()
    if child == 0:
        serve(create_app(Site(DirectoryTarget(root), NAMER)), "127.0.0.1", port)
        os._exit(0)
    try:
        _wait(port)
        yield port
    finally:
        os.kill(child, 15)
        os.waitpid(child, 0)


@contextmanager
def nginx(root: Path, folder: Path) -> Iterator[int]:
    """Run nginx with the shipped configuration on the same files."""
    port = _free_port()
    text = (ROOT / "publish" / "deploy" / "nginx-static.conf").read_text()
    for old, new in {
        "listen 443 ssl http2;": f"listen 127.0.0.1:{port};",
        "/srv/syndicator/build/site/public": str(root / "public"),
        "brotli_static on;": "",
    }.items():
        text = text.replace(old, new)
    text = "\n".join(line for line in text.splitlines() if "ssl_certificate" not in line)
    temporary = " ".join(
        f"{kind}_temp_path {folder}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    configuration = folder / "nginx.conf"
    configuration.write_text(
        f"daemon off; master_process off; pid {folder}/pid; error_log {folder}/log;"
        f"events {{}} http {{ access_log off; {temporary} {text} }}"
    )
    process = subprocess.Popen(["nginx", "-p", str(folder), "-c", str(configuration)])
    try:
        _wait(port)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def load(port: int, path: str, seconds: float, headers: dict[str, str], status: int) -> list[float]:
    """Ask from several connections for some seconds; return the seconds of each answer.

    Raises:
        RuntimeError: An answer had another status.
    """
    taken: list[float] = []
    wrong: list[int] = []

    def client() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        end = time.perf_counter() + seconds
        while (began := time.perf_counter()) < end:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            answer.read()
            taken.append(time.perf_counter() - began)
            if answer.status != status:
                wrong.append(answer.status)
        connection.close()

    threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong:
        raise RuntimeError(f"{path} answered {wrong[0]}, {len(wrong)} times")
    return sorted(taken)


def cases(port: int, addresses: dict[str, str]) -> Iterator[tuple[str, str, dict[str, str], int]]:
    """Yield name, path, headers and status of each case."""
    packed = {"Accept-Encoding": "gzip"}
    for name, path in addresses.items():
        yield f"{name}, gzip", path, packed, 200
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", addresses["head"], headers=packed)
    answer = connection.getresponse()
    answer.read()
    tag = answer.headers["ETag"]
    yield "head, not modified", addresses["head"], packed | {"If-None-Match": tag}, 304


def measure(port: int, addresses: dict[str, str], seconds: float) -> dict[str, tuple[float, float]]:
    """Return requests a second and the 99th percentile in milliseconds of each case."""
    found = {}
    for name, path, headers, status in cases(port, addresses):
        taken = load(port, path, seconds, headers, status)
        found[name] = (len(taken) / seconds, taken[int(len(taken) * 0.99)] * 1000)
    return found


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def _wait(port: int) -> None:
    for _ in range(200):
        try:
            http.client.HTTPConnection("127.0.0.1", port, timeout=1).connect()
        except OSError:
            time.sleep(0.05)
        else:
            return


def main() -> None:
    """Measure and print."""
    told = options(__doc__, SECONDS).parse_args()
    seconds = SECONDS[told.size]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        addresses = fill(folder / "site")
        with our_server(folder / "site") as port:
            ours = measure(port, addresses, seconds)
        theirs: dict[str, tuple[float, float]] = {}
        if shutil.which("nginx"):
            del addresses["fragment"]
            with nginx(folder / "site", folder) as port:
                theirs = measure(port, addresses, seconds)
    rows: list[dict[str, Any]] = []
    for case, (rate, slowest) in ours.items():
        beside: dict[str, Any] = {}
        if case in theirs:
            beside = {"peer": "nginx", "ratio": rate / theirs[case][0]}
        rows += [
            row(case, rate, "requests/s", **beside),
            row(f"{case}, 99 %", slowest, "ms"),
        ]
    show(rows, as_json=told.json)


if __name__ == "__main__":
    main()
