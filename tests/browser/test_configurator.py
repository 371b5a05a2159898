"""The configurator's element in a real browser: the bicycle of the reference workspace."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from syndicator.canonical import integrity
from syndicator.configurator import Artefact, Model, compile_model, labels
from syndicator.configurator.model import Display
from syndicator.widgets import WidgetPackage, built_in_folder, find_widgets
from syndicator.widgets.package import package
from tests.browser.origins import Answer, Origin, page, published, serving

sys.path.insert(0, str(Path(__file__).parent.parent / "configurator"))

from configurations import bicycle

pytestmark = pytest.mark.browser

HEAR = """
window.told = [];
for (const name of ['configure', 'addtocart', 'error'])
  document.addEventListener('syndicator-' + name, (event) => {
    document.documentElement.dataset.told = told.push([name, event.detail]);
  });
"""


@pytest.fixture(scope="module")
def model(repository: Path) -> Model:
    return bicycle(repository)


@pytest.fixture(scope="module")
def artefact(model: Model) -> Artefact:
    return compile_model(model)


@pytest.fixture(scope="module")
def app() -> WidgetPackage:
    return next(found for found in find_widgets() if found.id == "configurator")


@dataclass
class Shop:
    """A partner's page that holds the element, and what the publisher serves."""

    store: Origin
    site: Origin
    model: Model
    artefact: Artefact
    app: WidgetPackage

    def open(self, tab: Page, locale: str = "en", attributes: str = "", rules: bytes = b"") -> None:
        """Show the page and wait for the element's first event."""
        words = labels(
            self.model, (locale, "en"), "eur-retail", currency="EUR", pictures=lambda path: path
        )
        data = rules or self.artefact.data
        kinds = {"Access-Control-Allow-Origin": "*"}
        self.store.answers["/fjord.cdd"] = Answer(data, headers=kinds)
        self.store.answers["/fjord.json"] = Answer(words, headers=kinds)
        entry = f"{self.store.url}w/configurator/{self.app.fingerprint}/{self.app.entry}"
        self.site.answers["/"] = page(
            f'<!doctype html><html lang="{locale}"><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width"><title>Shop</title>'
            "<style>body{font:16px/1.5 sans-serif;max-width:70rem;margin:auto;padding:1rem}</style>"
            f'<body><main><h1>Fjord 7</h1><h2>About</h2><h3>Yours</h3><syndicator-configurator sku="NV-FJORD-7" lang="{locale}" '
            f'rules="{self.store.url}fjord.cdd" rules-integrity="{integrity(self.artefact.data)}" '
            f'labels="{self.store.url}fjord.json" labels-integrity="{integrity(words)}" {attributes}>'
            "Ask us for your bicycle.</syndicator-configurator></main>"
            f'<script type="module" crossorigin src="{entry}"></script>',
            Content_Security_Policy=(
                f"default-src 'none'; script-src {self.store.url}; connect-src {self.store.url};"
                f" img-src {self.store.url};"
                f" style-src 'unsafe-inline'; require-trusted-types-for 'script'"
            ),
        )
        tab.add_init_script(HEAR)
        tab.goto(self.site.url)
        tab.wait_for_selector("html[data-told]")


@pytest.fixture
def shop(model: Model, artefact: Artefact, app: WidgetPackage) -> Iterator[Shop]:
    with serving(published(app.keys()), "127.0.0.1") as store, serving({}, "localhost") as site:
        yield Shop(store, site, model, artefact, app)


def last(tab: Page) -> dict:
    """The latest configuration that the element told."""
    return json.loads(tab.evaluate("JSON.stringify(told.filter(([n]) => n != 'error').at(-1)[1])"))


def test_it_shows_every_option_with_defaults_and_the_exact_total(shop: Shop, tab: Page):
    shop.open(tab)
    expect(tab.locator("fieldset.option")).to_have_count(len(shop.model.options))
    expect(tab.locator(".total")).to_have_text("€4,199.00")
    assert last(tab)["price"] == {"amount": "4199.00", "currency": "EUR"}
    assert last(tab)["values"]["battery"] == "b625"


def test_a_choice_changes_the_total_by_the_announced_difference(shop: Shop, tab: Page):
    shop.open(tab)
    brick = tab.locator("label.value", has_text="Brick")
    expect(brick.locator(".difference")).to_have_text("+€89.00")
    brick.click()
    expect(tab.locator(".total")).to_have_text("€4,288.00")
    expect(tab.locator(".live")).to_have_text("Colour: Brick. Total €4,288.00.")


def test_an_impossible_value_stays_visible_and_one_click_makes_it_possible(shop: Shop, tab: Page):
    shop.open(tab)
    tab.get_by_label("Calm, 60 Nm").check()
    strong = tab.locator("label.value", has_text="750 Wh")
    expect(strong).to_have_class("value impossible")
    strong.click()
    why = tab.locator("fieldset[data-option=battery] .why")
    expect(why).to_contain_text("750 Wh is not possible with Motor Calm, 60 Nm.")
    expect(why).to_contain_text("Motor, battery and gears are approved together.")
    assert last(tab)["values"]["battery"] == "b625"
    why.get_by_role("button").click()
    assert last(tab)["values"]["battery"] == "b750"
    assert last(tab)["values"]["motor"] == "tour"


def test_the_price_limit_rules_out_what_is_dearer_and_can_be_lifted(shop: Shop, tab: Page):
    shop.open(tab)
    tab.get_by_label("Highest total").fill("4200")
    brick = tab.locator("label.value", has_text="Brick")
    tab.get_by_label("Pass, 90 Nm").locator("xpath=..").click()
    expect(tab.locator("fieldset[data-option=motor] .why")).to_contain_text("limit of €4,200.00")
    tab.locator("button[data-act=lift]").click()
    assert last(tab)["values"]["motor"] == "pass"
    expect(brick).not_to_have_class("value impossible")


def test_a_hidden_option_appears_with_what_it_depends_on(shop: Shop, tab: Page):
    shop.open(tab)
    cover = tab.locator("fieldset[data-option=rain_cover]")
    expect(cover).to_be_hidden()
    tab.locator("fieldset[data-option=panniers]").get_by_role("button", name="More").click()
    expect(cover).to_be_visible()
    assert last(tab)["parts"]["NV-BAG-PAN-20"] == 1


def test_it_works_with_the_keyboard_alone(shop: Shop, tab: Page):
    shop.open(tab)
    tab.get_by_label("High bar").focus()
    tab.keyboard.press("ArrowDown")
    assert last(tab)["values"]["frame"] == "low"
    tab.keyboard.press("Tab")
    tab.keyboard.press("Tab")
    tab.keyboard.press("ArrowRight")  # slate, which the low frame does not have
    expect(tab.locator(".live")).to_contain_text("Slate is not possible with Frame shape Low step")
    tab.keyboard.press("ArrowRight")
    assert last(tab)["choices"] == {"frame": "low", "color": "sand"}


def test_undo_and_a_code_bring_choices_back(shop: Shop, tab: Page):
    shop.open(tab)
    tab.locator("label.value", has_text="Brick").click()
    code = last(tab)["code"]
    tab.get_by_role("button", name="Undo").click()
    assert last(tab)["choices"] == {}
    shop.open(tab, attributes=f'code="{code}"')
    assert last(tab)["choices"] == {"color": "brick"}


def test_with_history_the_back_button_undoes_and_the_address_is_the_link(shop: Shop, tab: Page):
    shop.open(tab, attributes='history="on"')
    tab.locator("label.value", has_text="Brick").click()
    tab.locator("label.value", has_text="Low step").click()
    assert last(tab)["code"] in tab.url
    tab.go_back()
    expect(tab.locator(".picked").first).to_have_text("High bar")
    assert last(tab)["choices"] == {"color": "brick"}
    tab.go_forward()
    expect(tab.locator(".picked").first).to_have_text("Low step")


def test_a_link_from_another_version_says_what_is_gone(shop: Shop, tab: Page):
    shop.open(tab)
    tab.locator("label.value", has_text="Brick").click()
    code = last(tab)["code"]
    shop.open(tab, attributes=f'code="{code}AAA"')
    assert last(tab)["choices"] == {"color": "brick"}
    expect(tab.locator(".note")).to_have_text("No longer offered, of this link: 1.")


def test_two_versions_of_the_app_stand_on_one_page(shop: Shop, tab: Page, tmp_path: Path):
    """As for two partners on a marketplace: each tag has the version that its partner has."""
    folder = tmp_path / "configurator@0.0.9"
    shutil.copytree(built_in_folder() / "configurator", folder)
    told = folder / "widget.toml"
    told.write_text(re.sub(r"(?m)^version = .*", 'version = "0.0.9"', told.read_text()))
    words = folder / "words.en.json"
    words.write_text(words.read_text().replace('"Add to cart"', '"Buy"'))
    older = package(folder)
    shop.store.answers.update(published(older.keys()))
    shop.open(tab)
    tab.evaluate(
        """async (entry) => {
          const { element } = await import(entry);
          const first = document.querySelector("syndicator-configurator");
          const other = document.createElement(element);
          for (const { name, value } of first.attributes) other.setAttribute(name, value);
          other.id = "other";
          first.after(other);
        }""",
        f"{shop.store.url}w/configurator/{older.fingerprint}/{older.entry}",
    )
    expect(tab.locator("#other").locator("button[data-act=cart]")).to_have_text("Buy")
    newer = tab.locator("syndicator-configurator")
    expect(newer.locator("button[data-act=cart]")).to_have_text("Add to cart")
    tab.locator("#other").locator("label.value", has_text="Brick").click()
    expect(tab.locator("#other").locator(".total")).to_have_text("€4,288.00")
    expect(newer.locator(".total")).to_have_text("€4,199.00")


def test_pictures_of_values_are_shown_as_swatches(shop: Shop, tab: Page):
    """An address in the labels counts from the labels."""
    frame = shop.model.options[0]
    first = replace(frame.values[0], picture="m/bar.svg")
    pictured = replace(frame, display=Display.SWATCH, values=(first, *frame.values[1:]))
    shop.model = replace(shop.model, options=(pictured, *shop.model.options[1:]))
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><path d="M0 0h40v40"/></svg>'
    shop.store.answers["/m/bar.svg"] = Answer(svg, headers={"Content-Type": "image/svg+xml"})
    shop.open(tab)
    picture = tab.locator("label.value", has_text="High bar").locator("img")
    expect(picture).to_have_js_property("naturalWidth", 40)
    assert picture.bounding_box()["width"] > 20


def test_hostile_words_stay_words(shop: Shop, tab: Page):
    evil = "<img src=x onerror=\"document.title='owned'\">"
    hostile = replace(shop.model.options[0], label={"en": evil}, help={"en": evil})
    shop.model = replace(shop.model, options=(hostile, *shop.model.options[1:]))
    shop.open(tab)
    expect(tab.locator("legend").first).to_contain_text(evil)
    assert tab.title() == "Shop"


def test_a_partners_own_price_is_the_base_and_what_is_sold_out_has_no_cart(shop: Shop, tab: Page):
    shop.open(tab, attributes='base-price="3899.50" availability="out-of-stock"')
    expect(tab.locator(".total")).to_have_text("€3,899.50")
    tab.locator("label.value", has_text="Brick").click()
    expect(tab.locator(".total")).to_have_text("€3,988.50")
    expect(tab.locator("button[data-act=cart]")).to_have_count(0)


def test_the_cart_event_carries_code_parts_and_price(shop: Shop, tab: Page):
    shop.open(tab)
    tab.get_by_role("button", name="Surprise me").click()
    tab.get_by_role("button", name="Add to cart").click()
    name, detail = tab.evaluate("told.at(-1)")
    assert name == "addtocart"
    assert detail["sku"] == "NV-FJORD-7"
    assert detail["parts"]["NV-PART-COCKPIT"] == 1
    assert detail["code"].startswith("3")
    assert float(detail["price"]["amount"]) > 3000


def test_a_damaged_artefact_leaves_the_children_and_tells_once(shop: Shop, tab: Page):
    shop.open(tab, rules=shop.artefact.data[:-9])
    assert tab.evaluate("() => told.map((one) => one[0])") == ["error"]
    expect(tab.get_by_text("Ask us for your bicycle.")).to_be_visible()


def test_a_right_to_left_page_mirrors_it(shop: Shop, tab: Page):
    shop.open(tab, locale="ar")
    expect(tab.locator("form")).to_have_css("direction", "rtl")
    expect(tab.get_by_role("button", name="تراجع")).to_be_visible()


def test_no_accessibility_rule_is_broken(shop: Shop, tab: Page):
    shop.open(tab)
    tab.get_by_label("Calm, 60 Nm").check()
    tab.locator("label.value", has_text="750 Wh").click()
    found = Axe().run(tab).response["violations"]
    assert [one["id"] for one in found] == []


def test_it_fits_a_phone(shop: Shop, tab: Page):
    tab.set_viewport_size({"width": 320, "height": 700})
    shop.open(tab, locale="de")
    assert tab.evaluate("document.documentElement.scrollWidth") <= 320
