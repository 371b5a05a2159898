"""Content over HTTP: real requests to servers on loopback that behave, and that do not."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from syndicator.errors import Problem, Severity
from syndicator.sources import SourceSpec, read_catalog
from syndicator.sources.http import Limits, fetch

LIMITS = Limits(size=100_000, connect=1, silence=0.4, total=5, attempts=3, pause=0.01)
BODY = b'{"id": "A", "name": "a"}\n' * 100
Answer = Callable[[BaseHTTPRequestHandler, int], None]


class Site:
    """A server on loopback: answers by path, and remembers the requests."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append((self.path, dict(self.headers)))
                number = sum(path == self.path for path, _ in site.asked)
                site.answers[self.path](self, number)

            def log_message(self, *_arguments: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()

    def stop(self) -> None:
        """Stop the server."""
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def site() -> Iterator[Site]:
    """A server for one test."""
    server = Site()
    yield server
    server.stop()


def answer(status: int, body: bytes = b"", **headers: str) -> Answer:
    """Return what answers so; underscores in header names are hyphens."""

    def _answer(handler: BaseHTTPRequestHandler, _number: int) -> None:
        handler.send_response(status)
        given = {key.replace("_", "-"): value for key, value in headers.items()}
        for key, value in {"Content-Length": str(len(body)), **given}.items():
            handler.send_header(key, value)
        handler.end_headers()
        handler.wfile.write(body)

    return _answer


def get(
    tmp_path: Path, site: Site, path: str, *, known: bool = True, **options: str
) -> tuple[bytes | None, list[Problem]]:
    """Fetch a path of the site; returns the content and the problems."""
    options = {**({"allow": site.host} if known else {}), **options}
    place, problems = fetch(
        tmp_path, f"http://{site.host}{path}", options, {"TOKEN": "s3cret"}, LIMITS
    )
    return (place.read_bytes() if place else None), problems


def test_unchanged_content_is_not_sent_again(tmp_path: Path, site: Site) -> None:
    """The second fetch names the version that it has, and keeps it."""

    def versioned(handler: BaseHTTPRequestHandler, number: int) -> None:
        again = handler.headers.get("If-None-Match") == '"v1"'
        answer(304 if again else 200, b"" if number > 1 else BODY, ETag='"v1"')(handler, number)

    site.answers["/p"] = versioned
    assert get(tmp_path, site, "/p") == (BODY, [])
    assert get(tmp_path, site, "/p") == (BODY, [])
    assert [headers.get("If-None-Match") for _, headers in site.asked] == [None, '"v1"']


def test_a_broken_transfer_is_continued(tmp_path: Path, site: Site) -> None:
    """A body that ends too early is asked for from where it broke, if the version is the same."""

    body = BODY * 20

    def breaking(handler: BaseHTTPRequestHandler, number: int) -> None:
        start = int(handler.headers.get("Range", "bytes=0-")[6:-1])
        if number == 1:
            answer(200, body[:40_000], Content_Length=str(len(body)), ETag='"v1"')(handler, 1)
        else:
            begun = f"bytes {start}-{len(body) - 1}/{len(body)}"
            answer(206, body[start:], ETag='"v1"', Content_Range=begun)(handler, 1)
            starts.append(start)

    starts: list[int] = []
    site.answers["/p"] = breaking
    assert get(tmp_path, site, "/p") == (body, [])
    assert 0 < starts[0] <= 40_000


def test_a_busy_server_is_asked_again(tmp_path: Path, site: Site) -> None:
    """503 is a pause, not an answer."""

    def busy(handler: BaseHTTPRequestHandler, number: int) -> None:
        answer(503 if number < 3 else 200, BODY if number == 3 else b"")(handler, number)

    site.answers["/p"] = busy
    assert get(tmp_path, site, "/p") == (BODY, [])
    assert len(site.asked) == 3


FAILURES: dict[str, tuple[Answer, str]] = {
    "a server that hangs": (lambda _handler, _number: time.sleep(0.8), "timeout"),
    "a body shorter than announced": (answer(200, b"abc", Content_Length="500"), "truncated"),
    "a body larger than permitted": (answer(200, b"x" * 100_001), "too-large"),
    "an announced flood": (answer(200, b"", Content_Length="5000000000"), "too-large"),
    "not found": (answer(404), "http"),
    "endless redirects": (answer(302, Location="/p"), "redirect"),
    "a redirect to a file": (answer(302, Location="file:///etc/passwd"), "redirect"),
    "a redirect to a private address": (
        answer(302, Location="http://127.0.0.2:9/"),
        "private-address",
    ),
}


@pytest.mark.parametrize("name", FAILURES)
def test_a_failure_is_one_problem(tmp_path: Path, site: Site, name: str) -> None:
    """Hanging, lying and leading astray each end in time, with a problem by name."""
    site.answers["/p"], code = FAILURES[name]
    content, problems = get(tmp_path, site, "/p")
    assert (content, [problem.code for problem in problems]) == (None, [code])


def test_an_endless_body_is_cut_off(tmp_path: Path, site: Site) -> None:
    """A body without a length is read up to the limit and no further."""

    def flood(handler: BaseHTTPRequestHandler, _number: int) -> None:
        handler.send_response(200)
        handler.end_headers()
        try:
            while True:
                handler.wfile.write(b"x" * 65536)
        except OSError:
            return

    site.answers["/p"] = flood
    assert [p.code for p in get(tmp_path, site, "/p")[1]] == ["too-large"]


def test_private_addresses_are_refused_before_anything_is_sent(tmp_path: Path, site: Site) -> None:
    """Without permission a loopback server is connected to by nobody's request."""
    site.answers["/p"] = answer(200, BODY)
    assert [p.code for p in get(tmp_path, site, "/p", known=False)[1]] == ["private-address"]
    assert site.asked == []


def test_a_redirect_does_not_lead_inside(tmp_path: Path, site: Site) -> None:
    """A permitted host cannot send us to another private one."""
    inner = Site()
    inner.answers["/secret"] = answer(200, b"secret")
    site.answers["/p"] = answer(302, Location=f"http://{inner.host}/secret")
    try:
        assert [p.code for p in get(tmp_path, site, "/p")[1]] == ["private-address"]
        assert inner.asked == []
    finally:
        inner.stop()


def test_secrets_come_from_the_environment_and_stay_there(tmp_path: Path, site: Site) -> None:
    """The header is sent to the first host only, and no message or file shows its value."""
    other = Site()
    other.answers["/p"] = answer(404)
    site.answers["/p"] = answer(302, Location=f"http://{other.host}/p")
    options = {"header": "Authorization: Bearer ${TOKEN}", "allow": f"{site.host} {other.host}"}
    try:
        _, problems = get(tmp_path, site, "/p", known=False, **options)
        assert site.asked[0][1]["Authorization"] == "Bearer s3cret"
        assert "Authorization" not in other.asked[0][1]
        kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
        assert "s3cret" not in str(problems)
        assert b"s3cret" not in kept
    finally:
        other.stop()


def test_a_missing_secret_is_told_without_a_request(tmp_path: Path, site: Site) -> None:
    """A variable that is not set is a problem that names it."""
    _, problems = get(tmp_path, site, "/p", header="X-Key: ${NONE}")
    assert [problem.code for problem in problems] == ["missing-secret"]
    assert site.asked == []


def test_an_older_copy_serves_while_the_server_is_down(tmp_path: Path, site: Site) -> None:
    """What was fetched before is still a catalog, with a warning."""

    def once(handler: BaseHTTPRequestHandler, number: int) -> None:
        answer(200 if number == 1 else 503, BODY)(handler, number)

    site.answers["/p"] = once
    assert get(tmp_path, site, "/p") == (BODY, [])
    content, problems = get(tmp_path, site, "/p")
    assert content == BODY
    assert [problem.severity for problem in problems] == [Severity.WARNING]


def test_a_source_can_be_an_address(tmp_path: Path, site: Site) -> None:
    """A catalog is read from the web, and its origins are the address."""
    site.answers["/p.jsonl"] = answer(200, b'{"id": "A", "name": "a"}\n')
    (tmp_path / "m.yaml").write_text("fields: {sku: id, title: name, brand: {constant: N}}\n")
    url = f"http://{site.host}/p.jsonl"
    reading = read_catalog(
        tmp_path, [SourceSpec("jsonl", url, "m.yaml", {"allow": site.host})], ("en",), {}
    )
    assert reading.problems == []
    assert str(reading.catalog.origins["A"]) == f"{url}:1"


ODD: dict[str, tuple[Answer, str]] = {
    "a part that nobody asked for": (answer(206, b"abc", Content_Range="bytes 0-2/9"), "http"),
    "not modified, though nothing is here": (answer(304), "http"),
    "a pause that is no number": (answer(503, b"", Retry_After="\xb2"), "http"),
    "a pause without end": (answer(503, b"", Retry_After="9" * 5000), "http"),
}


@pytest.mark.parametrize("name", ODD)
def test_an_answer_that_makes_no_sense_is_a_problem(tmp_path: Path, site: Site, name: str) -> None:
    """Servers that break the protocol are told; nothing is raised and nothing is kept."""
    site.answers["/p"], code = ODD[name]
    limits = Limits(size=100_000, connect=1, silence=0.4, total=0.05, attempts=2, pause=0.01)
    url = f"http://{site.host}/p"
    place, problems = fetch(tmp_path, url, {"allow": site.host}, {}, limits)
    assert place is None
    assert [problem.code for problem in problems] == [code]


def test_a_length_that_is_no_number_counts_as_none(tmp_path: Path, site: Site) -> None:
    """What came is the content: a sign that only looks like a digit announces nothing."""
    site.answers["/p"] = answer(200, BODY, Content_Length="\xb2")
    assert get(tmp_path, site, "/p") == (BODY, [])


def test_a_part_that_begins_elsewhere_is_not_appended(tmp_path: Path, site: Site) -> None:
    """A server that continues from the wrong place is asked for the whole again."""

    def lying(handler: BaseHTTPRequestHandler, number: int) -> None:
        if number == 1:
            answer(200, BODY[:500], Content_Length=str(len(BODY)), ETag='"v1"')(handler, 1)
        elif "Range" in handler.headers:
            begun = f"bytes 9-{len(BODY) - 1}/{len(BODY)}"
            answer(206, BODY[9:], ETag='"v1"', Content_Range=begun)(handler, 1)
        else:
            answer(200, BODY, ETag='"v1"')(handler, 1)

    site.answers["/p"] = lying
    assert get(tmp_path, site, "/p") == (BODY, [])
    assert ["Range" in headers for _, headers in site.asked] == [False, True, False]
