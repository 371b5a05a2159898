"""The cost card of the aisle: what it adds to a partner's page, measured in Chromium.

Every figure that depends on time is taken under fourfold CPU throttling and as a difference to the
same page without the tag, in alternating runs; figures of other embeds are those of their published
files, or of the HTTP Archive, and say so.
"""

from __future__ import annotations

import gzip
import json
import shutil
import statistics
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import brotli
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from _rows import options, row, show  # noqa: E402  beside this script

from syndicator.widgets import WidgetPackage, built_in_folder, find_widgets  # noqa: E402  run from a clone
from syndicator.widgets.minifying import minified  # noqa: E402
from tests.browser import documents  # noqa: E402
from tests.browser.conftest import FLAGS  # noqa: E402
from tests.browser.origins import Origin, in_sequence, page, published, serving  # noqa: E402
from tests.browser.publisher import PUBLIC_KEY, Zone  # noqa: E402

THROTTLE = 4
SETTLED = 2000
"""Milliseconds after the network fell silent until everything is drawn, also on a busy machine."""
RUNS = {"small": 1, "full": 7}
"""Alternating runs with and without the tag."""
FALLBACK = "<p>The shop's own words.</p>"
ROOM = 'style="display:flow-root;min-block-size:2600px"'
TAG = (
    f'<syndicator-aisle partner="velohaus" sku="NV-FJORD-7" key="{PUBLIC_KEY}" edition="%s" {ROOM}>'
    f"{FALLBACK}</syndicator-aisle>"
)
"""As `syndicator snippet` writes it."""
SHOP = (
    "<h2>Räder</h2><p>Words, <b>bold words</b> and <em>others</em>: 1.899,00 €.</p>"
    "<table><tr><th>a<td>b</table><ul><li>One</ul>"
    "<input type=search aria-label=a><select aria-label=b><option>x</select>"
)
"""What every shop has already shown, so that its fonts and controls are not charged to the tag."""
WATCH = """
window.watched = { shift: 0, seen: false, replies: [] };
const add = (list) => { for (const one of list.getEntries()) watched.shift += one.value; };
new PerformanceObserver(add).observe({ type: 'layout-shift', buffered: true });
document.addEventListener('syndicator-view', () => { watched.seen = true; });
const channel = new MessageChannel();
const asked = [];
channel.port1.onmessage = () => { watched.replies.push(performance.now() - asked.shift()); };
for (const name of ['click', 'input']) addEventListener(name, (event) => {
  requestAnimationFrame(() => { asked.push(event.timeStamp); channel.port2.postMessage(0); });
}, { capture: true });
"""
"""Shifts, and how long after an interaction the next frame was done."""

BUSY = """document.querySelector('#busy').addEventListener('click', () => {
  const end = performance.now() + 120; while (performance.now() < end);
})"""

PEERS = [
    ("entry script, gzip", "@stripe/stripe-js 10.2.1 (loader only)", 1_367, "bytes"),
    ("entry script, gzip", "lite-youtube-embed 0.3.4, minified", 1_474, "bytes"),
    ("entry script, gzip", "include-fragment-element 6.4.1", 1_776, "bytes"),
    ("script of a product page, gzip", "lit 3.3.3 alone", 5_787, "bytes"),
    ("script of a product page, gzip", "PayPal zoid 10.6.0", 28_120, "bytes"),
    ("script on the main thread", "Flixmedia (HTTP Archive 2024-07, mean of 344 pages)", 699, "ms"),
    ("script on the main thread", "Bazaarvoice (HTTP Archive 2024-07)", 577, "ms"),
    ("script on the main thread", "Stripe (HTTP Archive 2024-07)", 1_782, "ms"),
]
"""Measured on the packages' files with gzip 9, or taken from third-party-web 0.30.0."""


@dataclass
class Stage:
    """A publisher, a partner's page with the tag and one without."""

    package: WidgetPackage
    store: Origin
    shop: Origin
    browser: Browser
    product: dict[str, Any]
    edition: str

    @contextmanager
    def tab(self) -> Iterator[Page]:
        """Open a fresh tab that watches itself."""
        context = self.browser.new_context(viewport={"width": 1200, "height": 900})
        context.add_init_script(WATCH)
        yield context.new_page()
        context.close()


@contextmanager
def stage() -> Iterator[Stage]:
    """Publish one complete product and open a shop for it."""
    package = next(found for found in find_widgets() if found.id == "aisle")
    zone = Zone(dict(package.keys()))
    media = [
        {"src": zone.put_media(documents.picture(ink, shift), "svg"), "type": "image/svg+xml"}
        | {"width": 800, "height": 600, "role": role, "alt": "Fjord 7"}
        for ink, shift, role in (("#24453b", 60, "hero"), ("#8a3b12", 400, "gallery"))
    ]
    product = documents.fjord(media)
    specs = [{"key": f"k{n}", "label": f"Spec {n}", "text": f"Value {n}"} for n in range(40)]
    product["specs"] = [*product["specs"], {"group": "More", "items": specs}]
    zone.publish([product, documents.rack()])
    entry = f"w/aisle/{package.fingerprint}/aisle.js"
    with (
        serving(published(zone.files), "127.0.0.1") as store,
        serving({}, "localhost") as shop,
        sync_playwright() as playwright,
    ):
        script = f'<script type="module" src="{store.url}{entry}" crossorigin></script>'
        html = '<!doctype html><html lang="de"><title>Shop</title><link rel="icon" href="data:,">'
        html += f'<body><h1>Shop</h1>{SHOP}<button id="busy">Busy</button>'
        shop.answers["/with"] = page(html + TAG % zone.editions["velohaus"]["de"] + script)
        shop.answers["/without"] = page(html + FALLBACK)
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        edition = zone.editions["velohaus"]["de"]
        yield Stage(package, store, shop, browser, product, edition)
        browser.close()


def sizes(package: WidgetPackage) -> Iterator[dict[str, Any]]:
    """Weigh the files as they are served, and the script of the view without what it carries."""
    packed = {name: len(gzip.compress(data, 9)) for name, data in package.files.items()}
    entry, view = package.files[package.entry], package.files["view.de.js"]
    yield row("entry script, gzip", packed[package.entry], "bytes", reach=3072)
    yield row("entry script, brotli", len(brotli.compress(entry)), "bytes", reach=2560)
    code = minified("view.js", (built_in_folder() / "aisle/view.js").read_bytes())
    script = packed[package.entry] + len(gzip.compress(code, 9))
    yield row("script of a product page, gzip", script, "bytes", reach=10240)
    whole = packed[package.entry] + packed["view.de.js"]
    yield row("the same with its look and words, gzip", whole, "bytes")
    sent = len(brotli.compress(entry)) + len(brotli.compress(view))
    yield row("the same with its look and words, brotli", sent, "bytes")
    scripts = {name for name in packed if name.endswith(".js")}
    lazy = {name for name in scripts if not name.startswith(("view.", package.entry))}
    yield row("largest lazy part, gzip", max(map(packed.__getitem__, lazy)), "bytes", reach=4096)


def visit(on: Stage, path: str) -> dict[str, float]:
    """Open a page under throttling and return what it cost, in CPU time of the main thread.

    Nothing is asked of the page before the end: the tool's own script would be charged to it.
    """
    with on.tab() as tab:
        devtools = tab.context.new_cdp_session(tab)
        devtools.send("Performance.enable", {"timeDomain": "threadTicks"})
        devtools.send("Emulation.setCPUThrottlingRate", {"rate": THROTTLE})
        on.browser.start_tracing(page=tab, categories=["toplevel", "devtools.timeline"])
        tab.goto(on.shop.url + path)
        tab.wait_for_load_state("networkidle")
        tab.wait_for_timeout(SETTLED)
        told = devtools.send("Performance.getMetrics")["metrics"]
        metrics = {one["name"]: one["value"] for one in told}
        trace = json.loads(on.browser.stop_tracing())
        if path == "with" and not tab.evaluate("watched.seen"):
            raise RuntimeError("the product was not shown in time; this machine is too busy")
        return {
            "script": metrics["ScriptDuration"] * 1000,
            "layout": (metrics["LayoutDuration"] + metrics["RecalcStyleDuration"]) * 1000,
            "shift": tab.evaluate("watched.shift"),
            "longest": max(tasks(trace["traceEvents"], on.shop.url + path)),
            "later": max(tasks(trace["traceEvents"], on.shop.url + path, later=True), default=0),
        }


def tasks(events: list[dict[str, Any]], address: str, *, later: bool = False) -> list[float]:
    """Return the CPU time in ms of each task of the main thread that showed `address`.

    The task in which the browser puts the new page in place of the old one is nobody's; with
    `later`, those in which it lays out the whole page for the first time are not counted either:
    they are the page's own.
    """
    commits = [
        one
        for one in events
        if one["name"] == "CommitLoad" and one.get("args", {}).get("data", {}).get("url") == address
    ]
    shown = {(one["pid"], one["tid"]) for one in commits}
    start = max(one["ts"] for one in commits)
    mine = [one for one in events if (one["pid"], one["tid"]) in shown and one["ts"] > start]
    whole = [one["ts"] for one in mine if later and one["name"] == "Layout" and _whole(one)]
    return [
        one.get("tdur", 0) / 1000
        for one in mine
        if one["name"].endswith("RunTask")
        and not any(one["ts"] <= at < one["ts"] + one.get("dur", 0) for at in whole)
    ]


def _whole(layout: dict[str, Any]) -> bool:
    """Tell whether a layout is the first of a page; that of the blank one before it has less."""
    told = layout.get("args", {}).get("beginData", {})
    return bool(told.get("totalObjects", 0) == told.get("dirtyObjects") > 20)


def loading(on: Stage, runs: int) -> Iterator[dict[str, Any]]:
    """Compare the page with and without the tag."""
    with_it, without = [], []
    for path in ("with", "without"):  # fonts and code are read once by any browser
        visit(on, path)
    for _ in range(runs):
        with_it.append(visit(on, "with"))
        without.append(visit(on, "without"))

    def added(name: str) -> float:
        pairs = zip(with_it, without, strict=True)
        return statistics.median(yes[name] - no[name] for yes, no in pairs)

    note = {"runs": runs, "throttling": THROTTLE}
    yield row("script on the main thread", added("script"), "ms", reach=50, **note)
    yield row("style and layout", added("layout"), "ms", **note)
    longest = [one["longest"] for one in with_it]
    later = [one["later"] for one in with_it]
    bare = statistics.median(one["longest"] for one in without)
    middle = statistics.median
    yield row("longest task (a long one has 50 ms)", middle(longest), "ms", reach=50, **note)
    yield row("longest task, the page's own first layout apart", middle(later), "ms", **note)
    yield row("the same in the least disturbed run", min(later), "ms", **note)
    yield row("longest task of the page without the tag", bare, "ms", **note)
    yield row(
        "layout shift, room reserved", max(one["shift"] for one in with_it), "", reach=0, **note
    )


def requests(on: Stage) -> Iterator[dict[str, Any]]:
    """Count what a cold and a warm visit ask for before anybody touches anything."""
    with on.tab() as tab:
        asked = []
        for _ in range(2):
            on.store.asked.clear()
            tab.goto(on.shop.url + "with")
            tab.wait_for_function("watched.seen")
            tab.wait_for_load_state("networkidle")
            asked.append(list(on.store.asked))
            tab.goto("about:blank")
    pictures = [path for path in asked[0] if path.startswith("/m/")]
    yield row("requests, cold, without pictures", len(asked[0]) - len(pictures), "requests")
    yield row("requests for pictures, cold", len(pictures), "requests")
    yield row("requests, warm within the head's lifetime", len(asked[1]), "requests", reach=0)
    yield row("requests in sequence after the script, cold", in_waves(on), "requests", reach=3)
    bodies = [on.store.answers[path].body for path in asked[0] if path not in pictures]
    total = sum(len(gzip.compress(body, 9)) for body in bodies)
    yield row("bytes before interaction, cold, gzip, without pictures", total, "bytes")


def in_waves(on: Stage) -> int:
    """Return how many answers a cold visit waits for one after another, pictures included."""
    for answer in on.store.answers.values():
        answer.delay = 0.25
    with on.tab() as tab:
        tab.goto(on.shop.url + "with")
        tab.wait_for_function("watched.seen")
        tab.wait_for_load_state("networkidle")
        entries = "performance.getEntriesByType('resource')"
        times = tab.evaluate(f"{entries}.map((one) => [one.startTime, one.responseEnd])")
    for answer in on.store.answers.values():
        answer.delay = 0
    return in_sequence(times) - 1  # the first is the script itself


def interactions(on: Stage, runs: int) -> Iterator[dict[str, Any]]:
    """Time controls until the frame after them, and prove the meter on a busy handler."""
    controls = {
        "nothing, the floor of the meter": lambda tab: tab.locator("h1").click(),
        "turn a picture": lambda tab: tab.locator("[data-act=turn]").nth(1).click(),
        "search the specs": lambda tab: tab.locator("syndicator-aisle .find").press("7"),
        "open a question": lambda tab: tab.locator("syndicator-aisle summary").first.click(),
        "enlarge a picture": lambda tab: tab.locator("[data-act=zoom]").nth(1).click(),
    }
    taken: dict[str, list[float]] = {name: [] for name in (*controls, "busy")}
    for _ in range(runs):
        with on.tab() as tab:
            tab.goto(on.shop.url + "with")
            tab.wait_for_function("watched.seen")
            tab.evaluate(BUSY)
            tab.context.new_cdp_session(tab).send(
                "Emulation.setCPUThrottlingRate", {"rate": THROTTLE}
            )
            for name, use in {"busy": lambda tab: tab.locator("#busy").click(), **controls}.items():
                tab.evaluate("watched.replies.length = 0")
                use(tab)
                tab.wait_for_function("watched.replies.length > 0")
                tab.wait_for_timeout(300)  # what follows is not the next one's
                taken[name].append(tab.evaluate("watched.replies[0]"))
    note = {"runs": runs, "throttling": THROTTLE}
    for name in controls:
        yield row(f"interaction: {name}", statistics.median(taken[name]), "ms", reach=100, **note)
    busy = statistics.median(taken["busy"])
    yield row("control: a handler busy for 120 ms", busy, "ms", **note) | {"met": busy >= 120}


def access(on: Stage) -> Iterator[dict[str, Any]]:
    """Count what axe finds under the WCAG 2.2 AA tags."""
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    with on.tab() as tab:
        tab.goto(on.shop.url + "with")
        tab.wait_for_function("watched.seen")
        tab.wait_for_timeout(500)
        found = Axe().run(tab, options={"runOnly": {"type": "tag", "values": tags}})
    yield row("axe violations, WCAG 2.2 AA", found.violations_count, "violations", reach=0)


def traces(on: Stage) -> Iterator[dict[str, Any]]:
    """Count what the aisle leaves behind: cookies, storage, globals, console lines."""
    names = "Object.getOwnPropertyNames(window).length"
    with on.tab() as tab:
        noise: list[str] = []
        tab.on("console", lambda message: noise.append(message.text))
        tab.goto(on.shop.url + "without")
        before = tab.evaluate(names)
        tab.goto(on.shop.url + "with")
        tab.wait_for_function("watched.seen")
        left = (
            tab.evaluate(names)
            - before
            + tab.evaluate("localStorage.length + sessionStorage.length")
        )
        count = left + len(noise) + len(tab.context.cookies())
    yield row("cookies, storage, globals, console lines", count, "traces", reach=0)


def card(size: str) -> list[dict[str, Any]]:
    """Return every row of the cost card."""
    runs = RUNS[size]
    with stage() as on:
        rows = [*sizes(on.package), *requests(on), *loading(on, runs), *interactions(on, runs)]
        rows += [*access(on), *traces(on)]
    ours = {one["case"]: one["value"] for one in rows}
    for case, peer, value, unit in PEERS:
        ratio = round(value / ours[case], 2) if ours[case] > 0 else None
        rows.append(row(case, value, unit, subject=peer, peer="syndicator", ratio=ratio))
    return rows


def main() -> None:
    """Print the card."""
    told = options(__doc__, RUNS).parse_args()
    show(card(told.size), as_json=told.json)


if __name__ == "__main__":
    main()
