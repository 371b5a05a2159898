"""Lighthouse on a shop's page with the aisle and without, in alternating pairs; needs Node.

`make lighthouse` runs it; it is no part of `make bench`, which needs no Node. The mobile preset
throttles by simulation, so every figure is a difference of medians over pairs taken side by side.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from _rows import Row, options, row, show
from aisle import FALLBACK, SHOP, TAG, Stage, stage

from syndicator.rendering import inline_look, render_element
from tests.browser.conftest import FLAGS
from tests.browser.origins import page

PACKAGE = "lighthouse@12.8.2"
"""The last version for Node 20; newer ones want Node 22."""
PAIRS = {"small": 1, "full": 5}
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
HEAD = (
    '<!doctype html><html lang="de"><meta charset="utf-8"><title>Fjord 7 at the shop</title>'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    '<meta name="description" content="A bicycle at a shop"><link rel="icon" href="data:,">'
    f"<body><main><h1>Shop</h1>{SHOP}"
)
METRICS = {
    "first contentful paint": ("first-contentful-paint", "ms"),
    "largest contentful paint": ("largest-contentful-paint", "ms"),
    "total blocking time": ("total-blocking-time", "ms"),
    "layout shift": ("cumulative-layout-shift", ""),
    "bytes": ("total-byte-weight", "bytes"),
}
REACH = {"score, performance": 0.02, "layout shift": 0.0, "total blocking time": 10}
"""The most that the aisle may take away or add; scores count as what is lost."""
_LONGEST = 300
"""Seconds for one run."""


def pages(on: Stage) -> dict[str, str]:
    """Put up the three pages and return their addresses."""
    entry = f"{on.store.url}w/aisle/{on.package.fingerprint}/aisle.js"
    script = f'<script type="module" src="{entry}" crossorigin="anonymous"></script>'
    files = on.package.files
    drawn = render_element(
        on.product,
        base_url=on.store.url,
        locale="de",
        partner="velohaus",
        words=json.loads(files["words.de.json"]),
        look=inline_look(files["aisle.css"].decode()),
    ).decode()
    bodies = {"without": FALLBACK, "with": TAG + script, "drawn by the server": drawn + script}
    for name, body in bodies.items():
        on.shop.answers[f"/{name.split(maxsplit=1)[0]}-page"] = page(f"{HEAD}{body}</main>")
    return {name: f"{on.shop.url}{name.split(maxsplit=1)[0]}-page" for name in bodies}


def audit(run: list[str], address: str) -> dict[str, float]:
    """Return what one run of Lighthouse finds on a page."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.json"
        flags = " ".join(["--headless=new", *FLAGS])
        told = [address, "--quiet", "--output=json", f"--output-path={out}"]
        chrome = shutil.which("chromium") or ""
        environment = {**os.environ, "CHROME_PATH": chrome}
        command = [*run, *told, f"--chrome-flags={flags}"]
        subprocess.run(command, env=environment, check=True, timeout=_LONGEST)
        report: dict[str, Any] = json.loads(out.read_text("utf-8"))
    scores = {f"score, {name}": report["categories"][name]["score"] for name in CATEGORIES}
    audits = report["audits"]
    return scores | {name: audits[key]["numericValue"] for name, (key, _) in METRICS.items()}


def compare(run: Callable[[str], dict[str, float]], on: Stage, pairs: int) -> Iterator[Row]:
    """Visit all pages in turn and yield what the aisle adds, and the scores with it."""
    addresses = pages(on)
    found: dict[str, list[dict[str, float]]] = {name: [] for name in addresses}
    for _ in range(pairs):
        for name, address in addresses.items():
            found[name].append(run(address))
    bare = found.pop("without")
    for name, visits in found.items():
        for case in visits[0]:
            sign = -1 if case.startswith("score") else 1
            added = statistics.median(
                sign * (one[case] - other[case]) for one, other in zip(visits, bare, strict=True)
            )
            kept = statistics.median(one[case] for one in visits)
            unit = "lost" if sign < 0 else METRICS[case][1]
            title = f"Lighthouse, {name}: {case}"
            more = {"pairs": pairs, "whole": kept, "tool": PACKAGE}
            yield row(title, added, unit, reach=REACH.get(case), **more)


def main() -> None:
    """Print the rows."""
    parser = options(__doc__, PAIRS)
    parser.add_argument("--lighthouse", help="a Lighthouse that is installed; by default by npx")
    told = parser.parse_args()
    run = [told.lighthouse] if told.lighthouse else ["npx", "--yes", PACKAGE]
    if shutil.which(run[0]) is None:
        raise SystemExit(f"{run[0]} is not on this machine: Lighthouse needs Node")
    with stage() as on:
        rows = list(compare(lambda address: audit(run, address), on, PAIRS[told.size]))
    show(rows, as_json=told.json)


if __name__ == "__main__":
    main()
