"""Two small origins on loopback: the publisher's zone, and a partner's pages; both can misbehave."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import PurePosixPath

from syndicator.widgets import KINDS

TYPES = {**KINDS, ".jpg": "image/jpeg", ".png": "image/png", ".pdf": "application/pdf"}


@dataclass
class Answer:
    """What an origin says for a path; `delay` in seconds, `cut` sends half and closes."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0
    cut: bool = False


@dataclass
class Origin:
    """A running origin: paths to bytes or answers, and the paths that were asked for."""

    url: str
    answers: dict[str, Answer]
    asked: list[str]


def in_sequence(times: Iterable[tuple[float, float]]) -> int:
    """Return how many requests waited for one another, from when each began and ended.

    Meaningful where every answer takes about the same, noticeable time: what began only after the
    first of those before it had ended waited for it.
    """
    waves, until = 0, 0.0
    for start, end in sorted(times):
        if start >= until:
            waves, until = waves + 1, end
    return waves


def published(files: dict[str, bytes]) -> dict[str, Answer]:
    """Answer like a well-set store: CORS for everybody, the right type, caching as documented."""
    answers = {}
    for key, body in files.items():
        kind = TYPES[PurePosixPath(key).suffix]
        mutable = key.startswith(("p/", "e/")) or "/latest/" in key
        age = (
            "public, max-age=60, stale-while-revalidate=600"
            if mutable
            else "public, max-age=31536000, immutable"
        )
        headers = {"Content-Type": kind, "Access-Control-Allow-Origin": "*", "Cache-Control": age}
        answers[f"/{key}"] = Answer(body, headers=headers)
    return answers


def page(html: str, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(html.encode(), headers={"Content-Type": "text/html; charset=utf-8", **named})


_USED: set[int] = set()


@contextmanager
def serving(answers: dict[str, Answer], host: str) -> Iterator[Origin]:
    """Serve until the block ends, on a free port of loopback under the name `host`."""
    origin = Origin("", answers, [])
    server = _on_a_new_port(_handler(origin))
    server.daemon_threads = True
    origin.url = f"http://{host}:{server.server_address[1]}/"
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
    )
    thread.start()
    try:
        yield origin
    finally:
        server.shutdown()
        server.server_close()


def _on_a_new_port(handler: Callable[..., BaseHTTPRequestHandler]) -> ThreadingHTTPServer:
    """Bind where no test of this run was: the browser still keeps what it got from there."""
    while True:
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        if server.server_address[1] not in _USED:
            _USED.add(server.server_address[1])
            return server
        server.server_close()


def _handler(origin: Origin) -> Callable[..., BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = self.path.split("?")[0]
            origin.asked.append(path)
            absent = Answer(b"", 404, {"Access-Control-Allow-Origin": "*"})
            answer = origin.answers.get(path, absent)
            time.sleep(answer.delay)
            self._send(answer)

        def _send(self, answer: Answer) -> None:
            try:
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(
                    answer.body[: len(answer.body) // 2] if answer.cut else answer.body
                )
            except (BrokenPipeError, ConnectionResetError):
                pass
            if answer.cut:
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class's name
            pass

    return Handler
