"""Nothing on the partner's page moves or stalls because of the aisle."""

from __future__ import annotations

import pytest

from tests.browser.test_rendering import FALLBACK
from tests.browser.test_server_drawn import SHIFTS

pytestmark = pytest.mark.browser

AFTER = '<p class="after">Danach kommt der Laden</p>' + "<p>Text</p>" * 40
RESERVED = 'style="display:flow-root;min-block-size:2600px"'


def tag(attributes=""):
    return f'<syndicator-aisle partner="velohaus" sku="NV-FJORD-7" {attributes}>{FALLBACK}</syndicator-aisle>'


PLACES = {
    "reserved": tag(RESERVED) + AFTER,
    "below the fold": f'<div style="height:1500px">Oben</div>{tag()}{AFTER}',
}


@pytest.mark.parametrize("place", PLACES)
def test_nothing_shifts(world, tab, heard, place):
    tab.add_init_script(SHIFTS)
    tab.goto(world.show(PLACES[place]))
    heard("view")
    tab.evaluate("scrollTo({ top: 1400 })")
    tab.wait_for_load_state("networkidle")
    tab.wait_for_timeout(300)
    assert tab.evaluate("window.shift") == 0


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
