"""The tag: pinned or automatic, safe to paste, and honest about the policy it needs."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from syndicator.widgets import find_widgets
from syndicator.widgets.snippet import snippet

BASE = "https://cdn.norrvind.example/"


@pytest.fixture(scope="module")
def aisle():
    return next(found for found in find_widgets() if found.id == "aisle")


def parsed(html):
    """Return the attributes of each element by its name."""
    found = {}
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attributes: found.update({tag: dict(attributes)})
    parser.feed(html)
    return found


def test_a_pinned_tag_names_one_content_and_its_hash(aisle):
    tag = parsed(snippet(aisle, BASE, "handle").html)["script"]
    assert tag["src"] == f"{BASE}w/aisle/{aisle.fingerprint}/aisle.js"
    assert tag["integrity"] == aisle.integrity["aisle.js"]
    assert tag["type"] == "module"
    assert tag["crossorigin"] == "anonymous"


def test_an_automatic_tag_follows_the_publisher(aisle):
    tag = parsed(snippet(aisle, BASE, "handle", pinned=False).html)["script"]
    assert tag["src"] == f"{BASE}w/aisle/latest/aisle.js"
    assert "integrity" not in tag


def test_the_element_reserves_its_room_and_names_the_key(aisle):
    element = parsed(snippet(aisle, BASE, "handle", key="S0VZ", sku="{{ sku }}", lang="de").html)
    attributes = element["syndicator-aisle"]
    assert attributes["partner"] == "handle"
    assert attributes["key"] == "S0VZ"
    assert attributes["sku"] == "{{ sku }}"
    assert attributes["lang"] == "de"
    assert "display:flow-root;min-block-size:max(900px,100vh)" in attributes["style"]
    assert "edition" not in attributes


def test_what_is_put_in_cannot_leave_its_attribute(aisle):
    evil = '"><script>alert(1)</script>'
    found = parsed(snippet(aisle, BASE, evil, sku=evil).html)
    assert found["syndicator-aisle"]["partner"] == evil
    assert found["script"]["type"] == "module"


@pytest.mark.parametrize(
    ("base", "source"),
    [
        (BASE, "https://cdn.norrvind.example"),
        ("/norrvind", "'self'"),
        ("http://127.0.0.1:80/x/", "http://127.0.0.1:80"),
    ],
)
def test_the_policy_names_the_origin_alone(aisle, base, source):
    policy = snippet(aisle, base, "handle").policy
    assert policy[0] == f"script-src {source}"
    assert {line.split(" ", 1)[1] for line in policy} == {source}
