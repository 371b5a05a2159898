"""What a document says, and above all what it does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from syndicator import canonical
from syndicator.canonical import Namer
from syndicator.catalog.model import (
    Asset,
    Brand,
    Catalog,
    Category,
    Choice,
    Contact,
    Family,
    Feature,
    Flag,
    Lifecycle,
    Media,
    MediaRole,
    Number,
    Price,
    Product,
    Relation,
    RelationType,
    Span,
    SpecDefinition,
    SpecType,
    Support,
    Tax,
    Variant,
)
from syndicator.entitlement.model import Edition, Override
from syndicator.rendering import View, render, render_bytes, shelve

NOW = datetime(2026, 6, 1, tzinfo=UTC)
SVG = "image/svg+xml"


def asset(path: str, sha256: str = "ab") -> Asset:
    return Asset(path=path, sha256=sha256, size=10, media_type=SVG, width=4, height=3, color="#fff")


def bike(**fields: Any) -> Product:
    """A product of the test catalog with some fields of its own."""
    return Product(
        **{"sku": "B-1", "brand": "Maker", "title": {"en": "Bike", "de": "Rad"}, **fields}
    )


FAMILY = Family(
    code="bike",
    label={"en": "Bikes"},
    specs=(
        SpecDefinition(
            key="weight", type=SpecType.NUMBER, unit="kg", label={"en": "Weight", "de": "Gewicht"}
        ),
        SpecDefinition(key="rider", type=SpecType.RANGE, unit="cm", label={"en": "Rider"}),
        SpecDefinition(key="lights", type=SpecType.BOOLEAN, label={"en": "Lights", "de": "Licht"}),
        SpecDefinition(
            key="size",
            type=SpecType.CHOICE,
            label={"en": "Sizes"},
            choices={"s": {"en": "Small", "de": "Klein"}},
        ),
    ),
)


def seen(*products: Product, edition: dict[str, Any] | None = None, now: datetime = NOW) -> View:
    """A view in German onto a catalog of these products, all of them granted unless told."""
    paths = {media.file for product in products for media in product.media if media.file}
    paths |= {
        feature.image for product in products for feature in product.features if feature.image
    }
    catalog = Catalog(
        locales=("en", "de"),
        products={product.sku: product for product in products},
        families={"bike": FAMILY},
        categories={
            "bikes": Category(path="bikes", label={"en": "Bikes", "de": "Räder"}),
        },
        assets={path: asset(path, sha256=path) for path in paths},
    )
    skus = tuple(catalog.products)
    granted = {"id": "e", "locale": "de", "skus": skus, "partners": ("p",), **(edition or {})}
    return View(shelve(catalog, Namer(b"s" * 32)), Edition(**granted), now)


def test_words_come_from_the_edition_s_locale() -> None:
    """A German edition shows the German title and says nothing about languages."""
    document = render(bike(), seen(bike()))
    assert document["title"] == "Rad"
    assert "lang" not in document


def test_a_fallback_names_its_language() -> None:
    """Words that exist only in English are shown, and `lang` tells so."""
    product = bike(summary={"en": "Light and quiet."})
    document = render(product, seen(product))
    assert document["summary"] == "Light and quiet."
    assert document["lang"] == {"summary": "en"}


def test_relations_never_name_a_product_outside_the_assortment() -> None:
    """An accessory that the edition does not hold leaves no trace."""
    rack = bike(sku="SECRET-RACK", title={"en": "Secret rack"})
    product = bike(relations=(Relation(type=RelationType.ACCESSORY, sku="SECRET-RACK"),))
    view = seen(product, rack, edition={"skus": ("B-1",)})
    assert b"SECRET" not in render_bytes(product, view)
    assert "relations" not in render(product, view)


def test_variants_outside_the_assortment_are_left_out() -> None:
    """Of three sizes an edition that holds two shows two."""
    sizes = [
        bike(sku=f"B-{size}", variant=Variant(group="b", axes={"size": {"en": size}}))
        for size in ("S", "M", "L")
    ]
    view = seen(*sizes, edition={"skus": ("B-S", "B-M")})
    shown = render(sizes[0], view)["variants"]
    assert [variant["sku"] for variant in shown] == ["B-S", "B-M"]
    assert shown[0]["current"] is True


def test_a_related_product_is_shown_without_its_price() -> None:
    """One changed price changes one document: cards carry no price."""
    rack = bike(sku="R-1", prices=(Price(list="eur", amount=Decimal(77), currency="EUR"),))
    product = bike(relations=(Relation(type=RelationType.ACCESSORY, sku="R-1"),))
    view = seen(product, rack, edition={"price_list": "eur"})
    assert b"77" not in render_bytes(product, view)


PRICES = {
    "of the edition's list": (Price(list="eur", amount=Decimal("9.90"), currency="EUR"), "9.90"),
    "of another list": (Price(list="chf", amount=Decimal("9.90"), currency="CHF"), None),
    "not yet valid": (
        Price(
            list="eur",
            amount=Decimal(9),
            currency="EUR",
            valid_from=datetime(2026, 6, 2, tzinfo=UTC),
        ),
        None,
    ),
    "valid from this instant": (
        Price(list="eur", amount=Decimal(9), currency="EUR", valid_from=NOW),
        "9",
    ),
    "ended at this instant": (
        Price(list="eur", amount=Decimal(9), currency="EUR", valid_until=NOW),
        None,
    ),
}


@pytest.mark.parametrize(("price", "amount"), PRICES.values(), ids=PRICES)
def test_a_price_is_shown_in_its_list_and_time(price: Price, amount: str | None) -> None:
    """Validity is half-open; other lists are silent."""
    product = bike(prices=(price,))
    shown = render(product, seen(product, edition={"price_list": "eur"})).get("price")
    assert (shown and shown["amount"]) == amount


def test_quantity_breaks_follow_the_unit_price() -> None:
    """The price of one leads; higher quantities are listed as breaks."""
    prices = tuple(
        Price(list="eur", amount=Decimal(amount), currency="EUR", min_quantity=quantity)
        for quantity, amount in ((10, 8), (1, 10))
    )
    product = bike(prices=prices)
    price = render(product, seen(product, edition={"price_list": "eur"}))["price"]
    assert price["amount"] == "10"
    assert [(step["from"], step["amount"]) for step in price["breaks"]] == [(10, "8")]


TAXES = {
    "included": (Tax(included=True, rate=Decimal("8.1")), "de", "inkl. 8,1\u00a0% MwSt."),
    "excluded, of a class": (Tax(included=False, kind="reduced"), "de", "zzgl. MwSt."),
    "in a language that is not known": (
        Tax(included=True, rate=Decimal(20)),
        "fi",
        "incl. 20\u00a0% VAT",
    ),
}


def test_a_price_that_says_nothing_of_tax_stands_as_its_list_does() -> None:
    """The list's word holds for every quantity that has none of its own."""
    prices = (
        Price(list="eur", amount=Decimal(9), currency="EUR"),
        Price(
            list="eur", amount=Decimal(8), currency="EUR", min_quantity=5, tax=Tax(included=True)
        ),
    )
    product = bike(prices=prices)
    view = replace(seen(product, edition={"price_list": "eur", "locale": "en"}), currency="EUR")
    assert "tax" not in render(product, view)["price"]
    listed = replace(view, tax=Tax(included=False, rate=Decimal(19)))
    price = render(product, listed)["price"]
    assert (price["tax"]["text"], price["breaks"][0]["tax"]["text"]) == (
        "excl. 19% VAT",
        "incl. VAT",
    )


@pytest.mark.parametrize(("tax", "locale", "text"), TAXES.values(), ids=TAXES)
def test_a_price_says_how_it_stands_to_tax(tax: Tax, locale: str, text: str) -> None:
    """Rate and class are told as written; the words are the reader's, else English."""
    price = Price(list="eur", amount=Decimal(9), currency="EUR", tax=tax)
    product = bike(prices=(price,))
    view = seen(product, edition={"price_list": "eur", "locale": locale})
    shown = render(product, view)["price"]["tax"]
    assert shown["included"] is tax.included
    assert (shown.get("rate"), shown.get("class")) == (
        str(tax.rate) if tax.rate else None,
        tax.kind or None,
    )
    assert text in shown["text"]


CONTACTS = {"DE": ["Berlin", "All"], "AT": ["Berlin", "Wien", "All"], "FR": ["All"], "": ["All"]}


@pytest.mark.parametrize("territory", CONTACTS)
def test_a_shopper_is_given_the_contacts_of_the_partner_s_territory(territory: str) -> None:
    """Contacts of other territories leave no trace; those near stand before those for all."""
    contacts = (
        Contact(name={"de": "All"}),
        Contact(name={"de": "Berlin"}, territories=("DE", "AT")),
        Contact(name={"de": "Wien"}, territories=("AT",)),
    )
    product = bike(support=Support(contacts=contacts))
    shown = render(product, seen(product, edition={"territory": territory}))["support"]
    assert [contact["name"] for contact in shown["contacts"]] == CONTACTS[territory]


def test_specs_are_written_in_the_reader_s_habit() -> None:
    """Numbers, ranges, choices and yes or no are German in a German edition."""
    product = bike(
        family="bike",
        specs={
            "lights": Flag(value=True),
            "weight": Number(value=13.5, unit="kg"),
            "rider": Span(low=150, high=190, unit="cm"),
            "size": Choice(codes=("s",)),
        },
    )
    [group] = render(product, seen(product))["specs"]
    assert [(item["label"], item["text"]) for item in group["items"]] == [
        ("Gewicht", "13,5 kg"),
        ("Rider", "150\u2013190 cm"),
        ("Licht", "Ja"),
        ("Sizes", "Klein"),
    ]
    assert group["items"][0]["value"] == 13.5


def test_the_template_of_the_family_is_in_the_document() -> None:
    """Which sections an aisle shows, in order; a family without a template says nothing."""
    view = seen(bike(family="bike"))
    assert "sections" not in render(bike(family="bike"), view)
    family = msgspec.structs.replace(FAMILY, aisle=("specs", "hero"))
    catalog = msgspec.structs.replace(view.shelf.catalog, families={"bike": family})
    told = View(shelve(catalog, Namer(b"s" * 32)), view.edition, view.now)
    assert render(bike(family="bike"), told)["sections"] == ["specs", "hero"]


def test_the_template_of_the_brand_holds_where_the_family_has_none() -> None:
    """The family's goes first, then the brand's, whatever the case of its name."""
    brand = Brand(name="norrvind", aisle=("hero", "support"))
    for aisle, sections in {(): ["hero", "support"], ("specs",): ["specs"]}.items():
        view = seen(bike(family="bike", brand="Norrvind"))
        family = msgspec.structs.replace(FAMILY, aisle=aisle)
        catalog = msgspec.structs.replace(
            view.shelf.catalog, families={"bike": family}, brands={"norrvind": brand}
        )
        told = View(shelve(catalog, Namer(b"s" * 32)), view.edition, view.now)
        assert render(bike(family="bike", brand="Norrvind"), told)["sections"] == sections


def test_a_spec_without_a_family_is_labelled_by_its_key() -> None:
    """Ad-hoc specs of imported records still read well."""
    product = bike(specs={"page_yield": Number(value=2300)})
    [group] = render(product, seen(product))["specs"]
    assert group["items"][0]["label"] == "Page yield"
    assert group["items"][0]["text"] == "2.300"


def test_a_field_policy_hides_fields_and_single_specs() -> None:
    """Hidden parts are absent, not empty."""
    product = bike(
        highlights=({"en": "Fast"},), specs={"cost": Number(value=3), "weight": Number(value=2)}
    )
    view = seen(product, edition={"hidden": frozenset({"highlights", "spec.cost"})})
    document = render(product, view)
    assert "highlights" not in document
    assert [item["key"] for item in document["specs"][0]["items"]] == ["weight"]


def test_a_picture_beyond_its_rights_is_not_shown() -> None:
    """What entitlement withholds is neither shown nor published for this edition."""
    product = bike(
        media=tuple(Media(file=f"{name}.svg") for name in ("here", "elsewhere", "expired"))
    )
    view = seen(product, edition={"withheld": frozenset({"elsewhere.svg", "expired.svg"})})
    assert len(render(product, view)["media"]) == 1
    assert view.media == {view.shelf.sources["here.svg"]}


def test_the_hero_stands_first_and_pictures_have_names_that_tell_nothing() -> None:
    """The published name of a file has nothing of its path."""
    product = bike(media=(Media(file="plan-b.svg"), Media(file="hero.svg", role=MediaRole.HERO)))
    first, second = render(product, seen(product))["media"]
    assert first["role"] == "hero"
    assert first["alt"] == "Rad"
    assert "plan-b" not in second["src"]
    assert second["src"].startswith("m/")


def test_rich_text_is_a_tree_without_a_trace_of_script() -> None:
    """What was Markdown is nodes; what was script is nothing."""
    product = bike(
        description={"de": "Ein **Rad**.\n\n- leicht\n- leise"},
        features=(
            Feature(title={"de": "Motor"}, text={"de": "<p>ok</p><script>alert(1)</script>"}),
        ),
    )
    document = render(product, seen(product))
    assert document["description"] == [
        ["p", "Ein ", ["strong", "Rad"], "."],
        ["ul", "\n", ["li", "leicht"], "\n", ["li", "leise"], "\n"],
    ]
    assert document["features"] == [{"title": "Motor", "text": [["p", "ok"]]}]


def test_an_override_changes_one_edition_only() -> None:
    """A partner's own title replaces the brand's in that locale and leaves the others."""
    override = Override(sku="B-1", field="title", value={"de": "Sonderrad"}, owner="p")
    assert render(bike(), seen(bike(), edition={"overrides": (override,)}))["title"] == "Sonderrad"
    assert render(bike(), seen(bike()))["title"] == "Rad"
    english = {"locale": "en", "overrides": (override,)}
    assert render(bike(), seen(bike(), edition=english))["title"] == "Bike"


LIVES = {
    "available": (Lifecycle(), {"status": "available"}),
    "announced": (
        Lifecycle(release=datetime(2026, 7, 1, tzinfo=UTC)),
        {"status": "announced", "release": "2026-07-01T00:00:00Z"},
    ),
    "discontinued": (Lifecycle(end_of_life=NOW), {"status": "discontinued"}),
}


@pytest.mark.parametrize(("life", "told"), LIVES.values(), ids=LIVES)
def test_the_life_of_a_product_is_told(life: Lifecycle, told: dict[str, str]) -> None:
    """Status follows the instants, half-open."""
    assert render(bike(lifecycle=life), seen(bike()))["lifecycle"] == told


def test_the_category_path_is_labelled() -> None:
    """Known categories have their label, unknown ones their code."""
    product = bike(category="bikes/city")
    assert render(product, seen(product))["category"] == [
        {"code": "bikes", "label": "Räder"},
        {"code": "city", "label": "city"},
    ]


def test_the_bytes_are_canonical() -> None:
    """Rendering twice gives the same bytes, with sorted keys."""
    data = render_bytes(bike(), seen(bike()))
    assert data == canonical.encode(canonical.decode(data))
    assert data == render_bytes(bike(), seen(bike()))
