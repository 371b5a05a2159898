"""What feeds cost: every format over one partner's edition, in processor time.

`--size small` runs in seconds; the full size takes 10,000 products with 20 specs each.
"""

from __future__ import annotations

import random
import resource
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from _rows import options, row, show  # noqa: E402  beside this script

from syndicator.errors import Origin  # noqa: E402  run from a clone, installed or not
from syndicator.feeds import (  # noqa: E402
    Change,
    ChangeKind,
    Channel,
    FeedFormat,
    FeedInput,
)
from syndicator.feeds.render import render_feed  # noqa: E402

NOW = datetime(2026, 6, 1, tzinfo=UTC)
SIZES = {"small": 300, "full": 10_000}
SPECS = 20
RUNS = 3
TEXT = "quiet steel frame with eight gears and light that stays on for the long way home"
WORDS = TEXT.split()


def make_edition(products: int) -> FeedInput:
    """Return a seeded edition of one partner."""
    chance = random.Random(7)
    documents = tuple(_document(number, chance) for number in range(products))
    changes = tuple(
        Change(document["sku"], ChangeKind.GAINED, NOW, 1) for document in documents[:200]
    )
    return FeedInput("Maker", "shop", "Shop", "en", "https://content.example/", documents, changes)


def _document(number: int, chance: random.Random) -> dict[str, Any]:
    def words(count: int) -> str:
        return " ".join(chance.choices(WORDS, k=count))

    items = [{"key": f"k{n}", "label": words(2), "text": words(2)} for n in range(SPECS)]
    return {
        "sku": f"B-{number:06}",
        "brand": "Maker",
        "mpn": f"M{number}",
        "gtin": f"{4_006_381_000_000 + number:014}",
        "title": words(6),
        "summary": words(12),
        "description": [["p", words(40), ["em", words(3)], words(40)], ["ul", ["li", words(5)]]],
        "highlights": [words(5), words(5)],
        "specs": [{"group": "All", "items": items}],
        "media": [{"src": f"m/aa/{number}.jpg", "type": "image/jpeg", "role": "hero", "alt": ""}],
        "price": {"amount": f"{chance.randint(1, 4000)}.95", "currency": "EUR", "text": ""},
    }


def measure(source: FeedInput, form: FeedFormat) -> list[dict[str, Any]]:
    """Return the rows of one format: the best of some runs."""
    channel = Channel(form.value, form, "all", Origin("-"), link="https://shop.example/p/{sku}")
    seconds, size = [], 0
    for _ in range(RUNS):
        began = time.process_time()
        size = len(render_feed(channel, source, NOW).data)
        seconds.append(time.process_time() - began)
    case = f"{form.value}, {len(source.documents)} products"
    return [row(case, min(seconds), "s"), row(case, size, "bytes")]


def main() -> None:
    """Measure and print."""
    told = options(__doc__, SIZES).parse_args()
    source = make_edition(SIZES[told.size])
    rows = [one for form in FeedFormat for one in measure(source, form)]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    rows.append(row("peak memory of all", peak, "bytes"))
    show(rows, as_json=told.json)


if __name__ == "__main__":
    main()
