"""Each element alone, and what the partner brings: offers, words, structured data, clicks."""

from __future__ import annotations

import itertools
import json
import re

import pytest

from tests.browser import documents
from tests.browser.origins import Answer

pytestmark = pytest.mark.browser

INSIDE = (
    "selector => document.querySelector('[partner]').shadowRoot.querySelectorAll(selector).length"
)


def element(name, attributes='sku="NV-FJORD-7"', inner=""):
    return f'<syndicator-{name} partner="velohaus" {attributes}>{inner}</syndicator-{name}>'


def range_of(world, count=30):
    """More products, in two categories with specs that divide them."""
    places = [("bikes", "Fahrräder"), ("parts", "Teile")]
    products = [world.document]
    for number in range(count):
        code, label = places[number % 2]
        specs = [
            {"key": "frame", "label": "Material", "text": ["Stahl", "Alu", "Holz"][number % 3]}
        ]
        products.append({
            "sku": f"NV-{number}", "brand": "Norrvind", "title": f"Modell {number}",
            "category": [{"code": code, "label": label}], "specs": [{"group": "Rahmen", "items": specs}],
        })  # fmt: skip
    world.zone.publish(products)
    world.refresh()


@pytest.mark.parametrize(
    ("name", "has", "hasnt"),
    [
        ("gallery", ".strip", "h2"),
        ("specs", ".specs table", ".hero"),
        ("documents", ".documents a", ".specs"),
        ("accessories", ".accessory .card", ".specs"),
        ("support", ".support details", ".hero"),
        ("offer", ".offer .price", ".hero"),
        ("product", ".hero", ".specs"),
    ],
)
def test_an_element_shows_its_own_section_alone(world, tab, heard, name, has, hasnt):
    tab.goto(world.show(element(name)))
    heard("view")
    assert tab.evaluate(INSIDE, has) > 0
    assert tab.evaluate(INSIDE, hasnt) == 0


def test_the_page_composes_sections_in_its_own_order(world, tab, heard):
    tab.goto(world.show(element("aisle", 'sku="NV-FJORD-7" sections="specs none hero"')))
    heard("view")
    order = "[...document.querySelector('[partner]').shadowRoot.querySelector('.aisle').children].map((one) => one.className)"
    assert tab.evaluate(order) == ["specs", "hero"]


def test_the_makers_template_composes_the_aisle_unless_the_page_does(world, tab, heard):
    """A part that only the template names comes too; other elements keep their own section."""
    template = ["specs", "hero", "contact"]
    world.zone.publish([world.document | {"sections": template}])
    world.refresh()
    order = "[...document.querySelector('[partner]').shadowRoot.querySelector('.aisle').children].map((one) => one.className)"
    for body, classes in {
        element("aisle"): ["specs", "hero", "form"],
        element("aisle", 'sku="NV-FJORD-7" sections="documents hero"'): ["documents", "hero"],
        element("documents"): ["documents"],
    }.items():
        tab.goto(world.show(body, path=f"/{len(classes)}"))
        heard("view")
        assert tab.evaluate(order) == classes


def test_pictures_turn_by_thumbnail_key_and_button(world, tab, heard):
    tab.goto(world.show(element("gallery")))
    heard("view")
    tab.locator(".thumbs button").nth(1).click()
    tab.wait_for_function(
        "document.querySelector('[partner]').shadowRoot.querySelector('.thumbs [aria-current]').dataset.at == 1"
    )
    tab.locator("[data-act=zoom]").nth(1).click()
    dialog = tab.locator("dialog[open]")
    dialog.wait_for()
    assert "(2/2)" in dialog.locator(".caption").inner_text()
    tab.keyboard.press("ArrowRight")
    assert "(1/2)" in dialog.locator(".caption").inner_text()
    dialog.locator(".next").click()
    assert "(2/2)" in dialog.locator(".caption").inner_text()
    dialog.locator("figure").click()
    assert dialog.locator("figure.near").count() == 1
    tab.keyboard.press("Escape")
    assert dialog.count() == 0
    assert (
        tab.evaluate("document.querySelector('[partner]').shadowRoot.activeElement.dataset.at")
        == "1"
    )


def test_a_finger_turns_the_enlarged_picture(world, browser):
    """Real touches: a swipe turns, a short one does not, and one inside a magnified picture pans."""
    context = browser.new_context(
        viewport={"width": 400, "height": 800}, has_touch=True, is_mobile=True, locale="de-DE"
    )
    context.set_default_timeout(8000)
    tab = context.new_page()
    tab.goto(world.show(element("gallery")))
    tab.locator("[data-act=zoom]").first.tap()
    caption = tab.locator("dialog[open] .caption")
    caption.wait_for()
    devtools = context.new_cdp_session(tab)

    def swipe(start, end):
        def touch(kind, *places):
            points = [{"x": x, "y": 400} for x in places]
            devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

        touch("touchStart", start)
        for step in range(1, 6):
            touch("touchMove", start + (end - start) * step / 5)
        touch("touchEnd")

    assert "(1/2)" in caption.inner_text()
    for start, end, number in ((300, 100, 2), (100, 300, 1), (200, 180, 1), (100, 300, 2)):
        swipe(start, end)
        tab.wait_for_timeout(100)  # a touch that does nothing has had its time
        tab.locator(".caption", has_text=f"({number}/2)").wait_for()
    tab.locator("dialog figure").click()
    tab.locator("figure.near").wait_for()
    swipe(300, 100)
    tab.wait_for_timeout(100)
    assert "(2/2)" in caption.inner_text()
    context.close()


def test_a_video_is_a_poster_until_it_is_asked_for(world, tab, heard):
    video = {
        "src": "https://youtu.be/abc123",
        "title": "Fahrt",
        "poster": world.document["media"][0]["src"],
    }
    world.zone.publish([world.document | {"videos": [video]}])
    world.refresh()
    asked = []
    tab.route("**/*youtube*/**", lambda route: (asked.append(route.request.url), route.abort()))
    tab.goto(world.show(element("gallery")))
    heard("view")
    assert asked == []
    tab.locator(".thumbs button").last.click()
    tab.locator("[data-act=film]").click()
    tab.locator(".film iframe").wait_for()
    assert asked[0].startswith("https://www.youtube-nocookie.com/embed/abc123")


def test_specs_are_searched_and_the_hits_are_told(world, tab, heard):
    items = [{"key": f"k{n}", "label": f"Merkmal {n}", "text": f"Wert {n}"} for n in range(20)]
    world.zone.publish([world.document | {"specs": [{"group": "Alles", "items": items}]}])
    world.refresh()
    tab.goto(world.show(element("specs")))
    heard("view")
    tab.locator("input[type=search]").fill("merkmal 1")
    tab.get_by_text("11 gefunden").wait_for()
    assert tab.evaluate(INSIDE, "tr") == 11
    tab.locator("input[type=search]").fill("")
    tab.wait_for_function(f"() => ({INSIDE})('tr') == 20")


@pytest.mark.parametrize(("lang", "weight"), [("en-US", "31.3 lb"), ("en-GB", "14,2 kg")])
def test_measures_follow_the_readers_habit(world, tab, heard, lang, weight):
    tab.goto(world.show(f'<div lang="{lang}">{element("specs")}</div>'))
    heard("view")
    assert weight in tab.evaluate("document.querySelector('[partner]').shadowRoot.textContent")


def test_a_comparison_marks_differences_and_takes_another_product(world, tab, heard):
    range_of(world)
    tab.goto(world.show(element("compare", 'skus="NV-0 NV-2, NV-SECRET"')))
    heard("view")
    assert tab.evaluate(INSIDE, "thead th") == 2, "what is not granted is left out"
    assert tab.evaluate(INSIDE, "tr.differs strong") == 2
    tab.locator("select").select_option("NV-4")
    assert tab.evaluate(INSIDE, "thead th") == 3
    tab.locator("thead .more").first.click()
    assert tab.evaluate(INSIDE, "thead th") == 2


def test_a_comparison_in_a_large_range_offers_what_stands_near(world, tab, heard):
    """Far beyond the first pages, through tables of references, up to the short last table."""
    parts = [("bikes", "Fahrräder"), ("parts", "Teile")]
    products = [
        {"sku": f"NV-{n:03}", "brand": "Norrvind", "title": f"Modell {n}"}
        | {"category": [{"code": parts[n > 600][0], "label": parts[n > 600][1]}]}
        for n in range(690)
    ]
    world.zone.publish(products, large=True)
    world.refresh()
    tab.goto(world.show(element("compare", 'skus="NV-685"')))
    heard("view")
    tab.locator("option", has_text="Modell 680").wait_for(state="attached")
    titles = tab.locator("option").all_inner_texts()[1:]
    assert "Modell 685" not in titles
    assert {"Modell 684", "Modell 686", "Modell 689"} <= set(titles)
    assert all(int(title.split()[1]) > 600 for title in titles)
    assert titles == sorted(titles)


def test_a_brand_page_is_browsed_filtered_and_searched(world, tab, heard):
    range_of(world, 60)
    tab.goto(
        world.show(
            element(
                "brand",
                "",
                '<script type="application/syndicator+json">{"featured": ["NV-2"]}</script>',
            )
        )
    )
    heard("view")
    cards = tab.locator(".cards .card")
    assert cards.count() == 24
    assert cards.first.get_attribute("data-sku") == "NV-2", "what the partner features comes first"
    tab.locator(".categories button", has_text="Teile").click()
    tab.wait_for_function(
        "document.querySelector('[partner]').shadowRoot.querySelector('[role=status]').textContent == '30 gefunden'"
    )
    tab.locator(".choices select").select_option("Holz")
    assert tab.locator("[role=status]").inner_text() == "10 gefunden"
    tab.locator(".categories button").first.click()
    tab.locator("input[type=search]").fill("Modell 59")
    assert tab.locator("[role=status]").inner_text() == "1 gefunden"
    tab.locator(".card").click()
    assert heard("open")["sku"] == "NV-59"


def test_a_question_is_sent_with_the_words_of_the_consent(world, tab, heard):
    sent = []

    def take(route):
        sent.append(route.request.post_data_json)
        route.fulfill(status=202)

    tab.route("**/questions", take)
    tab.goto(
        world.show(element("contact", 'sku="NV-FJORD-7" endpoint="/questions" consent="Ja, gern."'))
    )
    heard("view")
    for name, words in {
        "name": "Ada",
        "email": "ada@example.org",
        "message": "Passt das Rad?",
    }.items():
        tab.locator(f"[name={name}]").fill(words)
    tab.locator("button[type=submit]").click()
    assert sent == [], "without consent nothing leaves the page"
    tab.locator("[name=consent]").check()
    tab.locator("button[type=submit]").click()
    tab.get_by_text("Danke, wir antworten bald.").wait_for()
    assert sent[0] == {
        "partner": "velohaus", "locale": "de", "sku": "NV-FJORD-7", "identifiers": ["sku:nv-fjord-7"],
        "name": "Ada", "email": "ada@example.org", "message": "Passt das Rad?",
        "consent": {"given": True, "text": "Ja, gern."},
    }  # fmt: skip


def test_a_question_that_cannot_be_sent_keeps_its_words(world, tab, heard):
    tab.goto(world.show(element("contact", 'sku="NV-FJORD-7" endpoint="/nowhere"')))
    heard("view")
    for name, words in {"name": "Ada", "email": "ada@example.org", "message": "Hallo"}.items():
        tab.locator(f"[name={name}]").fill(words)
    tab.locator("[name=consent]").check()
    tab.locator("button[type=submit]").click()
    tab.get_by_text("Das hat nicht geklappt.").wait_for()
    assert tab.locator("[name=message]").input_value() == "Hallo"


def block(**told):
    return f'<script type="application/syndicator+json">{json.dumps(told)}</script>'


OFFERS = {
    "attributes": ('price="1799" currency="EUR" availability="in-stock" delivery="2 Tage"', ""),
    "a block in the page": (
        "",
        block(
            offers={
                "NV-FJORD-7": {"price": "1799", "availability": "in-stock", "delivery": "2 Tage"}
            }
        ),
    ),
    "a block by GTIN": (
        "",
        block(
            offers={
                "4006381333931": {"price": "1799", "availability": "in-stock", "delivery": "2 Tage"}
            }
        ),
    ),
    "a server": ('offers="/offers?sku={sku}"', ""),
    "a function": (
        "",
        "<script>document.currentScript.parentElement.offers = async (sku) => ({ price: '1799', availability: 'in-stock', delivery: '2 Tage' })</script>",
    ),
    "attributes over the block": (
        'price="1799"',
        block(
            offers={"NV-FJORD-7": {"price": "9", "availability": "in-stock", "delivery": "2 Tage"}}
        ),
    ),
}


@pytest.mark.parametrize("source", OFFERS)
def test_the_partners_offer_wins_over_the_manufacturers_price(world, tab, heard, source):
    attributes, inner = OFFERS[source]
    offer = {
        "offers": {
            "NV-FJORD-7": {"price": "1799", "availability": "in-stock", "delivery": "2 Tage"}
        }
    }
    world.shop.answers["/offers"] = Answer(
        json.dumps(offer).encode(), headers={"Content-Type": "application/json"}
    )
    tab.goto(world.show(element("offer", f'sku="NV-FJORD-7" {attributes}', inner)))
    heard("view")
    text = tab.evaluate("document.querySelector('[partner]').shadowRoot.textContent").replace(
        "\u00a0", " "
    )
    assert "1.799,00 €" in text
    assert "Auf Lager · 2 Tage" in text
    assert "1.899,00" not in text


@pytest.mark.parametrize(
    "offer",
    [
        {"price": "1", "validUntil": "2020-01-01T00:00:00Z"},
        {"price": "1", "validUntil": "yesterday"},
    ],
)
def test_a_stale_offer_is_not_shown(world, tab, heard, offer):
    tab.goto(world.show(element("offer", inner=block(offers={"NV-FJORD-7": offer}))))
    heard("view")
    assert "1.899,00" in tab.evaluate("document.querySelector('[partner]').shadowRoot.textContent")


def test_promotion_and_date_of_an_offer_are_shown_and_a_slot_takes_its_place(world, tab, heard):
    """Field by field: the promotion of one source, the price of another; own markup over both."""
    offer = {"NV-FJORD-7": {"promotion": "Erste Wartung gratis", "updated": "2026-11-21T08:00:00Z"}}
    tag = element("offer", 'sku="NV-FJORD-7" price="1799"', block(offers=offer))
    tab.goto(world.show(tag))
    heard("view")
    shown = tab.locator("syndicator-offer .offer").inner_text()
    assert "Erste Wartung gratis" in shown
    assert "1.799,00" in shown
    assert "21.11.2026" in shown
    own = '<p slot="offer" class="own">Nur im Laden: 1.700 €</p>'
    tab.goto(world.show(element("offer", inner=own), path="/own"))
    heard("view")
    assert tab.locator(".own").is_visible()
    assert not tab.locator("syndicator-offer .price").is_visible()


def documented(repository, heading):
    """Rows of the table of docs/embed.md whose head begins with `heading`, as lists of cells."""
    lines = (repository / "docs/embed.md").read_text().splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith(f"| {heading} |"))
    rows = itertools.takewhile(lambda line: line.startswith("|"), lines[start + 2 :])
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def test_every_event_tells_what_the_documentation_says(world, tab, repository):
    """Each documented event is fired once by its cause; the keys of its detail are the written ones."""
    written, same = {}, ""
    for name, _, detail in documented(repository, "event"):
        same = detail if detail != "the same" else same
        written[name.strip("`")] = sorted(re.findall(r"`(\w+)`", same.split(":")[0]))
    variants = [
        {"sku": sku, "title": sku, "axes": [{"axis": "size", "value": sku}]}
        for sku in ("NV-FJORD-7", "NV-RACK-2")
    ]
    world.zone.publish([world.document | {"variants": variants}, documents.rack()])
    world.refresh()
    told = """
    window.told = {};
    for (const name of %s) document.addEventListener(name, (event) => {
      if (/open|choose/.test(name)) event.preventDefault();
      const keys = Object.keys(event.detail).filter((key) => event.detail[key] !== undefined);
      window.told[name] = [...new Set([...(window.told[name] ?? []), ...keys])].sort();
    });""" % json.dumps(sorted(written))  # noqa: UP031  the text is full of braces
    tab.add_init_script(told)
    body = element("aisle", 'sku="NV-FJORD-7" price="5" cart') + element("specs", 'sku="NONE"')
    body += element("contact", 'sku="NV-FJORD-7" endpoint="/nowhere"')
    body += element("offer").replace("velohaus", "broken")
    world.store.answers["/p/broken.json"] = Answer(b"{")
    world.store.answers["/p/broken.json"].headers["Access-Control-Allow-Origin"] = "*"
    tab.goto(world.show(body))
    for act in ("addtocart", "choose", "open"):
        tab.locator(f"syndicator-aisle [data-act={act}]").last.click()
    for field in ("name", "email", "message"):
        tab.locator(f"[name={field}]").fill("ada@example.org")
    tab.locator("[name=consent]").check()
    tab.locator("button[type=submit]").click()
    tab.wait_for_function("Object.keys(window.told).length == %d" % len(written))  # noqa: UP031
    assert tab.evaluate("window.told") == written


def test_every_documented_slot_stands_in_its_place(world, tab, heard, repository):
    """`before-` and `after-` of each section take markup of the page, around the section's own."""
    text = (repository / "docs/embed.md").read_text()
    sections = text.partition("sections are\n`")[2].partition("`")[0].split()
    card = [{"sku": "NV-RACK-2", "title": "Rack"}]
    relations = dict.fromkeys(("accessory", "spare_part", "successor", "alternative", "part"), card)
    app = {"src": "w/x/1/x.js", "integrity": "sha256-x"}
    configurator = {"widget": "x", "app": app, "rules": app, "labels": app}
    world.zone.publish([world.document | {"relations": relations, "configurator": configurator}])
    world.refresh()
    inner = "".join(
        f'<i slot="{place}-{name}">{place}-{name}</i>'
        for name in sections
        for place in ("before", "after")
    )
    tab.goto(world.show(element("aisle", inner=inner)))
    heard("view")
    assert len(sections) == 10
    for name in sections:
        before, after = (tab.locator(f'i[slot="{place}-{name}"]') for place in ("before", "after"))
        tops = [one.bounding_box()["y"] for one in (before, after)]
        assert tops[0] < tops[1], name


def test_a_click_on_the_cart_tells_the_page(world, tab, heard):
    tab.goto(world.show(element("offer", 'sku="NV-FJORD-7" price="5" cart')))
    heard("view")
    tab.locator("[data-act=addtocart]").click()
    assert heard("addtocart")["sku"] == "NV-FJORD-7"


def test_the_partner_changes_words_and_fills_slots(world, tab, heard):
    inner = (
        block(words={"specs": "Alles im Detail"})
        + '<p slot="before-specs" class="mine">Von uns geprüft</p>'
    )
    tab.goto(world.show(element("aisle", inner=inner)))
    heard("view")
    assert tab.get_by_role("heading", name="Alles im Detail").is_visible()
    assert tab.locator(".mine").is_visible()


def test_the_partner_colours_and_styles_parts(world, tab, heard):
    style = "<style>syndicator-aisle { --syndicator-accent: rgb(1, 2, 3) } syndicator-aisle::part(title) { color: rgb(4, 5, 6) }</style>"
    tab.goto(world.show(element("aisle", 'sku="NV-FJORD-7" price="5" cart'), head=style))
    heard("view")
    look = tab.evaluate("""(() => {
      const root = document.querySelector('[partner]').shadowRoot;
      return [getComputedStyle(root.querySelector('h2')).color, getComputedStyle(root.querySelector('.action')).backgroundColor];
    })()""")
    assert look == ["rgb(4, 5, 6)", "rgb(1, 2, 3)"]


LD = {
    "a product": {"@type": "Product", "gtin13": "4006381333931"},
    "in a graph": {"@graph": [{"@type": "WebPage"}, {"@type": ["Product"], "sku": "NV-FJORD-7"}]},
    "by brand and number": {
        "@type": "https://schema.org/Product",
        "brand": {"@type": "Brand", "name": "Norrvind"},
        "mpn": "FJ7-2026",
    },
}


@pytest.mark.parametrize("case", LD)
def test_the_pages_own_structured_data_names_the_product(world, tab, heard, case):
    head = f'<script type="application/ld+json">{{</script><script type="application/ld+json">{json.dumps(LD[case])}</script>'
    tab.goto(world.show(element("aisle", ""), head=head))
    assert heard("view")["sku"] == "NV-FJORD-7"


def test_a_page_of_several_products_names_none(world, tab, heard):
    several = [{"@type": "Product", "sku": "NV-FJORD-7"}, {"@type": "Product", "sku": "NV-RACK-2"}]
    tab.goto(
        world.show(
            element("aisle", ""),
            head=f'<script type="application/ld+json">{json.dumps(several)}</script>',
        )
    )
    assert heard("missing")["reason"] == "identifier"


def test_identifiers_may_stand_on_an_ancestor(world, tab, heard):
    tab.goto(
        world.show(
            '<main data-syndicator-partner="velohaus" data-syndicator-sku="NV-FJORD-7"><syndicator-specs></syndicator-specs></main>'
        )
    )
    assert heard("view")["sku"] == "NV-FJORD-7"


PRICED = {
    "comparison": ("compare", 'skus="NV-FJORD-7 NV-0 NV-1"', "thead th"),
    "brand": ("brand", "", ".cards li"),
    "accessories": ("accessories", 'sku="NV-FJORD-7"', ".cards li"),
}


@pytest.mark.parametrize("place", PRICED)
@pytest.mark.parametrize("source", ["block", "function", "server"])
def test_the_partners_offer_wins_on_every_card(world, tab, heard, place, source):
    """In each list; what is stale is not shown, what the attributes say is another product's."""
    name, attributes, cards = PRICED[place]
    asked = {"amount": "70.00", "currency": "EUR", "text": "70,00 €"}
    related = [{"sku": "NV-0", "title": "Erstes"}, {"sku": "NV-1", "title": "Zweites"}]
    others = [one | {"brand": "Norrvind", "price": asked} for one in related]
    world.zone.publish([world.document | {"relations": {"accessory": related}}, *others])
    world.refresh()
    offers = {
        "NV-0": {"price": "61"},
        "NV-1": {"price": "1", "validUntil": "2020-01-01T00:00:00Z"},
    }
    world.shop.answers["/all"] = Answer(
        json.dumps({"offers": offers}).encode(), headers={"Content-Type": "application/json"}
    )
    function = (
        f"document.currentScript.parentElement.offers = async (sku) => ({json.dumps(offers)})[sku]"
    )
    inner = {"block": block(offers=offers), "function": f"<script>{function}</script>"}
    attributes += ' offers="/all"' if source == "server" else ""
    tab.goto(world.show(element(name, attributes + ' price="9999"', inner.get(source, ""))))
    heard("view")
    shown = {
        words.split("\n")[0]: words.replace("\u00a0", " ")
        for words in tab.locator(f"syndicator-{name} {cards}").all_inner_texts()
    }
    assert "61,00 €" in shown["Erstes"]
    assert "Preisempfehlung" not in shown["Erstes"]
    assert "1,00" not in shown["Zweites"].replace("61,00", "")
    assert ("70,00 €" in shown["Zweites"]) == (name != "accessories")
    assert "9.999" not in shown["Erstes"] + shown["Zweites"]
    assert world.shop.asked.count("/all") == (source == "server")
