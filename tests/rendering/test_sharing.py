"""Shared rendering gives the bytes that rendering alone would give, in every run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicator.canonical import Namer
from syndicator.catalog.model import (
    Catalog,
    Lifecycle,
    Price,
    Product,
    Relation,
    RelationType,
    Tax,
    Variant,
)
from syndicator.entitlement.model import Edition, Override
from syndicator.rendering import (
    Finished,
    Renderer,
    Shelf,
    View,
    batches,
    render_bytes,
    shelve,
)

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def product(sku: str, **fields: Any) -> Product:
    defaults: dict[str, Any] = {"brand": "Maker", "title": {"en": sku, "de": f"{sku} de"}}
    return Product(sku=sku, **{**defaults, **fields})


def price(amount: int, **when: Any) -> Price:
    return Price(list="retail", amount=Decimal(amount), currency="EUR", **when)


TO_B = Relation(type=RelationType.ACCESSORY, sku="B")
CATALOG = Catalog(
    locales=("en", "de"),
    products={
        p.sku: p
        for p in (
            product("A", prices=(price(10),), relations=(TO_B,)),
            product("B", prices=(price(20, valid_until=NOW + timedelta(days=1)),)),
            product("C", variant=Variant(group="g", axes={"size": {"en": "S"}})),
            product("D", variant=Variant(group="g", axes={"size": {"en": "M"}})),
            product("E", lifecycle=Lifecycle(release=NOW + timedelta(days=1))),
        )
    },
)  # fmt: skip


def edition(name: str, skus: str, **terms: Any) -> Edition:
    fields: dict[str, Any] = {"locale": "en", "price_list": "retail", **terms}
    return Edition(id=name, skus=tuple(skus), partners=("p",), **fields)


EDITIONS = [
    edition("all", "ABCDE"),
    edition("same", "ABCDE"),
    edition("no-b", "ACDE"),
    edition("no-d", "ABCE"),
    edition("german", "ABCDE", locale="de"),
    edition("no-price", "ABCDE", price_list=""),
    edition("hidden", "ABCDE", hidden=frozenset({"price"})),
    edition("own", "ABCDE", overrides=(Override("B", "title", {"en": "Own"}, "p"),)),
]


def alone(shelf: Shelf, one: Edition, now: datetime) -> dict[str, bytes]:
    view = View(shelf, one, now, "EUR")
    return {sku: render_bytes(shelf.catalog.products[sku], view) for sku in one.skus}


def shared(
    renderer: Renderer, catalog: Catalog, now: datetime = NOW
) -> dict[str, dict[str, bytes]]:
    finished = documents(renderer, catalog, now)
    return {
        name: {document.sku: document.data() for document in shown}
        for name, shown in finished.items()
    }


def documents(
    renderer: Renderer, catalog: Catalog, now: datetime = NOW, editions: Sequence[Edition] = ()
) -> dict[str, tuple[Finished, ...]]:
    renderer.begin(shelve(catalog, Namer(b"x" * 32)), now)
    shown = {one.id: renderer.edition(one, "EUR") for one in editions or EDITIONS}
    renderer.finish()
    return shown


def expected(catalog: Catalog, now: datetime = NOW) -> dict[str, dict[str, bytes]]:
    shelf = shelve(catalog, Namer(b"x" * 32))
    return {one.id: alone(shelf, one, now) for one in EDITIONS}


def with_product(catalog: Catalog, sku: str, **changes: Any) -> Catalog:
    products = dict(catalog.products)
    products[sku] = msgspec.structs.replace(products[sku], **changes)
    return msgspec.structs.replace(catalog, products=products)


def test_sharing_changes_no_byte() -> None:
    assert shared(Renderer(), CATALOG) == expected(CATALOG)


CHANGES = {
    "a price": with_product(CATALOG, "B", prices=(price(21),)),
    "the title of a related product": with_product(CATALOG, "B", title={"en": "New"}),
    "a member of a variant group": with_product(CATALOG, "D", variant=None),
    "a locale": msgspec.structs.replace(CATALOG, fallback={"de": ("en",)}),
    "a new product": msgspec.structs.replace(
        CATALOG,
        products={
            **CATALOG.products,
            "F": product("F", variant=Variant(group="g", axes={"size": {"en": "L"}})),
        },
    ),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_second_run_sees_every_change(change: Catalog) -> None:
    renderer = Renderer()
    shared(renderer, CATALOG)
    assert shared(renderer, change) == expected(change)
    assert shared(renderer, CATALOG) == expected(CATALOG)


def test_a_second_run_sees_that_a_price_list_says_how_it_stands_to_tax() -> None:
    renderer = Renderer()
    shared(renderer, CATALOG)
    renderer.begin(shelve(CATALOG, Namer(b"x" * 32)), NOW)
    shown = renderer.edition(EDITIONS[0], "EUR", Tax(included=True))
    renderer.finish()
    assert any(b"incl. VAT" in document.data() for document in shown)


@pytest.mark.parametrize("days", [0, 1, 2])
def test_a_second_run_sees_that_dates_have_come(days: int) -> None:
    renderer = Renderer()
    shared(renderer, CATALOG)
    later = NOW + timedelta(days=days)
    assert shared(renderer, CATALOG, later) == expected(CATALOG, later)


@pytest.fixture
def renderings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The SKUs that were really rendered."""
    done: list[str] = []
    render = batches.render

    def counted(one: Product, view: View) -> dict[str, Any]:
        done.append(one.sku)
        return render(one, view)

    monkeypatch.setattr(batches, "render", counted)
    return done


def test_equal_editions_render_each_product_once(renderings: list[str]) -> None:
    renderer = Renderer()
    documents(renderer, CATALOG, editions=EDITIONS[:2])
    assert sorted(renderings) == list("ABCDE")


def test_one_change_renders_what_shows_it_and_nothing_else(renderings: list[str]) -> None:
    """B is shown by itself and named by A; an equal catalog, read anew, is no change."""
    renderer = Renderer()
    shared(renderer, CATALOG)
    renderings.clear()
    fresh = msgspec.convert(msgspec.to_builtins(CATALOG.products), dict[str, Product])
    shared(renderer, msgspec.structs.replace(CATALOG, products=fresh))
    assert renderings == []
    shared(renderer, with_product(CATALOG, "B", prices=(price(21),)))
    assert set(renderings) == {"A", "B"}


def test_documents_that_are_shared_are_one_object() -> None:
    """Packing compares by identity first, so that equal editions cost next to nothing."""
    made = documents(Renderer(), CATALOG)
    assert made["all"][0] is made["same"][0]
    assert made["all"][0] is not made["no-b"][0]


SKUS = st.sampled_from("ABCDE")
EDITS = st.lists(
    st.one_of(
        st.tuples(st.just("price"), SKUS, st.integers(1, 3)),
        st.tuples(st.just("title"), SKUS, st.integers(1, 3)),
        st.tuples(st.just("relation"), SKUS, SKUS),
        st.tuples(st.just("group"), SKUS, st.sampled_from(["", "g", "h"])),
        st.tuples(st.just("release"), SKUS, st.integers(0, 3)),
        st.tuples(st.just("order"), SKUS, st.none()),
        st.tuples(st.just("day"), SKUS, st.integers(0, 3)),
    ),
    max_size=6,
)


def edited(catalog: Catalog, kind: str, sku: str, value: Any) -> Catalog:
    if kind == "order":
        moved = {name: one for name, one in catalog.products.items() if name != sku}
        products = {**moved, sku: catalog.products[sku]}
        return msgspec.structs.replace(catalog, products=products)
    changes: dict[str, Any] = {
        "price": lambda: {"prices": (price(value, valid_from=NOW + timedelta(days=value)),)},
        "title": lambda: {"title": {"en": f"{sku} {value}"}},
        "relation": lambda: {"relations": (Relation(type=RelationType.PART, sku=value),)},
        "group": lambda: {
            "variant": Variant(group=value, axes={"size": {"en": sku}}) if value else None
        },
        "release": lambda: {"lifecycle": Lifecycle(release=NOW + timedelta(days=value))},
        "day": dict,
    }[kind]()
    return with_product(catalog, sku, **changes)


@settings(deadline=None, max_examples=60)
@given(EDITS)
def test_no_sequence_of_edits_leaves_an_old_document(edits: list[tuple[str, str, Any]]) -> None:
    """A daemon that saw every edit shows what a fresh process shows."""
    renderer, catalog, now = Renderer(), CATALOG, NOW
    shared(renderer, catalog, now)
    for kind, sku, value in edits:
        catalog = edited(catalog, kind, sku, value)
        now = NOW + timedelta(days=value) if kind == "day" else now
        assert shared(renderer, catalog, now) == expected(catalog, now)
