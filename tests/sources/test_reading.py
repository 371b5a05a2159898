"""Whole catalogs are read: what is right is kept, what is wrong is told, all at once."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from syndicator.catalog.model import Number, Span, Tax
from syndicator.errors import Severity
from syndicator.sources import Reading, SourceSpec, errors, read_catalog

LOCALES = ("en", "de")
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 30"/>'
FAMILY = """
code: bike
label: {en: Bikes}
specs:
  - {key: power, type: number, unit: W, label: {en: Power}}
  - {key: height, type: range, unit: cm, label: {en: Height}}
  - {key: size, type: choice, label: {en: Size}, choices: {S: {en: S}}}
"""
GOOD = """
sku: A
brand: Norrvind
gtin: "4006381333931"
family: bike
category: bikes
title: {en: Fjord, de: Fjord}
specs: {power: 0.25 kW, height: 165..190 cm, size: S}
media: [{file: content/media/a.svg, role: hero}]
"""
MAPPING = """
fields:
  sku: id
  brand: {constant: Norrvind}
  title: name
  gtin: {column: ean, when_invalid: drop}
prices:
  - {list: retail, currency: EUR, column: price}
specs:
  - {column: weight, type: number, unit: kg}
"""

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write files of a workspace; text or bytes, by path."""

    def _write(files: dict[str, str | bytes]) -> Path:
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return tmp_path

    return _write


def content(product: str = GOOD, **more: str) -> dict[str, str | bytes]:
    """Return the files of a small workspace."""
    return {
        "content/categories.yaml": "- {path: bikes, label: {en: Bikes}}",
        "content/families/bike.yaml": FAMILY,
        "content/media/a.svg": SVG,
        "content/products/a.yaml": product,
        **more,
    }


def read(root: Path, *sources: SourceSpec) -> Reading:
    """Read a workspace; its own format unless other sources are named."""
    return read_catalog(root, sources or (SourceSpec("yaml", "content"),), LOCALES, {})


def codes(reading: Reading) -> list[tuple[str, str, int | None]]:
    """Return code, path and line of every problem."""
    return [(p.code, p.path, p.origin.line) for p in reading.problems]


def test_a_written_product_is_typed(write: Write) -> None:
    """Units are those of the family, ranges are ranges, pictures have their size."""
    reading = read(write(content()))
    assert reading.problems == []
    product = reading.catalog.products["A"]
    assert product.gtin == "04006381333931"
    assert product.specs["power"] == Number(value=250.0, unit="W")
    assert product.specs["height"] == Span(low=165.0, high=190.0, unit="cm")
    asset = reading.catalog.assets["content/media/a.svg"]
    assert (asset.media_type, asset.width, asset.height) == ("image/svg+xml", 40, 30)


BAD = {
    "an unknown key": ("price: 3", "unknown-key", "price"),
    "a wrong type": ("model: [x]", "wrong-type", "model"),
    "a bad check digit": ("gtin: '4006381333932'", "gtin-check-digit", "gtin"),
    "an unknown locale": ("summary: {xx: hi}", "unknown-locale", "summary.xx"),
    "an unknown family": ("family: boat", "unknown-family", "family"),
    "an unknown category": ("category: boats", "unknown-category", "category"),
    "an unknown spec": ("specs: {colour: red}", "unknown-spec", "specs.colour"),
    "a unit that does not fit": ("specs: {power: 250 kg}", "unit", "specs.power"),
    "an unknown choice": ("specs: {size: XL}", "choice", "specs.size"),
    "a missing picture": ("media: [{file: content/media/no.png}]", "missing-file", "media[0].file"),
    "a picture outside": ("media: [{file: ../../etc/hosts}]", "path-leaves", "media[0].file"),
    "a picture that is none": (
        "media: [{file: content/products/a.yaml}]", "not-a-picture", "media[0].file",
    ),
    "a script for an address": ("videos: [{url: 'javascript:x'}]", "address", "videos[0].url"),
    "an unknown role": (
        "media: [{file: content/media/a.svg, role: main}]", "wrong-value", "media[0].role",
    ),
    "a picture without a place": ("media: [{role: hero}]", "one-place", "media[0]"),
    "an impossible day": ("lifecycle: {release: 2026-02-30}", "instant", "lifecycle.release"),
    "a life in the wrong order": (
        "lifecycle: {announce: 2026-03-01, release: 2026-02-01}", "window", "lifecycle",
    ),
    "a negative price": ("prices: [{list: r, amount: -1}]", "amount-negative", "prices[0].amount"),
    "an unknown currency": (
        "prices: [{list: r, amount: 1, currency: EURO}]", "currency", "prices[0].currency",
    ),
    "an unknown territory": (
        "media: [{file: content/media/a.svg, rights: {territories: [de]}}]", "territory",
        "media[0].rights.territories[0]",
    ),
    "an empty title": ("title: {en: '  '}", "empty", "title"),
    "rules that are not there": ("configurator: content/c.yaml", "missing-file", "configurator"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_field_is_told_with_its_line_and_leaves_the_rest(write: Write, name: str) -> None:
    """One wrong field is one problem at its line, and every other product is there."""
    line, code, path = BAD[name]
    key = line.split(":")[0]
    kept = [other for other in GOOD.strip().splitlines() if not other.startswith(f"{key}:")]
    kept = [other for other in kept if key != "family" or not other.startswith("specs")]
    bad = "\n".join([*kept, line]).replace("sku: A", "sku: B")
    reading = read(write(content(f"{GOOD.strip()}\n---\n{bad}\n")))
    lines = f"{GOOD.strip()}\n---\n{bad}\n".splitlines()
    assert codes(reading) == [(code, path, max(i for i, t in enumerate(lines, 1) if t == line))]
    assert list(reading.catalog.products) == ["A"]


def test_all_problems_of_all_records_come_at_once(write: Write) -> None:
    """A record with faults of shape and of meaning has all of them told."""
    bad = "sku: B\nbrand: X\ntitel: T\ngtin: '123'\nmedia: {a: 1}\nlifecycle: {release: soon}\n"
    reading = read(write(content(f"{bad}---\nsku: C\nbrand: ''\ntitle: T\n")))
    assert {code for code, _, _ in codes(reading)} == {
        "unknown-key", "missing-key", "wrong-type", "gtin-length", "instant", "empty",
    }  # fmt: skip


def test_duplicate_skus_are_told_with_both_places(write: Write) -> None:
    """The first stays; the second is named with the place of the first."""
    reading = read(
        write(content(GOOD, **{"content/products/b.yaml": GOOD.replace("Fjord", "Other")}))
    )
    (problem,) = reading.problems
    assert problem.code == "duplicate-sku"
    assert "content/products/a.yaml:2" in problem.message
    assert "with other content" in problem.message
    assert problem.origin.file == "content/products/b.yaml"
    assert reading.catalog.products["A"].title["en"] == "Fjord"


def test_a_pointer_to_nothing_is_dropped_with_a_guess(write: Write) -> None:
    """An unknown relation is a warning with the SKU that was probably meant."""
    text = GOOD + "relations: {accessory: [RACK-22]}\n---\n" + "sku: RACK-2\nbrand: N\ntitle: T\n"
    reading = read(write(content(text)))
    (problem,) = reading.problems
    assert (problem.code, problem.severity) == ("unknown-sku", Severity.WARNING)
    assert (problem.found, problem.fix) == ("RACK-22", "Did you mean RACK-2?")
    assert reading.catalog.products["A"].relations == ()


def test_prices_stand_in_files_of_their_own(write: Write) -> None:
    """The file's name is the list; bad rows are told by line and the others hold."""
    rows = "sku,amount,valid_from,valid_until,min_quantity\nA,3299.00,,,\n"
    rows += "A,3199.00,2026-01-01,,10\nA,-1,,,\n"
    reading = read(write(content(GOOD, **{"content/prices/eur.csv": rows})))
    assert codes(reading) == [("amount-negative", "amount", 4)]
    prices = reading.catalog.products["A"].prices
    assert [(p.list, p.amount, p.min_quantity) for p in prices] == [
        ("eur", Decimal("3299.00"), 1),
        ("eur", Decimal("3199.00"), 10),
    ]


def test_a_line_of_prices_that_ends_before_the_sku_is_told(write: Write) -> None:
    """The SKU may stand in the last column; a line without it names no product."""
    rows = "amount,currency,sku\n9.90,EUR\n8.90,EUR,A\n"
    reading = read(write(content(GOOD, **{"content/prices/eur.csv": rows})))
    assert codes(reading) == [("missing-key", "sku", 2)]
    assert [p.amount for p in reading.catalog.products["A"].prices] == [Decimal("8.90")]


def test_a_price_says_its_tax_in_columns(write: Write) -> None:
    """Included or not has to be said; a rate without it, or no rate at all, is told by line."""
    rows = "sku,amount,tax,tax_rate,tax_class,min_quantity\nA,9,included,19,standard,\n"
    rows += "A,8,excluded,,,5\n"
    rows += "A,7,,19,,7\nA,6,included,high,,8\nA,5,,,,9\n"
    reading = read(write(content(GOOD, **{"content/prices/eur.csv": rows})))
    assert codes(reading) == [("tax", "tax", 4), ("tax-rate", "tax.rate", 5)]
    taxes = [price.tax for price in reading.catalog.products["A"].prices]
    assert taxes == [
        Tax(included=True, rate=Decimal(19), kind="standard"),
        Tax(included=False),
        None,
    ]


def test_a_file_that_is_no_yaml_leaves_the_others(write: Write) -> None:
    """One broken file is one problem; the rest of the catalog is intact."""
    reading = read(write(content(GOOD, **{"content/products/b.yaml": "sku: [B\n"})))
    assert [(p.code, p.origin.file) for p in reading.problems] == [
        ("yaml", "content/products/b.yaml")
    ]
    assert list(reading.catalog.products) == ["A"]


JSONL = SourceSpec("jsonl", "p.jsonl", "m.yaml")
CSV = SourceSpec("csv", "p.csv", "m.yaml")

LINES = {
    "not JSON": (b'{"id": 1', "json"),
    "not an object": (b"[1]", "not-an-object"),
    "invalid UTF-8": (b'{"id": "\xff", "name": "x"}', "encoding"),
    "a NUL": (b'{"id": "B\0", "name": "x"}', "json"),
    "an escaped NUL": (rb'{"id": "B\u0000", "name": "x"}', "sku"),
    "half a character": (rb'{"id": "B\ud800", "name": "x"}', "json"),
    "no name": (b'{"id": "B"}', "missing-key"),
    "deep nesting": (b'{"id": "B", "x": ' + b"[" * 5000 + b"]" * 5000 + b"}", "json-depth"),
    "a price that is none": (b'{"id": "B", "name": "x", "price": "call"}', "amount"),
}


@pytest.mark.parametrize("name", LINES)
def test_a_bad_line_is_told_and_leaves_the_rest(write: Write, name: str) -> None:
    """A line that cannot be a product is one error with its line; its neighbours are products."""
    line, code = LINES[name]
    good = [b'{"id": "A", "name": "a"}', line, b'{"id": "C", "name": "c"}']
    reading = read(write({"m.yaml": MAPPING, "p.jsonl": b"\n".join(good)}), JSONL)
    assert [(p.code, p.origin.line) for p in errors(reading)] == [(code, 2)]
    assert sorted(reading.catalog.products) == ["A", "C"]
    assert [(c.records, c.accepted, c.refused) for c in reading.counts] == [(3, 2, 1)]


def test_an_enormous_line_is_refused_without_being_held(write: Write) -> None:
    """A line longer than the limit is told and skipped; the next one is read."""
    line = b'{"id": "B", "name": "' + b"x" * 17_000_000 + b'"}\n'
    reading = read(
        write({"m.yaml": MAPPING, "p.jsonl": line + b'{"id": "C", "name": "c"}\n'}), JSONL
    )
    assert codes(reading) == [("too-large", "", 1)]
    assert list(reading.catalog.products) == ["C"]


def test_a_truncated_archive_keeps_what_came_before(write: Write) -> None:
    """Rows before the place where a gzip file ends too early are read."""
    rows = b"".join(
        b'{"id": "P%d", "name": "%s"}\n' % (i, str(i).encode() * 50) for i in range(3000)
    )
    cut = gzip.compress(rows)[:-2000]
    reading = read(
        write({"m.yaml": MAPPING, "p.jsonl.gz": cut}), SourceSpec("jsonl", "p.jsonl.gz", "m.yaml")
    )
    assert [p.code for p in reading.problems] == ["truncated"]
    assert len(reading.catalog.products) > 10


TABLES = {
    "commas": b"id,name,price,weight\nA,Saddle,5,2\n",
    "semicolons and decimal commas": b'id;name;price;weight\nA;Saddle;5,00;"2,0"\n',
    "tabs": b"id\tname\tprice\tweight\nA\tSaddle\t5\t2\n",
    "a byte order mark": b"\xef\xbb\xbfid,name,price,weight\nA,Saddle,5,2\n",
    "UTF-16": "id,name,price,weight\nA,Saddle,5,2 kg\n".encode("utf-16"),
    "grams": b"id,name,price,weight\nA,Saddle,5,2000 g\n",
    "Windows line ends": b"id,name,price,weight\r\nA,Saddle,5,2\r\n",
}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_understood_as_it_is_written(write: Write, name: str) -> None:
    """Delimiter, encoding, decimal sign and unit are found out; the product is the same."""
    reading = read(write({"m.yaml": MAPPING, "p.csv": TABLES[name]}), CSV)
    assert reading.problems == []
    product = reading.catalog.products["A"]
    assert product.title == {"en": "Saddle"}
    assert product.specs["weight"] == Number(value=2.0, unit="kg")
    assert product.prices[0].amount == Decimal(5)


BAD_TABLES = {
    "a NUL": (b"id,name\nA,b\0\n", [("nul", 2)]),
    "mixed encodings": ("id,name\nA,Räder\n".encode() + b"B,R\xe4der\n", [("mixed-encoding", 3)]),
    "too many cells": (b"id,name\nA,a,b\nB,b\n", [("cells", 2)]),
    "a column twice": (b"id,name,id\nA,a,b\n", [("duplicate-column", 1)]),
    "a million columns": (b",".join(b"c%d" % i for i in range(1_000_000)) + b"\n1\n", [("csv", 1)]),
    "a spreadsheet's GTIN": (b"id,name,ean\nA,a,9.5205E+12\n", [("gtin-scientific", 2)]),
    "duplicate rows that disagree": (b"id,name\nA,a\nA,b\n", [("duplicate-sku", 3)]),
    "nothing": (b"", [("csv", 1)]),
    "an enormous cell": (b"id,name\nA," + b"x" * 17_000_000 + b"\nB,b\n", [("csv", 2)]),
}


@pytest.mark.parametrize("name", BAD_TABLES)
def test_a_bad_table_is_told_by_line(write: Write, name: str) -> None:
    """Each defect has its code and line."""
    data, expected = BAD_TABLES[name]
    reading = read(write({"m.yaml": MAPPING, "p.csv": data}), CSV)
    assert [(p.code, p.origin.line) for p in reading.problems] == expected


def test_a_windows_table_is_read_and_told(write: Write) -> None:
    """A file of one byte a character is read as Windows-1252, with a warning that says so."""
    data = "id,name\nA,Räder\n".encode("cp1252")
    reading = read(write({"m.yaml": MAPPING, "p.csv": data}), CSV)
    assert reading.catalog.products["A"].title == {"en": "Räder"}
    assert [(p.code, p.severity) for p in reading.problems] == [("encoding", Severity.WARNING)]


def test_columns_that_no_rule_names_are_counted(write: Write) -> None:
    """Nothing is lost silently: unnamed columns are counted with the rows that fill them."""
    data = b"id,name,color,size\nA,a,red,\nB,b,blue,M\n"
    reading = read(write({"m.yaml": MAPPING, "p.csv": data}), CSV)
    assert dict(reading.counts[0].ignored) == {"color": 2, "size": 1}


def test_one_source_wins_the_fields_that_it_declares(write: Write) -> None:
    """The table gives prices to the workspace's product, and each value knows where it is from."""
    erp = SourceSpec("csv", "erp.csv", "erp.yaml", {"merge": "prices"})
    mapping = "fields: {sku: id, title: name}\nprices: [{list: r, currency: EUR, column: price}]\n"
    files = content(GOOD + "prices: [{list: r, amount: 9, currency: EUR}]\n")
    root = write({**files, "erp.yaml": mapping, "erp.csv": "id,name,price\nA,ERP name,5\nZ,z,1\n"})
    reading = read(root, SourceSpec("yaml", "content"), erp)
    product = reading.catalog.products["A"]
    assert product.title["en"] == "Fjord"
    assert [price.amount for price in product.prices] == [Decimal(5)]
    assert str(reading.catalog.origin("A", "prices")) == "erp.csv:2"
    assert str(reading.catalog.origin("A", "title")) == "content/products/a.yaml:7"
    assert codes(reading) == [("unknown-sku", "sku", 3)]


PIM = """
- {sku: A, brand: N, title: PIM title, specs: {weight: 2 kg}, mpn: P1}
- {sku: B, brand: N, title: PIM only}
"""
ERP = """
- {sku: A, brand: N, title: ERP title, specs: {weight: 3 kg, height: 9 mm}, prices: [{list: r, amount: 9}]}
- {sku: C, brand: N, title: ERP only}
"""  # noqa: E501
PRIORITIES = {
    "in the order of sources": ({"*": ["pim"]}, "PIM title", 2.0, ("pim.yaml:2", "erp.yaml:2")),
    "for one field": ({"title": ["erp"]}, "ERP title", 2.0, ("erp.yaml:2", "erp.yaml:2")),
    "for one spec": ({"specs.weight": ["erp", "pim"]}, "PIM title", 3.0, ("pim.yaml:2",) * 1),
}


@pytest.mark.parametrize("name", PRIORITIES)
def test_the_declared_source_is_believed_in_each_field(write: Write, name: str) -> None:
    """PIM wins text, ERP wins price: each field has one source, and knows which."""
    priorities, title, weight, origins = PRIORITIES[name]
    root = write({"pim.yaml": PIM, "erp.yaml": ERP})
    specs = [SourceSpec("yaml", f"{one}.yaml", id=one) for one in ("pim", "erp")]
    reading = read_catalog(root, specs, LOCALES, {}, priorities=priorities)
    assert reading.problems == []
    assert list(reading.catalog.products) == ["A", "B", "C"]
    product = reading.catalog.products["A"]
    assert (product.title, product.mpn) == ({"en": title}, "P1")
    assert product.specs == {
        "weight": Number(value=weight, unit="kg"),
        "height": Number(value=9.0, unit="mm"),
    }
    assert [price.amount for price in product.prices] == [Decimal(9)]
    found = [str(reading.catalog.origin("A", field)) for field in ("title", "prices")]
    assert tuple(found[: len(origins)]) == origins
    assert str(reading.catalog.origin("A", "specs.height")) == "erp.yaml:2"


def test_without_a_declaration_two_sources_do_not_share_a_sku(write: Write) -> None:
    """Silence merges nothing: the second record is an error that names both places."""
    root = write({"pim.yaml": PIM, "erp.yaml": ERP})
    reading = read(root, SourceSpec("yaml", "pim.yaml"), SourceSpec("yaml", "erp.yaml"))
    assert codes(reading) == [("duplicate-sku", "sku", 2)]
    assert "pim.yaml:2" in reading.problems[0].message
    assert "[merge]" in reading.problems[0].fix


def test_any_format_can_supplement(write: Write) -> None:
    """Pictures of a shop's export go to the workspace's product; a field that is none is told."""
    shop = "Handle,Title,Vendor,Variant SKU,Variant Price,Image Src\nf,T,N,A,1,https://n.example/1.jpg\n"
    files = content(
        GOOD, **{"shop.csv": shop, "own.csv": "id,name,file\nA,a,content/media/a.svg\n"}
    )
    own = "fields: {sku: id}\nmedia: [{column: file}]\n"
    root = write({**files, "own.yaml": own})
    first = SourceSpec("shopify", "shop.csv", "", {"merge": "media, picture"})
    reading = read(root, SourceSpec("yaml", "content"), first)
    product = reading.catalog.products["A"]
    assert [media.url for media in product.media] == ["https://n.example/1.jpg"]
    assert product.prices == ()
    assert [(p.code, p.found) for p in reading.problems] == [("unknown-field", "picture")]
    last = SourceSpec("csv", "own.csv", "own.yaml", {"merge": "media"})
    reading = read(
        root,
        SourceSpec("yaml", "content"),
        SourceSpec("shopify", "shop.csv", "", {"merge": "media"}),
        last,
    )
    assert [media.file for media in reading.catalog.products["A"].media] == ["content/media/a.svg"]
    assert "content/media/a.svg" in reading.catalog.assets


def test_an_aisle_template_names_each_of_its_sections_once(write: Write) -> None:
    """A slip in the template of a family is told with its line, and a good one is kept."""
    files = content() | {"content/families/bike.yaml": FAMILY + "aisle: [hero, prices, hero]\n"}
    reading = read(write(files), SourceSpec("yaml", "content"))
    told = [(problem.code, problem.path) for problem in reading.problems]
    assert told[:2] == [("section", "aisle[1]"), ("section", "aisle[2]")]
    files["content/families/bike.yaml"] = FAMILY + "aisle: [specs, hero]\n"
    reading = read(write(files), SourceSpec("yaml", "content"))
    assert reading.catalog.families["bike"].aisle == ("specs", "hero")


def test_a_brand_has_an_aisle_template_that_is_checked_like_a_familys(write: Write) -> None:
    """Slips are told with their lines; so is a brand that is told twice, or that no product has."""
    slips = "- {brand: Norrvind, aisle: [hero, prices]}\n- {brand: Nord, aisle: [hero]}\n"
    files = content() | {"content/brands.yaml": slips + "- {brand: nord}\n"}
    reading = read(write(files), SourceSpec("yaml", "content"))
    told = [
        (problem.code, problem.origin.line, problem.found.strip("'"))
        for problem in reading.problems
        if problem.origin.file == "content/brands.yaml"
    ]
    assert told == [
        ("section", 1, "prices"),
        ("duplicate-brand", 3, "nord"),
        ("unknown-brand", 2, "Nord"),
    ]
    files["content/brands.yaml"] = "- {brand: norrVIND, aisle: [specs, hero]}\n"
    reading = read(write(files), SourceSpec("yaml", "content"))
    assert not [one for one in reading.problems if one.origin.file == "content/brands.yaml"]
    [product, *_] = reading.catalog.products.values()
    assert reading.catalog.aisle_of(product) == ("specs", "hero")


def test_a_mapping_is_checked_like_content(write: Write) -> None:
    """Unknown fields, missing rules and keys of a mapping are told with their lines."""
    mapping = "fields:\n  sku: id\n  titel: name\nprice: x\n"
    reading = read(write({"m.yaml": mapping, "p.csv": "id,name\nA,a\n"}), CSV)
    assert codes(reading) == [("unknown-key", "price", 4)]
    (write({"m.yaml": mapping.replace("price: x\n", "")}),)
    assert [code for code, _, _ in codes(read(write({}), CSV))] == [
        "unknown-field",
        "no-rule",
        "no-rule",
    ]


def test_unchanged_files_are_not_read_again(write: Write) -> None:
    """Facts of pictures are remembered by time and size; losing the memory changes nothing."""
    root = write(content())
    first = read(root).catalog.assets
    memory = root / ".syndicator" / "assets.msgpack"
    assert memory.is_file()
    assert read(root).catalog.assets == first
    memory.write_bytes(b"broken")
    assert read(root).catalog.assets == first


def test_a_missing_source_is_a_problem(tmp_path: Path) -> None:
    """A path that is not there is told, not an empty catalog in silence."""
    assert [p.code for p in read(tmp_path).problems] == ["missing-source"]
