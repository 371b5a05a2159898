"""Nothing on the partner's page moves or stalls because of the aisle."""

from __future__ import annotations

import pytest

from syndicator.widgets.room import room
from tests.browser.origins import in_sequence, page
from tests.browser.publisher import PUBLIC_KEY
from tests.browser.test_rendering import FALLBACK
from tests.browser.test_server_drawn import SHIFTS

pytestmark = pytest.mark.browser

AFTER = '<p class="after">Danach kommt der Laden</p>' + "<p>Text</p>" * 40
WIDTHS = (360, 700, 1280)
SMALL = {
    "sku": "NV-BELL",
    "brand": "Norrvind",
    "title": "Glocke aus Messing",
    "summary": "Ein leiser Doppelschlag.",
    "highlights": ["Messing, gedreht"],
    "price": {"amount": "29.00", "currency": "EUR", "text": "29,00 €"},
}


def tag(attributes="", sku="NV-FJORD-7"):
    return f'<syndicator-aisle partner="velohaus" sku="{sku}" {attributes}>{FALLBACK}</syndicator-aisle>'


def reserved(document):
    return f'style="display:flow-root;min-block-size:{room(document).style()}"'


def shift(tab):
    """Read to the end, wait until nothing more comes, and return how much moved."""
    tab.evaluate("scrollTo({ top: 1400 })")
    tab.wait_for_load_state("networkidle")
    tab.wait_for_timeout(300)
    return tab.evaluate("window.shift")


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_shifts_in_the_room_that_the_tag_reserves(world, tab, heard, width):
    """For a long product, one with upright pictures and a small one whose end is in sight."""
    tab.set_viewport_size({"width": width, "height": 800})
    small = SMALL | {"media": world.document["media"]}
    tall = [one | {"width": 600, "height": 900} for one in world.document["media"]]
    upright = world.document | {"sku": "NV-TALL", "media": tall}
    world.zone.publish([world.document, upright, small])
    world.refresh()
    tab.add_init_script(SHIFTS)
    look = "<style>body { font: 16px/1.5 sans-serif }</style>"
    for document in (world.document, upright, small):
        body = tag(reserved(document), document["sku"]) + AFTER
        tab.goto(world.show(body, path=f"/{document['sku']}", head=look))
        heard("view")
        tab.wait_for_load_state("networkidle")
        assert shift(tab) == 0, document["sku"]
    height = tab.evaluate("document.querySelector('syndicator-aisle').offsetHeight")
    drawn = tab.evaluate(
        "document.querySelector('syndicator-aisle').shadowRoot.querySelector('.aisle').offsetHeight"
    )
    assert drawn <= height <= drawn + 260, "room for the partner's own offer, and no gap beyond"


def test_a_long_product_comes_in_pieces_that_a_frame_takes(world, tab, heard):
    """No task puts more on the page than some two dozen elements, and none is lost or out of order."""
    items = [{"key": f"k{n}", "label": f"Merkmal {n}", "text": f"Wert {n}"} for n in range(50)]
    specs = [*world.document["specs"], {"group": "Mehr", "items": items}]
    world.zone.publish([world.document | {"specs": specs}])
    world.refresh()
    tab.add_init_script("""
    window.grown = [];
    document.addEventListener('syndicator-replace', ({ target: { shadowRoot } }) => {
      let known = 0;
      new MutationObserver(() => {
        const count = shadowRoot.querySelectorAll('*').length;
        window.grown.push(count - known);
        known = count;
      }).observe(shadowRoot, { childList: true, subtree: true });
    });""")
    tab.goto(world.show(tag(reserved(world.document))))
    heard("view")
    grown = tab.evaluate("window.grown")
    assert max(grown) <= 28, grown
    assert sum(grown) > 250
    assert len(grown) < 20, "pieces are not smaller than they need be"
    labels = tab.locator(".specs th").all_inner_texts()
    assert labels[-50:] == [f"Merkmal {n}" for n in range(50)]


def test_nothing_shifts_below_the_fold(world, tab, heard):
    tab.add_init_script(SHIFTS)
    tab.goto(world.show(f'<div style="height:1500px">Oben</div>{tag()}{AFTER}'))
    heard("view")
    assert shift(tab) == 0


def test_nothing_shifts_when_the_store_is_down(world, tab, heard):
    for key in [key for key in world.store.answers if key.startswith("/p/")]:
        del world.store.answers[key]
    tab.add_init_script(SHIFTS)
    tab.goto(world.show(tag() + AFTER))
    heard("missing")
    tab.wait_for_timeout(300)
    assert tab.evaluate("window.shift") == 0


def test_the_probe_would_see_a_shift(world, tab, heard):
    """Without room the page does move: the tests above can fail."""
    tab.add_init_script(SHIFTS)
    tab.goto(world.show(tag() + AFTER))
    heard("view")
    tab.wait_for_timeout(400)
    assert tab.evaluate("window.shift") > 0.05


def test_an_element_far_below_asks_for_nothing(world, tab):
    tab.goto(world.show(f'<div style="height:9000px"></div>{tag()}'))
    tab.wait_for_load_state("networkidle")
    assert [path for path in world.store.asked if not path.endswith("/aisle.js")] == []


def test_a_second_visit_within_the_lifetime_asks_for_nothing(world, tab, heard):
    address = world.show(tag())
    tab.goto(address)
    heard("view")
    tab.wait_for_load_state("networkidle")
    world.store.asked.clear()
    tab.goto("about:blank")
    tab.goto(address)
    heard("view")
    tab.wait_for_load_state("networkidle")
    assert world.store.asked == []


LATEST = "latest"
WAIT = 0.25


@pytest.mark.parametrize("follows", [False, True], ids=["pinned", "automatic"])
def test_a_cold_visit_asks_for_the_script_the_head_and_the_page(world, tab, heard, follows):
    """Two scripts, what a partner may see, a head, a page; then pictures; at most three in sequence.

    Each answer takes a while, so whatever waits for another shows in the times of the requests.
    """
    edition = world.zone.editions["velohaus"]["de"]
    folder = LATEST if follows else world.package.fingerprint
    pinned = "" if follows else f'integrity="{world.package.integrity["aisle.js"]}"'
    for answer in world.store.answers.values():
        answer.delay = WAIT
    html = f"""<!doctype html><html lang="de"><link rel="icon" href="data:,"><body>
    {tag(f'edition="{edition}" key="{PUBLIC_KEY}"')}
    <script type="module" src="{world.store.url}w/aisle/{folder}/aisle.js" {pinned} crossorigin="anonymous"></script>"""
    world.shop.answers["/cold"] = page(html)
    tab.goto(world.shop.url + "cold")
    heard("view")
    tab.wait_for_load_state("networkidle")
    kinds = [path.split("/")[1] for path in world.store.asked]
    assert sorted(kinds) == ["e", "m", "m", "o", "p", "w", "w"], world.store.asked
    times = tab.evaluate("""performance.getEntriesByType('resource')
      .map((one) => [one.startTime, one.responseEnd])""")
    assert in_sequence(times) == 1 + 3, times


def test_head_and_entry_are_asked_for_together_where_the_tag_names_the_edition(world, tab, heard):
    """So a cold visit waits for two answers in sequence before the pictures; without it for three."""
    edition = world.zone.editions["velohaus"]["de"]
    for key, answer in world.store.answers.items():
        if key.startswith("/p/"):
            answer.delay = 0.5
    tab.goto(world.show(tag(f'edition="{edition}"')))
    heard("view")
    times = tab.evaluate("""Object.fromEntries(performance.getEntriesByType('resource')
      .map((one) => [new URL(one.name).pathname.slice(0, 3), [one.startTime, one.responseEnd]]))""")
    assert times["/e/"][1] < times["/p/"][1]
    assert times["/o/"][0] >= times["/p/"][1], "the entry still decides"
