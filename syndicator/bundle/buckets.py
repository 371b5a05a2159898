"""Cut the catalog into buckets whose borders stay where they are.

All editions use the same borders, so that editions with the same neighbours share pages. A border
depends on the SKU behind it (content-defined chunking): an insertion, a removal or another size
moves the borders nearby, and the next border that hash and both sides agree on ends the effect.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

SMALLEST = 6_000
"""Bytes of plain JSON that a bucket reaches before a border is looked for."""
LARGEST = 24_000
"""Bytes of plain JSON that a bucket exceeds only with a single document; 4 to 7 KB as brotli."""
_ODDS = 3
"""One SKU in so many may start a bucket."""


def cut(order: Sequence[str], weights: Mapping[str, int]) -> dict[str, int]:
    """Return the bucket number of every SKU of `order` that has a weight.

    `weights` are the bytes of each SKU's largest document; they are rounded up to powers of the
    square root of two, so that small edits move no border. Cost: one hash for each SKU.
    """
    buckets: dict[str, int] = {}
    number, filled = 0, 0
    for sku in order:
        weight = weights.get(sku)
        if weight is None:
            continue
        size = _rounded(weight)
        if filled and (filled + size > LARGEST or (filled >= SMALLEST and _starts(sku))):
            number, filled = number + 1, 0
        buckets[sku] = number
        filled += size
    return buckets


def _rounded(weight: int) -> int:
    power: int = 1 << max(weight - 1, 1).bit_length()
    return power if weight * 1000 > power * 707 else power * 707 // 1000


def _starts(sku: str) -> bool:
    digest = hashlib.blake2b(sku.encode(), digest_size=4, person=b"bucket").digest()
    return int.from_bytes(digest, "big") % _ODDS == 0
