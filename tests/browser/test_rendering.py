"""The aisle shows a product, and the partner's own content whenever it cannot."""

from __future__ import annotations

import time

import pytest

from tests.browser import documents
from tests.browser.publisher import PUBLIC_KEY

pytestmark = pytest.mark.browser

FALLBACK = '<p class="own">Unser eigener Text</p>'
TAG = f'<syndicator-aisle partner="velohaus" sku="NV-FJORD-7">{FALLBACK}</syndicator-aisle>'
TEXT = "document.querySelector('syndicator-aisle').shadowRoot.textContent"


def test_a_product_is_shown_with_every_section(world, tab, heard):
    tab.goto(world.show(TAG))
    told = heard("view")
    text = tab.evaluate(TEXT)
    assert told["sku"] == "NV-FJORD-7"
    for words in (
        "Fjord 7 Trekkingrad",
        "jeden Tag",
        "Der Riemen",
        "14,2 kg",
        "Bedienungsanleitung",
        "1.899,00",
        "Rack 2",
        "Rahmengröße",
    ):
        assert words in text
    assert not tab.locator(".own").is_visible()


@pytest.mark.parametrize(
    "identifier",
    [
        'sku=" nv-fjord-7 "',
        'gtin="4006381333931"',
        'brand="NORRVIND" mpn="fj7-2026"',
        'sku="OTHER" gtin="04006381333931"',
    ],
)
def test_a_product_is_found_by_any_identifier(world, tab, heard, identifier):
    tab.goto(world.show(f'<syndicator-aisle partner="velohaus" {identifier}></syndicator-aisle>'))
    assert heard("view")["sku"] == "NV-FJORD-7"


@pytest.mark.parametrize("sku", ["NV-FJORD-7", "NV-500"])
def test_a_large_edition_is_found_through_its_tables(world, tab, heard, sku):
    many = [
        {"sku": f"NV-{number}", "brand": "Norrvind", "title": f"Nr. {number}"}
        for number in range(700)
    ]
    world.zone.publish([*many, world.document], large=True)
    world.refresh()
    tab.goto(world.show(f'<syndicator-aisle partner="velohaus" sku="{sku}"></syndicator-aisle>'))
    assert heard("view")["sku"] == sku


@pytest.mark.parametrize(("lang", "locale"), [("en-GB", "en"), ("de-AT", "de"), ("fr", "de")])
def test_the_page_language_chooses_the_edition_or_its_default(world, tab, heard, lang, locale):
    tab.goto(world.show(f'<div lang="{lang}">{TAG}</div>'))
    assert heard("view")["locale"] == locale


def test_a_product_outside_the_assortment_leaves_the_fallback(world, tab, heard):
    tab.goto(world.show(TAG.replace("FJORD-7", "SECRET")))
    assert heard("missing")["reason"] == "not-found"
    assert tab.locator(".own").is_visible()


def test_a_signed_edition_is_shown_to_a_tag_that_names_the_key(world, tab, heard):
    tab.goto(world.show(TAG.replace("partner=", f'key="{PUBLIC_KEY}" partner=')))
    assert heard("view")["sku"] == "NV-FJORD-7"


@pytest.mark.parametrize("kind", ["/e/", "/p/"])
def test_a_changed_head_or_entry_is_refused_by_its_signature(world, tab, heard, kind):
    for key, answer in world.store.answers.items():
        if key.startswith(kind):
            answer.body = answer.body.replace(b'"generation":1', b'"generation":2')
    tab.goto(world.show(TAG.replace("partner=", f'key="{PUBLIC_KEY}" partner=')))
    assert heard("error")["reason"] == "signature"
    assert tab.locator(".own").is_visible()


def test_an_old_generation_is_not_shown_over_a_newer_one(world, tab, heard):
    world.zone.publish([world.document], generation=5)
    world.refresh()
    tab.goto(world.show(TAG))
    assert heard("view")["generation"] == 5
    world.zone.publish([documents.rack()], generation=4)
    world.refresh()
    for answer in world.store.answers.values():
        answer.headers["Cache-Control"] = "no-store"
    tab.evaluate("""async () => {
      const show = document.querySelector('syndicator-aisle');
      for (const one of performance.getEntriesByType('resource')) await fetch(one.name, { cache: 'reload' });
      show.setAttribute('sku', 'NV-RACK-2');
    }""")
    assert heard("error")["reason"] == "replay"
    assert "Trekkingrad" in tab.evaluate(TEXT), "the last good content stays"


def test_an_unknown_partner_leaves_the_fallback(world, tab, heard):
    tab.goto(world.show(TAG.replace("velohaus", "nobody")))
    assert heard("missing")["reason"] == "partner"
    assert tab.locator(".own").is_visible()


def test_the_page_can_refuse_the_replacement(world, tab, heard):
    tab.goto(
        world.show(
            TAG + "<script>addEventListener('syndicator-replace', e => e.preventDefault())</script>"
        )
    )
    heard("replace")
    assert tab.locator(".own").is_visible()


def test_an_accessory_opens_in_place_unless_the_partner_takes_the_click(world, tab, heard):
    tab.goto(world.show(TAG))
    heard("view")
    tab.locator("[data-act=open]").first.click()
    heard("view", times=2)
    assert tab.locator("h2").inner_text() == "Gepäckträger Rack 2"


def test_a_strict_page_is_clean(world, tab, heard):
    """Under the strictest policy, with Trusted Types refused, nothing is violated."""
    store = world.store.url.rstrip("/")
    policy = (
        f"default-src 'none'; script-src {store}; style-src 'self'; img-src {store}; connect-src {store}; "
        "require-trusted-types-for 'script'; trusted-types 'none'; base-uri 'none'"
    )
    noise = []
    tab.on("console", lambda message: noise.append(message.text))
    tab.goto(world.show(TAG, Content_Security_Policy=policy))
    heard("view")
    tab.wait_for_load_state("networkidle")
    assert (
        tab.evaluate(
            "document.querySelector('syndicator-aisle').shadowRoot.querySelector('img').naturalWidth"
        )
        > 0
    )
    assert [line for line in noise if "favicon" not in line] == []
    tab.evaluate("document.body.setAttribute('style', 'color: red')")
    tab.wait_for_timeout(300)
    assert any("violates" in line for line in noise), (
        "the policy must be in force for this to prove anything"
    )


def test_nothing_is_left_on_the_page(world, tab, heard):
    """No cookies, no storage, no globals, no noise."""
    noise = []
    tab.on("console", lambda message: noise.append(message.text))
    names = "Object.getOwnPropertyNames(window).sort().join()"
    tab.goto(world.show(""))
    before = tab.evaluate(names)
    tab.goto(world.show(TAG))
    heard("view")
    assert tab.evaluate(names) == before
    assert tab.evaluate("[document.cookie, localStorage.length, sessionStorage.length]") == [
        "",
        0,
        0,
    ]
    assert tab.context.cookies() == []
    assert [line for line in noise if "404" not in line] == []


@pytest.mark.parametrize("file", ["view.de.js"])
def test_a_changed_part_is_refused(world, tab, heard, file):
    answer = world.store.answers[f"/w/aisle/{world.package.fingerprint}/{file}"]
    answer.body += b" "
    tab.goto(world.show(TAG))
    assert heard("error")["reason"] in {"script", "integrity"}
    assert tab.locator(".own").is_visible()


def test_a_changed_page_is_refused(world, tab, heard):
    name = next(
        key
        for key, answer in world.store.answers.items()
        if key.startswith("/o/") and b"Trekkingrad" in answer.body
    )
    world.store.answers[name].body = world.store.answers[name].body.replace(b"1.899", b"0.899")
    tab.goto(world.show(TAG))
    assert heard("error")["reason"] == "integrity"
    assert tab.locator(".own").is_visible()


def test_an_unreachable_publisher_leaves_the_fallback(world, tab):
    world.store.answers.clear()
    tab.goto(world.show(TAG))
    assert tab.locator(".own").is_visible()


def test_a_store_that_takes_thirty_seconds_is_given_up_after_four(world, tab, heard):
    """Really thirty: the answers are on their way while the page is already told.

    Three elements wait at once, each for another file: an entry, a head, a page of products.
    """
    world.zone.publish([world.document], partner="head")
    world.zone.publish([world.document | {"model": "slow"}], partner="page")
    slow = ("/p/velohaus", f"/e/{world.zone.editions['head']['de']}")
    world.refresh()
    for key, answer in world.store.answers.items():
        if key.startswith(slow) or b'"model":"slow"' in answer.body:
            answer.delay = 30
    others = "".join(TAG.replace("velohaus", partner) for partner in ("head", "page"))
    start = time.monotonic()
    tab.goto(world.show(TAG + others))
    assert heard("error", times=3)["reason"] == "timeout"
    assert time.monotonic() - start < 25
    told = [(one["name"], one["reason"]) for one in tab.evaluate("window.heard")]
    assert told == [("error", "timeout")] * 3
    assert tab.locator(".own").count() == 3
    assert all(own.is_visible() for own in tab.locator(".own").all())
