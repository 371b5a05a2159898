"""Why: the deciding rule with its place, everything that took part, and when it changes."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from syndicator.entitlement import UnknownNameError, parse_manifests

TEXT = """
kind: program
id: dealers
---
kind: partner
id: nord
programs: [dealers]
---
kind: partner
id: corner
distributor: nord
---
kind: grant
id: all-bikes
to: {program: dealers}
products: category under "bikes"
---
kind: forbid
id: no-carbon
to: {partner: nord}
products: sku = "CARBON"
from: 2026-03-01
until: 2026-12-01
---
kind: delegation
id: pass-on
distributor: nord
products: category under "bikes"
---
kind: price-list
id: base
currency: EUR
to: {program: dealers}
---
kind: field-policy
id: no-papers
to: all
hide: [documents, specs]
"""
SECRET = {"announce": "2026-09-01T00:00:00Z"}


@pytest.fixture(scope="module")
def ask(say):
    world = say.catalog(
        say.product("BIKE", category="bikes"),
        say.product("CARBON", category="bikes"),
        say.product("SECRET", category="bikes", lifecycle=SECRET),
        say.product("BELL", category="parts"),
    )
    read = say.manifests(TEXT)

    def explain(partner, sku, field=None, at=say.NOW):
        return say.explain(world, read, partner, sku, at, field)

    return explain


def test_a_permission_names_the_grant_and_its_place(ask):
    answer = ask("nord", "BIKE")
    assert answer.allowed
    assert answer.deciding.name == "grant all-bikes"
    assert str(answer.deciding.origin) == "manifests/test.yaml:14"
    assert answer.next_change is None


def test_a_forbid_decides_though_a_grant_took_part(ask):
    answer = ask("nord", "CARBON")
    assert not answer.allowed
    assert answer.deciding.name == "forbid no-carbon"
    assert [part.name for part in answer.parts] == ["forbid no-carbon", "grant all-bikes"]
    assert answer.next_change == datetime(2026, 12, 1, tzinfo=UTC)


def test_a_rule_outside_its_window_is_shown_and_does_not_decide(ask):
    answer = ask("nord", "CARBON", at=datetime(2026, 1, 1, tzinfo=UTC))
    assert answer.allowed
    assert [part.in_effect for part in answer.parts] == [False, True]
    assert answer.next_change == datetime(2026, 3, 1, tzinfo=UTC)


def test_denial_by_default_has_no_deciding_rule(ask):
    answer = ask("nord", "BELL")
    assert (answer.allowed, answer.deciding) == (False, None)
    assert answer.reason == "no rule permits it: denied by default"


def test_an_embargo_decides_and_says_when_it_ends(ask):
    answer = ask("nord", "SECRET")
    assert not answer.allowed
    assert answer.deciding.effect == "embargo"
    assert answer.next_change == datetime(2026, 9, 1, tzinfo=UTC)


def test_a_dealer_is_told_what_its_distributor_lacks(ask):
    answer = ask("corner", "CARBON")
    assert not answer.allowed
    assert answer.reason == "distributor nord does not hold it"
    named = {(part.name, part.partner) for part in answer.parts}
    assert ("forbid no-carbon", "nord") in named
    assert ("delegation pass-on", "") in named
    assert ask("corner", "BIKE").deciding.name == "delegation pass-on"


def test_a_field_is_explained_by_the_policy_that_hides_it(ask):
    answer = ask("nord", "BIKE", "documents")
    assert (answer.allowed, answer.deciding.name) == (False, "field-policy no-papers")
    assert ask("nord", "BIKE", "spec.weight").deciding.name == "field-policy no-papers"
    assert ask("nord", "BIKE", "title").allowed


def test_a_price_is_explained_by_its_price_list(ask):
    answer = ask("nord", "BIKE", "price")
    assert answer.allowed
    assert answer.deciding.name == "price-list base"
    assert not ask("corner", "BIKE", "price").allowed


def test_a_field_of_a_refused_product_is_refused_with_the_product(ask):
    answer = ask("nord", "BELL", "title")
    assert (answer.allowed, answer.field) == (False, "")


@pytest.mark.parametrize(
    ("question", "fix"),
    [
        (("nrod", "BIKE"), "Did you mean 'nord'?"),
        (("nord", "BIEK"), "Did you mean 'BIKE'?"),
        (("nord", "BIKE", "documnets"), "Did you mean 'documents'?"),
    ],
)
def test_an_unknown_name_is_refused_with_the_near_one(ask, question, fix):
    with pytest.raises(UnknownNameError) as refusal:
        ask(*question)
    assert refusal.value.fix == fix
    assert refusal.value.exit_code == 2


SPOKEN = """\
nord may not show CARBON at 2026-06-01T12:00:00+00:00
  forbid no-carbon forbids it
  * forbids   forbid no-carbon: sku = "CARBON", for partner nord \
from 2026-03-01T00:00:00+00:00 until 2026-12-01T00:00:00+00:00  (manifests/test.yaml:19)
    permits   grant all-bikes: category under "bikes", for program dealers  \
(manifests/test.yaml:14)
  next change: 2026-12-01T00:00:00+00:00"""


def test_the_text_for_people_says_verdict_reason_rules_and_next_change(ask):
    assert "\n".join(ask("nord", "CARBON").lines()) == SPOKEN


def test_the_data_for_machines_has_the_same(ask):
    data = ask("nord", "CARBON").as_json()
    assert data["allowed"] is False
    assert data["deciding"]["rule"] == "forbid no-carbon"
    assert (data["deciding"]["file"], data["deciding"]["line"]) == ("manifests/test.yaml", 19)
    assert [rule["rule"] for rule in data["rules"]] == ["forbid no-carbon", "grant all-bikes"]
    assert data["next_change"] == "2026-12-01T00:00:00+00:00"


def test_two_programs_that_disagree_about_the_price_list_are_explained(say):
    text = """
kind: program
id: gold
---
kind: program
id: web
---
kind: partner
id: p
programs: [gold, web]
---
kind: grant
id: g
to: all
products: all
---
kind: price-list
id: one
currency: EUR
to: {program: gold}
---
kind: price-list
id: two
currency: EUR
to: {program: web}
"""
    read, problems = parse_manifests(say.located(text), ("en",))
    assert [problem.code for problem in problems] == ["ambiguous-price-list"]
    told = say.explain(say.catalog(say.product("A")), read, "p", "A", say.NOW, "price")
    assert (told.allowed, told.reason) == (False, "two price lists are equally near")
    disagreeing = [part.name for part in told.parts if part.effect == "disagrees"]
    assert disagreeing == ["price-list one", "price-list two"]


def test_a_change_of_what_a_refused_product_would_cost_is_no_change(say):
    text = TEXT.replace("id: base\n", "id: base\nuntil: 2026-08-01\n")
    world = say.catalog(say.product("BELL", category="parts"))
    read = say.manifests(text)
    assert say.explain(world, read, "nord", "BELL", say.NOW).next_change is None


def test_a_dealer_with_early_access_is_told_that_its_distributor_has_none(say):
    text = TEXT.replace("id: pass-on\n", "id: pass-on\nearly_access: true\n")
    world = say.catalog(say.product("SECRET", category="bikes", lifecycle=SECRET))
    told = say.explain(world, say.manifests(text), "corner", "SECRET", say.NOW)
    assert told.deciding.effect == "bounds"
    assert told.reason == "distributor nord does not hold it"
