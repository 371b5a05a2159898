"""The public zone is open to every origin, cacheable for ever where it may be, and nothing more."""

from __future__ import annotations

import gzip

import brotli
import pytest

from syndicator.server import Site, create_app
from tests.server.published_site import BUNDLE, CODE, MEDIA, NAMER, SCRIPT

IMMUTABLE = "public, max-age=31536000, immutable"
SHORT = "public, max-age=60, stale-while-revalidate=600"


@pytest.mark.parametrize(
    ("what", "cache"),
    [
        (lambda site: site.page("de"), IMMUTABLE),
        (lambda site: site.head("de"), SHORT),
        (lambda site: site.entry, SHORT),
    ],
    ids=["page", "head", "entry"],
)
def test_objects_are_for_ever_and_heads_for_a_minute(client, published, what, cache):
    answer = client.get(what(published))
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == cache
    assert answer.mimetype == "application/json"
    assert answer.json["format"] == 1


def test_fingerprinted_code_is_for_ever_and_latest_is_not(client):
    assert client.get("/" + SCRIPT).headers["Cache-Control"] == IMMUTABLE
    assert client.get("/w/aisle/latest/aisle.js").headers["Cache-Control"] == SHORT


@pytest.mark.parametrize("there", [True, False])
def test_every_origin_may_use_an_answer_or_a_refusal(client, published, there):
    answer = client.get(published.page("de") if there else "/o/00/none.json")
    assert answer.status_code == (200 if there else 404)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in answer.headers


def test_a_preflight_is_answered_for_a_day(client, published):
    answer = client.options(published.page("de"))
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert answer.headers["Access-Control-Max-Age"] == "86400"


TYPES = {
    "script": (SCRIPT, "text/javascript; charset=utf-8"),
    "picture": (f"{MEDIA}.svg", "image/svg+xml"),
    "manual": (f"{MEDIA}.pdf", "application/pdf"),
    "unknown": (f"{MEDIA}.exe", "application/octet-stream"),
}


@pytest.mark.parametrize(("path", "kind"), TYPES.values(), ids=TYPES)
def test_the_type_is_what_the_key_ends_in(client, path, kind):
    assert client.get("/" + path).headers["Content-Type"] == kind


def test_what_could_run_here_is_put_in_a_sandbox(client):
    svg = client.get(f"/{MEDIA}.svg").headers["Content-Security-Policy"]
    assert svg == "sandbox; default-src 'none'; style-src 'unsafe-inline'"
    page = client.get("/w/app/0123456789abcdef/index.html").headers["Content-Security-Policy"]
    assert page.startswith("sandbox ")
    assert "allow-same-origin" not in page
    assert client.get(f"/{MEDIA}.exe").headers["Content-Disposition"] == "attachment"


UNPACK = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("*", "br"),
        ("identity", None),
        (None, None),
    ],
)
def test_the_smallest_accepted_encoding_is_sent(client, published, accepted, coding):
    headers = {"Accept-Encoding": accepted} if accepted else {}
    answer = client.get(published.page("de"), headers=headers)
    assert answer.headers.get("Content-Encoding") == coding
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert b"Fjord <7>" in UNPACK[coding](answer.data)
    assert answer.content_length == len(answer.data)


def test_without_a_packed_neighbour_plain_bytes_are_sent(client):
    answer = client.get("/w/aisle/latest/aisle.js", headers={"Accept-Encoding": "br"})
    assert "Content-Encoding" not in answer.headers
    assert answer.data == b"export {};\n"


def test_a_target_without_neighbours_is_packed_on_the_way(published):
    reads = []

    class Store:
        def read(self, key):
            reads.append(key)
            return published.target.read(key)

    site = Site(Store(), NAMER, packed=False)
    client = create_app(site).test_client()
    answer = client.get(f"/{BUNDLE}", headers={"Accept-Encoding": "br, gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.data) == CODE * 10
    assert reads == [f"public/{BUNDLE}"], "one request to the store"


def test_each_encoding_has_its_own_strong_validator(client, published):
    path = published.page("de")
    plain, packed = (
        client.get(path, headers={"Accept-Encoding": coding}).headers["ETag"]
        for coding in ("identity", "br")
    )
    assert plain != packed
    assert not plain.startswith("W/")


def test_a_known_version_is_not_sent_again(client, published):
    path = published.head("de")
    tag = client.get(path).headers["ETag"]
    answer = client.get(path, headers={"If-None-Match": tag})
    assert (answer.status_code, answer.data) == (304, b"")
    assert answer.headers["ETag"] == tag
    assert answer.headers["Cache-Control"] == SHORT
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_head_has_the_headers_of_get_and_no_body(client):
    got, headed = client.get(f"/{MEDIA}.pdf"), client.head(f"/{MEDIA}.pdf")
    assert headed.data == b""
    for name in ("Content-Length", "ETag", "Content-Type", "Cache-Control", "Accept-Ranges"):
        assert headed.headers[name] == got.headers[name]


def test_a_part_of_a_document_can_be_fetched(client):
    answer = client.get(f"/{MEDIA}.pdf", headers={"Range": "bytes=1-3"})
    assert (answer.status_code, answer.data) == (206, b"\x01\x02\x03")
    assert answer.headers["Content-Range"] == "bytes 1-3/2048"
    tail = client.get(f"/{MEDIA}.pdf", headers={"Range": "bytes=-2"})
    assert tail.data == b"\xfe\xff"


def test_a_range_for_another_version_gives_the_whole(client):
    headers = {"Range": "bytes=1-3", "If-Range": '"old"'}
    answer = client.get(f"/{MEDIA}.pdf", headers=headers)
    assert (answer.status_code, len(answer.data)) == (200, 2048)


def test_a_range_beyond_the_end_is_refused(client):
    answer = client.get(f"/{MEDIA}.pdf", headers={"Range": "bytes=9999-"})
    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == "bytes */2048"


FORBIDDEN = [
    "/private/refs/live",
    "/private/feeds/velohaus/atom.atom",
    "/public/e/x.json",
    "/o/../../private/refs/live",
    "/o/%2e%2e/%2e%2e/private/refs/live",
    "/w/aisle/latest/../../../../private/refs/live",
    "/w/aisle/latest/..%2f..%2f..%2f..%2fprivate/refs/live",
    "/w/aisle/latest/..%5c..%5cprivate",
    "/w/aisle/latest/.hidden",
    "//private/refs/live",
    "/o//ab/x.json",
    "/e/%00.json",
    "/e/x.json%0a",
    "/e/" + "a" * 5000 + ".json",
    "/w/aisle/0123456789abcdef/aisle.js.br",
    "/%ff%fe",
    "/..",
    "/etc/passwd",
]


@pytest.mark.parametrize("path", FORBIDDEN)
def test_what_is_forbidden_looks_like_what_is_not_there(client, path):
    unknown = client.get("/o/00/00000000000000000000000000000000.json")
    answer = client.get(path)
    assert (answer.status_code, answer.data) == (404, unknown.data) == (404, b"Not found\n")
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_nothing_can_be_written(client, published, method):
    answer = getattr(client, method)(published.page("de"))
    assert answer.status_code == 405
    assert "POST" not in answer.headers["Allow"]
