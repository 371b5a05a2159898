"""Each partner shows what manifests/README.md says, no more and no less."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from syndicator.entitlement import Entitlements, resolve
from syndicator.workspace import Workspace

HALO = "NV-HALO-LTD"
EMBARGOED = "NV-FJORD-9"


def under(products: dict[str, Any], *categories: str) -> set[str]:
    """The SKUs below any of the categories, without what is under embargo."""
    return {
        sku
        for sku, product in products.items()
        if sku != EMBARGOED
        and any((product["category"] + "/").startswith(f"{node}/") for node in categories)
    }


def shown(entitlements: Entitlements, partner: str) -> set[str]:
    """What the partner shows in its first locale."""
    edition = next(iter(entitlements.partners[partner].values()))
    return set(entitlements.editions[edition].skus)


STREET = ("bikes/city", "bikes/kids", "bikes/e-bikes/city", "accessories", "parts")


def test_the_workspace_has_no_problems(workspace: Workspace) -> None:
    """Nothing is wrong, not even a warning, and every product is accepted."""
    assert [str(problem) for problem in workspace.problems] == []


def test_velohaus_shows_everything_but_the_numbered_edition(
    autumn: Entitlements, products: dict[str, Any]
) -> None:
    """A premium dealer has the full range; the Halo is forbidden to it."""
    assert shown(autumn, "velohaus") == under(products, "bikes", "accessories", "parts") - {HALO}


def test_kinderrad_shows_kids_only(autumn: Entitlements, products: dict[str, Any]) -> None:
    """The limited dealer shows one category, in two locales, without prices."""
    assert shown(autumn, "kinderrad") == under(products, "bikes/kids")
    for edition in autumn.partners["kinderrad"].values():
        assert "price" in autumn.editions[edition].hidden


def test_stadtrad_shows_the_street_and_the_pilot_in_german_only(
    autumn: Entitlements, products: dict[str, Any]
) -> None:
    """A dealer without premium, with cargo bikes for one winter, has one edition: German."""
    expected = under(products, *STREET, "bikes/cargo") - {HALO}
    assert shown(autumn, "stadtrad") == expected
    assert list(autumn.partners["stadtrad"]) == ["de"]


@pytest.mark.parametrize(
    ("moment", "there"),
    [
        ("2026-08-31T21:59:59+00:00", False),
        ("2026-08-31T22:00:00+00:00", True),
        ("2027-02-28T22:59:59+00:00", True),
        ("2027-02-28T23:00:00+00:00", False),
    ],
)
def test_the_pilot_begins_and_ends_at_midnight_in_cologne(
    workspace: Workspace, moment: str, there: bool
) -> None:
    """The window's dates are read in the partner's own zone, summer and winter."""
    at = dt.datetime.fromisoformat(moment)
    answer = resolve(workspace.catalog, workspace.manifests, at)
    assert ("NV-PRAM-2" in shown(answer, "stadtrad")) is there


def test_the_distributor_shows_everything_in_francs(
    autumn: Entitlements, products: dict[str, Any]
) -> None:
    """Alpen Distribution has the full range with the Halo, in three locales and francs."""
    assert shown(autumn, "alpen-distribution") == under(products, "bikes", "accessories", "parts")
    assert list(autumn.partners["alpen-distribution"]) == ["de", "fr", "en"]
    for edition in autumn.partners["alpen-distribution"].values():
        assert autumn.currencies[autumn.editions[edition].price_list] == "CHF"


def test_the_sub_dealer_shows_what_is_passed_on(autumn: Entitlements) -> None:
    """Vélo Léman has the distributor's range without the Halo, French first."""
    everything = shown(autumn, "alpen-distribution")
    assert shown(autumn, "velo-leman") == everything - {HALO}
    assert list(autumn.partners["velo-leman"]) == ["fr", "de"]


def test_radkontor_words_one_product_itself(autumn: Entitlements) -> None:
    """The override touches title and summary of the Fjord 7 in Radkontor's editions alone."""
    for edition in autumn.editions.values():
        fields = {(override.sku, override.field) for override in edition.overrides}
        own = {("NV-FJORD-7", "title"), ("NV-FJORD-7", "summary")}
        assert fields == (own if edition.partners == ("radkontor",) else set())
    assert list(autumn.partners["radkontor"]) == ["de-AT", "en"]


def test_nobody_shows_what_is_under_embargo(workspace: Workspace, autumn: Entitlements) -> None:
    """The Fjord 9 is in no edition before the first of March 2027, and in premium ones after."""
    assert all(EMBARGOED not in edition.skus for edition in autumn.editions.values())
    spring = resolve(workspace.catalog, workspace.manifests, dt.datetime(2027, 3, 2, tzinfo=dt.UTC))
    holders = {partner for partner in spring.partners if EMBARGOED in shown(spring, partner)}
    assert holders == {"velohaus", "radkontor", "alpen-distribution", "velo-leman"}


def test_the_configurator_goes_to_premium_and_to_switzerland(autumn: Entitlements) -> None:
    """The widget is granted like a product; the sub-dealer has what was granted to it alone."""
    holders = {
        partner
        for partner, editions in autumn.partners.items()
        if "configurator" in autumn.editions[next(iter(editions.values()))].widgets
    }
    assert holders == {"velohaus", "radkontor", "alpen-distribution"}


def test_paperwork_is_hidden_from_every_edition(autumn: Entitlements) -> None:
    """Customs codes and packing notes are no partner's business."""
    assert all("extra" in edition.hidden for edition in autumn.editions.values())
