"""Quality is measured per family, locale and purpose, and told in a report."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from syndicator.catalog.model import (
    Catalog,
    Family,
    Media,
    MediaRole,
    Number,
    Price,
    Product,
    SpecDefinition,
    SpecType,
)
from syndicator.catalog.quality import (
    PURPOSES,
    Completeness,
    completeness,
    duplicates,
    language,
    overview,
)
from syndicator.catalog.report import render_report
from syndicator.errors import Origin, Problem

FULL = Product(
    sku="A",
    brand="N",
    mpn="1",
    gtin="04006381333931",
    family="bike",
    title={"en": "T", "de": "T"},
    summary={"en": "S"},
    description={"en": "D"},
    highlights=({"en": "h"},),
    specs={"power": Number(value=1.0)},
    media=(Media(url="https://x.example/a.jpg", role=MediaRole.HERO, alt={"en": "a"}),),
    prices=(Price(list="r", amount=Decimal(1), currency="EUR"),),
)
BARE = Product(sku="B", brand="n", mpn="1", family="bike", title={"en": "T"})
FAMILY = Family(
    code="bike",
    label={"en": "Bikes"},
    required=("description",),
    specs=(SpecDefinition(key="power", type=SpecType.NUMBER, label={"en": "P"}, required=True),),
)


def catalog(*products: Product) -> Catalog:
    """Return a catalog of these products in two locales."""
    return Catalog(
        locales=("en", "de"),
        products={product.sku: product for product in products},
        families={"bike": FAMILY},
        origins={product.sku: Origin("p.yaml", i) for i, product in enumerate(products, 1)},
    )


def rows_of(*products: Product) -> list[Completeness]:
    """Return the completeness of products for what every catalog is measured for."""
    return completeness(catalog(*products), PURPOSES)


def test_completeness_is_told_for_each_locale_and_purpose() -> None:
    """A product is complete where all words that it takes are in the locale itself."""
    rows = {(row.locale, row.purpose): row for row in rows_of(FULL, BARE)}
    assert {key: (row.complete, row.products) for key, row in rows.items()} == {
        ("en", "family"): (1, 2), ("en", "aisle"): (0, 2),
        ("de", "family"): (0, 2), ("de", "aisle"): (0, 2),
    }  # fmt: skip


def test_gaps_are_named_with_examples() -> None:
    """Each missing field is counted, and some products that lack it are named."""
    rows = {(row.locale, row.purpose): row for row in rows_of(FULL, BARE)}
    assert rows["en", "family"].missing == {"description": 1, "specs.power": 1}
    assert rows["de", "family"].missing == {"description": 2, "specs.power": 1}
    assert rows["de", "family"].examples["description"] == ("A", "B")


def test_the_whole_catalog_is_the_sum_of_its_families() -> None:
    """For each purpose and locale there is one row, named for people."""
    whole = overview(rows_of(FULL, BARE, msgspec.structs.replace(BARE, sku="C", family="")))
    assert [(row.title, language(row.locale), row.complete, row.products) for row in whole] == [
        ("its family", "English", 2, 3),
        ("a full aisle", "English", 0, 3),
        ("its family", "German", 1, 3),
        ("a full aisle", "German", 0, 3),
    ]
    assert whole[2].missing == {"description": 2, "specs.power": 1}


def test_brand_and_part_number_are_compared_without_case() -> None:
    """Two products of one brand with one part number are a duplicate with both places."""
    (double,) = duplicates(catalog(FULL, BARE))
    assert (double.kind, double.skus) == ("brand-mpn", ("A", "B"))
    assert [str(origin) for origin in double.origins] == ["p.yaml:1", "p.yaml:2"]


def test_the_report_is_one_safe_file() -> None:
    """Words of the data are escaped, and nothing is loaded from elsewhere."""
    both = catalog(FULL, BARE)
    problem = Problem("x", "<script>alert(1)</script>", Origin("<b>.yaml", 1))
    html = render_report("<i>N</i>", 2, [problem], completeness(both, PURPOSES), duplicates(both))
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "http" not in html.replace("https://x.example", "")
    rows = completeness(both, PURPOSES)
    overview = len({(row.purpose, row.locale) for row in rows})
    assert html.count("<svg") == len(rows) + overview
