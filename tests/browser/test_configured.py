"""The manufacturer's app inside the aisle: on request, verified, and never in the way."""

from __future__ import annotations

import pytest

from syndicator.canonical import integrity
from tests.browser.test_rendering import TAG

pytestmark = pytest.mark.browser

APP = b"""customElements.define('syndicator-configurator', class extends HTMLElement {
  connectedCallback() { this.attachShadow({ mode: 'open' }).append('App for ' + this.getAttribute('sku')); }
});"""
FAILING = APP.replace(
    b"this.attachShadow({ mode: 'open' }).append('App for ' + this.getAttribute('sku'));",
    b"this.dispatchEvent(new CustomEvent('syndicator-error', { bubbles: true, detail: {} }));",
)


@pytest.fixture
def offer_app(world):
    def offer(app=APP, promised=APP):
        world.zone.files["w/app/1/app.js"] = app
        file = {"src": world.zone.put_media(b"{}", "json"), "integrity": integrity(b"{}")}
        told = {"widget": "app", "rules": file, "labels": file}
        told["app"] = {"src": "w/app/1/app.js", "integrity": integrity(promised)}
        world.zone.publish([world.document | {"configurator": told}])
        world.refresh()

    return offer


def test_the_app_comes_with_a_click(world, tab, heard, offer_app):
    offer_app()
    tab.goto(world.show(TAG))
    heard("view")
    assert "/w/app/1/app.js" not in world.store.asked
    tab.locator("[data-act=configure]").click()
    app = tab.locator("syndicator-configurator")
    app.wait_for()
    assert app.evaluate("one => one.shadowRoot.textContent") == "App for NV-FJORD-7"
    told = app.evaluate("one => one.getAttribute('rules') + one.getAttribute('rules-integrity')")
    assert told.startswith(world.store.url)
    assert told.endswith(integrity(b"{}"))


def test_the_partners_price_and_stock_reach_the_app(world, tab, heard, offer_app):
    offer_app()
    offer = 'price="3899.50" currency="EUR" availability="out-of-stock"'
    tab.goto(world.show(TAG.replace("<syndicator-aisle", f"<syndicator-aisle {offer}")))
    heard("view")
    tab.locator("[data-act=configure]").click()
    app = tab.locator("syndicator-configurator")
    app.wait_for()
    assert app.get_attribute("base-price") == "3899.50"
    assert app.get_attribute("availability") == "out-of-stock"


@pytest.mark.parametrize("app", [APP + b" ", FAILING], ids=["changed", "failing"])
def test_an_app_that_is_changed_or_fails_leaves_the_rest(world, tab, heard, offer_app, app):
    offer_app(app, promised=FAILING if app is FAILING else APP)
    tab.goto(world.show(TAG))
    heard("view")
    tab.locator("[data-act=configure]").click()
    tab.locator("section.configurator").wait_for(state="detached")
    assert tab.locator(".specs").is_visible()
    assert tab.locator("syndicator-configurator").count() == 0
