"""What publishing costs: cold, unchanged, one price, going back; beside uploaders of files.

`--size small` runs in seconds; the full size takes the Icecat products in 2 locales for 5,000
partners in 300 editions. Peers (s5cmd, rclone, aws) are measured where they are installed.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import brotli
import msgspec

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from _rows import Rows, options, show  # noqa: E402  beside this script

from syndicator import canonical  # noqa: E402  run from a clone, installed or not
from syndicator.bundle import (  # noqa: E402
    Build,
    EditionContent,
    Packer,
    PartnerEntry,
    Signer,
    diff,
)
from syndicator.canonical import Namer  # noqa: E402
from syndicator.catalog.model import Catalog, Price, Product  # noqa: E402
from syndicator.entitlement.model import Edition  # noqa: E402
from syndicator.rendering import Renderer, shelve  # noqa: E402
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

NOW = datetime(2026, 6, 1, tzinfo=UTC)
NAMER = Namer(b"a secret for benchmarks only ....")
_KEPT = 0.98
"""Share of its brands' products that a partner keeps: the rest it excludes one by one."""
_COLD, _MEMORY, _ROLLBACK, _WAY, _FEWER, _FILES = 600, 3000, 5, 16_384, 5, 3
"""What was asked for: seconds, MB, seconds, bytes, times fewer requests, times plain files."""
_SAMPLE = 20
"""Editions whose documents are written one by one."""
HOLDERS = 0.6
"""Share of the partners who show the product whose price changes: 3,000 of 5,000."""


@dataclass(frozen=True)
class Size:
    """How large a workload is; `rights` times two locales make the editions."""

    products: int
    rights: int
    partners: int


SIZES = {
    "small": Size(300, 6, 60),
    "full": Size(9_694, 150, 5_000),
    "large": Size(100_000, 150, 5_000),
}


@dataclass
class World:
    """A catalog, who may show what of it, and the documents as far as they were rendered."""

    catalog: Catalog
    rights: list[tuple[str, ...]]
    partners: list[list[str]]
    hero: str
    documents: dict[tuple[str, str], bytes] = field(default_factory=dict)
    packer: Packer = field(default_factory=lambda: Packer(NAMER))
    renderer: Renderer = field(default_factory=Renderer)

    def set_price(self, amount: str) -> None:
        """Change the price of the product that most partners show."""
        product = self.catalog.products[self.hero]
        price = Price(list="retail", amount=Decimal(amount), currency="EUR")
        products = dict(self.catalog.products)
        products[self.hero] = msgspec.structs.replace(product, prices=(price,))
        self.catalog = msgspec.structs.replace(self.catalog, products=products)

    def build(self) -> Build:
        """Render what is not rendered yet and pack everything."""
        shelf = self.renderer.begin(shelve(self.catalog, NAMER), NOW)
        contents, entries = [], {}
        for number, (skus, partners) in enumerate(zip(self.rights, self.partners, strict=True)):
            editions = {}
            for locale in self.catalog.locales:
                edition = Edition(
                    id=f"r{number:03}-{locale}",
                    locale=locale,
                    skus=skus,
                    partners=tuple(partners),
                    price_list="retail",
                )
                editions[locale] = edition.id
                documents, media = self.renderer.edition(shelf, edition, NOW, "EUR")
                contents.append(EditionContent(edition, documents, media))
            for partner in partners:
                entries[partner] = PartnerEntry("Maker", "en", editions)
        if not self.documents:
            self.documents = {
                (content.edition.locale, sku): document
                for content in contents
                for sku, document in content.documents.items()
            }
        return self.packer.pack(contents, tuple(self.catalog.products), partners=entries)


def make_world(size: Size, data: Path) -> World:
    """Return a seeded world over the Icecat products, or over generated ones."""
    chance = random.Random(7)
    products = _products(size, data, chance)
    catalog = Catalog(locales=("en", "de"), products=products)
    brands = sorted({product.brand for product in products.values()})
    hero = next(iter(products))
    rights: list[tuple[str, ...]] = []
    partners: list[list[str]] = []
    for number in range(size.rights):
        chosen = set(chance.sample(brands, max(1, int(len(brands) * chance.uniform(0.1, 0.5)))))
        holds = number < size.rights * HOLDERS
        skus = [
            sku
            for sku, product in products.items()
            if sku != hero and product.brand in chosen and chance.random() < _KEPT
        ]
        rights.append(((hero, *skus)) if holds else tuple(skus))
        share = size.partners // size.rights
        partners.append([f"p{number:03}-{member:03}" for member in range(share)])
    return World(catalog, rights, partners, hero)


def _products(size: Size, data: Path, chance: random.Random) -> dict[str, Product]:
    source = data / "icecat" / "products.jsonl"
    if size is SIZES["full"] and source.is_file():
        return _icecat(data)
    made = (_product(number, chance) for number in range(size.products))
    return {p.sku: p for p in sorted(made, key=lambda p: (p.category, p.brand, p.sku))}


def _icecat(data: Path) -> dict[str, Product]:
    import _workloads as workloads  # noqa: PLC0415  beside this script

    from syndicator.settings import load_settings  # noqa: PLC0415
    from syndicator.workspace import read_workspace  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        workspace = workloads.icecat(Path(folder), data)
        return dict(read_workspace(load_settings(workspace, {})).catalog.products)


def _product(number: int, chance: random.Random) -> Product:
    words = [f"word{chance.randint(0, 3000)}" for _ in range(220)]
    return Product(
        sku=f"G-{number:06}",
        brand=f"Brand {number % 97:02}",
        mpn=f"M{number}",
        gtin=f"{number:014}",
        category=f"c{number % 211:03}",
        title={"en": f"Thing {number}", "de": f"Ding {number}"},
        summary={"en": " ".join(words[:30]), "de": " ".join(words[30:60])},
        description={"en": " ".join(words[60:140]), "de": " ".join(words[140:])},
        prices=(Price(list="retail", amount=Decimal(number % 900 + 1), currency="EUR"),),
    )


# --- measuring ----------------------------------------------------------------------------


@contextmanager
def timed() -> Iterator[Callable[[], float]]:
    """Yield how to ask for the seconds since the block began, or of the whole block after it."""
    began = time.perf_counter()
    ended: list[float] = []
    yield lambda: (ended[0] if ended else time.perf_counter()) - began
    ended.append(time.perf_counter())


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
    skus = len({sku for _, sku in world.documents})
    name = f"{skus} products, {len(build.editions)} editions"
    rows.add(f"cold, directory, rendering included ({name})", cold(), "s", reach="< 600 s",
             met=cold() < _COLD)  # fmt: skip
    _beside_files(rows, world, build, cold(), place)
    rows.add("cold: objects", report.objects, "objects")
    rows.add("cold: bytes with neighbours", report.usage.bytes_written / 1e6, "MB")
    rows.add("cold: peak memory", peak(), "MB", reach="< 3,000 MB", met=peak() < _MEMORY)
    _unchanged(rows, target, build)
    _one_price(rows, world, target, "directory")
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


def _one_price(rows: Rows, world: World, target: Target, where: str) -> None:
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
                nonce=f"{where}-{turn}",
                asset=_no_asset,
                live=live,
                plan=plan,
            )
        live, objects = report.after, build.objects
        spent.append((seconds(), time.process_time() - busy))
    requests = target.usage.requests - before
    floor = report.heads * 2 + _pages(build, world.hero)
    best = min(wall for wall, _ in spent)
    soon = where == "directory"
    rows.add(f"one price, {where}: save to last head (best of 3)", best, "s",
             reach="< 1 s" if soon else "", met=best < 1 if soon else None)  # fmt: skip
    rows.add(f"one price, {where}: processor time", min(cpu for _, cpu in spent), "s")
    rows.add(f"one price, {where}: heads", report.heads, "heads")
    rows.add(f"one price, {where}: distinct pages", _pages(build, world.hero), "pages")
    rows.add(f"one price, {where}: all requests", requests, "requests", peer="heads x 2 + pages",
             ratio=requests / floor, reach="" if soon else "<= 1.2x",
             met=None if soon else requests <= 1.2 * floor)  # fmt: skip
    showing = sum(
        len(partners)
        for skus, partners in zip(world.rights, world.partners, strict=True)
        if world.hero in skus
    )
    each = 3 * showing * len(world.catalog.locales)
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
        return len(brotli.compress(data, quality=5))

    kinds: dict[str, int] = {}
    for key in edition.nodes:
        data = build.objects[key].make()
        node = canonical.decode(data)
        kind = next(part for part in ("pages", "tables", "lookup", "lookups") if part in node)
        kinds[kind] = max(kinds.get(kind, 0), weigh(data))
    head = weigh(Signer(NAMER).sign({**edition.head, "generation": 1}))
    beyond = max(weigh(page.data()) - min(map(weigh, page.documents)) for page in edition.pages)
    total = head + sum(kinds.values()) + beyond
    rows.add("fetched beyond the product, worst page", total, "bytes", reach="<= 16,384",
             met=total <= _WAY)  # fmt: skip


def _beside_files(rows: Rows, world: World, build: Build, cold: float, place: Path) -> None:
    """Write the finished documents of every edition as files of their own; scale up a sample."""
    files = write_files(place / "files", world.documents)
    rows.add(f"write {len(world.documents)} distinct documents as files, sync", files, "s",
             subject="plain files", peer="syndicator", ratio=cold / files)  # fmt: skip
    editions = list(build.editions.values())
    sample = editions[:: max(1, len(editions) // _SAMPLE)]
    documents = {
        (edition.edition.id, sku): document
        for edition in sample
        for page in edition.pages
        for sku, document in zip(page.skus, page.documents, strict=True)
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


def s3(rows: Rows, world: World, place: Path) -> None:
    """Measure one edition's cold publish and one price on a real S3 server, beside uploaders."""
    from syndicator.targets.s3 import S3Target  # noqa: PLC0415
    from tests.targets.seaweed import server  # noqa: PLC0415

    (place / "weed").mkdir()
    with server(place / "weed") as store:
        for bucket in ("one", "all", "files"):
            store.client().create_bucket(Bucket=f"bench-{bucket}")
        single = World(world.catalog, [tuple(world.catalog.products)], [["p"]], world.hero)
        single.catalog = msgspec.structs.replace(world.catalog, locales=("en",))
        target = S3Target(store.connector(), "bench-one")
        with timed() as cold:
            report = run_publish(target, single.build(), "cold")
        rows.add(f"cold, S3, one edition of {len(single.rights[0])} products", cold(), "s")
        rows.add("cold, S3, one edition: requests", report.usage.requests, "requests")
        fastest = _uploaders(rows, place / "files" / "en", store.endpoint)
        if fastest:
            name, seconds = fastest
            rows.add("cold, S3, one edition beside the fastest uploader", cold(), "s", peer=name,
                     ratio=cold() / seconds, reach="< 1x", met=cold() < seconds)  # fmt: skip
        shared = S3Target(store.connector(), "bench-all")
        with timed() as everything:
            report = run_publish(shared, world.build(), "cold")
        rows.add(f"cold, S3, {len(world.rights) * 2} editions", everything(), "s")
        _unchanged(rows, shared, world.build())
        _one_price(rows, world, shared, "S3")


def _uploaders(rows: Rows, files: Path, endpoint: str) -> tuple[str, float] | None:
    """Upload the same documents as one file each, then once more without a change."""
    bucket = "s3://bench-files"
    s5cmd = ["s5cmd", "--endpoint-url", endpoint]
    rclone = ["rclone", "--transfers=32", "--checkers=32"]
    aws = ["aws", "--endpoint-url", endpoint, "s3", "sync", "--only-show-errors"]
    source = str(files)
    peers = {
        "s5cmd": (
            [*s5cmd, "cp", f"{source}/", f"{bucket}/s5cmd/"],
            [*s5cmd, "sync", f"{source}/", f"{bucket}/s5cmd/"],
        ),
        "rclone": (
            [*rclone, "copy", source, "s:bench-files/rclone"],
            [*rclone, "sync", source, "s:bench-files/rclone"],
        ),
        "aws": ([*aws, source, f"{bucket}/aws"], [*aws, source, f"{bucket}/aws"]),
    }
    environment = _credentials(endpoint)
    found: dict[str, float] = {}
    for name, (upload, again) in peers.items():
        told = _version(name)
        if told is None:
            continue
        seconds = _run(upload, environment)
        if seconds is not None:
            found[told] = seconds
            rows.add("upload the same documents, one file each", seconds, "s", subject=told)
        seconds = _run(again, environment)
        if seconds is not None:
            rows.add("no change, the same documents, one file each", seconds, "s", subject=told)
    return min(found.items(), key=lambda item: item[1]) if found else None


def _credentials(endpoint: str) -> dict[str, str]:
    return {
        **os.environ,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "testtest12",
        "AWS_DEFAULT_REGION": "us-east-1",
        "RCLONE_CONFIG_S_TYPE": "s3",
        "RCLONE_CONFIG_S_PROVIDER": "SeaweedFS",
        "RCLONE_CONFIG_S_ENV_AUTH": "true",
        "RCLONE_CONFIG_S_ENDPOINT": endpoint,
        "RCLONE_CONFIG_S_FORCE_PATH_STYLE": "true",
    }


def _run(command: list[str], environment: dict[str, str]) -> float | None:
    """Return how long a peer took, None where it failed; its last words go to standard error."""
    with timed() as seconds:
        done = subprocess.run(command, env=environment, capture_output=True, check=False)
    if done.returncode:
        print(f"{command[0]}: {done.stderr.decode()[-300:]}", file=sys.stderr)
        return None
    return seconds()


def _version(name: str) -> str | None:
    """Return name and version of a peer, None where it is not installed."""
    if shutil.which(name) is None:
        return None
    flag = "--version" if name == "aws" else "version"
    done = subprocess.run([name, flag], capture_output=True, text=True, check=False)
    words = (done.stdout or done.stderr).split()
    number = next((word for word in words if any(sign.isdigit() for sign in word)), "")
    return None if done.returncode else f"{name} {number.removeprefix('aws-cli/')[:16]}"


def main() -> None:
    """Run what was asked for and print a table or JSON rows."""
    parser = options(__doc__, SIZES)
    parser.add_argument("--data", type=Path, default=Path(
        os.environ.get("SYNDICATOR_SHARED_DATA", ROOT.parent / "shared" / "data")))  # fmt: skip
    parser.add_argument("--s3", action=argparse.BooleanOptionalAction, default=True)
    asked = parser.parse_args()
    rows = Rows()
    with tempfile.TemporaryDirectory() as folder:
        world = make_world(SIZES[asked.size], asked.data)
        directory(rows, world, Path(folder))
        if asked.s3:
            s3(rows, world, Path(folder))
    show(rows.rows, as_json=asked.json)


if __name__ == "__main__":
    main()
