"""What a shopper reads of the reference workspace, rendered for real partners."""

from __future__ import annotations

import re
from typing import Any

import pytest

from syndicator.entitlement import Entitlements
from syndicator.rendering import Shelf, View, render, shelve
from syndicator.workspace import Workspace


class Reader:
    """A shopper at a partner's shop: reads documents as that partner's edition has them."""

    def __init__(self, workspace: Workspace, entitlements: Entitlements, shelf: Shelf) -> None:
        self.workspace, self.entitlements, self.shelf = workspace, entitlements, shelf

    def read(self, partner: str, locale: str, sku: str) -> dict[str, Any]:
        """Return the document of `sku` in the edition of `partner` for `locale`."""
        edition = self.entitlements.editions[self.entitlements.partners[partner][locale]]
        assert sku in edition.skus
        currency = self.entitlements.currencies.get(edition.price_list, "")
        view = View(self.shelf, edition, self.entitlements.at, currency)
        return render(self.workspace.catalog.products[sku], view)


@pytest.fixture(scope="session")
def reader(workspace: Workspace, autumn: Entitlements) -> Reader:
    """A shopper on a day in autumn."""
    return Reader(workspace, autumn, shelve(workspace.catalog, workspace.settings.namer))


def test_french_falls_back_to_english_and_says_so(reader: Reader) -> None:
    """Where French lacks words, English stands in, and the page is told which parts those are."""
    document = reader.read("velo-leman", "fr", "NV-ALLE-8")
    assert document["summary"].startswith("L’Allé à enjambement bas")
    assert "Made for coats" in str(document["description"])
    assert document["lang"]["description"] == "en"
    assert "summary" not in document["lang"]


def test_austria_reads_german_but_for_the_words_of_radkontor(reader: Reader) -> None:
    """Radkontor's override shows in Austrian German, everything else in German."""
    fjord = reader.read("radkontor", "de-AT", "NV-FJORD-7")
    assert fjord["title"] == "Fjord 7 Radkontor-Edition"
    assert "bei uns aufgebaut" in fjord["summary"]
    assert "Was braucht ein Fahrrad" in str(fjord["description"])
    assert reader.read("velohaus", "de", "NV-FJORD-7")["title"] == "Fjord 7"


def test_prices_are_of_the_partners_own_list(reader: Reader) -> None:
    """Germany reads euros, Switzerland francs, and the children's shop shows none of ours."""
    germany = reader.read("velohaus", "de", "NV-KOTTE-16")["price"]
    swiss = reader.read("velo-leman", "fr", "NV-KOTTE-16")["price"]
    assert (germany["amount"], germany["currency"]) == ("379.00", "EUR")
    assert (swiss["amount"], swiss["currency"]) == ("429.00", "CHF")
    assert "price" not in reader.read("kinderrad", "de", "NV-KOTTE-16")


def test_an_offer_and_quantity_breaks_apply(reader: Reader) -> None:
    """In November the Sund 4 is on offer; tubes are cheaper from five on."""
    assert reader.read("velohaus", "de", "NV-SUND-4")["price"]["amount"] == "2290.00"
    breaks = reader.read("velohaus", "de", "NV-P-TUBE-28")["price"]["breaks"]
    assert [row["amount"] for row in breaks][-2:] == ["6.90", "5.90"]


def test_what_is_no_longer_made_points_to_its_successor(reader: Reader) -> None:
    """The Fjord 5 is discontinued, leads to the Fjord 7, has its spare parts and no price."""
    document = reader.read("velohaus", "en", "NV-FJORD-5")
    assert document["lifecycle"]["status"] == "discontinued"
    assert [entry["sku"] for entry in document["relations"]["successor"]] == ["NV-FJORD-7"]
    assert len(document["relations"]["spare_part"]) == 7
    assert "price" not in document


def test_what_is_announced_says_when_it_comes(reader: Reader) -> None:
    """The Dyn 80 is shown before its release, with the date."""
    lifecycle = reader.read("stadtrad", "de", "NV-L-DYN-80")["lifecycle"]
    assert lifecycle["status"] == "announced"
    assert lifecycle["release"].startswith("2027-01-15")


def test_three_sizes_are_one_choice(reader: Reader) -> None:
    """The Vidda in M offers S, M and L in this order, and knows which one it is."""
    variants = reader.read("velohaus", "de", "NV-VIDDA-55")["variants"]
    assert [entry["sku"] for entry in variants] == ["NV-VIDDA-50", "NV-VIDDA-55", "NV-VIDDA-60"]
    assert [entry["sku"] for entry in variants if entry.get("current")] == ["NV-VIDDA-55"]


def test_relations_stay_within_the_assortment(reader: Reader) -> None:
    """The children's shop offers the helmet with a Kotte, but neither bell nor tyre."""
    relations = reader.read("kinderrad", "de", "NV-KOTTE-20")["relations"]
    skus = {entry["sku"] for entries in relations.values() for entry in entries}
    assert skus == {"NV-HELM-KID", "NV-BASKET-KID", "NV-FLAG-1", "NV-KOTTE-24"}


def test_a_picture_stays_where_its_rights_are(reader: Reader) -> None:
    """One picture of the Sund 6 may be shown in Germany and Austria, not in Switzerland."""
    germany = reader.read("velohaus", "de", "NV-SUND-6")["media"]
    swiss = reader.read("alpen-distribution", "de", "NV-SUND-6")["media"]
    assert len(germany) == len(swiss) + 1


def test_every_document_of_the_flagship_can_be_read(reader: Reader) -> None:
    """The Fjord 7 has pictures of known size, features with pictures, manuals with pages."""
    document = reader.read("velohaus", "en", "NV-FJORD-7")
    assert len(document["media"]) == 6
    assert all(entry["width"] and entry["height"] for entry in document["media"])
    assert all("image" in feature for feature in document["features"])
    assert [entry["type"] for entry in document["documents"]] == ["manual", "manual", "datasheet"]
    assert all(entry["pages"] for entry in document["documents"])


def test_nothing_of_the_paperwork_is_rendered(reader: Reader) -> None:
    """No document of Velohaus holds a customs code."""
    edition = reader.entitlements.editions[reader.entitlements.partners["velohaus"]["de"]]
    for sku in edition.skus:
        assert not re.search(r"871[16]\d{4}", str(reader.read("velohaus", "de", sku)))
