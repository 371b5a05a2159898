"""Records that did not change are taken from the last reading, and nobody can tell."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syndicator.catalog import portions
from syndicator.catalog.mapping import Compiled
from syndicator.catalog.portions import Products
from syndicator.sources import Reading, SourceSpec, blocks, mapped, merging, read_catalog
from tests.sources.test_memory import save

LINES = "p.jsonl"
JSONL = (SourceSpec("jsonl", LINES, "m.yaml"),)
CSV = (SourceSpec("csv", "p.csv", "m.yaml"),)
MERGED = (*JSONL, SourceSpec("csv", "more.csv", "n.yaml", {"merge": "title"}))
MAPPING = """
fields:
  sku: id
  brand: {constant: Norrvind}
  title: name
  family: kind
  gtin: {column: ean, when_invalid: drop}
media: [{column: file}]
relations: [{column: fits, type: accessory}]
specs: [{prefix: s_}, {column: weight, type: number, unit: kg}]
"""
ROWS = [
    {"id": f"N-{n}", "name": f"Bell {n}", "kind": "bell", "s_colour": "red", "weight": n}
    for n in range(6)
]
ROWS[1] |= {"s_tone": "bright", "legacy": "x"}
ROWS[2] |= {"ean": "123", "unknown": 1}
ROWS[3] |= {"fits": "N-1,N-99"}
ROWS[4] |= {"file": "content/missing.svg"}


def lines(rows: list[dict[str, object]]) -> str:
    """Return rows as JSON Lines."""
    return "".join(json.dumps(row) + "\n" for row in rows)


def table(rows: list[dict[str, object]]) -> str:
    """Return rows as CSV."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    cells = [[f'"{row.get(column, "")}"' for column in columns] for row in rows]
    return "\n".join(",".join(line) for line in [columns, *cells]) + "\n"


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the SKUs of the rows that were made anew, as they are made."""
    found: list[str] = []
    real = Compiled.specs

    def counted(self: Compiled, row: dict[str, str], *more: object) -> object:
        found.append(row["id"])
        return real(self, row, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(Compiled, "specs", counted)
    return found


def read(root: Path, sources: tuple[SourceSpec, ...] = JSONL) -> Reading:
    """Read the workspace."""
    return read_catalog(root, sources, ("en", "de"), {})


def told(reading: Reading) -> object:
    """Return all that a reading says, in its order."""
    catalog = reading.catalog
    products = [(sku, p, catalog.origins[sku]) for sku, p in catalog.products.items()]
    around = (catalog.families, catalog.categories, catalog.assets, catalog.field_origins)
    return products, around, reading.problems, reading.counts


EDITS: dict[str, Callable[[list[dict[str, object]]], object]] = {
    "another name": lambda rows: rows[0].update(name="Horn"),
    "a new column": lambda rows: rows[0].update(s_size="big", extra=1),
    "a fault": lambda rows: rows[0].update(weight="heavy"),
    "a row less, which shifts the lines": lambda rows: rows.pop(0),
    "a row more": lambda rows: rows.insert(0, {"id": "N-99", "name": "New", "kind": "bell"}),
    "a row twice": lambda rows: rows.append(dict(rows[0])),
    "another family": lambda rows: rows[0].update(kind="horn"),
}


@pytest.mark.parametrize("form", [LINES, "p.csv"])
@pytest.mark.parametrize("name", EDITS)
def test_an_edit_reads_as_without_a_memory(tmp_path: Path, name: str, form: str) -> None:
    """Products, places, families, problems and counts are those of a reading from nothing."""
    write, sources = (lines, JSONL) if form == LINES else (table, CSV)
    save(tmp_path / "m.yaml", MAPPING)
    save(tmp_path / form, write(ROWS))
    read(tmp_path, sources)
    rows = [dict(row) for row in ROWS]
    EDITS[name](rows)
    save(tmp_path / form, write(rows), age=50)
    again = told(read(tmp_path, sources))
    (tmp_path / ".syndicator" / "catalog.msgpack").unlink()
    assert told(read(tmp_path, sources)) == again


def test_one_edited_line_is_one_record_made(tmp_path: Path, made: list[str]) -> None:
    """Only the edited row is made anew, and rows that have something to say."""
    save(tmp_path / "m.yaml", MAPPING)
    save(tmp_path / LINES, lines(ROWS))
    read(tmp_path)
    made.clear()
    save(tmp_path / LINES, lines([{**ROWS[0], "name": "Horn"}, *ROWS[1:]]), age=50)
    assert read(tmp_path).catalog.products["N-0"].title == {"en": "Horn"}
    assert made == ["N-0", "N-2"]  # the GTIN of the other is none, which is told each time


def test_an_edited_mapping_makes_all_records_anew(tmp_path: Path, made: list[str]) -> None:
    """What a row means is decided by the mapping too."""
    save(tmp_path / "m.yaml", MAPPING)
    save(tmp_path / LINES, lines(ROWS))
    read(tmp_path)
    made.clear()
    save(tmp_path / "m.yaml", MAPPING.replace("Norrvind", "Other"), age=50)
    assert read(tmp_path).catalog.products["N-0"].brand == "Other"
    assert made == [row["id"] for row in ROWS]


def test_kept_rows_are_kept_a_second_time(tmp_path: Path, made: list[str]) -> None:
    """A record that was taken from the memory is in the next memory too."""
    save(tmp_path / "m.yaml", MAPPING)
    save(tmp_path / LINES, lines(ROWS))
    for age, name in ((90, "a"), (80, "b"), (70, "c")):
        read(tmp_path)
        made.clear()
        save(tmp_path / LINES, lines([{**ROWS[0], "name": name}, *ROWS[1:]]), age=age)
    assert read(tmp_path).catalog.products["N-0"].title == {"en": "c"}
    assert made == ["N-0", "N-2"]


def test_many_products_are_held_as_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A catalog beyond the limit says the same, and holds no product as a value."""
    save(tmp_path / "m.yaml", MAPPING)
    save(tmp_path / LINES, lines(ROWS))
    whole = read(tmp_path)
    (tmp_path / ".syndicator" / "catalog.msgpack").unlink()
    monkeypatch.setattr(merging, "LIVE", 0)
    monkeypatch.setattr(portions, "LIVE", 0)
    many = read(tmp_path)
    assert told(many) == told(whole)
    products = many.catalog.products
    assert isinstance(products, Products)
    assert all(portion.heads is None for portion in products._rows.portions)
    # Those that point to what is not there were mended when the catalog was put together.
    assert [product.sku for product in products._seen.values()] == ["N-3", "N-4"]


NAMES = st.sampled_from(["Bell", "Horn", "Lamp"])
ROW = st.fixed_dictionaries(
    {
        "id": st.integers(0, 120).map(lambda number: f"N-{number}"),
        "name": NAMES | st.just(""),
        "kind": st.sampled_from(["", "bell", "horn"]),
        "weight": st.sampled_from(["1", "2.5", "heavy"]),
        "ean": st.sampled_from(["", "123", "4006381333931"]),
        "fits": st.sampled_from(["", "N-1", "N-2,N-99"]),
        "legacy": st.sampled_from(["", "x"]),
    }
)


@settings(deadline=None, max_examples=12, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_any_edits_read_as_without_a_memory(data: st.DataObject) -> None:
    """Whatever is inserted, removed, moved or changed: what is said equals a reading from nothing.

    Blocks are of some lines here, so that most are kept and some are not.
    """
    form, write, sources = data.draw(
        st.sampled_from([(LINES, lines, JSONL), ("p.csv", table, CSV), (LINES, lines, MERGED)])
    )
    rows = data.draw(st.lists(ROW, min_size=4, max_size=60))
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        for place, value in (("_LEAST", 100), ("_MOST", 1500), ("_ODDS", 3)):
            patch.setattr(blocks, place, value)
        for place, value in (("_LEAST", 2), ("_MOST", 9), ("_ODDS", 1)):
            patch.setattr(mapped, place, value)
        root = Path(name)
        save(root / "m.yaml", MAPPING)
        save(root / "n.yaml", "fields: {sku: id, title: name}\n")
        save(root / "more.csv", "id,name\nN-1,Other\nN-3,Third\n")
        for age in (90, 80, 70, 60):
            save(root / form, write(rows), age)
            again = told(read(root, sources))
            kept = (root / ".syndicator").rename(root / "kept")
            assert told(read(root, sources)) == again
            shutil.rmtree(root / ".syndicator")
            kept.rename(root / ".syndicator")
            assert told(read(root, sources)) == again  # nothing changed
            at = data.draw(st.integers(0, len(rows)))
            end = data.draw(st.integers(at, min(at + 2, len(rows))))
            rows[at:end] = data.draw(st.lists(ROW, max_size=2))
