"""From real content to a partner's page: every source, a real server, a real shop, a real browser."""

from __future__ import annotations

import csv
import importlib.util
import json
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page
from werkzeug.serving import make_server

from benchmarks import _workloads as workloads
from tests.whole.site import Published, Visitor, publish, served

pytestmark = pytest.mark.browser

Heard = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def shop_module(repository: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "partner_site", repository / "examples/partner_site/app.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@contextmanager
def shopping(
    module: ModuleType, published: Published, partner: str, products: Path | None = None
) -> Iterator[tuple[str, str]]:
    """Serve what was published, and a shop of `partner` on another origin; yields both."""
    options = {"products": products} if products else {}
    with served(published) as engine:
        app = module.create_app(engine, published.handle(partner), **options)
        server = make_server("127.0.0.1", 0, app, threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield engine, f"http://localhost:{server.server_port}"
        finally:
            server.shutdown()
            server.server_close()


def listed(folder: Path, *skus: str) -> Path:
    """Write a shop's own list of products."""
    products = [
        {
            "slug": sku.lower(),
            "sku": sku,
            "brand": "Brand",
            "title": f"Our {sku}",
            "price": "10",
            "availability": "in stock",
            "text": "In our own words.",
        }
        for sku in skus
    ]
    path = folder / "shop.json"
    path.write_text(json.dumps({"products": products}))
    return path


@pytest.fixture(scope="module")
def norrvind(reference: Path, tmp_path_factory: pytest.TempPathFactory) -> Published:
    return publish(shutil.copytree(reference, tmp_path_factory.mktemp("whole") / "norrvind"))


def shown(tab: Page) -> str:
    """The title that the aisle shows."""
    return tab.locator("syndicator-aisle [part=title]").first.inner_text()


@pytest.mark.parametrize("slug", ["fjord-7", "sund-4", "packtasche"])
def test_the_reference_workspace_shows_on_the_partner_s_page(
    shop_module: ModuleType, norrvind: Published, tab: Page, heard: Heard, slug: str
) -> None:
    """Each of the shop's product pages shows the manufacturer's words in the shop's language."""
    with shopping(shop_module, norrvind, "velohaus") as (_engine, shop):
        tab.goto(f"{shop}/p/{slug}")
        sku = heard("view")["sku"]
        title = norrvind.workspace.catalog.products[sku].title
        assert shown(tab) == title["de"]
        assert tab.locator("syndicator-aisle img").first.evaluate("e => e.decode().then(() => 1)")


def test_an_ungranted_product_keeps_the_shop_s_words_and_leaks_no_byte(
    shop_module: ModuleType, norrvind: Published, tab: Page, heard: Heard
) -> None:
    """The shop's text stays; nothing that the browser received tells of the product."""
    halo = norrvind.workspace.catalog.products["NV-HALO-LTD"]
    received: list[tuple[str, bytes]] = []
    with shopping(shop_module, norrvind, "velohaus") as (engine, shop):
        tab.on("response", lambda answer: received.append((answer.url, answer.body())))
        tab.goto(f"{shop}/p/halo")
        assert heard("missing")["reason"] == "not-found"
        assert tab.get_by_text("Ein Sammlerstück aus zweiter Hand").is_visible()
        tab.wait_for_load_state("networkidle")
    ours = [body for url, body in received if url.startswith(engine)]
    assert len(ours) >= 3
    secrets = [halo.sku, halo.gtin, *(Path(media.file).stem for media in halo.media)]
    for secret in filter(None, secrets):
        assert not any(secret.encode() in body for body in ours), secret


def test_the_shop_s_server_includes_the_product_and_the_script_adopts_it(
    shop_module: ModuleType, norrvind: Published, tab: Page
) -> None:
    """The real publisher draws, the shop includes, the browser asks for no product again."""
    asked: list[str] = []
    with shopping(shop_module, norrvind, "velohaus") as (_engine, shop):
        tab.on("request", lambda request: asked.append(request.url))
        tab.goto(f"{shop}/p/fjord-7?way=server&csp=strict")
        tab.wait_for_load_state("networkidle")
        assert shown(tab) == norrvind.workspace.catalog.products["NV-FJORD-7"].title["de"]
        assert [url for url in asked if "/o/" in url or "/e/" in url] == []
        tab.locator("[data-act=zoom]").first.click()
        tab.locator("dialog[open]").wait_for()


def test_the_arabic_page_is_arabic_from_right_to_left(
    shop_module: ModuleType, norrvind: Published, tab: Page, heard: Heard
) -> None:
    """Words, figures and units are the reader's; on the narrowest phone, accessible to all."""
    with shopping(shop_module, norrvind, "velohaus") as (_engine, shop):
        tab.goto(f"{shop}/p/fjord-7?lang=ar")
        assert heard("view")["locale"] == "ar"
        assert shown(tab) == norrvind.workspace.catalog.products["NV-FJORD-7"].title["ar"]
        body = tab.locator("syndicator-aisle .aisle")
        assert body.evaluate("one => [one.lang, one.dir]") == ["ar", "rtl"]
        assert body.locator("[lang]:not([lang=ar])").count() == 0, "nothing is left in English"
        specs = " ".join(body.locator("[part=table]").all_inner_texts())
        for figure in ("25.4 كغم", "70–140 كم", "75 نيوتن متر", "S، M، L، XL"):
            assert figure in specs
        told = body.locator("td", has_text="625").evaluate(
            "one => { const words = document.createRange(); words.selectNodeContents(one);"
            " return one.getBoundingClientRect().right - words.getBoundingClientRect().right; }"
        )
        assert abs(told) < 1, "a value begins on the right even where its letters are Latin"
        assert "4,099.00" in body.locator("[part=price]").inner_text()
        tab.set_viewport_size({"width": 320, "height": 700})
        assert tab.evaluate("document.documentElement.scrollWidth") == 320
        found = Axe().run(tab, options={"iframes": False}).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []


def test_a_dealer_s_own_words_replace_the_brand_s(norrvind: Published, tab: Page) -> None:
    """The partner with an override shows its title; the preview shows the same."""
    with served(norrvind) as engine:
        tab.goto(f"{engine}/preview/radkontor/NV-FJORD-7?locale=en")
        frame = tab.frame_locator("iframe").first
        title = frame.locator("syndicator-aisle [part=title]").first.inner_text()
        assert title == "Fjord 7 Radkontor edition"


@pytest.mark.data
def test_the_icecat_products_show(
    shop_module: ModuleType,
    shared_data: Path,
    tmp_path_factory: pytest.TempPathFactory,
    tab: Page,
    heard: Heard,
) -> None:
    """All 9,694 records are published for twenty partners; a granted one shows, another does not."""
    published = publish(workloads.icecat(tmp_path_factory.mktemp("icecat"), shared_data))
    assert len(published.workspace.catalog.products) > 9_600
    assert len(published.proposal.entitlements.partners) == 20
    granted = sorted(published.assortment("partner-01"))
    other = next(iter(published.workspace.catalog.products.keys() - set(granted)))
    products = listed(tmp_path_factory.mktemp("shop"), granted[7], other)
    with shopping(shop_module, published, "partner-01", products) as (_engine, shop):
        tab.goto(f"{shop}/p/{granted[7].lower()}")
        assert heard("view")["sku"] == granted[7]
        assert shown(tab) == published.workspace.catalog.products[granted[7]].title["en"]
        tab.goto(f"{shop}/p/{other.lower()}")
        assert heard("missing")["reason"] == "not-found"
        assert tab.get_by_text("In our own words.").is_visible()


@pytest.mark.data
def test_the_akeneo_products_show_in_three_locales(
    shop_module: ModuleType,
    shared_data: Path,
    tmp_path_factory: pytest.TempPathFactory,
    tab: Page,
    heard: Heard,
) -> None:
    """A product of the export shows its words in each locale, with its own picture."""
    published = publish(workloads.akeneo(tmp_path_factory.mktemp("akeneo"), shared_data))
    catalog = published.workspace.catalog
    sku = next(
        product.sku
        for product in catalog.products.values()
        if product.sku in published.assortment("partner-01") and product.media
    )
    products = listed(tmp_path_factory.mktemp("shop"), sku)
    with shopping(shop_module, published, "partner-01", products) as (_engine, shop):
        tab.goto(f"{shop}/p/{sku.lower()}")
        assert heard("view")["sku"] == sku
        assert tab.locator("syndicator-aisle img").first.evaluate("e => e.decode().then(() => 1)")
        for times, locale in enumerate(("de-DE", "fr-FR", "en-US"), 2):
            tab.evaluate("l => document.querySelector('syndicator-aisle').lang = l", locale)
            assert heard("view", times)["locale"] == locale


def test_a_csv_of_a_shop_shows(
    shop_module: ModuleType, tmp_path: Path, tab: Page, heard: Heard
) -> None:
    """A spreadsheet with German column names and a mapping file of six lines is enough."""
    folder = tmp_path / "csv"
    workloads.write_partners(folder, ["de"], ["all"])
    (folder / "syndicator.toml").write_text(
        '[workspace]\nid = "csv"\nname = "Tabelle"\nlocales = ["de"]\n\n'
        '[[sources]]\nformat = "csv"\npath = "shop.csv"\nmapping = "shop.yaml"\n'
    )
    (folder / "shop.yaml").write_text(
        "fields:\n  sku: Artikel\n  brand: {constant: Tabelle}\n  title: Bezeichnung\n"
        "specs:\n  - {prefix: m_, type: text}\n"
    )
    with (folder / "shop.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerows([["Artikel", "Bezeichnung", "m_Farbe"], ["T-1", "Blaue Vase", "blau"]])
    published = publish(folder)
    assert published.workspace.problems == ()
    with shopping(shop_module, published, "partner-01", listed(tmp_path, "T-1")) as (_, shop):
        tab.goto(f"{shop}/p/t-1")
        assert heard("view")["sku"] == "T-1"
        assert shown(tab) == "Blaue Vase"
        assert "blau" in tab.locator("syndicator-aisle [part=table]").inner_text()


def test_the_bicycle_is_configured_on_the_partner_s_page(
    shop_module: ModuleType, norrvind: Published, tab: Page, heard: Heard
) -> None:
    """The app runs in the aisle: a click answers at once, and the basket gets code and parts."""
    with shopping(shop_module, norrvind, "velohaus") as (_engine, shop):
        tab.goto(f"{shop}/p/fjord-7")
        heard("view")
        tab.locator("syndicator-aisle [data-act=configure]").click()
        app = tab.locator("syndicator-aisle syndicator-configurator")
        app.get_by_text("750 Wh").first.click()
        detail = app.evaluate("app => app.configuration")
        assert detail["price"]["currency"] == "EUR"
        assert detail["code"]
        assert detail["parts"]


def test_a_partner_without_the_widget_gets_no_configurator(norrvind: Published) -> None:
    """A shop that was not granted the app gets neither rules nor labels."""
    for partner, granted in (("velohaus", True), ("velo-leman", False)):
        documents = Visitor(norrvind.target, norrvind.handle(partner)).visit()
        assert ("configurator" in documents["NV-FJORD-7"]) is granted, partner
