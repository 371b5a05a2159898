"""Lighthouse on a shop's page with the aisle and without, in alternating pairs; needs Node.

`make lighthouse` runs it; it is no part of `make bench`, which needs no Node. The mobile preset
throttles by simulation. Every figure is the median, over rounds, of what a page with the aisle
differs by from the page without it in the same round. Each round is written down when it is
complete (`build/lighthouse.jsonl`), so that a run that was cut off goes on where it ended; rounds
of other code or of another Lighthouse do not count. A round waits until the machine is quiet.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
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
Round = dict[str, Any]
"""Of one visit to every page: `load` when it began, and `found`, the figures of each page."""
_LONGEST = 300
"""Seconds for one run."""
_TRIES = 3
"""How often a page is visited before a round is given up."""
_STEP = 10
"""Seconds between two looks at the load."""


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
    bodies = {
        "without": FALLBACK,
        "with": TAG % on.edition + script,
        "drawn by the server": drawn + script,
    }
    for name, body in bodies.items():
        on.shop.answers[f"/{name.split(maxsplit=1)[0]}-page"] = page(f"{HEAD}{body}</main>")
    return {name: f"{on.shop.url}{name.split(maxsplit=1)[0]}-page" for name in bodies}


def audit(run: list[str], address: str) -> dict[str, float]:
    """Return what one run of Lighthouse finds on a page.

    Raises:
        ValueError: It ended without a figure for everything; a browser that came up late does that.
    """
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.json"
        flags = " ".join(["--headless=new", *FLAGS])
        told = [address, "--quiet", "--output=json", f"--output-path={out}"]
        told += ["--form-factor=mobile", "--throttling-method=simulate"]
        told += [f"--only-categories={','.join(CATEGORIES)}"]
        chrome = shutil.which("chromium") or ""
        environment = {**os.environ, "CHROME_PATH": chrome}
        command = [*run, *told, f"--chrome-flags={flags}"]
        subprocess.run(command, env=environment, check=True, timeout=_LONGEST)
        report: dict[str, Any] = json.loads(out.read_text("utf-8"))
    if "runtimeError" in report:
        raise ValueError(report["runtimeError"]["message"])
    scores = {f"score, {name}": report["categories"][name]["score"] for name in CATEGORIES}
    audits = report["audits"]
    found = scores | {name: audits[key].get("numericValue") for name, (key, _) in METRICS.items()}
    if lacking := [name for name, value in found.items() if value is None]:
        raise ValueError(f"no figure for {lacking}")
    return found


def surely(run: Callable[[str], dict[str, float]], address: str) -> dict[str, float]:
    """Return the figures of a page, from the first visit that came to an end."""
    for left in reversed(range(_TRIES)):
        try:
            return run(address)
        except (ValueError, OSError, subprocess.SubprocessError) as error:
            print(f"once more, {address}: {error}", file=sys.stderr)
            if not left:
                raise
    raise AssertionError("a loop over no tries")


def rounds(
    run: Callable[[str], dict[str, float]],
    addresses: Mapping[str, str],
    path: Path,
    mark: str,
    wanted: int,
    patience: float,
) -> list[Round]:
    """Return as many complete rounds as are wanted: those of `path` that bear `mark`, and new ones.

    Every other round visits the pages in the opposite order, so that none has a place of its own.
    """
    kept: list[Round] = []
    if path.exists():
        kept = [one for one in map(json.loads, path.open("utf-8")) if one["mark"] == mark]
    while len(kept) < wanted:
        load = quiet(patience)
        order = list(addresses)[:: -1 if len(kept) % 2 else 1]
        found = {name: surely(run, addresses[name]) for name in order}
        kept.append({"mark": mark, "load": load, "found": found})
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(kept[-1]) + "\n")
        print(f"round {len(kept)} of {wanted}, load {load:.1f}", file=sys.stderr)
    return kept[:wanted]


def quiet(patience: float) -> float:
    """Wait until fewer processes want to run than there are processors; return the load then."""
    until = time.monotonic() + patience
    while (load := os.getloadavg()[0]) >= (os.cpu_count() or 1) and time.monotonic() < until:
        time.sleep(_STEP)
    return load


def compare(kept: list[Round]) -> Iterator[Row]:
    """Yield what the aisle adds to a page, and what it takes from its scores."""
    found = {name: [one["found"][name] for one in kept] for name in kept[0]["found"]}
    bare = found.pop("without")
    for name in sorted(found, key=["with", "drawn by the server"].index):
        visits = found[name]
        for case in visits[0]:
            sign = -1 if case.startswith("score") else 1
            pairs = [sign * (one[case] - two[case]) for one, two in zip(visits, bare, strict=True)]
            unit = "lost" if sign < 0 else METRICS[case][1]
            more = {
                "pairs": len(pairs),
                "least": min(pairs),
                "most": max(pairs),
                "whole": statistics.median(one[case] for one in visits),
                "load": max(one["load"] for one in kept),
                "tool": PACKAGE,
            }
            title = f"Lighthouse, {name}: {case}"
            added = statistics.median(pairs)
            told = row(title, added, unit, reach=REACH.get(case))
            yield told | more


def main() -> None:
    """Print the rows."""
    parser = options(__doc__, PAIRS)
    parser.add_argument("--lighthouse", help="a Lighthouse that is installed; by default by npx")
    parser.add_argument("--pairs", type=int, help="how many rounds, instead of the size's")
    parser.add_argument("--rounds", type=Path, default=Path("build/lighthouse.jsonl"))
    parser.add_argument(
        "--patience", type=float, default=600, help="seconds that a round waits for quiet"
    )
    told = parser.parse_args()
    run = [told.lighthouse] if told.lighthouse else ["npx", "--yes", PACKAGE]
    if shutil.which(run[0]) is None:
        raise SystemExit(f"{run[0]} is not on this machine: Lighthouse needs Node")
    with stage() as on:
        kept = rounds(
            lambda address: audit(run, address),
            pages(on),
            told.rounds,
            f"{PACKAGE} {on.package.fingerprint}",
            told.pairs or PAIRS[told.size],
            told.patience,
        )
    show(compare(kept), as_json=told.json)


if __name__ == "__main__":
    main()
