"""What `syndicator publish` costs on the Icecat workspace: cold, without a change, one price.

Each figure is a whole process with an empty local cache where it says cold: wall seconds and peak
memory as the operating system accounts them, the median of `--runs`. The floor beside the cold
publish is writing each finished document as its own file, in the same run.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from _rows import Rows, options, show

from benchmarks import _workloads as workloads

SMALL = 500
"""Records of the small size."""


@dataclass(frozen=True)
class Run:
    """One finished process."""

    seconds: float
    megabytes: float
    told: dict[str, Any]


def publish(folder: Path) -> Run:
    """Run `syndicator publish --json` in its own process."""
    command = [sys.executable, "-m", "syndicator", "publish", "--json", "--workspace", str(folder)]
    read, write = os.pipe()
    began = time.perf_counter()
    process = os.posix_spawn(
        sys.executable,
        command,
        {**os.environ, "PYTHONPATH": str(workloads.ROOT)},
        file_actions=[
            (os.POSIX_SPAWN_DUP2, write, 1),
            (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
        ],
    )
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        out = pipe.read()
    _, status, usage = os.wait4(process, 0)
    seconds = time.perf_counter() - began
    if status:
        raise SystemExit(f"publishing failed with status {status}")
    return Run(seconds, usage.ru_maxrss / 1024, json.loads(out))


def change_price(folder: Path, cents: int) -> None:
    """Give the first HP product another price: four of the twenty partners or more show it."""
    path = folder / "products.jsonl"
    lines = path.read_text("utf-8").splitlines()
    for number, line in enumerate(lines):
        record = json.loads(line)
        if record["supplier"] == "HP":
            lines[number] = json.dumps({**record, "price": cents})
            break
    path.write_text("\n".join(lines) + "\n", "utf-8")


def plain_files(folder: Path) -> float:
    """Return the seconds that writing each document of each page as a file of its own takes."""
    documents = [
        (sku, json.dumps(document).encode())
        for page in (folder / "build/site/public/o").rglob("*.json")
        for sku, document in json.loads(page.read_bytes()).get("docs", {}).items()
    ]
    place = folder / "plain"
    place.mkdir()
    began = time.perf_counter()
    for number, (_, data) in enumerate(documents):
        (place / f"{number}.json").write_bytes(data)
    os.sync()
    seconds = time.perf_counter() - began
    shutil.rmtree(place)
    return seconds


def measure(folder: Path, runs: int) -> Rows:
    """Return the table of one workspace."""
    rows = Rows()
    cold, idle, price = [], [], []
    floor = 0.0
    for number in range(runs):
        shutil.rmtree(folder / "build", ignore_errors=True)
        shutil.rmtree(folder / ".syndicator", ignore_errors=True)
        cold.append(publish(folder))
        floor = plain_files(folder)
        idle.append(publish(folder))
        change_price(folder, 10_000 + number)
        price.append(publish(folder))
    told = cold[0].told
    for name in ("products", "editions", "partners", "objects"):
        rows.add(f"cold: {name}", told[name], name)
    rows.add("cold: written", told["bytes"] / 1e6, "MB")
    rows.add("plain files: each document", floor, "s", subject="plain files")
    for name, some in (("cold", cold), ("no change", idle), ("one price", price)):
        rows.add(name, statistics.median(run.seconds for run in some), "s")
        rows.add(f"{name}: peak memory", max(run.megabytes for run in some), "MB")
        rows.add(f"{name}: in the engine", statistics.median(r.told["seconds"] for r in some), "s")
    rows.add("no change: objects", idle[0].told["objects"], "objects", reach="0",
             met=idle[0].told["objects"] == 0)  # fmt: skip
    rows.add("one price: objects", price[0].told["objects"], "objects")
    rows.add("one price: heads", price[0].told["heads"], "heads")
    rows.add("one price: written", price[0].told["bytes"] / 1e6, "MB")
    return rows


def main() -> None:
    """Measure and print."""
    parser = options(__doc__)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    shared = Path(os.environ.get("SYNDICATOR_SHARED_DATA", workloads.SHARED))
    if not shared.is_dir():
        print("no real product data beside the clone; nothing was measured", file=sys.stderr)
        print("[]" if arguments.json else "")
        return
    with tempfile.TemporaryDirectory() as place:
        records = SMALL if arguments.size == "small" else 100_000
        rows = measure(workloads.icecat(Path(place) / "icecat", shared, records), arguments.runs)
    show(rows.rows, as_json=arguments.json)


if __name__ == "__main__":
    main()
