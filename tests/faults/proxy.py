"""A proxy on loopback in front of a real S3 server that misbehaves on demand."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

LATE = 1.5
"""Seconds by which an answer is late; clients of the tests give up before."""
_ERROR = (
    '<?xml version="1.0" encoding="UTF-8"?><Error><Code>{code}</Code>'
    "<Message>injected</Message><Resource>/</Resource><RequestId>1</RequestId></Error>"
)


@dataclass
class Fault:
    """What to do with some requests.

    `kind` is an HTTP status with its S3 error code (`500 InternalError`), `drop` (close the
    connection without forwarding), `lost` (forward, then close without an answer), `late`
    (forward, then answer after the client has given up) or `cut` (forward, then answer half of
    the body).
    """

    kind: str
    method: str = "PUT"
    path: str = ""
    times: int = 1
    after: int = 0
    """So many matching requests pass first."""
    hits: int = 0

    def strikes(self, method: str, path: str) -> bool:
        if method != self.method or self.path not in path:
            return False
        self.hits += 1
        return self.after < self.hits <= self.after + self.times


@dataclass
class Proxy:
    """The running proxy; `faults` may be changed at any time."""

    upstream: str
    endpoint: str = ""
    faults: list[Fault] = field(default_factory=list)
    struck: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def fault(self, method: str, path: str) -> Fault | None:
        with self.lock:
            for fault in self.faults:
                if fault.strikes(method, path):
                    self.struck += 1
                    return fault
        return None


@contextmanager
def misbehaving(upstream: str) -> Iterator[Proxy]:
    """Run a proxy in front of `upstream` until the block ends."""
    proxy = Proxy(upstream)

    class Handler(_Handler):
        state = proxy

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        proxy.endpoint = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield proxy
        finally:
            server.shutdown()
            thread.join(5)


class _Handler(BaseHTTPRequestHandler):
    state: Proxy
    protocol_version = "HTTP/1.1"

    def _any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = self.state.fault(self.command, self.path)
        if fault is None:
            self._answer(*self._forward(body))
        elif fault.kind == "drop":
            self.close_connection = True
        elif fault.kind == "lost":
            self._forward(body)
            self.close_connection = True
        elif fault.kind == "late":
            answer = self._forward(body)
            time.sleep(LATE)
            self._answer(*answer)
            self.close_connection = True
        elif fault.kind == "cut":
            status, headers, data = self._forward(body)
            self._answer(status, headers, data, len(data) // 2)
            self.close_connection = True
        else:
            status, _, code = fault.kind.partition(" ")
            self._answer(int(status), [], _ERROR.format(code=code).encode())

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _any  # noqa: N815  names of the base class

    def _forward(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        place = urlsplit(self.state.upstream)
        connection = http.client.HTTPConnection(str(place.hostname), place.port, timeout=20)
        headers = {key: value for key, value in self.headers.items() if key != "Expect"}
        connection.request(self.command, self.path, body, headers)
        answer = connection.getresponse()
        data = answer.read()
        connection.close()
        return answer.status, answer.getheaders(), data

    def _answer(
        self, status: int, headers: list[tuple[str, str]], data: bytes, told: int | None = None
    ) -> None:
        with suppress(ConnectionError):
            self.send_response_only(status)
            for key, value in headers:
                if key.lower() not in {"content-length", "transfer-encoding", "connection"}:
                    self.send_header(key, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data if told is None else data[:told])

    def log_message(self, *_: Any) -> None:
        pass
