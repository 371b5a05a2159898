"""A partner's server includes a product as HTML, by whatever identifier it knows."""

from __future__ import annotations

import json
import re

import pytest

from syndicator.bundle import keys
from syndicator.canonical import integrity
from syndicator.targets import blob
from syndicator.widgets import find_widgets
from tests.server.published_site import NAMER

HANDLE = keys.partner_handle(NAMER, "velohaus")
ADDRESS = f"/fragment/{HANDLE}"


@pytest.mark.parametrize(
    "query",
    [
        "sku=NV-1",
        "sku=%20nv-1",
        "gtin=4006381333931",
        "gtin=04006381333931",
        "brand=NORRVIND&mpn=fj7",
        "sku=unknown&gtin=4006381333931",
    ],
)
def test_a_product_is_found_by_every_identifier(client, query):
    answer = client.get(f"{ADDRESS}?{query}")
    assert answer.status_code == 200
    assert "Fjord &lt;7&gt;" in answer.text
    assert answer.mimetype == "text/html"


def test_the_fragment_tells_search_engines_the_same(client):
    text = client.get(f"{ADDRESS}?sku=NV-1").text
    told = json.loads(
        re.search(r"<script type=\"application/ld\+json\"[^>]*>(.*?)</script>", text, re.DOTALL)[1]
    )
    assert told["name"] == "Fjord <7>"
    assert "offers" not in told, "the offer is the partner's"


@pytest.mark.parametrize(
    ("locale", "title"),
    [
        ("en", "in English"),
        ("en-GB", "in English"),
        ("fr", "Fjord &lt;7&gt;"),
        ("", "Fjord &lt;7&gt;"),
    ],
)
def test_the_nearest_locale_is_shown(client, locale, title):
    assert title in client.get(f"{ADDRESS}?sku=NV-1&locale={locale}").text


@pytest.mark.parametrize(
    "address",
    [
        ADDRESS,
        f"{ADDRESS}?sku=NV-404",
        f"{ADDRESS}?sku=NV/2&locale=en",
        f"{ADDRESS}?brand=Norrvind",
        f"{ADDRESS}?mpn=FJ7",
        f"{ADDRESS}?gtin=abc",
        f"{ADDRESS}?gtin=²",
        f"{ADDRESS}?sku=" + "x" * 300,
        "/fragment/unknown?sku=NV-1",
        "/fragment/velohaus?sku=NV-1",
        "/fragment/..%2f..%2fprivate?sku=NV-1",
    ],
)
def test_what_is_not_granted_is_not_there(client, address):
    answer = client.get(address)
    assert (answer.status_code, answer.data) == (404, b"Not found\n")


def test_a_known_fragment_is_not_sent_again(client):
    answer = client.get(f"{ADDRESS}?sku=NV-1")
    assert answer.headers["Cache-Control"] == "public, max-age=60, stale-while-revalidate=600"
    headers = {"If-None-Match": answer.headers["ETag"]}
    assert client.get(f"{ADDRESS}?sku=NV-1", headers=headers).status_code == 304


@pytest.fixture
def aisle(published):
    """The real aisle, published beside the products."""
    package = next(found for found in find_widgets() if found.id == "aisle")
    published.target.write(blob(f"public/{key}", data) for key, data in package.keys().items())
    return package


@pytest.mark.usefixtures("aisle")
def test_the_element_comes_drawn_with_its_look(client):
    text = client.get(f"{ADDRESS}?sku=NV-1&as=element").text
    assert f'<syndicator-aisle partner="{HANDLE}" sku="NV-1" lang="de">' in text
    assert '<template shadowrootmode="open"><style>' in text
    assert "unverbindliche Preisempfehlung" in text, "the interface speaks the edition's language"


def test_the_element_may_name_its_look_by_hash(client, aisle):
    text = client.get(f"{ADDRESS}?sku=NV-1&as=element-linked").text
    look = re.search(r'<link rel="stylesheet" href="([^"]+)" integrity="([^"]+)"', text)
    assert look is not None
    assert look[1].endswith(f"/w/aisle/{aisle.fingerprint}/aisle.css")
    assert look[2] == integrity(client.get(look[1]).data)
    assert "<style>" not in text


def test_without_the_aisle_there_is_no_element(client):
    assert client.get(f"{ADDRESS}?sku=NV-1&as=element").status_code == 404
