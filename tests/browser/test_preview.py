"""The preview shows the real aisle in a real browser, as strict as the strictest shop."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from axe_playwright_python.sync_playwright import Axe

from syndicator.server import Server, create_app
from syndicator.targets import MemoryTarget, blob
from tests.server.published_site import NAMER, Published

pytestmark = pytest.mark.browser

COMING = {"NV-9": {"brand": "Norrvind", "title": "Coming soon", "summary": "Under embargo."}}
PRESENT = {"NV-1": {"brand": "Norrvind", "title": "Fjord 7", "summary": "A quiet bike."}}
PAST = {"NV-1": PRESENT["NV-1"] | {"title": "Fjord 6"}}


def world(editions, aisle, before=None) -> Published:
    made = Published(MemoryTarget(), before or editions)
    made.publish()
    if before:
        made.publish(**editions)
    made.target.write(blob(f"public/{key}", data) for key, data in aisle.keys().items())
    return made


@pytest.fixture(scope="module")
def address(aisle) -> Iterator[str]:
    def rehearse(_now: datetime) -> MemoryTarget:
        return world({"de": PRESENT | COMING}, aisle).target

    site = world({"de": PRESENT}, aisle, before={"de": PAST}).site(rehearse=rehearse)
    server = Server(create_app(site, open_preview=True), "127.0.0.1", 0)
    thread = threading.Thread(target=server.run)
    thread.start()
    yield server.url
    server.stop()
    thread.join(20)


@pytest.fixture
def page(browser):
    opened = browser.new_page()
    opened.complaints = []
    opened.on("console", lambda message: opened.complaints.append(message.text))
    yield opened
    opened.close()


def test_the_frame_shows_the_aisle_without_a_word_from_the_console(address, page):
    page.goto(f"{address}preview/velohaus/NV-1")
    frame = page.frame_locator("iframe")
    frame.get_by_role("heading", name="Fjord 7").wait_for(timeout=8000)
    assert page.complaints == []


def test_what_is_not_granted_leaves_the_fallback(address, page):
    page.goto(f"{address}preview/velohaus/NV-9")
    frame = page.frame_locator("iframe")
    frame.get_by_text("the shop's own text for NV-9").wait_for(timeout=8000)
    assert frame.get_by_text("Coming soon").count() == 0


def test_a_day_to_come_stands_beside_today(address, page):
    day = datetime(2027, 1, 1, tzinfo=UTC).date()
    page.goto(f"{address}preview/_side?sku=NV-9&show=velohaus:de&show=velohaus:de@{day}&width=480")
    today, later = (page.frame_locator("iframe").nth(number) for number in (0, 1))
    later.get_by_role("heading", name="Coming soon").wait_for(timeout=8000)
    today.get_by_text("the shop's own text for NV-9").wait_for(timeout=8000)
    assert NAMER.name("rehearsal", str(day).encode()) in page.frames[2].content()


def test_what_changed_is_marked_in_the_aisle_before_and_after(address, page):
    """The field that differs has a frame around it; the others have none."""
    page.goto(f"{address}preview/_changes")
    before, after = (page.frame_locator("iframe").nth(number) for number in (0, 1))
    before.get_by_role("heading", name="Fjord 6").wait_for(timeout=8000)
    after.get_by_role("heading", name="Fjord 7").wait_for(timeout=8000)
    for frame, colour in ((before, "rgb(209, 69, 59)"), (after, "rgb(26, 143, 66)")):
        title, summary = (
            frame.locator(f"[part={part}]").evaluate(
                "(one) => [getComputedStyle(one).outlineStyle, getComputedStyle(one).outlineColor]"
            )
            for part in ("title", "summary")
        )
        assert title == ["solid", colour]
        assert summary[0] == "none"
    assert page.complaints == []


PAGES = [
    "preview/",
    "preview/velohaus",
    "preview/velohaus/NV-1",
    "preview/_side?sku=NV-1&show=velohaus:de",
    "preview/_changes",
]


def test_the_tool_itself_is_accessible(address, page):
    """What stands in its frames is the aisle, which has tests of its own."""
    for path in PAGES:
        page.goto(address + path, wait_until="domcontentloaded")
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            told = Axe().run(page, context="main, header", options={"iframes": False}).response
            found = [
                (path, scheme, one["id"], one["nodes"][0]["html"]) for one in told["violations"]
            ]
            assert found == []
