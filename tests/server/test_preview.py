"""The preview shows every partner's aisle to those who may see it, and nobody else."""

from __future__ import annotations

import re

import pytest

from syndicator.bundle import keys
from syndicator.server import Site, create_app
from syndicator.targets import MemoryTarget, blob
from tests.server.published_site import GERMAN, NAMER


def test_partners_editions_and_products_are_listed(client):
    page = client.get("/preview/").text
    assert "velohaus" in page
    assert "2 products" in page
    products = client.get("/preview/velohaus").text
    assert "NV-1" in products
    assert "Fjord &lt;7&gt;" in products
    assert "3.499,00 €" in products


def test_a_partner_is_found_by_part_of_its_id(client):
    assert "1 partner." in client.get("/preview/?find=haus").text
    assert "0 partners." in client.get("/preview/?find=nobody").text


def test_a_product_stands_in_a_frame_with_its_document_beside(client):
    page = client.get("/preview/velohaus/NV-1").text
    assert "<iframe" in page
    assert "Fjord &lt;7&gt;" in page
    assert '"title": "Fjord' not in page, "escaped"
    english = client.get("/preview/velohaus/NV-1?locale=en").text
    assert "Fjord 7 in English" in english


def test_the_frame_holds_the_tag_of_the_partner(client):
    frame = client.get("/preview/velohaus/NV-1?page&locale=en&theme=dark")
    handle = keys.partner_handle(NAMER, "velohaus")
    tag = f'<syndicator-aisle partner="{handle}" sku="NV-1" lang="en" src="/">'
    assert tag in frame.text
    assert '<script type="module" src="/w/aisle/latest/aisle.js"' in frame.text
    assert 'class="dark"' in frame.text
    policy = frame.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


def test_a_sku_may_hold_a_slash(client):
    assert "Keld &amp; Co" in client.get("/preview/velohaus/NV%2F2").text


def test_a_product_is_found_by_its_sku(client):
    answer = client.get("/preview/velohaus?sku=NV/2")
    assert answer.headers["Location"] == "/preview/velohaus/NV%2F2?locale=de"
    assert "does not hold" in client.get("/preview/velohaus?sku=NV-404").text


@pytest.mark.parametrize(
    "path",
    [
        "/preview/nobody",
        "/preview/nobody/NV-1",
        "/preview/velohaus?locale=fr",
        "/preview/velohaus?date=2026-13-01",
        "/preview/velohaus?date=2026-12-01",
        "/preview/_changes?to=99",
    ],
)
def test_what_is_not_there_is_not_found(client, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/preview/", "/preview/_changes"])
def test_before_the_first_release_the_preview_says_so(path):
    app = create_app(Site(MemoryTarget(), NAMER), open_preview=True)
    assert "Nothing was published yet" in app.test_client().get(path).text


def test_a_product_that_is_not_granted_shows_the_fallback(client):
    page = client.get("/preview/velohaus/NV-404").text
    assert "does not hold NV-404" in page
    assert "<iframe" in page


def test_editions_stand_side_by_side(client):
    page = client.get(
        "/preview/_side?sku=NV/2&show=velohaus:de&show=velohaus:en&show=nobody:de&width=320&theme=dark"
    ).text
    assert page.count("<iframe") == 2
    assert "Keld &amp; Co as velohaus shows it, de" in page
    assert "Does not hold NV/2" in page
    assert "There is no such edition" in page
    assert page.count('width="320"') == 2, "what is said once holds for all"
    assert "theme=dark" in page


def test_every_column_has_its_own_width_theme_and_edition(client):
    page = client.get(
        "/preview/_side?sku=NV-1&show=velohaus:de&width=320&theme=light"
        "&show=velohaus:en&width=1280&theme=dark"
    ).text
    assert re.findall(r'<iframe class="(\w+)".*?width="(\d+)"', page) == [
        ("light", "320"),
        ("dark", "1280"),
    ]


def test_products_are_found_by_part_of_the_title(client):
    assert "Keld &amp; Co" in client.get("/preview/velohaus?sku=keld").text
    assert "Fjord" not in client.get("/preview/velohaus?sku=keld").text


def test_damage_in_the_store_is_told_to_the_person_at_the_preview(client, published):
    published.target.write([blob("public" + published.page("de"), b"{}")])
    answer = client.get("/preview/velohaus/NV-1")
    assert answer.status_code == 503
    assert "damaged" in answer.text


def test_the_preview_is_kept_out_of_caches_frames_and_search(client):
    headers = client.get("/preview/").headers
    assert headers["Cache-Control"] == "no-store"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Robots-Tag"] == "noindex"
    assert "Access-Control-Allow-Origin" not in headers


PATHS = ["/preview/", "/preview/velohaus", "/preview/velohaus/NV-1", "/preview/_static/page.css"]


@pytest.mark.parametrize("path", PATHS)
def test_elsewhere_the_preview_is_not_there_without_its_key(guarded, path):
    answer = guarded.get(path)
    assert (answer.status_code, answer.data) == (404, b"Not found\n")
    assert guarded.get(path, headers={"Authorization": "Bearer wrong"}).status_code == 404


def test_the_key_opens_the_preview_and_leaves_the_address(guarded, published):
    key = published.site().preview_key()
    answer = guarded.get(f"/preview/velohaus?locale=en&key={key}")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/preview/velohaus?locale=en")
    cookie = answer.headers["Set-Cookie"]
    for part in ("HttpOnly", "SameSite=Strict", "Path=/preview"):
        assert part in cookie
    assert guarded.get("/preview/velohaus?locale=en").status_code == 200


@pytest.fixture
def partner(guarded, published):
    """A browser of somebody at the shop, who followed the address that the manufacturer gave."""
    answer = guarded.get(f"/preview/?key={published.site().partner_key('velohaus')}")
    assert answer.status_code == 303
    return guarded


def test_a_partner_sees_its_own_products_and_nobody_elses(partner):
    assert partner.get("/preview/").headers["Location"] == "/preview/velohaus"
    assert "Fjord &lt;7&gt;" in partner.get("/preview/velohaus").text
    assert partner.get("/preview/velohaus/NV-1?page=1").status_code == 200
    assert partner.get("/preview/kinderrad").status_code == 404
    assert partner.get("/preview/velohaus?date=2030-01-01").status_code == 404
    assert partner.get("/preview/velohaus/NV-1?release=draft").status_code == 404
    assert partner.get("/preview/_changes?to=draft").status_code == 404
    assert partner.get("/metrics").status_code == 404
    side = partner.get("/preview/_side?sku=NV-1&show=velohaus:de&show=kinderrad:de").text
    assert side.count("<iframe") == 1
    assert "key=" not in partner.get("/preview/velohaus").text, "only the manufacturer hands it on"


def test_a_partner_sees_only_its_own_changes(partner, published):
    published.publish(de=GERMAN | {"NV-1": {"title": "Second"}})
    assert "Second" in partner.get("/preview/_changes").text


@pytest.mark.parametrize("key", ["velohaus.", "velohaus.0", ".", "kinderrad.{}", "velohaus", "é.é"])
def test_a_wrong_partner_key_opens_nothing(guarded, published, key):
    told = key.format(published.site().partner_key("velohaus").partition(".")[2])
    assert guarded.get("/preview/velohaus", query_string={"key": told}).status_code == 404


def test_behind_tls_the_key_travels_over_tls_only(guarded, published):
    address = f"/preview/?key={published.site().preview_key()}"
    answer = guarded.get(address, headers={"X-Forwarded-Proto": "https"})
    assert "Secure" in answer.headers["Set-Cookie"]


@pytest.mark.parametrize(
    "trace",
    [
        {"headers": {"X-Forwarded-For": "203.0.113.7"}},
        {"headers": {"Forwarded": "for=203.0.113.7"}},
        {"headers": {"Sec-Fetch-Site": "cross-site"}},
        {"headers": {"Host": "content.norrvind.example"}},
        {"headers": {"Host": "rebound.attacker.example"}},
        {"headers": {"Host": ""}},
        {"headers": {"Host": "[::1"}},
        {"headers": {"Host": "127.0.0.1.attacker.example"}},
        {"headers": {"Host": "attacker.example@127.0.0.1", "X-Real-Ip": "203.0.113.7"}},
        {"environ_base": {"REMOTE_ADDR": "203.0.113.7"}},
        {"environ_base": {"REMOTE_ADDR": ""}},
    ],
)
def test_an_open_preview_is_open_to_this_machine_only(client, trace):
    assert client.get("/preview/").status_code == 200
    assert client.get("/preview/", **trace).status_code == 404


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost:8080", "[::1]:8080", "LOCALHOST"])
def test_every_name_of_this_machine_opens_it(client, host):
    assert client.get("/preview/", headers={"Host": host}).status_code == 200


def test_a_site_known_to_the_world_keeps_its_preview_closed(published):
    public = published.site(base_url="https://content.norrvind.example/")
    app = create_app(public, open_preview=True)
    assert app.test_client().get("/preview/").status_code == 404
