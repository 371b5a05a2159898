"""What the server drew is what the script would draw, and the script takes it over as it is."""

from __future__ import annotations

import io
import json

import pytest
from PIL import Image, ImageChops

from syndicator import canonical
from syndicator.rendering import draw, inline_look, linked_look, render_element
from tests.browser.origins import page
from tests.browser.test_rendering import TEXT

pytestmark = pytest.mark.browser

SHIFTS = """
window.shift = 0;
new PerformanceObserver((list) => { for (const one of list.getEntries()) window.shift += one.value; })
  .observe({ type: 'layout-shift', buffered: true });
"""
SHAPE = """(() => {
  const skipped = new Set(['STYLE', 'LINK', 'DIALOG']);
  const write = (node) => node.nodeType == 3 ? node.data.trim() : skipped.has(node.tagName) ? '' :
    `<${node.localName} ${node.className}|${[...node.part].join()}>` + [...node.childNodes].map(write).join('') + '</>';
  return [...document.querySelector('syndicator-aisle').shadowRoot.childNodes].map(write).join('');
})()"""


@pytest.fixture
def drawn(world):
    def draw(document=None, **options):
        files = world.package.files
        look = {"look": inline_look(files["aisle.css"].decode())} | options
        return render_element(
            document or world.document,
            base_url=world.store.url,
            locale="de",
            partner="velohaus",
            words=json.loads(files["words.de.json"]),
            **look,
        ).decode()

    return draw


def test_server_and_script_draw_the_same(world, tab, heard, drawn):
    tag = '<syndicator-aisle partner="velohaus" sku="NV-FJORD-7"></syndicator-aisle>'
    tab.goto(world.show(tag))
    heard("view")
    by_script = tab.evaluate(SHAPE)
    tab.goto(world.show(drawn(), path="/drawn"))
    assert tab.evaluate(SHAPE) == by_script
    assert "Trekkingrad" in by_script


def test_server_and_script_follow_the_template_of_the_family(world, tab, heard, drawn):
    document = world.document | {"sections": ["specs", "gallery", "offer", "text"]}
    world.zone.publish([document])
    world.refresh()
    tab.goto(
        world.show('<syndicator-aisle partner="velohaus" sku="NV-FJORD-7"></syndicator-aisle>')
    )
    heard("view")
    by_script = tab.evaluate(SHAPE)
    tab.goto(world.show(drawn(document), path="/drawn"))
    assert tab.evaluate(SHAPE) == by_script
    assert by_script.index("Material") < by_script.index("1.899") < by_script.index("jeden Tag")


def many(document, count=20):
    items = [{"key": f"k{n}", "label": f"Merkmal {n}", "text": f"Wert {n}"} for n in range(count)]
    return document | {"specs": [*document["specs"], {"group": "Mehr", "items": items}]}


def test_server_and_script_give_upright_pictures_upright_frames(world, tab, heard, drawn):
    """The strip has the shape of its first picture: no grey beside it, and none above."""
    svg = (
        b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 900" width="600" height="900"/>'
    )
    shape = {"src": world.zone.put_media(svg, "svg"), "width": 600, "height": 900}
    media = [one | shape for one in world.document["media"]]
    features = [{"title": "Der Riemen", "image": media[1]}]
    document = world.document | {"media": media, "features": features}
    world.zone.publish([document])
    world.refresh()
    tab.goto(
        world.show('<syndicator-aisle partner="velohaus" sku="NV-FJORD-7"></syndicator-aisle>')
    )
    heard("view")
    by_script = tab.evaluate(SHAPE)
    assert by_script.count(" upright|") == 3, "hero, gallery and features"
    strip = tab.locator(".strip").bounding_box()
    assert strip["height"] / strip["width"] == pytest.approx(1.5, abs=0.02)
    tab.goto(world.show(drawn(document), path="/drawn"))
    assert tab.evaluate(SHAPE) == by_script


def test_specs_that_a_server_drew_are_searched(world, tab, heard, drawn):
    """The field is there from the start, keeps its room, and works once the script is there."""
    tab.add_init_script(SHIFTS)
    tab.goto(world.show(drawn(many(world.document))))
    heard("view")
    tab.locator("input[type=search]").fill("mehr merkmal 1")
    tab.get_by_text("11 gefunden").wait_for()
    assert tab.locator(".specs tr").count() == 11
    tab.locator("input[type=search]").fill("gewicht")
    tab.get_by_text("1 gefunden").wait_for()
    assert tab.locator(".specs tr").inner_text().split() == ["Gewicht", "14,2", "kg"]
    tab.locator("input[type=search]").fill("")
    tab.wait_for_function(
        "document.querySelector('syndicator-aisle').shadowRoot.querySelectorAll('tr').length == 25"
    )
    assert tab.evaluate("window.shift") == 0
    world.zone.publish([many(world.document)])
    world.refresh()
    by_server = tab.evaluate(SHAPE)
    tag = '<syndicator-aisle partner="velohaus" sku="NV-FJORD-7"></syndicator-aisle>'
    tab.goto(world.show(tag, path="/script"))
    heard("view")
    assert tab.evaluate(SHAPE) == by_server


def test_the_script_adopts_it_without_fetching_or_moving_anything(world, tab, drawn):
    tab.add_init_script(SHIFTS)
    tab.goto(world.show(drawn()))
    tab.wait_for_load_state("networkidle")
    asked = [
        path
        for path in world.store.asked
        if path.startswith(("/p/", "/e/", "/o/")) or path.endswith(".css")
    ]
    assert asked == []
    assert [one["name"] for one in tab.evaluate("window.heard")] == ["view"]
    assert tab.evaluate("window.shift") == 0
    tab.locator("[data-act=zoom]").first.click()
    tab.locator("dialog[open]").wait_for()


def test_the_partners_offer_takes_the_place_of_the_drawn_price(world, tab, drawn):
    offers = '<script type="application/syndicator+json">{"offers": {"NV-FJORD-7": {"price": "5"}}}</script>'
    tab.goto(world.show(drawn() + offers))
    tab.locator(".price", has_text="5,00").wait_for()
    assert "1.899" not in tab.evaluate(TEXT)


FORM = (
    '<form slot="cart" action="/cart"><input name="sku" value="NV-FJORD-7">'
    '<input name="quantity" value="3"><button>Kaufen</button></form>'
)


def test_the_shops_form_stands_in_the_place_of_the_button(world, browser, tab, drawn):
    """Without script it is sent; with script whoever takes the event keeps the page."""
    html = f"{FORM}</syndicator-aisle>".join(drawn(cart=True).rsplit("</syndicator-aisle>", 1))
    world.shop.answers["/cart"] = page("<h1>Korb</h1>")
    sent = "**/cart?sku=NV-FJORD-7&quantity=3"
    context = browser.new_context(java_script_enabled=False)
    plain = context.new_page()
    plain.goto(world.show(html))
    plain.get_by_role("button", name="Kaufen").click()
    plain.wait_for_url(sent)
    plain.goto(world.show(drawn(cart=True)))
    assert plain.locator("[part=cart]").is_hidden(), "without script it could do nothing"
    context.close()
    offers = '<script type="application/syndicator+json">{"offers": {"NV-FJORD-7": {"price": "5"}}}</script>'
    tab.goto(world.show(html + offers))
    tab.locator(".price", has_text="5,00").wait_for()
    take = "(event) => { event.preventDefault(); window.taken = event.detail; }"
    tab.evaluate(f"document.addEventListener('syndicator-addtocart', {take}, {{ once: true }})")
    tab.get_by_role("button", name="Kaufen").click()
    assert tab.evaluate("window.taken") == {
        "sku": "NV-FJORD-7",
        "from": "NV-FJORD-7",
        "quantity": 3,
    }
    assert "cart" not in tab.url
    tab.get_by_role("button", name="Kaufen").click()
    tab.wait_for_url(sent)


def test_a_drawn_element_has_the_button_where_it_is_asked_for(world, tab, heard, drawn):
    tab.goto(world.show(drawn(cart=True)))
    heard("view")
    tab.get_by_role("button", name="In den Warenkorb").click()
    assert heard("addtocart")["sku"] == "NV-FJORD-7"
    tab.goto(world.show(drawn(), path="/without"))
    assert tab.locator("[part=cart]").is_hidden()


def test_another_product_is_drawn_over_it(world, tab, heard, drawn):
    tab.goto(world.show(drawn()))
    tab.wait_for_load_state("networkidle")
    tab.evaluate("document.querySelector('syndicator-aisle').setAttribute('sku', 'NV-RACK-2')")
    assert heard("view", times=2)["sku"] == "NV-RACK-2"
    assert "Trekkingrad" not in tab.evaluate(TEXT)


def test_it_is_readable_without_script(world, browser, drawn):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(world.show(drawn()))
    assert page.get_by_role("heading", name="Fjord 7 Trekkingrad").is_visible()
    context.close()


def test_a_strict_page_takes_the_look_as_a_file(world, tab, drawn):
    store = world.store.url.rstrip("/")
    look = f"{world.store.url}w/aisle/{world.package.fingerprint}/aisle.css"
    html = drawn(look=linked_look(look, world.package.integrity["aisle.css"]))
    noise = []
    tab.on("console", lambda message: noise.append(message.text))
    policy = f"default-src 'none'; script-src {store}; style-src {store}; img-src {store}; connect-src {store}"
    tab.goto(world.show(html, Content_Security_Policy=policy))
    tab.wait_for_load_state("networkidle")
    assert [line for line in noise if "favicon" not in line] == []
    assert (
        tab.evaluate(
            "getComputedStyle(document.querySelector('syndicator-aisle').shadowRoot.querySelector('.hero')).display"
        )
        == "grid"
    )


def test_not_a_pixel_changes_when_the_script_takes_over(world, tab, heard, drawn):
    """What is there before the script, and what is there after it, are the same picture."""
    held = []
    tab.route(world.script, lambda route: held.append(route))  # noqa: PLW0108  a built-in has no place for what is kept with it
    tab.goto(world.show(drawn()), wait_until="commit")
    tab.get_by_role("heading", name="Fjord 7 Trekkingrad").wait_for()
    tab.wait_for_function(
        "[...document.querySelector('syndicator-aisle').shadowRoot.querySelectorAll('.strip img')].every((one) => one.complete)"
    )
    tab.wait_for_timeout(300)
    before = tab.screenshot()
    assert tab.evaluate("window.heard") == [], "the script has not come yet"
    held[0].continue_()
    heard("view")
    tab.wait_for_load_state("networkidle")
    after = tab.screenshot()
    pictures = [Image.open(io.BytesIO(data)).convert("RGB") for data in (before, after)]
    assert ImageChops.difference(*pictures).getbbox() is None


def test_pieces_are_joined_into_what_the_server_draws(world, tab, heard, drawn):
    """The form that is published as files names its partner on an ancestor, and is adopted too."""
    files = world.package.files
    words = json.loads(files["words.de.json"])
    told = json.loads(draw(canonical.encode(world.document), locale="de", words=words))
    opening, *pieces = told["html"]
    look = f"<style>{files['aisle.css'].decode()}</style>"
    joined = opening + look + world.store.url.join(pieces)
    assert joined == drawn().replace(' partner="velohaus"', "")
    tab.goto(world.show(f'<div data-syndicator-partner="velohaus">{joined}</div>'))
    heard("view")
    tab.evaluate("document.querySelector('syndicator-aisle').setAttribute('sku', 'NV-RACK-2')")
    assert heard("view", times=2)["sku"] == "NV-RACK-2"
