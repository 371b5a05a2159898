"""Tables and lookups: what a reader finds by walking from a head."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator import canonical
from syndicator.bundle import trees
from syndicator.bundle.keys import Reference, lookup_keys


class Shelf:
    """Keeps nodes, and counts what a reader loads."""

    def __init__(self) -> None:
        self.nodes: dict[str, bytes] = {}
        self.loaded = 0

    def store(self, data: bytes) -> Reference:
        name = hashlib.sha256(data).hexdigest()[:32]
        self.nodes[name] = data
        return (name, canonical.integrity(data))

    def load(self, reference: Reference) -> bytes:
        self.loaded += 1
        return self.nodes[reference[0]]


def references(count: int) -> list[Reference]:
    return [(f"{n:032x}", f"sha256-{n}") for n in range(count)]


def stored(node: trees.Node) -> trees.Node:
    """A head as a reader gets it: through JSON."""
    decoded: trees.Node = canonical.decode(canonical.encode(node))
    return decoded


@pytest.mark.parametrize("count", [0, 1, 64, 65, 100, 1147, 4096, 4097, 12_400, 70_000])
def test_every_page_is_found_by_its_number(count: int) -> None:
    shelf, pages = Shelf(), references(count)
    head = stored(trees.page_tree(pages, shelf.store))
    assert list(trees.page_references(head, shelf.load)) == pages
    for number in {0, 1, 63, 64, 65, count // 2, count - 1} & set(range(count)):
        assert trees.page_at(head, number, shelf.load) == pages[number]


@pytest.mark.parametrize(("count", "levels"), [(64, 0), (65, 1), (4096, 1), (4097, 2), (70_000, 2)])
def test_a_reader_needs_few_steps_to_a_page(count: int, levels: int) -> None:
    shelf = Shelf()
    head = stored(trees.page_tree(references(count), shelf.store))
    shelf.loaded = 0
    trees.page_at(head, count - 1, shelf.load)
    assert shelf.loaded == levels


@pytest.mark.parametrize("count", [65, 1147, 12_400, 70_000])
def test_no_node_names_more_than_64_others(count: int) -> None:
    shelf = Shelf()
    head = stored(trees.page_tree(references(count), shelf.store))
    nodes = [head, *(canonical.decode(data) for data in shelf.nodes.values())]
    assert max(len(node.get("tables", node.get("pages", ()))) for node in nodes) <= 64


@pytest.mark.parametrize(("products", "levels"), [(100, 0), (200, 1), (5000, 1), (9694, 2)])
def test_products_are_found_by_every_key_in_few_steps(products: int, levels: int) -> None:
    keys = [lookup_keys(f"S{n}", f"{n:014}", "Brand", f"M{n}") for n in range(products)]
    pages = [keys[at : at + 8] for at in range(0, products, 8)]
    shelf = Shelf()
    head = stored(trees.lookup_tree(pages, shelf.store))
    for number in {0, 1, products // 2, products - 1}:
        for key in keys[number]:
            shelf.loaded = 0
            assert number // 8 in trees.find(head, key, shelf.load)
            assert shelf.loaded == levels


def test_what_is_not_there_is_not_found() -> None:
    shelf = Shelf()
    pages = [[lookup_keys(f"S{n}", "", "", "")] for n in range(2000)]
    head = stored(trees.lookup_tree(pages, shelf.store))
    assert trees.find(head, lookup_keys("absent", "", "", "")[0], shelf.load) == []


def test_a_key_of_two_products_leads_to_both_pages() -> None:
    same = lookup_keys("", "", "Maker", "M1")[-1]
    head = trees.lookup_tree([[(same,)], [("00000000",)], [(same,), (same,)]], Shelf().store)
    assert head["lookup"][same] == [0, 2]


@given(st.lists(st.lists(st.text("0123456789abcdef", min_size=8, max_size=8)), max_size=20))
def test_the_lookup_says_exactly_which_pages_hold_a_key(pages: list[list[str]]) -> None:
    shelf = Shelf()
    head = stored(trees.lookup_tree([[page] for page in pages], shelf.store))
    entries = dict(trees.lookup_entries(head, shelf.load))
    for key in {key for page in pages for key in page}:
        assert entries[key] == [number for number, page in enumerate(pages) if key in page]


def test_an_entry_in_the_wrong_lookup_counts_as_lost() -> None:
    shelf = Shelf()
    pages = [[lookup_keys(f"S{n}", "", "", "")] for n in range(2000)]
    head = trees.lookup_tree(pages, shelf.store)
    swapped = {"lookups": list(reversed(head["lookups"]))}
    assert not dict(trees.lookup_entries(swapped, shelf.load))


@pytest.mark.parametrize(
    "same",
    [
        (("a-1", "", "", ""), (" A-1 ", "", "", "")),
        (("", "", "MÄKER", "x"), ("", "", "mäker", " X ")),
    ],
)
def test_identifiers_are_compared_without_case_and_surrounding_spaces(
    same: tuple[tuple[str, str, str, str], ...],
) -> None:
    assert len({lookup_keys(*identifiers)[-1] for identifiers in same}) == 1


def test_an_mpn_without_a_brand_finds_nothing() -> None:
    assert len(lookup_keys("S", "", "", "M")) == 1
