"""The aisle for everybody: WCAG 2.2 AA by axe in every state, keyboard, motion, reflow, print."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.test_elements import element, range_of
from tests.browser.test_faults import overflowing
from tests.browser.test_rendering import TAG

pytestmark = pytest.mark.browser

RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    }
}
LIGHT = "body { font: 16px/1.5 sans-serif; background: #fff; color: #222; margin: 1rem }"
DARK = "body { font: 16px/1.5 sans-serif; background: #16181a; color: #e8e6e1; margin: 1rem }"


def violations(tab):
    # The entrance fades in; a colour seen half way would be nobody's.
    tab.evaluate(
        "Promise.all(document.querySelector('[partner]').shadowRoot.getAnimations({subtree: true}).map((one) => one.finished))"
    )
    found = Axe().run(tab, options=RULES)
    return [
        (one["id"], [node["target"] for node in one["nodes"]])
        for one in found.response["violations"]
    ]


def styled(world, body, css=LIGHT, lang="de"):
    return world.show(
        f'<main lang="{lang}"><h1>Laden</h1>{body}</main>', head=f"<style>{css}</style>"
    )


def arabic(world):
    document = world.document | {
        "title": "دراجة فيورد 7",
        "summary": "دراجة هادئة للطرق الطويلة.",
        "description": [["p", "إطار من الفولاذ وحزام لا يحتاج إلى زيت."]],
    }
    world.zone.publish([document], locale="ar")
    world.refresh()


OFFERED = element(
    "aisle", 'sku="NV-FJORD-7" price="5" cart promotion="Neu" availability="in-stock"'
)
STATES = {
    "light": {"tag": OFFERED},
    "dark": {"css": DARK, "tag": OFFERED},
    "right to left": {"lang": "ar"},
    "text at 200 %": {"css": LIGHT + " html { font-size: 200% } body { font-size: 2rem }"},
    "comparison": {"tag": element("compare", 'skus="NV-FJORD-7 NV-1"')},
    "brand": {"tag": element("brand", "")},
    "contact": {"tag": element("contact", 'sku="NV-FJORD-7" endpoint="/x"')},
    "dark contact": {"css": DARK, "tag": element("contact", 'sku="NV-FJORD-7" endpoint="/x"')},
}


@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing(world, tab, heard, state):
    given = STATES[state]
    range_of(world)
    arabic(world)
    tab.goto(styled(world, given.get("tag", TAG), given.get("css", LIGHT), given.get("lang", "de")))
    heard("view")
    assert violations(tab) == []


def test_axe_finds_nothing_on_a_narrow_page(world, tab, heard):
    """320 CSS pixels: nothing to fault, nothing reaches out of its box."""
    tab.set_viewport_size({"width": 320, "height": 800})
    tab.goto(styled(world, TAG))
    heard("view")
    assert violations(tab) == []
    assert overflowing(tab) == []
    assert tab.evaluate("document.documentElement.scrollWidth") <= 320


def test_axe_finds_nothing_in_forced_colours(world, tab, heard):
    tab.emulate_media(forced_colors="active")
    tab.goto(styled(world, TAG))
    heard("view")
    assert violations(tab) == []


def test_axe_finds_nothing_while_it_loads_and_after_it_failed(world, tab, heard):
    for key, answer in world.store.answers.items():
        if key.startswith("/p/"):
            answer.delay, answer.status = 1.5, 500
    tab.goto(styled(world, TAG))
    tab.wait_for_timeout(200)
    assert violations(tab) == []
    heard("error")
    assert violations(tab) == []


def test_axe_finds_nothing_in_the_enlarged_picture(world, tab, heard):
    tab.goto(styled(world, TAG))
    heard("view")
    tab.locator("[data-act=zoom]").first.click()
    tab.locator("dialog[open]").wait_for()
    assert violations(tab) == []


def test_axe_would_see_a_fault_inside_the_aisle(world, tab, heard):
    """A planted one is found: the tests above can fail."""
    tab.goto(styled(world, TAG, LIGHT + " syndicator-aisle::part(title) { color: #ccc }"))
    heard("view")
    assert "color-contrast" in [name for name, _ in violations(tab)]


def test_the_keyboard_reaches_and_works_every_control(world, tab, heard):
    """Tab goes through all controls once, in order, each visibly focused; Enter works."""
    tab.goto(styled(world, TAG))
    heard("view")
    wanted = tab.evaluate(
        "[...document.querySelector('syndicator-aisle').shadowRoot.querySelectorAll('a[href], button, input, select, summary, [tabindex=\"0\"]')].filter((one) => one.checkVisibility()).length"
    )
    seen = []
    for _ in range(wanted):
        tab.keyboard.press("Tab")
        told = tab.evaluate("""(() => {
          const one = document.querySelector('syndicator-aisle').shadowRoot.activeElement;
          return one && [one.localName + (one.dataset.act ?? '') + (one.dataset.at ?? one.dataset.sku ?? one.href ?? ''), getComputedStyle(one).outlineStyle];
        })()""")
        seen.append(told)
    assert None not in seen
    assert len({name for name, _ in seen}) == wanted
    assert {outline for _, outline in seen} == {"solid"}
    tab.locator("summary").focus()
    tab.keyboard.press("Enter")
    assert tab.locator("details[open]").count() == 1


def test_nothing_moves_for_those_who_asked_for_less(world, tab, heard):
    tab.emulate_media(reduced_motion="reduce")
    tab.goto(styled(world, TAG))
    heard("view")
    animations = "document.querySelector('syndicator-aisle').shadowRoot.getAnimations({subtree: true}).length"
    assert tab.evaluate(animations) == 0
    tab.evaluate("""() => {
      const strip = document.querySelector('syndicator-aisle').shadowRoot.querySelector('.strip');
      window.places = [];
      strip.addEventListener('scroll', () => places.push(strip.scrollLeft / strip.clientWidth));
    }""")
    tab.locator(".thumbs button").nth(1).click()
    tab.wait_for_function("places.length > 0")
    assert tab.evaluate("places[0]") == pytest.approx(1, abs=0.05), "at once, not gliding"


def test_paper_shows_every_picture_and_answer(world, tab, heard):
    tab.goto(styled(world, TAG))
    heard("view")
    tab.emulate_media(media="print")
    assert not tab.locator(".thumbs").is_visible()
    assert tab.get_by_text("Messen Sie Ihre Schrittlänge").is_visible()
    boxes = tab.evaluate("""[...document.querySelector('syndicator-aisle').shadowRoot.querySelectorAll('.frame img')]
      .map((one) => one.getBoundingClientRect()).map(({ left, right, height }) => [left, right, height])""")
    assert len(boxes) == 2
    assert all(right <= 1200 and height > 50 for _, right, height in boxes)
    assert len({left for left, _, _ in boxes}) == 2, "side by side, none under another"
    assert not tab.locator(".action, .find").first.is_visible()


def test_an_arabic_page_is_drawn_from_the_right(world, tab, heard):
    arabic(world)
    tab.goto(styled(world, TAG, lang="ar"))
    assert heard("view")["locale"] == "ar"
    sides = tab.evaluate("""(() => {
      const root = document.querySelector('syndicator-aisle').shadowRoot;
      return [root.querySelector('.gallery').getBoundingClientRect().left, root.querySelector('.lead').getBoundingClientRect().left];
    })()""")
    assert sides[0] > sides[1], "pictures stand on the right"
    tab.locator(".thumbs button").nth(1).click()
    tab.wait_for_function(
        "document.querySelector('syndicator-aisle').shadowRoot.querySelector('.thumbs [aria-current]').dataset.at == 1"
    )
