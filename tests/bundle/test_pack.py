"""Packing: who shares what, and that nothing of it depends on order, history or machine."""

from __future__ import annotations

import brotli
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicator import canonical
from syndicator.bundle import EditionContent, Packer, PartnerEntry, keys, pack
from syndicator.bundle.pages import documents_of, encode
from syndicator.entitlement.model import Edition
from syndicator.rendering import finish_all
from tests.targets.world import NAMER, World, sku


def content(name: str, documents: dict[str, bytes]) -> EditionContent:
    return EditionContent(Edition(name, "en", tuple(documents), ("p",)), finish_all(documents))


def document(number: int, price: int = 1) -> bytes:
    return canonical.encode({"sku": sku(number), "price": price, "text": "words " * 300})


def build(*contents: EditionContent, count: int = 200) -> object:
    order = [sku(n) for n in range(count)]
    return pack(contents, order, NAMER, partners={"p": PartnerEntry("Maker", "en", {})})


def test_page_bytes_are_canonical_json() -> None:
    data = encode(("B", "A"), (b'{"sku":"B"}', b'{"sku":"A"}'))
    assert data == canonical.encode({"format": 1, "docs": {"A": {"sku": "A"}, "B": {"sku": "B"}}})
    assert dict(documents_of(data)) == {"A": b'{"sku":"A"}', "B": b'{"sku":"B"}'}


@given(st.dictionaries(st.text(min_size=1), st.text(), min_size=1, max_size=5))
def test_page_bytes_are_canonical_for_any_sku(texts: dict[str, str]) -> None:
    documents = {key: canonical.encode({"sku": key, "t": text}) for key, text in texts.items()}
    data = encode(tuple(documents), tuple(documents.values()))
    docs = {key: canonical.decode(value) for key, value in documents.items()}
    assert data == canonical.encode({"format": 1, "docs": docs})
    assert dict(documents_of(data)) == documents


def test_editions_with_the_same_neighbours_share_pages() -> None:
    documents = {sku(n): document(n) for n in range(200)}
    first = {key: documents[key] for key in list(documents)[:150]}
    built = build(content("all", documents), content("most", first))
    every = {page.reference for page in built.editions["all"].pages}
    some = {page.reference for page in built.editions["most"].pages}
    assert len(some - every) <= 1


def test_one_changed_document_changes_one_page_in_all_editions() -> None:
    documents = {sku(n): document(n) for n in range(200)}
    changed = {**documents, sku(77): document(77, price=2)}
    before = build(content("a", documents), content("b", documents))
    after = build(content("a", changed), content("b", changed))
    fresh = [key for key in after.objects if key not in before.objects]
    heads = {key for edition in after.editions.values() for key in edition.nodes}
    assert len([key for key in fresh if key not in heads]) == 1


def test_an_edition_leads_to_nothing_of_another() -> None:
    secret = canonical.encode({"sku": "SECRET-1", "title": "embargoed"})
    open_ = {sku(n): document(n) for n in range(60)}
    built = build(content("open", open_), content("insider", {**open_, sku(60): secret}))
    reached = b"".join(built.objects[key].make() for key in built.editions["open"].object_keys())
    assert b"SECRET-1" not in reached
    assert b"embargoed" not in reached


def test_the_order_of_editions_and_what_was_packed_before_change_nothing() -> None:
    world = World(products=300)
    contents = list(world.contents())
    order = [sku(n) for n in range(1, 301)]
    first = pack(contents, order, NAMER, partners=world.entries())
    warm = Packer(NAMER)
    warm.pack(World(products=100).contents(), order, partners={})
    second = warm.pack(reversed(contents), order, partners=world.entries())
    assert {k: e.head for k, e in first.editions.items()} == {
        k: e.head for k, e in second.editions.items()
    }
    assert {k: p.make() for k, p in first.objects.items()} == {
        k: p.make() for k, p in second.objects.items()
    }


def test_an_empty_edition_is_an_edition() -> None:
    built = build(content("empty", {}))
    assert built.editions["empty"].head["count"] == 0
    assert built.editions["empty"].head["pages"] == []


def test_public_names_tell_nothing_to_who_guesses() -> None:
    """Neither edition ids nor plain hashes of content appear in public names."""
    built = build(content("premium-en", {sku(1): document(1)}))
    head = built.editions["premium-en"].head
    assert head["edition"] == keys.edition_handle(NAMER, "premium-en")
    assert "premium" not in canonical.encode(head).decode()


@settings(max_examples=25, deadline=None)
@given(st.sets(st.integers(0, 199)), st.sets(st.integers(0, 199)))
def test_every_edition_shows_exactly_its_documents(first: set[int], second: set[int]) -> None:
    chosen = {"a": sorted(first), "b": sorted(second)}
    built = build(
        *(content(name, {sku(n): document(n) for n in numbers}) for name, numbers in chosen.items())
    )
    for name, numbers in chosen.items():
        shown = [pair for page in built.editions[name].pages for pair in documents_of(page.make())]
        assert dict(shown) == {sku(n): document(n) for n in numbers}


@pytest.mark.parametrize("products", [60, 2000, 9000])
def test_nobody_fetches_more_than_16_kb_beyond_the_product(products: int) -> None:
    """Head, lookups, tables and page as brotli, less the product, for the worst of all pages."""
    documents = {
        sku(n): canonical.encode(
            {
                "sku": sku(n),
                "gtin": f"{n:014}",
                "brand": "Maker",
                "mpn": f"M{n}",
                "text": " ".join(f"w{n * k % 9973}" for k in range(250)),
            }
        )
        for n in range(products)
    }
    built = pack(
        [content("e", documents)],
        list(documents),
        NAMER,
        partners={"p": PartnerEntry("M", "en", {})},
    )
    edition = built.editions["e"]

    def weigh(data: bytes) -> int:
        return len(brotli.compress(data, quality=5))

    levels: dict[str, int] = {}
    for key in edition.nodes:
        node = canonical.decode(built.objects[key].make())
        kind = next(part for part in ("pages", "tables", "lookup", "lookups") if part in node)
        levels[kind] = max(levels.get(kind, 0), weigh(built.objects[key].make()))
    page = max(edition.pages, key=lambda page: weigh(page.make()))
    total = weigh(canonical.encode(edition.head)) + sum(levels.values()) + weigh(page.make())
    assert total - max(weigh(one.data()) for one in page.documents) <= 16 * 1024
