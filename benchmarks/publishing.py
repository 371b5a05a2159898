"""What publishing costs: cold, unchanged, one price, going back; beside uploaders of files.

`--size small` runs in seconds; the full size takes the Icecat products in 2 locales for 5,000
partners in 300 editions. Peers (s5cmd, rclone, aws) are measured where they are installed.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import brotli
import msgspec

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from _publishing_peers import peers  # noqa: E402
from _publishing_workload import NAMER, NOW, SIZES, Size, World, make_world  # noqa: E402
from _publishing_workspace import Place, make_workspace  # noqa: E402
from _rows import Rows, options, show, timed  # noqa: E402  beside this script

from benchmarks import workspace as command  # noqa: E402
from syndicator import canonical  # noqa: E402  run from a clone, installed or not
from syndicator.bundle import (  # noqa: E402
    Build,
    Signer,
    diff,
)
from syndicator.pipeline import propose, release, remembering  # noqa: E402
from syndicator.settings import load_settings  # noqa: E402
from syndicator.targets import (  # noqa: E402
    DirectoryTarget,
    Report,
    Target,
    fetcher,
    plan_rollback,
    publish,
    read_live,
    read_ref,
    roll_back,
)
from syndicator.workers import workers  # noqa: E402
from syndicator.workspace import read_workspace  # noqa: E402

if TYPE_CHECKING:
    from tests.targets.seaweed import Server
from syndicator.targets.directory import SAVES  # noqa: E402

_COLD, _MEMORY, _ROLLBACK, _WAY, _FEWER, _FILES = 600, 3000, 5, 16_384, 5, 3
"""What was asked for: seconds, MB, seconds, bytes, times fewer requests, times plain files."""
_TENTH, _TIMES = 0.1, 3
"""Share of a peer's time that was asked for, and how often both are run."""
_SAMPLE = 20
"""Editions whose documents are written one by one."""


class Telling(Rows):
    """Rows that are told on standard error as they come: the full size takes minutes."""

    def add(self, case: str, value: float, unit: str, **told: Any) -> None:  # noqa: ANN401  what `row` takes
        """Keep one figure and tell it."""
        super().add(case, value, unit, **told)
        print(f"{case}: {value:.6g} {unit} {told.get('subject', '')}", file=sys.stderr, flush=True)


# --- measuring ----------------------------------------------------------------------------


def run_publish(target: Target, build: Build, nonce: str) -> Report:
    """Read what is live, decide, publish."""
    live = read_live(target)
    plan = diff(live.release if live else None, build, fetcher(target))
    return publish(target, build, now=NOW, nonce=nonce, asset=_no_asset, live=live, plan=plan)


def _no_asset(key: str) -> bytes:
    raise AssertionError(key)


def peak() -> float:
    """Return the process's highest memory so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


# --- the directory ------------------------------------------------------------------------


def directory(rows: Rows, world: World, place: Path) -> None:
    """Measure every case on a directory."""
    target = DirectoryTarget(place / "site")
    with timed() as cold:
        build = world.build()
        report = run_publish(target, build, "cold")
    name = f"{len(world.catalog.products)} products, {len(build.editions)} editions"
    rows.add(f"cold, directory, rendering included ({name})", cold(), "s", reach="< 600 s",
             met=cold() < _COLD)  # fmt: skip
    _beside_files(rows, world, build, cold(), place)
    rows.add("cold: objects", report.objects, "objects")
    rows.add("cold: bytes with neighbours", report.usage.bytes_written / 1e6, "MB")
    rows.add("cold: peak memory", peak(), "MB", reach="< 3,000 MB", met=peak() < _MEMORY)
    _unchanged(rows, target, build)
    _one_price(rows, world, target)
    _rollback(rows, target)
    _way(rows, build)


def _unchanged(rows: Rows, target: Target, build: Build) -> None:
    before = target.usage.requests
    with timed() as seconds:
        ref = read_ref(target)
        settled = ref is not None and ref.settles(build.inputs)
    requests = target.usage.requests - before
    rows.add("no change: the live reference answers", seconds(), "s", reach="< 1 s, 1 request",
             met=settled and seconds() < 1 and requests == 1)  # fmt: skip


def _one_price(rows: Rows, world: World, target: Target) -> None:
    """Change one price three times in a running daemon: it knows what it packed and published."""
    live, objects = read_live(target), world.build().objects
    spent: list[tuple[float, float]] = []
    for turn in range(3):
        before, busy = target.usage.requests, time.process_time()
        world.set_price(str(4242 + turn))
        with timed() as seconds:
            build = world.build()
            live = read_live(target, live)
            plan = diff(live.release if live else None, build, fetcher(target, objects))
            report = publish(
                target,
                build,
                now=NOW,
                nonce=f"price-{turn}",
                asset=_no_asset,
                live=live,
                plan=plan,
            )
        live, objects = report.after, build.objects
        spent.append((seconds(), time.process_time() - busy))
    requests = target.usage.requests - before
    best = min(wall for wall, _ in spent)
    rows.add("one price, directory: save to last head (best of 3)", best, "s", reach="< 1 s",
             met=best < 1)  # fmt: skip
    rows.add("one price, directory: processor time", min(cpu for _, cpu in spent), "s")
    _price_rows(rows, "directory", report.heads, _pages(build, world.hero), requests)
    showing = sum(
        len(partners)
        for skus, partners in zip(world.rights, world.partners, strict=True)
        if world.hero in skus
    )
    _per_partner(rows, "directory", 3 * showing * len(world.catalog.locales), requests)


def _price_rows(rows: Rows, where: str, heads: int, pages: int, requests: int) -> None:
    """Tell what one price cost, beside the least that it can cost on S3."""
    floor, asked = heads * 2 + pages, where == "S3"
    rows.add(f"one price, {where}: heads", heads, "heads")
    rows.add(f"one price, {where}: distinct pages", pages, "pages")
    rows.add(f"one price, {where}: all requests", requests, "requests", peer="heads x 2 + pages",
             ratio=requests / floor, reach="<= 1.2x" if asked else "",
             met=requests <= 1.2 * floor if asked else None)  # fmt: skip


def _per_partner(rows: Rows, where: str, each: int, requests: int) -> None:
    rows.add(f"one price, {where}: page, root and head per partner", each, "requests",
             subject="per partner", peer="syndicator", ratio=each / requests,
             reach=">= 5x", met=each >= _FEWER * requests)  # fmt: skip


def _pages(build: Build, sku: str) -> int:
    """Count the distinct pages that hold a product."""
    found = (page for edition in build.editions.values() for page in edition.pages)
    return len({page.reference for page in found if sku in page.skus})


def _rollback(rows: Rows, target: Target) -> None:
    with timed() as seconds:
        way = plan_rollback(target, NAMER, 1)
        report = roll_back(target, way, now=NOW, nonce="back")
    rows.add(f"rollback of {report.heads} editions", seconds(), "s", reach="< 5 s",
             met=seconds() < _ROLLBACK)  # fmt: skip


def _way(rows: Rows, build: Build) -> None:
    """How much a shopper fetches beyond the product, at worst, in the largest edition."""
    edition = max(build.editions.values(), key=lambda edition: edition.head["count"])

    def weigh(data: bytes) -> int:
        packed = len(brotli.compress(data, quality=5))
        return packed if len(data) - packed >= SAVES else len(data)

    kinds: dict[str, int] = {}
    for key in edition.nodes:
        data = build.objects[key].make()
        node = canonical.decode(data)
        kind = next(part for part in ("pages", "tables", "lookup", "lookups") if part in node)
        kinds[kind] = max(kinds.get(kind, 0), weigh(data))
    head = weigh(Signer(NAMER).sign({**edition.head, "generation": 1}))
    beyond = max(
        weigh(page.make()) - min(weigh(one.data()) for one in page.documents)
        for page in edition.pages
    )
    total = head + sum(kinds.values()) + beyond
    rows.add("fetched beyond the product, worst page", total, "bytes", reach="<= 16,384",
             met=total <= _WAY)  # fmt: skip


def _beside_files(rows: Rows, world: World, build: Build, cold: float, place: Path) -> None:
    """Write the finished documents of every edition as files of their own; scale up a sample."""
    distinct = world.documents(build)
    files = write_files(place / "files", distinct)
    rows.add(f"write {len(distinct)} distinct documents as files, sync", files, "s",
             subject="plain files", peer="syndicator", ratio=cold / files)  # fmt: skip
    editions = list(build.editions.values())
    sample = editions[:: max(1, len(editions) // _SAMPLE)]
    documents = {
        (edition.edition.id, document.sku): document.data()
        for edition in sample
        for page in edition.pages
        for document in page.documents
    }
    total = sum(edition.head["count"] for edition in editions)
    whole = write_files(place / "sample", documents) * total / len(documents)
    name = f"write {total} documents of {len(editions)} editions ({len(sample)} measured)"
    rows.add(name, whole, "s", subject="plain files")
    rows.add("cold, directory, beside one file for each document", cold, "s", peer="plain files",
             ratio=cold / whole, reach="<= 3x", met=cold <= _FILES * whole)  # fmt: skip
    shutil.rmtree(place / "sample")


def write_files(folder: Path, documents: dict[tuple[str, str], bytes]) -> float:
    """Write every finished document as a file of its own, one sync at the end."""
    with timed() as seconds:
        for locale in {locale for locale, _ in documents}:
            (folder / locale).mkdir(parents=True)
        for (locale, sku), data in documents.items():
            (folder / locale / f"{sku}.json").write_bytes(data)
        os.sync()
    return seconds()


# --- S3 -----------------------------------------------------------------------------------


def s3(rows: Rows, world: World, size: Size, data: Path, place: Path) -> None:
    """Measure every case on a real S3 server, beside uploaders and synchronisers."""
    from tests.targets.seaweed import ACCESS, SECRET, server  # noqa: PLC0415

    (place / "weed").mkdir()
    with server(place / "weed") as store:
        for bucket in ("one", "all", "files", "tree"):
            store.client().create_bucket(Bucket=f"bench-{bucket}")
        _single(rows, world, place, store)
        if not (data / "icecat").is_dir():
            print("no real product data; the workspace was not measured", file=sys.stderr)
            return
        os.environ.update(AWS_ACCESS_KEY_ID=ACCESS, AWS_SECRET_ACCESS_KEY=SECRET)
        made = make_workspace(place / "shop", data, size, "bench-all", store.endpoint)
        run = command.publish(made.folder)
        told = run.told
        name = f"{told['products']} products, {told['editions']} editions"
        rows.add(f"cold, S3, the command ({name})", run.seconds, "s")
        rows.add("cold, S3, the command: requests", told["requests"], "requests")
        _price_on_s3(rows, made)
        _idle(rows, made.folder, place / "tree", store.endpoint)


def _single(rows: Rows, world: World, place: Path, store: Server) -> None:
    """Publish one edition of all products, and upload the same products as one file each."""
    from syndicator.targets.s3 import S3Target  # noqa: PLC0415

    single = World(world.catalog, [tuple(world.catalog.products)], [["p"]], world.hero)
    single.catalog = msgspec.structs.replace(world.catalog, locales=("en",))
    target = S3Target(store.connector(), "bench-one")
    with timed() as cold:
        build = single.build()
        report = run_publish(target, build, "cold")
    rows.add(f"cold, S3, one edition of {len(single.rights[0])} products, rendered", cold(), "s")
    rows.add("cold, S3, one edition: requests", report.usage.requests, "requests")
    files = place / "single"
    write_files(files, single.documents(build))
    uploads = []
    for peer in peers("bench-files"):
        if (seconds := peer.upload(files / "en", store.endpoint)) is not None:
            uploads.append((seconds, peer.told))
            rows.add("upload the same products, one file each", seconds, "s", subject=peer.told,
                     peer="syndicator", ratio=seconds / cold())  # fmt: skip
    if uploads:
        seconds, name = min(uploads)
        rows.add("cold, S3, one edition beside the fastest uploader", cold(), "s", peer=name,
                 ratio=cold() / seconds, reach="< 1x", met=cold() < seconds)  # fmt: skip


def _price_on_s3(rows: Rows, made: Place) -> None:
    """Change one price twice below a daemon that has published before; look at the second time."""
    settings = load_settings(made.folder, os.environ)
    memory = remembering(settings, workers())
    for cents in (4242, 4343, 4444):
        busy, now = time.process_time(), datetime.now(UTC).replace(microsecond=0)
        made.set_price(cents)
        with timed() as seconds:
            workspace = read_workspace(settings)
            proposal = propose(workspace, now, memory=memory)
            report = release(workspace, proposal)
        memory.learn(proposal, report)
        busy = time.process_time() - busy
    pages = _pages(proposal.build, made.hero)
    _price_rows(rows, "S3", report.heads, pages, report.usage.requests)
    rows.add("one price, S3: save to last head", seconds(), "s")
    rows.add("one price, S3: processor time", busy, "s")
    _per_partner(rows, "S3", 3 * len(report.live) * len(settings.locales), report.usage.requests)


def _idle(rows: Rows, folder: Path, tree: Path, endpoint: str) -> None:
    """Run the whole command without a change, and synchronise the tree that it published."""
    command.publish(folder)
    runs = [command.publish(folder) for _ in range(_TIMES)]
    ours = statistics.median(run.seconds for run in runs)
    requests = max(run.told["requests"] for run in runs)
    rows.add("no change, S3: the whole command, process start included", ours, "s",
             reach="< 1 s, 1 request", met=ours < 1 and requests == 1, runs=_TIMES)  # fmt: skip
    rows.add("no change, S3: requests", requests, "requests", reach="1", met=requests == 1)
    there = [peer for peer in peers("bench-tree") if peer.download(endpoint, "bench-all", tree)]
    if not there:
        return
    count = sum(path.is_file() for path in tree.rglob("*"))
    for peer in there:
        if peer.upload(tree, endpoint) is None or peer.synchronise(tree, endpoint) is None:
            continue
        times = [peer.synchronise(tree, endpoint) or 0.0 for _ in range(_TIMES)]
        theirs = statistics.median(times)
        rows.add(f"no change, S3: synchronise the same {count} objects", theirs, "s",
                 subject=peer.told, runs=_TIMES)  # fmt: skip
        rows.add("no change, S3: the whole command beside it", ours, "s", peer=peer.told,
                 ratio=ours / theirs, reach="<= 0.1x", met=ours <= _TENTH * theirs)  # fmt: skip


def main() -> None:
    """Run what was asked for and print a table or JSON rows."""
    parser = options(__doc__, SIZES)
    parser.add_argument("--data", type=Path, default=Path(
        os.environ.get("SYNDICATOR_SHARED_DATA", ROOT.parent / "shared" / "data")))  # fmt: skip
    parser.add_argument("--directory", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--s3", action=argparse.BooleanOptionalAction, default=True)
    asked = parser.parse_args()
    rows = Telling()
    with tempfile.TemporaryDirectory() as folder:
        world = make_world(SIZES[asked.size], asked.data)
        if asked.directory:
            directory(rows, world, Path(folder))
        if asked.s3:
            s3(rows, world, SIZES[asked.size], asked.data, Path(folder))
    show(rows.rows, as_json=asked.json)


if __name__ == "__main__":
    main()
