"""What reading a catalog costs: products a second beside peers, memory, sanitising.

Reads the Icecat products where they are beside the clone, else generated records. `--size small`
runs in seconds. Peers (pandas, Polars, pydantic, nh3) are measured where they are installed.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import _workloads as workloads  # noqa: E402  beside this script
from _rows import options, row, show  # noqa: E402

from syndicator.bundle import Packer  # noqa: E402  run from a clone, installed or not
from syndicator.catalog import richtext  # noqa: E402
from syndicator.catalog.parts import Parts  # noqa: E402
from syndicator.pipeline import Memory, propose  # noqa: E402
from syndicator.settings import load_settings  # noqa: E402
from syndicator.sources import Reading, SourceSpec, read_catalog  # noqa: E402
from syndicator.sources import reading as whole  # noqa: E402
from syndicator.workspace import read_workspace  # noqa: E402

DATA = Path(os.environ.get("SYNDICATOR_SHARED_DATA", ROOT.parent / "shared" / "data"))
ICECAT = DATA / "icecat" / "products.jsonl"
SIZES = {"small": (1_000, 5_000, 2), "full": (0, 1_000_000, 5)}
"""Records to read (0: all), products to hold in memory, alternating runs."""
REACH_RATE = 20_000
REACH_AGAIN = 0.1
REACH_EDITED = 0.08
"""Of the cold time; both are judged on the whole file, whose reading is most of it."""
REACH_MEMORY = 1.5e9
REACH_SHARE = 0.2
SHARED_RECORDS = {"small": 60, "full": 2_000}
"""Products of the cold builds that sanitising is compared with."""
WORDS = [
    "quiet",
    "steel",
    "frame",
    "with",
    "eight",
    "gears",
    "and",
    "light",
    "that",
    "stays",
    "on",
    "for",
    "the",
    "long",
    "way",
    "home",
]
MAPPING = ROOT / "mappings" / "icecat.yaml"


def generated(count: int) -> str:
    """Return seeded records of the shape of the Icecat ones."""
    chance = random.Random(7)
    lines = []
    for number in range(count):
        row: dict[str, Any] = {
            "id": str(number),
            "name": f"M{number}",
            "title": " ".join(chance.choices(WORDS, k=8)),
            "short_description": " ".join(chance.choices(WORDS, k=14)),
            "ean": [],
            "img_high": f"https://media.example/{number}.jpg",
            "date_released": "2026-05-01T00:00:00Z",
            "supplier": f"Maker {number % 50}",
            "price": chance.randint(100, 900_000),
        }
        row |= {f"attr_t_{key}": chance.choice(WORDS) for key in chance.sample(WORDS, k=6)}
        row |= {f"attr_n_{key}": chance.randint(1, 900) / 10 for key in chance.sample(WORDS, k=6)}
        lines.append(json.dumps(row))
    return "\n".join(lines) + "\n"


def seconds(work: Callable[[], object]) -> float:
    """Return the processor time of some work; throwing away what it made is no part of it."""
    gc.collect()
    start = time.process_time()
    made = work()
    took = time.process_time() - start
    del made
    return took


# --- reading -----------------------------------------------------------------------------


def specs(source: Path) -> list[SourceSpec]:
    """Return the one source that is measured."""
    return [SourceSpec("jsonl", str(source), str(MAPPING))]


def read(folder: Path, source: Path) -> Reading:
    """Read the catalog as every command does: from memory what did not change, and remember."""
    return read_catalog(folder, specs(source), ("en",), {})


def read_only(folder: Path, source: Path) -> Reading:
    """Read the catalog without a memory, neither to take from nor to fill."""
    with whole._undisturbed():  # noqa: SLF001  the memory's own cost is another row
        here = specs(source)
        return whole._read(folder, here, here, ("en",), {}, {}, Parts())[0]  # noqa: SLF001


def look(reading: Reading) -> int:
    """Look at every product."""
    return sum(len(product.specs) for product in reading.catalog.products.values())


def forget(folder: Path) -> None:
    """Remove what was remembered."""
    (folder / ".syndicator" / "catalog.msgpack").unlink(missing_ok=True)


def edit(source: Path, run: int) -> None:
    """Change the price of one record in the middle, at a time of its own."""
    lines = source.read_bytes().splitlines(keepends=True)
    record = json.loads(lines[len(lines) // 2])
    lines[len(lines) // 2] = json.dumps(record | {"price": 1000 + run}).encode() + b"\n"
    source.write_bytes(b"".join(lines))
    os.utime(source, (1_700_000_001 + run,) * 2)


def peers(source: Path) -> dict[str, tuple[str, Callable[[], object]]]:
    """Return how each installed peer reads the same file, and what it does with it."""
    found: dict[str, tuple[str, Callable[[], object]]] = {}
    for name, told, make in (
        ("pandas", "a table of the same file, nothing checked", _pandas),
        ("polars", "a table of the same file, nothing checked", _polars),
        ("pydantic", "models of the same lines: types of all fields and attributes", _pydantic),
    ):
        try:
            found[name] = told, make(importlib.import_module(name), source)
        except ImportError:
            continue
    return found


def _pandas(pandas: Any, source: Path) -> Callable[[], object]:  # noqa: ANN401  any module
    return lambda: pandas.read_json(source, lines=True)


def _polars(polars: Any, source: Path) -> Callable[[], object]:  # noqa: ANN401  any module
    return lambda: polars.read_ndjson(source, infer_schema_length=None)


def _pydantic(pydantic: Any, source: Path) -> Callable[[], object]:  # noqa: ANN401  any module
    """Validate dates, addresses and the types that the mapping gives; no GTINs, units, order."""

    class Shape(pydantic.BaseModel):  # type: ignore[misc]  where it is installed
        model_config = pydantic.ConfigDict(extra="allow")
        __pydantic_extra__: dict[str, bool | float | str]
        id: str = pydantic.Field(min_length=1, max_length=128)
        supplier: str = pydantic.Field(min_length=1)
        title: str = pydantic.Field(min_length=1)
        name: str
        short_description: str = ""
        ean: list[str] = pydantic.Field(default_factory=list)
        img_high: pydantic.AnyHttpUrl | Literal[""] | None = None
        date_released: datetime | Literal[""] | None = None
        price: Decimal | None = None

    def validate() -> object:
        with source.open("rb") as lines:
            return [Shape.model_validate_json(line) for line in lines]

    return validate


def reading(folder: Path, source: Path, runs: int) -> list[dict[str, Any]]:
    """Return the rows of reading: with and without the memory, beside peers in alternating runs."""
    others = {name: other for name, (_, other) in peers(source).items()}
    own = ("cold", "kept", "again", "looked", "edited")
    times: dict[str, list[float]] = {name: [] for name in (*own, *others)}
    count = len(read_only(folder, source).catalog.products)
    for run in range(runs):
        forget(folder)
        times["cold"].append(seconds(lambda: read_only(folder, source)))
        times["kept"].append(seconds(lambda: read(folder, source)))
        times["again"].append(seconds(lambda: read(folder, source)))
        times["looked"].append(seconds(lambda: look(read(folder, source))))
        edit(source, run)
        times["edited"].append(seconds(lambda: read(folder, source)))
        for name, other in others.items():
            times[name].append(seconds(other))
    best = {name: min(held) for name, held in times.items()}
    return [*_own_rows(best, count, runs), *_peer_rows(best, count, source)]


def _own_rows(best: dict[str, float], count: int, runs: int) -> Iterator[dict[str, Any]]:
    cold, again = best["cold"], best["again"]
    rate = count / cold
    note = f"read, validate, normalise {count} records, best of {runs}"
    yield row(note, rate, "products/s", reach=REACH_RATE, least=True)
    yield row("the same, and remember it", best["kept"], "s", ratio=best["kept"] / cold)
    ratio = again / cold
    met = ratio <= REACH_AGAIN
    yield row("again, nothing changed", again, "s", ratio=ratio, reach=REACH_AGAIN, met=met)
    yield row(
        "the same, and look at each product", best["looked"], "s", ratio=best["looked"] / cold
    )
    edited = best["edited"]
    case = "again, one record changed (remembered, too)"
    # What one record costs: that part of the cold time, and what the memory takes anyway.
    part = edited / cold
    told = {"reach": REACH_EDITED, "met": part <= REACH_EDITED}
    yield row(case, edited, "s", ratio=part, records=round(part * count), **told)


def _peer_rows(best: dict[str, float], count: int, source: Path) -> Iterator[dict[str, Any]]:
    for name, (told, _) in peers(source).items():
        yield row(
            told,
            count / best[name],
            "records/s",
            subject=f"{name} {version(name)}",
            peer="syndicator",
            ratio=best["cold"] / best[name],
        )


# --- memory ------------------------------------------------------------------------------


def held(count: int) -> dict[str, Any]:
    """Return the row of memory: a process of its own reads generated products."""
    command = [sys.executable, __file__, "--hold", str(count)]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    found = json.loads(answer.stdout)
    peak = found["peak"]
    whole = count >= SIZES["full"][1]
    case = f"hold {found['products']} generated products, {peak / count:.0f} bytes each at the peak"
    return row(
        case,
        peak / 1e6,
        "MB",
        reach=REACH_MEMORY / 1e6 if whole else None,
        met=peak <= REACH_MEMORY if whole else None,
    )


def hold(count: int) -> None:
    """Read generated products and print how much memory it took at most."""
    with tempfile.TemporaryDirectory() as name:
        source = Path(name, "p.jsonl")
        with source.open("w") as file:
            _write(file, count)
        products = len(read(Path(name), source).catalog.products)
    status = Path("/proc/self/status").read_text()  # getrusage would tell the parent's peak too
    peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    print(json.dumps({"products": products, "peak": peak * 1024}))


def _write(file: Any, count: int) -> None:  # noqa: ANN401  a text file
    """Write generated records in portions, each with numbers of its own."""
    portion = 20_000
    text = generated(min(count, portion)).splitlines()
    for number in range(count):
        line = text[number % portion]
        file.write(line.replace(f'"id": "{number % portion}"', f'"id": "{number}"', 1) + "\n")


# --- rich text ---------------------------------------------------------------------------


def sanitising(runs: int) -> list[dict[str, Any]]:
    """Return the rows of sanitising: HTML of a shop, without the memory, beside nh3."""
    chance = random.Random(7)
    texts = [
        f"<p>{' '.join(chance.choices(WORDS, k=60))} <b>{n}</b></p><ul>"
        + "".join(f"<li>{' '.join(chance.choices(WORDS, k=6))}</li>" for _ in range(5))
        + "</ul>"
        for n in range(300)
    ]
    size = sum(map(len, texts))

    def ours() -> None:
        richtext._sanitise.cache_clear()  # noqa: SLF001  the cost without it is the question
        for text in texts:
            richtext.sanitise(text)

    def kept() -> None:
        for text in texts:
            richtext.sanitise(text)

    cold = min(seconds(ours) for _ in range(runs))
    again = min(seconds(kept) for _ in range(runs))
    rows = [
        row(
            f"sanitise {len(texts)} texts of {size // len(texts)} characters",
            cold / len(texts) * 1e6,
            "us/text",
        ),
        row("the same, kept by content", again / len(texts) * 1e6, "us/text", ratio=again / cold),
    ]
    try:
        nh3: Any = importlib.import_module("nh3")
    except ImportError:
        return rows
    other = min(seconds(lambda: [nh3.clean(text) for text in texts]) for _ in range(runs))
    rows.append(
        row(
            "the same texts", other / len(texts) * 1e6, "us/text",
            subject=f"nh3 {version('nh3')}", peer="syndicator", ratio=cold / other,
        )
    )  # fmt: skip
    return rows


def html_workspace(folder: Path, count: int) -> Path:
    """Make a workspace of generated records, each with a description of its own in HTML."""
    chance = random.Random(11)
    records = [json.loads(line) for line in generated(count).splitlines()]
    for record in records:
        items = "".join(f"<li>{' '.join(chance.choices(WORDS, k=6))}</li>" for _ in range(5))
        record["body"] = f"<p>{' '.join(chance.choices(WORDS, k=60))}</p><ul>{items}</ul>"
    data = folder / "data" / "icecat"
    data.mkdir(parents=True)
    (data / "products.jsonl").write_text("".join(json.dumps(one) + "\n" for one in records))
    workloads.icecat(folder, folder / "data")
    (folder / "mapping.yaml").write_text(
        MAPPING.read_text().replace("media:", "  description: {column: body, locale: en}\nmedia:")
    )
    told = folder / "syndicator.toml"
    told.write_text(told.read_text().replace(str(MAPPING), "mapping.yaml"))
    return folder


def share(case: str, folder: Path) -> dict[str, Any]:
    """Return the row of sanitising in a build from nothing: read, decide, render, pack."""
    spent = 0.0
    real = richtext._sanitise  # noqa: SLF001  what stands behind the memory of texts

    def watched(text: str, level: int, images: frozenset[str]) -> str:
        nonlocal spent
        start = time.process_time()
        try:
            return real(text, level, images)
        finally:
            spent += time.process_time() - start

    richtext.sanitise("<div>imports and parsers are made once</div>")
    richtext.sanitise("*for both languages*")
    real.cache_clear()
    richtext._sanitise = watched  # type: ignore[assignment]  # noqa: SLF001
    try:
        settings = load_settings(folder, {})
        packer = Packer(settings.namer)
        whole_time = seconds(
            lambda: propose(
                read_workspace(settings), datetime(2026, 6, 1, tzinfo=UTC), memory=Memory(packer)
            )
        )
    finally:
        richtext._sanitise = real  # noqa: SLF001
    part = spent / whole_time
    reach = f"below {REACH_SHARE:.0%}"
    return row(case, part * 100, "% of build", reach=reach, met=part < REACH_SHARE)


def shares(folder: Path, records: int) -> Iterator[dict[str, Any]]:
    """Yield how much of a cold build is sanitising, for real and for HTML-heavy products."""
    if ICECAT.is_file():
        icecat = workloads.icecat(folder / "icecat", DATA, records)
        yield share(f"sanitising, cold build of {records} Icecat products", icecat)
    heavy = html_workspace(folder / "heavy", records)
    yield share(f"sanitising, cold build of {records} products with HTML of 520 characters", heavy)


def run(size: str) -> list[dict[str, Any]]:
    """Return all rows of one size."""
    records, products, runs = SIZES[size]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / "products.jsonl"
        if ICECAT.is_file():
            lines = ICECAT.read_bytes().splitlines(keepends=True)
            source.write_bytes(b"".join(lines[: records or None]))
        else:
            source.write_text(generated(records or 10_000))
        os.utime(source, (1_700_000_000, 1_700_000_000))
        rows = [*reading(folder, source, runs), *sanitising(runs)]
        return [*rows, *shares(folder, SHARED_RECORDS[size]), held(products)]


def main() -> None:
    """Measure, and print a table or JSON."""
    parser = options(__doc__, SIZES)
    parser.add_argument("--hold", type=int, default=0, help=argparse.SUPPRESS)
    told = parser.parse_args()
    if told.hold:
        hold(told.hold)
    else:
        show(run(told.size), as_json=told.json)


if __name__ == "__main__":
    main()
