"""Why a partner may show a widget, or not, and when that changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from syndicator.entitlement import UnknownNameError, explain, explain_widget

TEXT = """
kind: partner
id: nord
---
kind: partner
id: corner
distributor: nord
---
kind: grant
id: all
to: {partner: nord}
products: all
---
kind: widget-grant
id: app
to: {partner: nord}
widget: configurator
from: 2026-03-01
until: 2026-09-01
---
kind: delegation
id: pass-on
distributor: nord
products: all
widgets: [configurator]
---
kind: forbid
id: july
to: {partner: corner}
widgets: [configurator]
from: 2026-07-01
until: 2026-08-01
"""
MOMENT = timedelta(microseconds=1)


def day(month, number):
    return datetime(2026, month, number, tzinfo=UTC)


@pytest.fixture(scope="module")
def ask(say):
    manifests = say.manifests(TEXT)
    return lambda partner, at, widget="configurator": explain_widget(
        manifests, partner, widget, at, {"finder"}
    )


REASONS = {
    ("nord", 6): (True, "widget-grant app permits it", "widget-grant app"),
    ("nord", 1): (False, "no rule permits widget configurator: denied by default", None),
    ("corner", 6): (True, "delegation pass-on permits it", "delegation pass-on"),
    ("corner", 7): (False, "forbid july forbids it", "forbid july"),
    ("corner", 1): (False, "distributor nord does not hold it", "distributor nord"),
}


@pytest.mark.parametrize(("partner", "month"), REASONS)
def test_the_deciding_rule_is_named(ask, partner, month):
    told = ask(partner, day(month, 2))
    deciding = told.deciding.name if told.deciding else None
    assert (told.allowed, told.reason, deciding) == REASONS[partner, month]


def test_the_next_change_is_exact_all_year(ask):
    """Asked at one change, the answer names the next; nothing differs a moment earlier."""
    for partner, changes in {
        "nord": [day(3, 1), day(9, 1)],
        "corner": [day(3, 1), day(7, 1), day(8, 1), day(9, 1)],
    }.items():
        at = day(1, 1)
        for change in changes:
            told = ask(partner, at)
            assert told.next_change == change
            assert ask(partner, change - MOMENT).allowed == told.allowed
            assert ask(partner, change).allowed != told.allowed
            at = change
        assert ask(partner, at).next_change is None


def test_an_answer_reads_as_text_and_as_data(ask):
    told = ask("corner", day(7, 2))
    july = "from 2026-07-01T00:00:00+00:00 until 2026-08-01T00:00:00+00:00"
    summer = "from 2026-03-01T00:00:00+00:00 until 2026-09-01T00:00:00+00:00"
    what, app = "widget configurator, for", "widget-grant app of distributor nord"
    file = "manifests/test.yaml"
    assert told.lines() == (
        "corner may not show widget configurator at 2026-07-02T00:00:00+00:00",
        "  forbid july forbids it",
        f"  * forbids   forbid july: {what} partner corner {july}  ({file}:28)",
        f"    permits   {app}: {what} partner nord {summer}  ({file}:15)",
        f"    permits   delegation pass-on: {what} all  ({file}:22)",
        "  next change: 2026-08-01T00:00:00+00:00",
    )
    data = told.as_json()
    assert (data["widget"], data["sku"], data["allowed"]) == ("configurator", None, False)


def test_a_widget_that_exists_and_that_nobody_grants_is_denied(ask):
    assert ask("nord", day(6, 1), "finder").deciding is None


@pytest.mark.parametrize(
    ("partner", "widget", "near"),
    [("nrod", "finder", "nord"), ("nord", "findr", "finder"), ("nord", "confgurator", "config")],
)
def test_an_unknown_name_is_refused_with_the_near_one(ask, partner, widget, near):
    with pytest.raises(UnknownNameError, match=f"Did you mean '{near}"):
        ask(partner, day(6, 1), widget)


def test_the_field_configurator_is_shown_where_the_partner_has_the_widget(say):
    plain, built = say.product("PLAIN"), say.product("BUILT", configurator="rules.yaml")
    world, manifests = say.catalog(plain, built), say.manifests(TEXT)

    def shown(partner, sku, month):
        told = explain(world, manifests, partner, sku, day(month, 2), "configurator")
        return told.allowed, told.reason

    assert shown("nord", "BUILT", 6) == (True, "widget-grant app permits it")
    assert shown("corner", "BUILT", 7) == (False, "forbid july forbids it")
    assert shown("nord", "BUILT", 1)[0] is False
    assert shown("nord", "PLAIN", 6) == (False, "the product has no configurator")
