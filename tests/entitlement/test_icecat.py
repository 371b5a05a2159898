"""Real products, regrouped: twenty partners in programs and regions over the Icecat catalog."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from syndicator.entitlement import check_selectors, explain, parse_manifests, resolve, who_sees
from syndicator.sources import SourceSpec, read_catalog
from syndicator.sources.partners import read_partners
from syndicator.sources.yamlfile import read_documents

pytestmark = pytest.mark.data
HERE = Path(__file__).parent / "icecat"
NOW = datetime(2026, 6, 1, tzinfo=UTC)
PRINTERS = {"HP", "Epson", "Canon", "Xerox", "Lexmark", "OKI", "Brother", "Samsung"}
LABELS = {"HERMA", "DYMO", "Verbatim", "Kensington"}
NETWORK = {"C2G", "StarTech.com", "ACT", "Equip", "APC", "Tripp Lite", "Intel"}


@pytest.fixture(scope="module")
def catalog(shared_data, repository):
    path = str(shared_data / "icecat" / "products.jsonl")
    source = SourceSpec("jsonl", path, "mappings/icecat.yaml")
    return read_catalog(repository, [source], ("en",), {}).catalog


@pytest.fixture(scope="module")
def manifests():
    documents, problems = read_documents(HERE, ".")
    expanded, more = read_partners(HERE, documents, {})
    read, wrong = parse_manifests(expanded, ("en",))
    assert [*problems, *more, *wrong] == []
    return read


def shown(row, product):
    """The contract in plain Python, for one row of the table."""
    programs, country, brand = row["programs"].split(), row["country"], product.brand
    weight = product.specs.get("weight")
    heavy = weight is not None and getattr(weight, "value", 0) > 50_000
    if {"office", "print"} & set(programs) and heavy:
        return False
    if country in {"DE", "AT", "CH"} and brand == "HP":
        return False
    released = product.lifecycle.release
    if released and released < datetime(2006, 1, 1, tzinfo=UTC):
        return False
    brands = LABELS if {"office", "print"} & set(programs) else set()
    brands = brands | (PRINTERS if "print" in programs else set())
    brands = brands | (NETWORK if "network" in programs else set())
    brands = brands | ({"Philips"} if country in {"NL", "BE", "LU"} else set())
    brands = brands | ({"Lenovo"} if country in {"SE", "NO", "DK", "FI"} else set())
    return brand in brands


def test_the_selectors_ask_for_what_the_catalog_has(catalog, manifests):
    assert check_selectors(manifests, catalog) == []


def test_every_partner_holds_what_its_programs_and_region_say(catalog, manifests):
    answer = resolve(catalog, manifests, NOW)
    rows = list(csv.DictReader((HERE / "partners.csv").read_text().splitlines()))
    assert len(rows) == 20
    for row in rows:
        (name,) = answer.partners[row["id"]].values()
        expected = [sku for sku, product in catalog.products.items() if shown(row, product)]
        assert answer.editions[name].skus == expected
        assert expected


def test_editions_keep_their_names_while_products_and_members_change(catalog, manifests):
    """Without half of the products and one partner, and with a twin of another: the same ids."""
    answer = resolve(catalog, manifests, NOW)
    half = {sku: p for n, (sku, p) in enumerate(catalog.products.items()) if n % 2}
    fewer = {name: one for name, one in manifests.partners.items() if name != "shop-02"}
    twin = {"shop-21": replace(manifests.partners["shop-01"], id="shop-21")}
    changed = replace(manifests, partners={**fewer, **twin})
    later = resolve(msgspec.structs.replace(catalog, products=half), changed, NOW)
    kept = {name: ids for name, ids in answer.partners.items() if name != "shop-02"}
    assert later.partners == {**kept, "shop-21": answer.partners["shop-01"]}
    assert (len(later.partners), len(later.editions)) == (20, 19)


def test_the_rule_that_decides_is_named_with_its_line(catalog, manifests):
    sku = next(s for s, p in catalog.products.items() if p.brand == "HP" and shown(WEST, p))
    told = explain(catalog, manifests, "shop-02", sku, NOW)
    assert (told.allowed, told.deciding.name) == (False, "forbid no-hp-in-dach")
    assert str(told.deciding.origin) == "programs.yaml:63"
    viewers = who_sees(catalog, manifests, sku, NOW)
    assert {each.deciding.name for each in viewers.allowed} == {"grant printers"}


WEST = {"programs": "print", "country": "FR"}
