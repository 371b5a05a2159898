"""The engine and the naive oracle agree, and what must always hold does hold."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
import worlds
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracle import Oracle

from syndicator.catalog.model import sort_key
from syndicator.entitlement import (
    Impact,
    World,
    check_selectors,
    explain,
    explain_widget,
    parse_manifests,
    resolve,
)

MOMENT = timedelta(microseconds=1)
SOME_INSTANTS = [
    *(worlds.instant(text) for text in worlds.INSTANTS),
    *(worlds.instant(text) - MOMENT for text in worlds.INSTANTS),
    datetime(2026, 3, 28, 23, 30, tzinfo=UTC),
    datetime(2026, 5, 31, 15, tzinfo=UTC),
    datetime(2026, 4, 1, tzinfo=UTC),
]
many = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
)
some = settings(many, max_examples=40)
instants = st.sampled_from(sorted(set(SOME_INSTANTS)))
counted = {"decisions": 0}


def read(documents):
    """The engine's manifests; price lists that contradict each other are the only problem."""
    manifests, problems = parse_manifests(worlds.located(documents), ("en", "de"))
    assert {problem.code for problem in problems} <= {"ambiguous-price-list"}
    return manifests


def assortments(entitlements):
    """Each partner's assortment; every locale of a partner has the same."""
    held = {}
    for partner, locales in entitlements.partners.items():
        (held[partner],) = {tuple(entitlements.editions[name].skus) for name in locales.values()}
    return held


@many
@given(worlds.manifests(), st.sets(instants, min_size=3, max_size=3))
def test_engine_and_oracle_agree_on_every_decision(documents, ats):
    manifests, oracle = read(documents), Oracle(documents)
    for at in ats:
        answer = resolve(worlds.CATALOG, manifests, at)
        held = assortments(answer)
        for partner in worlds.PARTNERS:
            expected = [p.sku for p in worlds.PRODUCTS if oracle.allowed(partner, p, at)]
            assert list(held[partner]) == expected, (partner, at)
            for name in answer.partners[partner].values():
                assert terms(answer.editions[name]) == written(oracle, partner, expected, at)
            counted["decisions"] += len(worlds.PRODUCTS)


def terms(edition):
    """Everything but products that the engine gives an edition."""
    words = {(each.sku, each.field): each.value for each in edition.overrides}
    return (edition.price_list, edition.hidden, set(edition.widgets), words, edition.withheld)


def written(oracle, partner, skus, at):
    """The same, by the written meaning."""
    shown = [worlds.CATALOG.products[sku] for sku in skus]
    return (
        oracle.price_list(partner, at),
        oracle.hidden(partner, at),
        oracle.widgets(partner, at),
        {(p.sku, name): value for p in shown for name, value in oracle.words(partner, p).items()},
        {file for product in shown for file in oracle.withheld(partner, product, at)},
    )


def test_a_run_decides_a_hundred_thousand_times():
    if not counted["decisions"]:
        pytest.skip("runs after the comparison")
    assert counted["decisions"] >= 100_000


@some
@given(worlds.manifests(), instants, st.sampled_from(worlds.PARTNERS))
def test_an_explanation_agrees_and_its_next_change_is_exact(documents, at, partner):
    manifests, oracle = read(documents), Oracle(documents)
    for product in worlds.PRODUCTS[::5]:
        told = explain(worlds.CATALOG, manifests, partner, product.sku, at)
        assert told.allowed == oracle.allowed(partner, product, at)
        if told.deciding is not None:
            assert told.deciding in told.parts
            assert told.deciding.in_effect
        if told.next_change and not told.allowed:
            assert oracle.allowed(partner, product, told.next_change)
        before = told.next_change - MOMENT if told.next_change else max(SOME_INSTANTS)
        assert oracle.allowed(partner, product, max(at, before)) == told.allowed


@some
@given(worlds.manifests(), instants, st.sampled_from(worlds.PARTNERS))
def test_explanations_of_prices_and_widgets_agree(documents, at, partner):
    manifests, oracle = read(documents), Oracle(documents)
    for product in worlds.PRODUCTS:
        if oracle.allowed(partner, product, at):
            told = explain(worlds.CATALOG, manifests, partner, product.sku, at, "price")
            chosen = oracle.price_list(partner, at)
            assert told.allowed == (bool(chosen) and "price" not in oracle.hidden(partner, at))
            if told.allowed:
                assert told.deciding.name == f"price-list {chosen}"
            break
    for widget in worlds.WIDGETS:
        told = explain_widget(manifests, partner, widget, at, worlds.WIDGETS)
        assert told.allowed == (widget in oracle.widgets(partner, at))
        for instant in (told.next_change - MOMENT, told.next_change) if told.next_change else ():
            same = instant < told.next_change
            assert (widget in oracle.widgets(partner, instant)) == (told.allowed == same)


@some
@given(worlds.manifests(), st.randoms(use_true_random=False), instants)
def test_order_of_documents_never_matters(documents, shuffle, at):
    expected = resolve(worlds.CATALOG, read(documents), at)
    shuffled = list(documents)
    shuffle.shuffle(shuffled)
    assert resolve(worlds.CATALOG, read(shuffled), at) == expected


@some
@given(worlds.manifests(), worlds.scopes, worlds.selectors, instants)
def test_adding_a_forbid_never_adds_a_product(documents, scope, selector, at):
    more = [*documents, {"kind": "forbid", "id": "more", "to": scope, "products": selector}]
    before = assortments(resolve(worlds.CATALOG, read(documents), at))
    after = assortments(resolve(worlds.CATALOG, read(more), at))
    assert all(set(after[partner]) <= set(before[partner]) for partner in before)


@some
@given(worlds.manifests(), worlds.scopes, worlds.selectors, instants)
def test_adding_a_grant_never_takes_a_product(documents, scope, selector, at):
    more = [*documents, {"kind": "grant", "id": "more", "to": scope, "products": selector}]
    before = assortments(resolve(worlds.CATALOG, read(documents), at))
    after = assortments(resolve(worlds.CATALOG, read(more), at))
    assert all(set(before[partner]) <= set(after[partner]) for partner in before)


@some
@given(worlds.manifests(), instants)
def test_delegation_never_escalates(documents, at):
    answer = resolve(worlds.CATALOG, read(documents), at)
    held = assortments(answer)

    def editions(partner):
        return [answer.editions[name] for name in answer.partners[partner].values()]

    for document in documents:
        if document["kind"] == "partner" and (above := document["distributor"]):
            dealer = document["id"]
            assert set(held[dealer]) <= set(held[above])
            for one in editions(dealer):
                for other in editions(above):
                    assert set(one.widgets) <= set(other.widgets)
                    assert one.hidden >= other.hidden


def shown(entitlements):
    """What everybody sees; who holds no product sees nothing."""
    return {
        (partner, locale): (
            edition.id,
            tuple(edition.skus),
            edition.skus and terms(edition),
        )
        for partner, locales in entitlements.partners.items()
        for locale, name in locales.items()
        for edition in (entitlements.editions[name],)
    }


@settings(many, max_examples=60)
@given(worlds.manifests(), instants)
def test_the_next_change_of_assortments_is_exact(documents, at):
    """Nothing differs just before; something does then, or a fact of a product changes."""
    manifests = read(documents)
    answer = resolve(worlds.CATALOG, manifests, at)
    if answer.next_change is None:
        last = datetime(2030, 1, 1, tzinfo=UTC)
        assert shown(resolve(worlds.CATALOG, manifests, last)) == shown(answer)
        return
    before = resolve(worlds.CATALOG, manifests, answer.next_change - MOMENT)
    assert shown(before) == shown(answer)
    after = resolve(worlds.CATALOG, manifests, answer.next_change)
    assert shown(after) != shown(answer) or answer.next_change in dict(facts(answer))


def facts(answer):
    """Instants at which a fact of a shown product changes, with the product."""
    for edition in answer.editions.values():
        for product in worlds.PRODUCTS:
            if product.sku in edition.skus:
                yield product.lifecycle.end_of_life, product.sku
                if "price" not in edition.hidden:
                    for price in product.prices:
                        if price.list == edition.price_list:
                            yield price.valid_until, product.sku


@some
@given(worlds.manifests(), instants)
def test_the_editions_cover_every_partner_once_in_each_of_its_locales(documents, at):
    answer = resolve(worlds.CATALOG, read(documents), at)
    covered = [
        (partner, edition.locale)
        for edition in answer.editions.values()
        for partner in edition.partners
    ]
    assert len(covered) == len(set(covered))
    wanted = {
        (document["id"], locale)
        for document in documents
        if document["kind"] == "partner"
        for locale in document["locales"]
    }
    assert set(covered) == wanted
    assert {(p, loc) for p, locales in answer.partners.items() for loc in locales} == wanted


@some
@given(worlds.manifests())
def test_a_random_world_asks_only_for_what_the_catalog_has(documents):
    told = check_selectors(read(documents), worlds.CATALOG)
    assert {problem.code for problem in told} <= {"selects-nothing", "no-permit", "grant-to-dealer"}


@some
@given(worlds.manifests(), instants, st.sets(st.integers(0, len(worlds.PRODUCTS) - 1)))
def test_a_decision_does_not_depend_on_the_rest_of_the_catalog(documents, at, chosen):
    fewer = {p.sku: p for n, p in enumerate(worlds.PRODUCTS) if n in chosen}
    manifests = read(documents)
    whole = assortments(resolve(worlds.CATALOG, manifests, at))
    part = assortments(
        resolve(msgspec.structs.replace(worlds.CATALOG, products=fewer), manifests, at)
    )
    for partner, skus in whole.items():
        assert list(part[partner]) == [sku for sku in skus if sku in fewer]


@some
@given(worlds.manifests(), worlds.manifests(), instants)
def test_an_edited_world_answers_like_a_new_one(documents, others, at):
    """Half of the documents are exchanged, so that much is kept and much is not."""
    mixed = [*documents[: len(documents) // 2]]
    known = {(document["kind"], document["id"]) for document in mixed}
    mixed += [each for each in others if (each["kind"], each["id"]) not in known]
    manifests, problems = parse_manifests(worlds.located(mixed), ("en", "de"))
    if problems:
        manifests = read(others)
    world = World.of(worlds.CATALOG, read(documents))
    world.entitlements(at)
    expected = resolve(worlds.CATALOG, manifests, at)
    assert world.edited(manifests).entitlements(at) == expected


@some
@given(worlds.manifests(), instants, st.sampled_from(worlds.PRODUCTS), st.integers(0, 47))
def test_the_editions_that_one_changed_product_touches_are_known_without_deciding_all(
    documents, at, product, other
):
    """Touched is what showed the product before, or shows it with the values of another."""
    manifests = read(documents)
    world = World.of(worlds.CATALOG, manifests)
    changed = msgspec.structs.replace(worlds.PRODUCTS[other], sku=product.sku)
    products = sorted(
        (changed if p.sku == product.sku else p for p in worlds.PRODUCTS), key=sort_key
    )
    after = msgspec.structs.replace(worlds.CATALOG, products={p.sku: p for p in products})
    expected = {
        edition.id
        for catalog in (worlds.CATALOG, after)
        for edition in resolve(catalog, manifests, at).editions.values()
        if product.sku in edition.skus
    }
    assert Impact(world, at).touched(changed) == expected
