"""Where the catalog is cut, and how little a change moves the cuts."""

from __future__ import annotations

import random
from itertools import groupby

from hypothesis import given
from hypothesis import strategies as st

from syndicator.bundle.buckets import LARGEST, cut

skus = st.lists(st.text(min_size=1, max_size=6), unique=True, max_size=30)


def groups(buckets: dict[str, int]) -> list[list[str]]:
    return [list(group) for _, group in groupby(buckets, key=buckets.__getitem__)]


def catalog(count: int, seed: int = 1) -> dict[str, int]:
    sizes = random.Random(seed)  # noqa: S311  a repeatable workload, not a secret
    return {f"SKU-{n:05}": sizes.randint(500, 6000) for n in range(count)}


@given(skus, st.integers(1, 50_000))
def test_buckets_keep_the_order_and_lose_nobody(order: list[str], size: int) -> None:
    buckets = cut(order, dict.fromkeys(order, size))
    assert list(buckets) == order
    assert list(buckets.values()) == sorted(buckets.values())


def test_products_that_nobody_shows_are_in_no_bucket() -> None:
    assert cut(["A", "B"], {"B": 10}) == {"B": 0}


def test_a_bucket_is_too_large_only_with_a_single_document() -> None:
    weights = {**catalog(500), "SKU-00100": 90_000}
    for group in groups(cut(sorted(weights), weights)):
        assert len(group) == 1 or sum(weights[sku] for sku in group) <= LARGEST


def test_a_small_edit_moves_no_border() -> None:
    weights = dict.fromkeys(catalog(500), 2000)
    before = cut(sorted(weights), weights)
    weights["SKU-00250"] = 2010
    assert cut(sorted(weights), weights) == before


def test_an_insertion_moves_borders_nearby_only() -> None:
    weights = catalog(2000)
    before = {tuple(group) for group in groups(cut(sorted(weights), weights))}
    moved = []
    for n in range(50):
        changed = {**weights, f"SKU-{n * 40:05}-NEW": 3000}
        after = {tuple(group) for group in groups(cut(sorted(changed), changed))}
        moved.append(len(after - before))
    assert max(moved) <= 8
    assert sum(moved) / len(moved) <= 3


def test_the_borders_are_those_that_were_published_before() -> None:
    """A golden value: another rule of cutting would rewrite every page of everybody."""
    weights = {f"SKU-{n:02}": 4000 for n in range(30)}
    assert [len(group) for group in groups(cut(sorted(weights), weights))] == [6, 4, 4, 6, 4, 6]
