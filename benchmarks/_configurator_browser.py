"""The bicycle's configurator in a throttled Chromium: how soon it answers, how soon it is drawn."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Browser, sync_playwright  # noqa: E402

from syndicator.widgets import WidgetPackage  # noqa: E402
from tests.browser.conftest import FLAGS  # noqa: E402
from tests.browser.origins import Answer, Origin, page, published, serving  # noqa: E402

THROTTLE = 4
TABS = 15

ANSWER = """async ([runtime, rules, labels]) => {
  const data = await (await fetch(rules)).arrayBuffer();
  const words = await (await fetch(labels)).json();
  const { Configurator } = await import(runtime);
  const began = performance.now();
  new Configurator(data, words).bounds();
  return performance.now() - began;
}"""

STAND = """async ([entry, rules, labels]) => {
  await Promise.all([rules, labels].map((one) => fetch(one)));
  await import(entry);
  const app = document.createElement("syndicator-configurator");
  const told = { sku: "X", lang: "en", rules, labels };
  for (const name in told) app.setAttribute(name, told[name]);
  const shown = new Promise((done) => app.addEventListener("syndicator-configure", done));
  const began = performance.now();
  document.body.append(app);
  await shown;
  return performance.now() - began;
}"""


def first_answers(app: WidgetPackage, artefact: bytes, labels: bytes) -> dict[str, float] | None:
    """Return milliseconds from loaded data to the first answer, and from the tag to the form.

    The median over fresh tabs at 4x throttling; None where there is no Chromium.
    """
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        return None
    files = published(dict(app.keys()))
    open_to_all = {"Access-Control-Allow-Origin": "*", "Cache-Control": "max-age=600"}
    files["/r.cdd"] = Answer(artefact, headers=open_to_all)
    files["/l.json"] = Answer(labels, headers=open_to_all)
    with (
        serving(files, "127.0.0.1") as store,
        serving({"/": page("<!doctype html><title>Shop</title>")}, "localhost") as shop,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        beside = [f"{store.url}r.cdd", f"{store.url}l.json"]
        runtime, entry = (
            f"{store.url}w/configurator/{app.fingerprint}/{name}"
            for name in ("runtime.js", app.entry)
        )
        answered = _timed(browser, shop, ANSWER, [runtime, *beside])
        stood = _timed(browser, shop, STAND, [entry, *beside])
        browser.close()
    return {"answer": median(answered), "form": median(stood)}


def _timed(browser: Browser, shop: Origin, script: str, given: list[str]) -> list[float]:
    times = []
    for _ in range(TABS):
        context = browser.new_context()
        tab = context.new_page()
        tab.goto(shop.url)
        devtools = context.new_cdp_session(tab)
        devtools.send("Emulation.setCPUThrottlingRate", {"rate": THROTTLE})
        times.append(float(tab.evaluate(script, given)))
        context.close()
    return times
