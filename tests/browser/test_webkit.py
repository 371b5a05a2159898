"""The aisle in a real WebKit, where Debian's `webkit2gtk-driver` and `xvfb` are, over WebDriver."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError

import pytest

from tests.browser.conftest import EVENTS, World
from tests.browser.documents import english
from tests.browser.forgeries import forge, tag
from tests.browser.origins import Answer
from tests.server.test_deploy import free_port

BROWSERS = sorted(Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser"))

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not (BROWSERS and shutil.which("WebKitWebDriver") and shutil.which("Xvfb")),
        reason="no WebKit on this machine (Debian: webkit2gtk-driver and xvfb)",
    ),
]

WATCH = """
window.told = { events: [], violations: [] };
document.addEventListener('securitypolicyviolation', (event) => told.violations.push(event.violatedDirective));
for (const name of %s) document.addEventListener('syndicator-' + name, (event) =>
  told.events.push([name, event.target.id, event.detail.reason ?? event.detail.sku]));
""" % json.dumps(EVENTS)  # noqa: UP031  the text is full of braces
ENDED = (
    "return told.events.filter(([name]) => /view|error|missing/.test(name)).length >= arguments[0]"
)
LOOK = """
const one = document.querySelector('syndicator-aisle').shadowRoot;
const style = (path) => one.querySelector(path) && getComputedStyle(one.querySelector(path));
return { text: one.textContent, display: style('.hero')?.display, direction: style('.aisle')?.direction,
  price: one.querySelector('[part=price]')?.textContent };
"""


@dataclass
class Session:
    """One window of WebKit, driven by plain HTTP."""

    address: str

    def ask(self, path: str, told: dict[str, Any]) -> Any:
        data = json.dumps(told).encode()
        request = urllib.request.Request(self.address + path, data, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)["value"]
        except HTTPError as error:
            raise AssertionError(path, error.read()) from error

    def run(self, script: str, *told: Any) -> Any:
        return self.ask("/execute/sync", {"script": script, "args": list(told)})

    def click(self, script: str) -> None:
        """Press the pointer on an element; the driver's own click knows no shadow trees."""
        script = f"const one = {script}; one.scrollIntoView({{ block: 'center' }});"
        script += "const { x, y, width, height } = one.getBoundingClientRect();"
        x, y = self.run(script + "return [x + width / 2, y + height / 2].map(Math.round)")
        steps = [{"type": "pointerMove", "x": x, "y": y}, {"type": "pointerDown", "button": 0}]
        mouse = {
            "type": "pointer",
            "id": "mouse",
            "actions": [*steps, {"type": "pointerUp", "button": 0}],
        }
        self.ask("/actions", {"actions": [mouse]})

    def show(self, url: str, elements: int = 1) -> None:
        """Open a page and wait until each of its elements has come to an end."""
        self.ask("/url", {"url": url})
        for _ in range(300):
            if self.run(ENDED, elements):
                return
            time.sleep(0.05)
        raise AssertionError(self.run("return told"))


@pytest.fixture(scope="module")
def webkit() -> Iterator[Session]:
    """Start what draws without a screen, the driver, and one window."""
    display, port = free_port(), free_port()
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    screen = ["Xvfb", f":{display}", "-screen", "0", "1280x1024x24", "-nolisten", "tcp"]
    sees = {"GDK_BACKEND": "x11", "DISPLAY": f":{display}", "LIBGL_ALWAYS_SOFTWARE": "1"}
    sees["WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS"] = "1"  # tests may run as root
    driver = ["env", *(f"{name}={value}" for name, value in sees.items())]
    driver += ["WebKitWebDriver", f"--port={port}"]
    options = {"binary": str(BROWSERS[-1]), "args": ["--automation"]}
    wanted = {"capabilities": {"alwaysMatch": {"webkitgtk:browserOptions": options}}}
    started = [subprocess.Popen(command, **quiet) for command in (screen, driver)]
    try:
        service = Session(f"http://127.0.0.1:{port}")
        found = _patiently(lambda: service.ask("/session", wanted))
        session = Session(f"{service.address}/session/{found['sessionId']}")
        session.ask("/window/rect", {"x": 0, "y": 0, "width": 1200, "height": 900})
        yield session
        ending = urllib.request.Request(
            f"{service.address}/session/{found['sessionId']}", method="DELETE"
        )
        urllib.request.urlopen(ending, timeout=30).close()
    finally:
        for process in started:
            process.terminate()
            process.wait(20)


def _patiently(ask: Callable[[], Any]) -> Any:
    """Ask until the driver, which has just been started, answers."""
    for _ in range(100):
        try:
            return ask()
        except URLError:
            time.sleep(0.1)
    return ask()


def test_webkit_shows_what_is_genuine_and_refuses_the_rest(world: World, webkit: Session) -> None:
    """A signed product under the strictest policy, in both directions; the button; three forgeries."""
    world.zone.publish([english(world.document)], locale="ar")
    other = forge(world)
    world.shop.answers["/watch.js"] = Answer(
        WATCH.encode(), headers={"Content-Type": "text/javascript"}
    )
    store = world.store.url.rstrip("/")
    policy = (
        f"default-src 'none'; script-src {store} 'self'; img-src {store} 'self'; "  # the browser asks the shop for its icon
        f"connect-src {store}; base-uri 'none'"
    )
    watch = '<script src="/watch.js"></script>'

    def shown(path: str, body: str) -> str:
        return world.show(watch + body, path=path, Content_Security_Policy=policy)

    forged = tag("page", "page") + tag("head", "head")
    webkit.show(shown("/good", tag("good", more="cart") + forged), elements=3)
    webkit.click("document.querySelector('#good').shadowRoot.querySelector('[part=cart]')")
    for _ in range(100):
        told = webkit.run("return told")
        if any(name == "addtocart" for name, *_ in told["events"]):
            break
        time.sleep(0.05)
    assert {(name, where): why for name, where, why in told["events"]} == {
        ("replace", "good"): "NV-FJORD-7",
        ("view", "good"): "NV-FJORD-7",
        ("addtocart", "good"): "NV-FJORD-7",
        ("error", "page"): "integrity",
        ("error", "head"): "signature",
    }
    assert told["violations"] == []
    seen = webkit.run(LOOK)
    assert "Trekkingrad" in seen["text"]
    assert (seen["display"], seen["direction"]) == ("grid", "ltr")

    offer = 'lang="ar" price="4099.00" currency="EUR"'
    webkit.show(shown("/arabic", tag("arabic", more=offer)))
    seen = webkit.run(LOOK)
    assert seen["direction"] == "rtl"
    assert "4,099.00" in seen["price"], "the same figures as everywhere in the aisle"

    address = shown("/bad", tag("script"))
    bad = world.shop.answers["/bad"]
    bad.body = bad.body.replace(world.script.encode(), other.encode())
    webkit.show(address)
    assert webkit.run("return told.events") == [["error", "script", "script"]]
    assert "Trekkingrad" not in webkit.run(LOOK)["text"]
