"""Whatever one record does, its neighbours are products and the problem names its line."""

# ruff: noqa: E501  rows are as long as they are

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from syndicator.sources import Reading, SourceSpec, read_catalog
from tests.sources import huge

MAPPING = """
fields:
  sku: id
  brand: {constant: Norrvind}
  title: name
  gtin: ean
  lifecycle.release: day
prices:
  - {list: retail, currency: EUR, column: price}
"""
HEAD = "id,name,ean,day,price\n"
A, Z = "A,Saddle,,,1\n", "Z,Bell,,,2\n"
MILLION = 1_000_000


def table(row: str) -> bytes:
    """A table with a sound row before and after this one, which is in line 3."""
    return f"{HEAD}{A}{row}\n{Z}".encode()


def lines(row: bytes) -> bytes:
    """JSON Lines with a sound object before and after this one, which is in line 2."""
    return b'{"id": "A", "name": "Saddle"}\n' + row + b'\n{"id": "Z", "name": "Bell"}\n'


def feed(item: str) -> bytes:
    """A merchant feed with a sound item before and after this one."""
    sound = "<item><id>{0}</id><title>T</title><brand>N</brand></item>\n"
    return f"<rss>\n{sound.format('A')}<item>{item}</item>\n{sound.format('Z')}</rss>".encode()


RECORDS: dict[str, tuple[str, bytes, list[tuple[str, int | None]]]] = {
    "an embedded NUL": ("csv", table("B,Be\0ll,,,1"), [("nul", 3)]),
    "another encoding": ("csv", table("B,R?der,,,1").replace(b"?", b"\xe4").replace(b"Saddle", "Räder".encode()), [("mixed-encoding", 3)]),
    "a row of a million cells": ("csv", table("B" + "," * MILLION), [("cells", 3)]),
    "an enormous cell": ("csv", table(f"B,{'x' * 17_000_000},,,1"), [("csv", 3)]),
    "a GTIN of a spreadsheet": ("csv", table("B,Bell,9.5205E+12,,1"), [("gtin-scientific", 3)]),
    "a GTIN with a wrong digit": ("csv", table("B,Bell,4006381333932,,1"), [("gtin-check-digit", 3)]),
    "a date that means two days": ("csv", table("B,Bell,,05/06/2026,1"), [("instant-ambiguous", 3)]),
    "a day that is none": ("csv", table("B,Bell,,2026-02-30,1"), [("instant", 3)]),
    "an amount with two meanings": ("csv", table('B,Bell,,,"1,299"'), [("amount-ambiguous", 3)]),
    "a price that is words": ("csv", table("B,Bell,,,call us"), [("amount", 3)]),
    "an escaped NUL": ("jsonl", lines(rb'{"id": "B", "name": "Be\u0000ll"}'), [("wrong-type", 2)]),
    "an object of thousands of keys": ("jsonl", lines(b'{"id": "B", "name": "b"' + b"".join(b',"c%d":1' % i for i in range(MILLION // 40)) + b"}"), [("too-large", 2)]),
    "a byte of another encoding": ("jsonl", lines(b'{"id": "B", "name": "R\xe4der"}'), [("encoding", 2)]),
    "an enormous line": ("jsonl", lines(b'{"id": "B", "name": "' + b"x" * 17_000_000 + b'"}'), [("too-large", 2)]),
    "an item without a name": ("google", feed("<id>B</id><brand>N</brand>"), [("missing-key", 3)]),
}  # fmt: skip


def read(folder: Path, kind: str, data: bytes) -> Reading:
    """Read bytes as a source."""
    (folder / "m.yaml").write_text(MAPPING)
    (folder / "p").write_bytes(data)
    return read_catalog(folder, [source(kind)], ("en",), {})


def source(kind: str) -> SourceSpec:
    """The file as a source; only tables and lines need a mapping."""
    return SourceSpec(kind, "p", "m.yaml" if kind in {"csv", "jsonl"} else "")


@pytest.mark.parametrize("name", RECORDS)
def test_a_bad_record_is_told_and_leaves_its_neighbours(tmp_path: Path, name: str) -> None:
    """One problem with the record's line; the records before and after are in the catalog."""
    kind, data, expected = RECORDS[name]
    reading = read(tmp_path, kind, data)
    assert [(p.code, p.origin.line) for p in reading.problems] == expected
    assert sorted(reading.catalog.products) == ["A", "Z"]
    (count,) = reading.counts
    assert (count.records, count.accepted, count.refused) == (3, 2, 1)


def test_rows_that_disagree_name_both_places(tmp_path: Path) -> None:
    """The first of two records with one SKU stays; the error tells both lines and that they differ."""
    reading = read(tmp_path, "csv", table("A,Other,,,9"))
    (problem,) = reading.problems
    assert (problem.code, str(problem.origin)) == ("duplicate-sku", "p:3")
    assert "p:2" in problem.message
    assert "with other content" in problem.message
    assert reading.catalog.products["A"].title == {"en": "Saddle"}
    assert "Z" in reading.catalog.products


SOUND = {
    "decimal commas and a currency": ('B,Bell,,,"1.299,00 EUR"', "1299.00"),
    "a decimal comma": ('B,Bell,,,"9,50"', "9.50"),
    "an apostrophe": ("B,Bell,,,CHF 1'299.00", "1299.00"),
}


@pytest.mark.parametrize("name", SOUND)
def test_prices_are_understood_as_people_write_them(tmp_path: Path, name: str) -> None:
    """What means one amount is that amount, exactly."""
    row, amount = SOUND[name]
    reading = read(tmp_path, "csv", table(row))
    assert reading.problems == []
    assert str(reading.catalog.products["B"].prices[0].amount) == amount


def test_a_byte_order_mark_is_no_part_of_a_name(tmp_path: Path) -> None:
    """Tables, lines, XML, YAML and ETIM's JSON are read with one as without."""
    mark = b"\xef\xbb\xbf"
    yaml = b"sku: Z\nbrand: N\ntitle: T\n"
    etim = b'{"Supplier": [{"SupplierName": "N", "Product": [{"ProductIdentification": {"ManufacturerProductNumber": "Z"}}]}]}'
    for kind, data in (
        *(("csv", table("B,b,,,1")), ("jsonl", lines(b'{"id": "B", "name": "b"}'))),
        *(("google", feed("<id>B</id><title>T</title><brand>N</brand>")), ("yaml", yaml)),
        ("etim", etim),
    ):
        assert "Z" in read(tmp_path, kind, mark + data).catalog.products, kind


@pytest.mark.parametrize("kind", huge.FIELDS)
def test_a_field_of_five_gigabytes_is_never_held(tmp_path: Path, kind: str) -> None:
    """The file is refused by size, or the record as soon as it is too long; memory stays small.

    JSON Lines reads on to the next line; here the line is of an eighth of a gigabyte, which is
    eight times what a line may have. `make fuzz` reads all five.
    """
    size = huge.FIVE_GIGABYTES if kind != "jsonl" else huge.FIVE_GIGABYTES // 40
    reading, held = huge.read_field(tmp_path, kind, size)
    assert held < huge.MOST
    assert [problem.code for problem in reading.problems] in (["too-large"], ["xml"])
    assert sorted(reading.catalog.products) == huge.FIELDS[kind][2]


@pytest.mark.parametrize("kind", ["google", "bmecat"])
def test_a_field_of_letters_ends_the_reading_of_a_document(tmp_path: Path, kind: str) -> None:
    """XML is read as it comes: a text that does not end is refused at its limit, not at its end."""
    reading, held = huge.read_field(tmp_path, kind, 40 * 1024**2, fill=b"x")
    assert held < huge.MOST
    assert [problem.code for problem in reading.problems] == ["too-large"]
    assert sorted(reading.catalog.products) == huge.FIELDS[kind][2]


def test_a_truncated_archive_of_any_length_keeps_whole_rows(tmp_path: Path) -> None:
    """Wherever a gzip file ends too early, what is read are rows of the original."""
    rows = b"".join(b'{"id": "P%03d", "name": "n%d"}\n' % (i, i * i) for i in range(300))
    (tmp_path / "m.yaml").write_text(MAPPING)
    whole = gzip.compress(rows)
    for size in range(1, len(whole), 97):
        (tmp_path / "p.jsonl.gz").write_bytes(whole[:size])
        reading = read_catalog(tmp_path, [SourceSpec("jsonl", "p.jsonl.gz", "m.yaml")], ("en",), {})
        assert "truncated" in {problem.code for problem in reading.problems}, size
        for sku, product in reading.catalog.products.items():
            assert product.title["en"] == f"n{int(sku[1:]) ** 2}"
