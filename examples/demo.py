"""Publish the reference workspace, serve it, and open a partner's shop beside it.

`make demo` runs until it is stopped; `make demo-once` opens the shop in headless Chromium, saves a
screenshot and exits 0 only if the aisle rendered there.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHOP = ROOT / "examples" / "partner_site" / "app.py"
PARTNER = "velohaus"
PRODUCT = "fjord-7"
SCROLL = """async () => {
  for (let y = 0; y < document.body.scrollHeight; y += 600) {
    scrollTo(0, y);
    await new Promise(requestAnimationFrame);
  }
  scrollTo(0, 0);
}"""
"""Pass every lazy picture, as a reader would."""
PATIENCE = 30.0
"""Seconds that a server may take to answer."""


def main() -> int:
    """Run the demo and return its exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--once", metavar="PNG", type=Path, help="save a screenshot and end")
    arguments = parser.parse_args()
    published = syndicator("publish")
    print(
        f"Published release {published['generation']}: {published['products']} products for "
        f"{published['partners']} partners in {published['editions']} editions."
    )
    port, shop_port = (free_port(), free_port()) if arguments.once else (8080, 8090)
    key = syndicator("publish")["partner_keys"][PARTNER]
    engine, shop = f"http://127.0.0.1:{port}", f"http://localhost:{shop_port}"
    servers = [
        start([sys.executable, "-m", "syndicator", "serve", "--port", str(port)]),
        start(
            [
                sys.executable,
                str(SHOP),
                "--syndicator",
                engine,
                "--partner-key",
                key,
                "--port",
                str(shop_port),
            ]
        ),
    ]
    try:
        wait_for(f"{engine}/healthz")
        wait_for(shop)
        if arguments.once:
            return photograph(f"{shop}/p/{PRODUCT}", arguments.once)
        print(f"\n  A partner's shop  {shop}/\n  Preview           {engine}/preview/\n")
        print("Stop with Ctrl-C.")
        servers[0].wait()
    except KeyboardInterrupt:
        print()
    finally:
        for server in servers:
            server.terminate()
    return 0


def syndicator(*arguments: str) -> dict[str, object]:
    """Run one command on the reference workspace and return its JSON."""
    command = [sys.executable, "-m", "syndicator", *arguments, "--workspace", str(ROOT), "--json"]
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE)
    if done.returncode:
        sys.exit(done.returncode)
    return json.loads(done.stdout)


def start(command: list[str]) -> subprocess.Popen[bytes]:
    """Start a server in the repository's root."""
    return subprocess.Popen(command, cwd=ROOT)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(address: str) -> None:
    """Wait until a server answers; raise TimeoutError where it does not."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            urllib.request.urlopen(address, timeout=2).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(f"{address} did not answer within {PATIENCE:.0f} s")


def photograph(address: str, path: Path) -> int:
    """Open a page in headless Chromium, wait for the aisle, save what it shows."""
    from playwright.sync_api import Error, sync_playwright  # noqa: PLC0415  only --once needs a browser

    browser_path = next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )
    flags = ["--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
    flags += ["--disable-component-update", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    path.parent.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=flags)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(address)
        try:
            title = page.locator("syndicator-aisle [part=title]").inner_text(timeout=15_000)
            page.evaluate(SCROLL)
            page.wait_for_load_state("networkidle")
        except Error as error:
            print(f"the aisle did not render on {address}: {error}", file=sys.stderr)
            return 1
        finally:
            page.screenshot(path=path, full_page=True)
            browser.close()
    print(f"The aisle shows {title!r}; screenshot in {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
