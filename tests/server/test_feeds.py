"""A feed opens with its own key, and is otherwise not there."""

from __future__ import annotations

import gzip

import pytest

from syndicator.feeds import feed_key
from syndicator.server import create_app
from syndicator.targets import blob
from syndicator.targets.reference import LIVE
from tests.server.published_site import NAMER

KEY = feed_key(NAMER, "velohaus", "atom")
PATH = "/feeds/velohaus/atom.atom"


@pytest.mark.parametrize(
    "request_",
    [
        {"query_string": {"key": KEY}},
        {"headers": {"Authorization": f"Bearer {KEY}"}},
        {"headers": {"Authorization": f"bearer  {KEY}"}},
    ],
    ids=["query", "header", "header in lowercase"],
)
def test_the_key_opens_the_feed(client, request_):
    answer = client.get(PATH, **request_)
    assert (answer.status_code, answer.data) == (200, b"<feed/>")
    assert answer.mimetype == "application/atom+xml"
    assert answer.headers["Cache-Control"].startswith("private")
    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize(
    ("path", "key"),
    [
        (PATH, ""),
        (PATH, "0" * 32),
        (PATH, KEY[:-1]),
        (PATH, KEY + "0"),
        (PATH, "\udcff"),
        (PATH, feed_key(NAMER, "velohaus", "google")),
        (PATH, feed_key(NAMER, "stadtrad", "atom")),
        ("/feeds/velohaus/google.xml", feed_key(NAMER, "velohaus", "google")),
        ("/feeds/velohaus/..%2fatom.atom", KEY),
        ("/feeds/../feeds/velohaus/atom.atom", KEY),
        ("/feeds/velohaus/atom", KEY),
    ],
)
def test_without_its_key_a_feed_is_not_there(client, path, key):
    answer = client.get(
        path,
        headers={
            "Authorization": f"Bearer {key}".encode("utf-8", "surrogateescape").decode("latin-1")
        },
    )
    assert (answer.status_code, answer.data) == (404, b"Not found\n")


def test_a_feed_that_the_partner_lost_is_not_there_although_its_file_is(client, published):
    assert client.get(PATH, query_string={"key": KEY}).status_code == 200
    published.publish(feeds="google.xml 0123")
    assert published.target.read("private/feeds/velohaus/atom.atom") == b"<feed/>"
    answer = client.get(PATH, query_string={"key": KEY})
    assert (answer.status_code, answer.data) == (404, b"Not found\n")


def test_before_the_first_release_there_are_no_feeds(published):
    published.target.delete([LIVE])
    answer = create_app(published.site()).test_client().get(PATH, query_string={"key": KEY})
    assert answer.status_code == 404


def test_a_known_version_is_not_sent_again(client):
    tag = client.get(PATH, query_string={"key": KEY}).headers["ETag"]
    again = client.get(PATH, query_string={"key": KEY}, headers={"If-None-Match": tag})
    assert again.status_code == 304


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ("c.tsv", "text/tab-separated-values; charset=utf-8"),
        ("c.jsonl", "application/jsonl"),
        ("c.json", "application/feed+json"),
        ("c.xml", "application/xml"),
    ],
)
def test_a_large_feed_is_packed_and_keeps_its_type(client, published, file, kind):
    data = b"words and words\n" * 1000
    published.target.write([blob(f"private/feeds/velohaus/{file}", data)])
    headers = {"Authorization": f"Bearer {feed_key(NAMER, 'velohaus', 'c')}"}
    plain = client.get(f"/feeds/velohaus/{file}", headers=headers)
    packed = client.get(
        f"/feeds/velohaus/{file}", headers=headers | {"Accept-Encoding": "gzip, br"}
    )
    assert plain.data == gzip.decompress(packed.data) == data
    assert packed.content_length < 1000
    assert plain.headers["ETag"] != packed.headers["ETag"]
    assert plain.headers["Content-Type"] == packed.headers["Content-Type"] == kind
