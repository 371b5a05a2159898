"""The example shop shows the aisle on its pages, and its own words where nothing was granted."""

from __future__ import annotations

import importlib.util
import json
import threading

import pytest
from werkzeug.serving import make_server

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def shop_module(request):
    path = request.config.rootpath / "examples" / "partner_site" / "app.py"
    spec = importlib.util.spec_from_file_location("partner_site", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def open_shop(shop_module, world):
    """Start the shop beside the publisher and return its address."""
    servers = []

    def start(**options):
        app = shop_module.create_app(world.store.url, "velohaus", **options)
        server = make_server("127.0.0.1", 0, app, threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://localhost:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_a_product_page_shows_the_aisle(open_shop, tab, heard):

    tab.goto(open_shop() + "/p/fjord-7")
    assert heard("view")["sku"] == "NV-FJORD-7"
    assert tab.locator("syndicator-aisle .lead h2").inner_text() == "Fjord 7 Trekkingrad"


def test_a_product_that_is_not_granted_keeps_the_shops_own_words(open_shop, tab, heard):
    tab.goto(open_shop() + "/p/halo")
    assert heard("missing")["reason"] == "not-found"
    assert tab.get_by_text("Ein Sammlerstück aus zweiter Hand").is_visible()


def test_the_shop_takes_another_product_list(open_shop, tab, heard, tmp_path):
    listed = [
        {
            "slug": "x",
            "gtin": "4006381333931",
            "brand": "N",
            "title": "Eigenes Wort",
            "price": "5",
            "text": "t",
            "availability": "",
        }
    ]
    path = tmp_path / "list.json"
    path.write_text(json.dumps({"products": listed}))
    tab.goto(open_shop(products=path) + "/p/x")
    assert heard("view")["sku"] == "NV-FJORD-7"


def test_an_unknown_page_is_not_found(open_shop, tab):
    assert tab.goto(open_shop() + "/p/none").status == 404


def test_the_shops_price_stands_in_the_aisle(open_shop, tab, heard):
    tab.goto(open_shop() + "/p/fjord-7")
    heard("view")
    assert "4.099,00" in tab.locator("syndicator-aisle .price").inner_text()


@pytest.mark.parametrize(
    "query", ["theme=dark", "csp=strict", "way=proxy", "way=proxy&csp=strict", "lang=ar"]
)
def test_every_way_of_the_shop_shows_the_aisle(open_shop, tab, heard, query):
    noise = []
    tab.on("console", lambda message: noise.append(message.text))
    tab.goto(f"{open_shop()}/p/fjord-7?{query}")
    assert heard("view")["sku"] == "NV-FJORD-7"
    tab.wait_for_load_state("networkidle")
    assert noise == []
    if "proxy" in query:
        hosts = tab.evaluate(
            "[...new Set(performance.getEntriesByType('resource').map((one) => new URL(one.name).hostname))]"
        )
        assert hosts == ["localhost"], "nobody but the shop was asked"


def test_the_category_and_brand_pages_show_the_range(open_shop, tab, heard):
    shop = open_shop()
    tab.goto(f"{shop}/brand")
    heard("view")
    assert tab.locator("syndicator-brand .card").count() == 2
    tab.locator("syndicator-brand .card").first.click()
    tab.wait_for_url("**/p/fjord-7*")
    tab.goto(f"{shop}/c/bikes")
    heard("view")
    assert tab.locator("syndicator-compare thead th").count() == 1


def test_the_cart_takes_what_both_buttons_send(open_shop, tab, heard):
    shop = open_shop()
    tab.goto(f"{shop}/p/fjord-7")
    heard("view")
    tab.locator(".buy button").click()
    tab.locator("[data-count]", has_text="1").wait_for()
    tab.locator("syndicator-aisle [part=cart]").click()
    tab.locator("[data-count]", has_text="2").wait_for()
    assert tab.locator("[data-toast]").inner_text() == "Liegt im Korb."
    tab.goto(f"{shop}/cart")
    assert "2 ×" in tab.locator(".lines").inner_text()
    assert "8.198,00" in tab.locator(".total").inner_text()
    tab.locator(".lines button").click()
    tab.get_by_text("Noch leer.").wait_for()


def test_what_the_shop_does_not_sell_is_said(open_shop, tab):
    tab.goto(open_shop() + "/")
    told = {"bubbles": True, "detail": {"sku": "NV-NONE", "quantity": 1}}
    tab.evaluate(
        "(told) => document.body.dispatchEvent(new CustomEvent('syndicator-addtocart', told))", told
    )
    tab.locator("[data-toast]", has_text="auf Anfrage").wait_for()
    assert tab.locator("[data-count]").inner_text() == "0"


def test_a_publisher_that_does_not_draw_leaves_the_tag(open_shop, tab, heard):
    """The server-side include finds nothing, and the page is as it is without one."""
    tab.goto(f"{open_shop()}/p/fjord-7?way=server")
    assert heard("view")["sku"] == "NV-FJORD-7"


@pytest.mark.parametrize("query", ["way=server", "way=server&csp=strict&theme=dark"])
def test_the_shops_server_puts_the_product_in(open_shop, world, tab, query):
    """It is there before any script; the shop's price takes the drawn one's place."""
    world.zone.draw(world.package, [world.document])
    world.refresh()
    noise = []
    tab.on("console", lambda message: noise.append(message.text))
    tab.goto(f"{open_shop()}/p/fjord-7?{query}")
    tab.wait_for_load_state("networkidle")
    assert [one["name"] for one in tab.evaluate("window.heard")] == ["view"]
    assert "4.099,00" in tab.locator("syndicator-aisle .price").inner_text()
    fetched = tab.evaluate("performance.getEntriesByType('resource').map((one) => one.name)")
    assert not [one for one in fetched if "/p/velohaus" in one or "/e/" in one or "/o/" in one]
    assert noise == []


def test_an_arabic_page_runs_from_right_to_left(open_shop, tab, heard):
    tab.goto(open_shop() + "/p/fjord-7?lang=ar")
    heard("view")
    assert tab.evaluate("document.documentElement.dir") == "rtl"
    assert tab.get_by_role("button", name="أضف إلى السلة").first.is_visible()
