"""The JSON change feed is what jsonfeed.org says it is."""

from __future__ import annotations

import json

import pytest

from syndicator.feeds import FeedFormat
from syndicator.feeds.render import render_feed
from tests.feeds.shop import NOW, channel, product, shop

JSON_FEED = channel(FeedFormat.JSON_FEED)


def read(source=None, through=JSON_FEED):
    return json.loads(render_feed(through, source or shop(), NOW).data)


def test_it_tells_the_same_revisions_as_the_atom_feed():
    atom = render_feed(channel(FeedFormat.ATOM, id="jsonfeed"), shop(), NOW).data
    ids = [item["id"] for item in read()["items"]]
    assert len(ids) == 3
    places = [atom.index(f"<id>{one}</id>".encode()) for one in ids]
    assert places == sorted(places)


def test_a_lost_product_leaves_no_word():
    assert "NV-OLD-9" not in json.dumps(read())


def test_an_item_without_an_address_has_no_url():
    (first, *_) = read(through=channel(FeedFormat.JSON_FEED, link=""))["items"]
    assert "url" not in first
    assert "tag:" in first["id"]


@pytest.mark.data
@pytest.mark.parametrize("documents", [None, (), (product(sku="NV-KELD/1", summary=None),)])
def test_it_fits_the_published_schema(shared_data, documents):
    jsonschema = pytest.importorskip("jsonschema")
    referencing = pytest.importorskip("referencing")
    from referencing.jsonschema import DRAFT4  # noqa: PLC0415  part of the optional package

    folder = shared_data / "schemas" / "jsonfeed"
    base = "https://schemas.example/"
    text = (folder / "feed.json").read_text("utf-8").replace('"feed-1#', f'"{base}feed-1#')
    older = json.loads((folder / "feed-1.json").read_text("utf-8"))
    registry = referencing.Registry().with_resource(
        base + "feed-1", referencing.Resource(older, DRAFT4)
    )
    validator = jsonschema.Draft4Validator(json.loads(text), registry=registry)
    source = shop() if documents is None else shop(documents=documents)
    feed = read(source)
    assert [error.message for error in validator.iter_errors(feed)] == []
    assert list(validator.iter_errors({**feed, "items": [{"title": "no id"}]})), "it can fail"
