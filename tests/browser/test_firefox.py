"""The aisle in Firefox, where it is installed: shown, verified, quiet under a strict policy.

The test tool drives no ordinary Firefox, so each page watches itself and tells its shop.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from tests.browser.conftest import EVENTS, World
from tests.browser.forgeries import forge, tag
from tests.browser.origins import Answer

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(shutil.which("firefox-esr") is None, reason="no Firefox on this machine"),
]

PREFERENCES = """
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("browser.aboutwelcome.enabled", false);
user_pref("toolkit.startup.max_resumed_crashes", -1);
user_pref("app.update.enabled", false);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("intl.accept_languages", "de");
"""

WATCH = """
const told = { events: [], violations: [] };
document.addEventListener('securitypolicyviolation', (event) => told.violations.push(event.violatedDirective));
for (const name of %s) document.addEventListener('syndicator-' + name, (event) => {
  told.events.push([name, event.target.id, event.detail.reason ?? event.detail.sku]);
  const ended = told.events.filter(([name]) => /view|error|missing/.test(name)).length;
  if (ended == document.querySelectorAll('[partner]').length) setTimeout(tell, 300);
});
const tell = async () => {
  // A browser that has just started on a busy machine may be slower than the element's patience.
  const late = told.events.every(([name, _, reason]) => name == 'error' && reason == 'timeout');
  if (late && location.search.length < 5) return location.replace(`?${location.search}x`);
  const one = document.querySelector('syndicator-aisle').shadowRoot;
  told.text = one.textContent;
  told.display = one.querySelector('.hero') && getComputedStyle(one.querySelector('.hero')).display;
  one.querySelector('[data-act=zoom]')?.click();
  await new Promise((done) => setTimeout(done, 800));
  told.zoomed = Boolean(one.querySelector('dialog[open]'));
  await fetch('/told' + location.pathname + '/' + encodeURIComponent(JSON.stringify(told)));
  if (location.pathname == '/good') location.href = '/bad';
};
""" % json.dumps(EVENTS)  # noqa: UP031  the text is full of braces


@pytest.fixture
def visit(world: World, tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Open a page of the shop, which goes on to the next; return what each told."""

    def open_pages(*paths: str) -> dict[str, Any]:
        (tmp_path / "user.js").write_text(PREFERENCES)
        command = ["firefox-esr", "--headless", "--no-remote", "--profile", str(tmp_path)]
        command.append(world.shop.url.rstrip("/") + paths[0])
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        process = subprocess.Popen(command, **quiet)
        try:
            return {path: waited(f"/told{path}/") for path in paths}
        finally:
            process.terminate()
            process.wait(30)

    def waited(start: str) -> dict[str, Any]:
        for _ in range(900):
            for asked in list(world.shop.asked):
                if asked.startswith(start):
                    return dict(json.loads(unquote(asked.removeprefix(start))))
            time.sleep(0.1)
        raise AssertionError(f"Firefox told nothing of {start}; asked {world.shop.asked}")

    return open_pages


def test_firefox_shows_what_is_genuine_and_refuses_the_rest(
    world: World, visit: Callable[..., dict[str, Any]]
) -> None:
    """A signed product under the strictest policy; a changed head, page and script are refused."""
    other = forge(world)
    world.shop.answers["/watch.js"] = Answer(
        WATCH.encode(), headers={"Content-Type": "text/javascript"}
    )
    store = world.store.url.rstrip("/")
    policy = (
        f"default-src 'none'; script-src {store} 'self'; img-src {store}; "
        f"connect-src {store} 'self'; base-uri 'none'"
    )
    look = '<script src="/watch.js"></script>'
    body = tag("good") + tag("page", "page") + tag("head", "head")
    world.show(look + body, path="/good", Content_Security_Policy=policy)
    world.show(look + tag("script"), path="/bad", Content_Security_Policy=policy)
    bad = world.shop.answers["/bad"]
    bad.body = bad.body.replace(world.script.encode(), other.encode())

    pages = visit("/good", "/bad")
    told = pages["/good"]
    ends = {(name, where): why for name, where, why in told["events"]}
    assert ends == {
        ("replace", "good"): "NV-FJORD-7",
        ("view", "good"): "NV-FJORD-7",
        ("error", "page"): "integrity",
        ("error", "head"): "signature",
    }
    assert "Trekkingrad" in told["text"]
    assert told["display"] == "grid"
    assert told["zoomed"]
    assert told["violations"] == []

    told = pages["/bad"]
    assert told["events"] == [["error", "script", "script"]]
    assert "Trekkingrad" not in told["text"]
