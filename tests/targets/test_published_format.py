"""docs/formats/published.md says enough to write another reader: this one finds and verifies."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from syndicator.bundle import keys
from syndicator.targets import MemoryTarget
from tests.targets.published_reader import Published, RefusedError
from tests.targets.world import NAMER, World, sku

PRODUCTS = 3_000
"""Enough for tables and lookups of their own."""


@dataclass
class Store:
    """A target whose answers can be replaced, as somebody between it and the reader could."""

    target: MemoryTarget
    forged: dict[str, bytes] = field(default_factory=dict)

    def get(self, key: str) -> bytes:
        data = self.forged.get(key) or self.target.read(key)
        assert data is not None, key
        return data

    def reader(self) -> Published:
        return Published(self.get, keys.partner_handle(NAMER, "partner0"))


@pytest.fixture(scope="module")
def published() -> tuple[World, MemoryTarget]:
    world, target = World(products=PRODUCTS, partners=3, locales=("en",), words=250), MemoryTarget()
    world.publish(target)
    return world, target


@pytest.fixture
def store(published: tuple[World, MemoryTarget]) -> Store:
    return Store(published[1])


NUMBERS = (1, 2, 777, 1500, PRODUCTS)


@pytest.mark.parametrize("number", NUMBERS)
def test_a_product_is_found_by_each_of_its_identifiers(store: Store, number: int) -> None:
    reader = store.reader()
    for asked in (
        {"sku": f" {sku(number).lower()} "},
        {"gtin": f"{number:014}"},
        {"brand": "MAKER", "mpn": f"m{number}"},
    ):
        found = reader.find("en", **asked)
        assert found is not None
        assert found["sku"] == sku(number)


def test_what_is_not_in_the_edition_is_not_found(store: Store) -> None:
    reader = store.reader()
    assert reader.find("en", sku="P-99999") is None
    assert reader.find("en", brand="Other", mpn="M1") is None


def test_the_way_to_a_product_costs_less_than_16_kb(store: Store) -> None:
    for number in NUMBERS:
        reader = store.reader()
        assert reader.find("en", sku=sku(number))
        assert reader.fetched < 16 * 1024


def test_nodes_of_every_kind_are_on_the_way(store: Store) -> None:
    assert {"tables", "lookups"} <= store.reader().head("en").keys()


@pytest.mark.parametrize("kind", ["lookups", "tables"])
def test_a_changed_object_is_refused(store: Store, kind: str) -> None:
    reader = store.reader()
    for name, _ in reader.head("en")[kind]:
        key = f"public/o/{name[:2]}/{name}.json"
        store.forged[key] = store.get(key) + b" "
    with pytest.raises(RefusedError, match="not those that were published"):
        reader.find("en", sku=sku(1))


def test_a_forged_head_is_refused(store: Store) -> None:
    reader = store.reader()
    key = f"public/e/{reader.entry['editions']['en']}.json"
    store.forged[key] = store.get(key).replace(b'"generation":1', b'"generation":9')
    with pytest.raises(RefusedError, match="signature"):
        reader.head("en")


def test_a_replayed_head_is_refused() -> None:
    world, target = World(products=40), MemoryTarget()
    world.publish(target)
    store = Store(target)
    reader = store.reader()
    key = f"public/e/{reader.entry['editions']['en']}.json"
    old = store.get(key)
    world.prices[1] = 7
    world.publish(target)
    assert reader.head("en")["generation"] == 2
    store.forged[key] = old
    with pytest.raises(RefusedError, match="old"):
        reader.head("en")
