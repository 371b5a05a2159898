"""Entitlement at the scale of every dealer, beside DuckDB, Polars and Cedar on the same rules.

    python benchmarks/entitlement.py [--size small|full|large] [--json]

`full` is 5,000 partners over 100,000 products; `large` a million products, without peers. Peers are
measured where they are installed (`pip install duckdb polars cedarpy`), on some of the partners, in
runs that alternate with ours over the same partners; the run fails unless their answers equal ours.
"""

from __future__ import annotations

import random
import resource
import statistics
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import msgspec
from _entitlement_peers import peer_rows
from _entitlement_workload import (
    BRANDS,
    NOW,
    Size,
    Workload,
    generate,
    read,
    resolve_all,
    timed,
)
from _rows import options, row, show

from syndicator.entitlement import Impact, Manifests, World, check_selectors, explain

SIZES = {
    "small": Size(2_000, 100, 20, 50, 2, 300),
    "full": Size(100_000, 5_000, 200, 300, 2, 300),
    "large": Size(1_000_000, 5_000, 0, 0, 25),
}


def own_rows(size: Size, work: Workload) -> Iterator[dict[str, Any]]:
    """Measure resolving, editing, touching and explaining."""
    scale = f"{size.partners:,} partners x {size.products:,} products"
    seconds, manifests = timed(lambda: read(work))
    yield row("manifests read", seconds, "s")
    # Before anything else that grows: the peak of the process is what is measured.
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.process_time()
    seconds, (world, answer) = timed(lambda: resolve_all(work.catalog, manifests))
    busy = time.process_time() - started
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    yield row(f"resolve {scale}", seconds, "s", reach=size.seconds)
    # On a machine that others use, too, this is nearer to what an idle one would take.
    yield row(f"resolve {scale}: processor time", busy, "s")
    yield row(f"resolve {scale}: memory", grown, "MB", reach=size.megabytes)
    yield row("selectors checked", timed(lambda: check_selectors(manifests, work.catalog))[0], "s")
    sets = {bytes(edition.skus.members.serialize()) for edition in answer.editions.values()}
    yield row("distinct assortments", len(sets), "sets")
    yield row("editions", len(answer.editions), "editions")
    yield from _edit_rows(work, world)
    yield from _explain_rows(work, manifests)


def _edit_rows(work: Workload, world: World) -> Iterator[dict[str, Any]]:
    seconds, impact = timed(lambda: Impact(world, NOW))
    yield row("touched editions: prepared once", seconds * 1e3, "ms")
    products = list(work.catalog.products.values())
    draw = random.Random(3)
    for what, change in (
        ("its words", lambda p: {"title": {"en": p.title["en"] + "!"}}),
        ("its brand", lambda _: {"brand": f"brand-{draw.randrange(BRANDS)}"}),
        ("its category", lambda _: {"category": draw.choice(products).category}),
    ):
        changed = [msgspec.structs.replace(p, **change(p)) for p in draw.sample(products, 21)]
        times = [timed(lambda p=p: impact.touched(p))[0] for p in changed]
        value = statistics.median(times) * 1e3
        yield row(f"one product changes {what}: touched editions", value, "ms", reach=10)
    grants = dict(world.manifests.grants)
    grants["t0"] = replace(grants["t0"], selector=grants["t1"].selector, text=grants["t1"].text)
    after = replace(world.manifests, grants=grants)
    times = [timed(lambda: world.edited(after).entitlements(NOW))[0] for _ in range(5)]
    yield row("one manifest changes: all editions", statistics.median(times) * 1e3, "ms", reach=200)


def _explain_rows(work: Workload, manifests: Manifests) -> Iterator[dict[str, Any]]:
    draw = random.Random(5)
    asked = [
        (draw.choice(list(work.partners)), draw.choice(list(work.catalog.products)))
        for _ in range(20)
    ]
    times = [timed(lambda a=a: explain(work.catalog, manifests, *a, NOW))[0] for a in asked]
    yield row("explain, warm", statistics.median(times) * 1e3, "ms", reach=50)


def main() -> None:
    """Measure and print."""
    told = options((__doc__ or "").splitlines()[0], SIZES).parse_args()
    size = SIZES[told.size]
    work = generate(size)
    rows = list(own_rows(size, work))
    if size.compared:
        whole = next(each["value"] for each in rows if each["reach"] == size.seconds)
        rows += peer_rows(size, work, whole)
    show(rows, as_json=told.json)


if __name__ == "__main__":
    main()
