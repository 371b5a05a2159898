"""Hostile rich text in a real browser: it fires as it was written, and never as we publish it."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from syndicator.catalog.richtext import sanitise
from tests.catalog.richtext_cases import CASES, HOSTILE, PIECES

pytestmark = pytest.mark.browser

FIRING = [
    "<img src=x onerror=alert(1)>",
    "<svg><image href=x onerror=alert(1)></svg>",
    "<iframe srcdoc='<script>parent.alert(1)</script>'></iframe>",
    "<details open ontoggle=alert(1)>x</details>",
    "<video><source onerror=alert(1)></video>",
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;"><img src=x onerror=alert(1)>',
    "<input autofocus onfocus=alert(1)>",
    "<style>@keyframes x{}</style><p style='animation-name:x' onanimationstart=alert(1)>x</p>",
]  # fmt: skip


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A bare page that counts what executes."""
    opened = browser.new_page()
    opened.set_content("<!doctype html><body></body>")
    opened.evaluate("() => { window.fired = 0; window.alert = () => { window.fired += 1; }; }")
    yield opened
    opened.close()


def fired(page: Page, texts: list[str]) -> int:
    """Show every text in an element of its own, wait, and return how often something ran."""
    page.evaluate(
        """(texts) => { window.fired = 0; document.body.replaceChildren(...texts.map((text) => {
            const made = document.createElement("div"); return made; }));
            [...document.body.children].forEach((made, n) => { made.innerHTML = texts[n]; }); }""",
        texts,
    )
    page.wait_for_timeout(400)
    return int(page.evaluate("() => window.fired"))


@pytest.mark.parametrize("text", FIRING)
def test_the_harness_fires_on_the_raw_text(page: Page, text: str) -> None:
    """Each of these attacks executes here as it was written, so silence means something."""
    assert fired(page, [text]) > 0


def test_published_text_never_fires(page: Page) -> None:
    """The same attacks, and all known ones, are silent after sanitising."""
    assert fired(page, [sanitise(text) for text in [*FIRING, *HOSTILE]]) == 0


def test_what_a_browser_makes_of_it_is_the_same_again(page: Page) -> None:
    """Output, built by a browser, serialised and sanitised again, is the output."""
    chance = random.Random(7)  # noqa: S311  a seed, not a secret
    mixed = ["".join(chance.choices(PIECES, k=chance.randint(1, 14))) for _ in range(600)]
    texts = [*FIRING, *HOSTILE, *(text for text, _ in CASES.values()), *mixed]
    outputs = [sanitise(text) for text in texts]
    built = page.evaluate(
        """(outputs) => outputs.map((html) => {
            const made = document.createElement("div"); made.innerHTML = html; return made.innerHTML; })""",
        outputs,
    )
    again = [sanitise(html) for html in built]
    different = [(a, b, c) for a, b, c in zip(outputs, built, again, strict=True) if a != c]
    assert different == []
