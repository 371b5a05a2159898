"""What a policy hides is in no document: every name that a policy may use is honoured."""

from __future__ import annotations

import pytest

from syndicator.canonical import Namer
from syndicator.catalog.model import Category
from syndicator.entitlement.values import HIDEABLE
from syndicator.rendering.document import render
from syndicator.rendering.view import View, shelve

SHOWN_ELSEWHERE = {"configurator", "extra"}
"""A configurator needs its compiled rules, and no document shows `extra`: tested with those."""


@pytest.fixture(scope="module")
def world(say):
    text = {"en": "Words"}
    full = say.product(
        "A",
        gtin="04006381333931",
        mpn="M1",
        model="M",
        category="bikes",
        summary=text,
        description={"en": "<p>Words</p>"},
        highlights=[text, text],
        features=[{"title": text, "text": text}],
        specs={
            "weight": {"type": "number", "value": 1.0, "unit": "kg"},
            "cost": {"type": "number", "value": 2.0, "unit": "kg"},
        },
        media=[{"url": "https://norrvind.example/a.jpg"}],
        videos=[{"url": "https://norrvind.example/v"}],
        documents=[{"url": "https://norrvind.example/m.pdf"}],
        relations=[{"type": "accessory", "sku": "B"}],
        variant={"group": "g", "axes": {"size": text}},
        prices=[{"list": "eur", "amount": "1.00", "currency": "EUR"}],
        lifecycle={"release": "2026-01-01T00:00:00Z"},
        support={"contacts": [{"name": text, "phone": "+49 1"}]},
        extra={"cost": "SECRET-COST"},
    )
    other = say.product("B", category="bikes", variant={"group": "g", "axes": {"size": text}})
    return say.catalog(full, other, categories={"bikes": Category(path="bikes", label=text)})


BASE = """
kind: partner
id: p
---
kind: grant
id: g
to: all
products: all
---
kind: price-list
id: eur
currency: EUR
to: all
"""


def document(say, world, hide):
    policy = f"---\nkind: field-policy\nid: h\nto: all\nhide: [{hide}]\n" if hide else ""
    answer = say.resolve(world, say.manifests(BASE + policy), say.NOW)
    (edition,) = answer.editions.values()
    shelf = shelve(world, Namer(b"0" * 32))
    return render(world.products["A"], View(shelf, edition, say.NOW, currency="EUR"))


def test_a_full_document_shows_every_field_that_a_policy_may_hide(say, world):
    shown = document(say, world, "")
    assert set(shown) >= HIDEABLE - SHOWN_ELSEWHERE
    assert "SECRET-COST" not in str(shown)


@pytest.mark.parametrize("name", sorted(HIDEABLE))
def test_a_hidden_field_is_not_in_the_document(say, world, name):
    assert name not in document(say, world, name)


@pytest.mark.parametrize("name", ["prices", "variant"])
def test_the_products_name_of_a_field_hides_it_too(say, world, name):
    assert {"prices": "price", "variant": "variants"}[name] not in document(say, world, name)


@pytest.mark.parametrize("name", ["spec.cost", "specs.cost"])
def test_one_hidden_spec_leaves_the_others(say, world, name):
    (group,) = document(say, world, name)["specs"]
    assert [item["key"] for item in group["items"]] == ["weight"]
