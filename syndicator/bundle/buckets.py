"""Cut the catalog into buckets whose borders stay where they are.

All editions use the same borders, so that editions with the same neighbours share pages. A border
depends on the SKU behind it (content-defined chunking): an insertion, a removal or another size
moves the borders nearby, and the next border that hash and both sides agree on ends the effect.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

SMALLEST = 14_000
"""Bytes of plain JSON that a bucket reaches before it may end."""
LARGEST = 28_000
"""Bytes that it exceeds only with a single document; such a page has about 3 KB as brotli."""


def cut(order: Sequence[str], weights: Mapping[str, int]) -> dict[str, int]:
    """Return the bucket number of every SKU of `order` that has a weight.

    `weights` are the bytes of each SKU's largest document; they are rounded up to powers of the
    square root of two, so that small edits move no border. Cost: one hash for each SKU.
    """
    skus = [sku for sku in order if sku in weights]
    sizes = [rounded(weights[sku]) for sku in skus]
    marks = [_mark(sku) for sku in skus]
    buckets: dict[str, int] = {}
    number, start = 0, 0
    while start < len(skus):
        end = _end(start, sizes, marks)
        buckets.update(dict.fromkeys(skus[start:end], number))
        number, start = number + 1, end
    return buckets


def _end(start: int, sizes: Sequence[int], marks: Sequence[bytes]) -> int:
    """Return where the bucket that starts here ends: before the lowest mark that is in reach.

    Two neighbouring sequences that overlap soon agree on a lowest mark, and from there on again.
    """
    filled, best = sizes[start], 0
    for place in range(start + 1, len(sizes)):
        if filled > SMALLEST and (not best or marks[place] < marks[best]):
            best = place
        filled += sizes[place]
        if filled > LARGEST:
            return best or place
    return len(sizes)


def rounded(weight: int) -> int:
    """Return the class of size that `weight` counts as: its least upper bound among the classes."""
    power: int = 1 << max(weight - 1, 1).bit_length()
    return power if weight * 1000 > power * 707 else power * 707 // 1000


def _mark(sku: str) -> bytes:
    return hashlib.blake2b(sku.encode(), digest_size=8, person=b"bucket").digest()
