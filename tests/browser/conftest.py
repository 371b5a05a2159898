"""A real Chromium against a small publisher and a partner's pages on two origins."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from syndicator.widgets import WidgetPackage, find_widgets
from tests.browser import documents
from tests.browser.origins import Origin, page, published, serving
from tests.browser.publisher import Zone

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

EVENTS = ("replace", "view", "missing", "error", "open", "choose", "addtocart")

RECORD = """
window.heard = [];
for (const name of %s) document.addEventListener('syndicator-' + name, (event) => {
  const { reason, sku, locale, generation } = event.detail;
  window.heard.push({ name, reason, sku, locale, generation, on: event.target.localName });
});
""" % list(EVENTS)  # noqa: UP031  the text is full of braces


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = (
        shutil.which("chromium")
        or shutil.which("chromium-browser")
        or shutil.which("google-chrome")
    )
    if chromium is None:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, headless=True, args=FLAGS)
        yield running
        running.close()


@pytest.fixture(scope="session")
def aisle() -> WidgetPackage:
    return next(found for found in find_widgets() if found.id == "aisle")


@dataclass
class World:
    """A publisher and a partner, running; `zone` is what was published."""

    zone: Zone
    store: Origin
    shop: Origin
    package: WidgetPackage
    document: dict[str, Any]

    @property
    def script(self) -> str:
        return f"{self.store.url}w/aisle/{self.package.fingerprint}/aisle.js"

    def refresh(self) -> None:
        """Serve what the zone holds now."""
        self.store.answers.clear()
        self.store.answers.update(published(self.zone.files))

    def show(self, body: str, path: str = "/", head: str = "", **headers: str) -> str:
        """Serve a page with the tag and return its address."""
        tag = f'<script type="module" src="{self.script}" crossorigin="anonymous"></script>'
        html = f'<!doctype html><html lang="de"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Laden</title>{head}<body>{body}{tag}'
        self.shop.answers[path] = page(html, **headers)
        return self.shop.url.rstrip("/") + path


@pytest.fixture
def world(aisle: WidgetPackage) -> Iterator[World]:
    zone = Zone(dict(aisle.keys()))
    media = [
        {
            "src": zone.put_media(documents.picture(), "svg"),
            "type": "image/svg+xml",
            "width": 800,
            "height": 600,
            "role": "hero",
            "alt": "Fjord 7 von der Seite",
        },
        {
            "src": zone.put_media(documents.picture("#8a3b12", 400), "svg"),
            "type": "image/svg+xml",
            "width": 800,
            "height": 600,
            "role": "gallery",
            "alt": "Der Antrieb",
        },
    ]
    document = documents.fjord(media)
    zone.publish([document, documents.rack()])
    zone.publish([documents.english(document)], locale="en")
    with serving(published(zone.files), "127.0.0.1") as store, serving({}, "localhost") as shop:
        yield World(zone, store, shop, aisle, document)


@pytest.fixture(scope="session")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """One profile for all tabs: every test has origins of its own, so they share nothing in it."""
    context = browser.new_context(viewport={"width": 1200, "height": 900}, locale="de-DE")
    context.add_init_script(RECORD)
    context.set_default_timeout(8000)
    yield context
    context.close()


@pytest.fixture
def tab(context: BrowserContext) -> Iterator[Page]:
    """A fresh page that records every event of the aisle in `heard`."""
    page = context.new_page()
    yield page
    page.close()
    context.clear_cookies()


@pytest.fixture
def heard(tab: Page) -> Callable[..., dict[str, Any]]:
    """Wait for one event of the aisle and return what it told."""

    def wait(name: str, times: int = 1) -> dict[str, Any]:
        # Polled from here: a page under a strict policy may not evaluate a predicate itself.
        for _ in range(160):
            told = [one for one in tab.evaluate("window.heard") if one["name"] == name]
            if len(told) >= times:
                return dict(told[-1])
            tab.wait_for_timeout(50)
        raise AssertionError(f"no {name}; heard {tab.evaluate('window.heard')}")

    return wait
