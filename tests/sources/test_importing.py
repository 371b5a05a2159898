"""From an unknown file to products: the proposed mapping works as it stands."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicator.catalog.mapping import compile_mapping
from syndicator.catalog.model import Series
from syndicator.catalog.proposal import GUESSED_CURRENCY, propose
from syndicator.errors import Origin
from syndicator.sources import SourceSpec
from syndicator.sources.importing import Trial, try_import
from syndicator.sources.yamlfile import load_documents

TABLE = """Artikelnummer;Name;title_en;title-de_DE;Marke;EAN;UVP EUR;Gewicht (kg);Faltbar;Bild;Bezug
A-1;Sattel;Saddle;Sattel;Norrvind;4006381333931;"1.299,00";0,35;ja;https://n.example/a.jpg;Leder
A-2;Lenker;Bar;Lenker;Norrvind;96385074;49,90;0,5;nein;https://n.example/b.jpg;Alu
"""


def trial(tmp_path: Path, text: str, kind: str = "csv") -> Trial:
    """Try to import a file with this text."""
    (tmp_path / "p").write_text(text)
    return try_import(tmp_path, SourceSpec(kind, "p"), ("en", "de"), "Own")


def test_columns_are_recognised_by_name_and_content(tmp_path: Path) -> None:
    """Key, brand, GTIN, price with its currency, unit, picture and type are all found."""
    found = trial(tmp_path, TABLE)
    assert (found.records, found.accepted, found.problems) == (2, 2, ())
    product = found.products[0]
    assert (product.sku, product.brand, product.gtin) == ("A-1", "Norrvind", "04006381333931")
    assert product.title["de"] == "Sattel"
    assert [str(price.amount) + price.currency for price in product.prices] == ["1299.00EUR"]
    assert [media.url for media in product.media] == ["https://n.example/a.jpg"]
    kinds = {key: type(value).__name__ for key, value in product.specs.items()}
    assert kinds == {"name": "Words", "gewicht_kg": "Number", "faltbar": "Flag", "bezug": "Words"}


def test_a_guess_says_that_it_is_one(tmp_path: Path) -> None:
    """What the data does not say is marked for the person who reads the file."""
    text = trial(tmp_path, "sku,name,price\nA,Saddle,5\n").mapping
    assert "THE CURRENCY IS A GUESS" in text
    assert "brand: {constant: Own}   # no column says it" in text


def test_what_is_said_of_brand_and_currency_is_used(tmp_path: Path) -> None:
    """The guesses are gone where somebody knows better; rows without a brand are pointed out."""
    (tmp_path / "p.csv").write_text("sku,name,brand,price\nA,Saddle,Own,9\nB,Bell,,8\n")
    spec = SourceSpec("csv", "p.csv")
    guessed = try_import(tmp_path, spec, ("en",)).mapping
    assert "brand: {column: brand, default: Brand}" in guessed
    assert "some rows say none" in guessed
    told = try_import(tmp_path, spec, ("en",), "N", currency="USD")
    assert [product.brand for product in told.products] == ["Own", "N"]
    assert [product.prices[0].currency for product in told.products] == ["USD", "USD"]
    assert "GUESS" not in told.mapping
    assert "some rows" not in told.mapping


@pytest.mark.parametrize("written", ["EUP", "SKU", "EAN"])
def test_a_currency_that_is_none_is_not_proposed(tmp_path: Path, written: str) -> None:
    """It is asked for like a missing one, and each row is told; the mapping itself stands."""
    table = f"sku,name,brand,price\nA,Saddle,N,'9,50 {written}'\n".replace("'", '"')
    found = trial(tmp_path, table)
    assert f"currency: {written}" not in found.mapping
    assert GUESSED_CURRENCY in found.mapping
    (problem,) = found.problems
    assert (problem.code, problem.origin.line, problem.found) == ("currency", 2, f"'{written}'")


def test_a_currency_among_misspelled_ones_is_proposed(tmp_path: Path) -> None:
    """The first that ISO 4217 knows, and specs follow as ever."""
    table = 'sku,name,brand,price,Gewicht (kg)\nA,Saddle,N,"9,50 CHX",1\nB,Bell,N,"8,50 CHF",2\n'
    found = trial(tmp_path, table)
    assert "currency: CHF" in found.mapping
    assert GUESSED_CURRENCY not in found.mapping
    assert 'specs:\n  - {column: "Gewicht (kg)", type: number, unit: kg}' in found.mapping
    assert [product.sku for product in found.products] == ["B"]


def test_a_misspelled_currency_leaves_the_specs_of_the_proposal_alone(tmp_path: Path) -> None:
    """A mapping with specs behind such prices compiles as well."""
    table = 'sku,name,brand,price,colour\nA,Saddle,N,"9,50 EUP",red\nB,Bell,N,,blue\n'
    found = trial(tmp_path, table)
    assert "specs:" in found.mapping
    assert [product.sku for product in found.products] == ["B"]
    assert [problem.origin.file for problem in found.problems] == ["p"]


def test_several_values_in_a_cell_and_channels_in_names_are_seen(tmp_path: Path) -> None:
    """Short lines of a cell are a list; a language with a channel after it is a language."""
    (tmp_path / "p.csv").write_text(
        'sku,name,description-en_US-shop,use\nA,Watch,Long text,"Gym\nYoga"\nB,Bag,Text,Gym\n'
    )
    trial = try_import(tmp_path, SourceSpec("csv", "p.csv"), ("en",), "N")
    assert 'specs:\n  - {column: use, type: list, split: "\\n"}' in trial.mapping
    assert trial.products[0].specs["use"] == Series(items=({"en": "Gym"}, {"en": "Yoga"}))
    assert trial.products[0].description == {"en": "Long text"}


def test_a_column_without_a_name_is_not_proposed(tmp_path: Path) -> None:
    """The numbers that a table of pandas has in front name nothing, and the mapping reads."""
    (tmp_path / "p.csv").write_text(",sku,name\n0,A-1,Saddle\n1,A-2,Bell\n")
    trial = try_import(tmp_path, SourceSpec("csv", "p.csv"), ("en",), "N")
    assert [product.sku for product in trial.products] == ["A-1", "A-2"]
    assert trial.problems == ()


def test_inner_objects_are_columns(tmp_path: Path) -> None:
    """JSON with objects inside is a table with dotted names."""
    text = '{"id": "A", "meta": {"name": "CPU", "brand": "X"}, "clock": {"base": 3.2}}\n'
    found = trial(tmp_path, text, "jsonl")
    assert '"clock.base"' in found.mapping
    assert found.accepted == 1


@pytest.mark.data
def test_real_exports_come_out_as_products(shared_data: Path, tmp_path: Path) -> None:
    """Nine of ten records of every real table become products without a correction."""
    tables = {
        "icecat/products.jsonl": "jsonl",
        "buildcores/jsonl/CPU.jsonl": "jsonl",
        "buildcores/jsonl/Motherboard.jsonl": "jsonl",
        "akeneo/products.csv": "csv",
        "magento-luma/ConfigurableSampleData/products.csv": "csv",
    }
    for name, kind in tables.items():
        found = try_import(tmp_path, SourceSpec(kind, str(shared_data / name)), ("en", "de"), "Own")
        assert found.accepted >= 0.9 * found.records > 0, name
        assert len(found.products) == 10


MONEY = st.from_regex(r"[0-9]{1,3},[0-9]{2} [A-Z]{3}", fullmatch=True)
CELLS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | MONEY
COLUMNS = st.text(max_size=8) | st.sampled_from(["price", "Preis EUP", "title de", "brand", "no"])


@given(
    st.lists(st.dictionaries(COLUMNS, CELLS, max_size=6), max_size=6),
    st.text(st.characters() | st.characters(categories=["Cs"]), max_size=4),
)
@settings(max_examples=60, deadline=None)
def test_every_proposal_is_a_mapping(rows: list[dict[str, object]], brand: str) -> None:
    """Whatever columns and brand are called and whatever cells hold, it is YAML and compiles."""
    documents, problems = load_documents("m", propose(rows, ("en", "de"), brand).encode())
    assert problems == []
    compiled, wrong = compile_mapping(documents[0].data, "en", lambda _: Origin("m"))
    assert wrong == []
    assert compiled is not None
