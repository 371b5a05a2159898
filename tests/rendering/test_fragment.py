"""The server-side include: the same content, safe, without an offer."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from syndicator.rendering import describe, render_fragment
from syndicator.rendering.markup import rich
from syndicator.rendering.richtree import grow

DOCUMENT = {
    "sku": "B-1",
    "brand": "Maker",
    "title": "Bike <1>",
    "summary": "Light & quiet",
    "gtin": "04006381333931",
    "price": {"amount": "9.90", "currency": "EUR", "text": "9,90 €"},
    "media": [{"src": "m/ab/abc.svg", "alt": 'A "bike"', "width": 4, "height": 3, "role": "hero"}],
    "description": [["p", "Rides ", ["em", "well"], " & far"]],
    "specs": [
        {"group": "Drive", "items": [{"key": "w", "label": "Weight", "text": "2 kg", "value": 2}]}
    ],
    "category": [{"code": "bikes", "label": "Bikes"}],
}
BASE = "https://aisle.example/"
WORDS = {"specs": "All the details"}


def plain(document: dict[str, object]) -> str:
    return render_fragment(document, base_url=BASE, locale="en", words=WORDS).decode()


def test_the_fragment_shows_words_pictures_and_specs() -> None:
    """What the embed shows is in the HTML, escaped, with absolute addresses."""
    page = plain(DOCUMENT)
    assert ">Bike &lt;1&gt;</h2>" in page
    assert '<img src="https://aisle.example/m/ab/abc.svg" alt="A &#34;bike&#34;" width="4"' in page
    assert "<p>Rides <em>well</em> &amp; far</p>" in page
    assert '<th scope="row" dir="auto">Weight</th><td dir="auto">2 kg</td>' in page
    assert "<h3>All the details</h3>" in page


def test_the_plain_form_has_nothing_that_needs_the_script() -> None:
    """No control, no slot, no part; and no class that a shop's own stylesheet could know."""
    related = {
        "accessory": [{"sku": "R-2", "title": "Rack", "image": {"src": "m/x.svg", "alt": ""}}]
    }
    variants = [
        {"sku": sku, "title": sku, "axes": [{"axis": "size", "value": size}]}
        for sku, size in (("B-1", "M"), ("B-2", "L"))
    ]
    page = plain(DOCUMENT | {"relations": related, "variants": variants, "configurator": {}})
    for never in ("<button", "<slot", " part=", "data-act", "<style"):
        assert never not in page
    classes = re.findall(r' class="([^"]*)"', page)
    assert classes
    assert all(name.startswith("syndicator") for name in classes)
    assert "Rack" in page


def test_the_json_ld_is_a_product_without_an_offer() -> None:
    """The partner owns the offer; ours would compete with it."""
    page = plain(DOCUMENT)
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    node = json.loads(found[1])
    assert node["@type"] == "Product"
    assert node["gtin14"] == "04006381333931"
    assert node["additionalProperty"][0]["value"] == 2
    assert "offers" not in node


def test_json_ld_cannot_leave_its_element() -> None:
    """A title that closes the script element stays inside it."""
    hostile = {**DOCUMENT, "title": "</script><script>alert(1)</script>"}
    page = plain(hostile)
    assert page.count("<script") == 1
    assert describe(hostile, BASE)["name"] == hostile["title"]


class _Counter(HTMLParser):
    """Counts elements that a page would build."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)


@given(st.text(), st.text())
def test_text_in_a_tree_never_becomes_markup(words: str, title: str) -> None:
    """Whatever the text, only the tree's own elements are written."""
    counter = _Counter()
    counter.feed(str(rich([["p", words, ["abbr", {"title": title}, words]]])))
    assert counter.tags == ["p", "abbr"]


def test_a_tree_survives_being_written_and_read() -> None:
    """Writing a tree and growing it again gives the tree."""
    tree = [["p", "a ", ["a", {"href": "https://x.example/?a=1&b=2"}, "b"], ["br"], "c"], ["hr"]]
    assert grow(str(rich(tree)), str) == tree


def test_a_picture_in_rich_text_gets_its_public_address() -> None:
    """Paths of the workspace are replaced by public keys while the tree grows."""
    assert grow('<p><img src="a.svg" alt="A"></p>', lambda path: f"m/{path}") == [
        ["p", ["img", {"src": "m/a.svg", "alt": "A"}]]
    ]
