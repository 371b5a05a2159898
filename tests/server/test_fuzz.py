"""No address, however strange, makes the server fail or show what is closed."""

from __future__ import annotations

from functools import cache
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicator.server import create_app
from syndicator.targets import MemoryTarget, blob
from tests.server.published_site import EDITIONS, NAMER, Published

SECRET = b"nobody may read this"
NAMED = """o m w e p private public refs live .. . feeds latest preview _side _changes rehearsal
fragment velohaus %2e%2e NV-1 \\ healthz metrics live.json"""
PIECES = st.sampled_from(["", *NAMED.split()])
WORDS = st.one_of(PIECES, st.text(max_size=12))


@cache
def client() -> FlaskClient:
    site = Published(MemoryTarget(), dict(EDITIONS))
    site.publish()
    site.target.write(
        blob(key, SECRET)
        for key in ("private/secret.json", "private/feeds/velohaus/atom.atom", "public/other.json")
    )
    return create_app(site.site(), open_preview=True).test_client()


@settings(max_examples=300, deadline=None)
@given(st.lists(WORDS, max_size=6))
def test_no_path_fails_or_reaches_what_is_closed(parts):
    path = "/" + "/".join(parts)
    told = {"PATH_INFO": path.encode("utf-8", "surrogatepass").decode("latin-1")}
    answer = client().get("/", environ_overrides=told)
    assert answer.status_code in {200, 302, 303, 404}
    assert SECRET not in answer.data


NAMES = st.sampled_from(
    ["locale", "width", "theme", "date", "from", "to", "sku", "show", "find", "page", "key", "gtin"]
)
VALUES = st.one_of(
    st.text(max_size=20),
    st.integers().map(str),
    st.dates().map(str),
    st.sampled_from(
        ["velohaus:de", "velohaus:de@2026-01-01", ":", "@", "draft", "NaN", "-1", "1e9"]
    ),
)
PLACES = [
    "/preview/",
    "/preview/_side",
    "/preview/_changes",
    "/preview/velohaus",
    "/preview/velohaus/NV-1",
    f"/fragment/{NAMER.name('partner', b'velohaus')}",
    "/feeds/velohaus/atom.atom",
    "/metrics",
]


@pytest.mark.parametrize("place", PLACES)
@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(NAMES, VALUES), max_size=5))
def test_no_question_fails(place, pairs):
    answer = client().get(f"{place}?{urlencode(pairs)}")
    assert answer.status_code in {200, 303, 404}
    assert SECRET not in answer.data


@settings(max_examples=100, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(
            ["Accept-Encoding", "If-None-Match", "Range", "If-Range", "Authorization", "Cookie"]
        ),
        st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=30),
    )
)
def test_no_header_fails(headers):
    answer = client().get(f"/p/{NAMER.name('partner', b'velohaus')}.json", headers=headers)
    assert answer.status_code in {200, 304}
