"""Real exports are read whole: counts, languages, types and pictures as they are in the data."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from syndicator.catalog.model import Choice, Flag, Number, Words
from syndicator.errors import Severity
from syndicator.sources import Reading, SourceSpec, errors, read_catalog

LOCALES = ("en", "de", "fr")
pytestmark = pytest.mark.data


def read(folder: Path, repository: Path, spec: SourceSpec) -> Reading:
    """Read one source in an empty workspace that has the project's mappings."""
    shutil.copytree(repository / "mappings", folder / "mappings")
    return read_catalog(folder, [spec], LOCALES, {})


@pytest.fixture(scope="module")
def icecat(
    tmp_path_factory: pytest.TempPathFactory, repository: Path, shared_data: Path
) -> Reading:
    """The Icecat products, read with the project's mapping."""
    path = str(shared_data / "icecat" / "products.jsonl")
    spec = SourceSpec("jsonl", path, "mappings/icecat.yaml")
    return read(tmp_path_factory.mktemp("icecat"), repository, spec)


@pytest.fixture(scope="module")
def akeneo(
    tmp_path_factory: pytest.TempPathFactory, repository: Path, shared_data: Path
) -> Reading:
    """The Akeneo export, read with the project's mapping."""
    path, options = str(shared_data / "akeneo"), {"channel": "ecommerce"}
    spec = SourceSpec("akeneo", path, "mappings/akeneo.yaml", options)
    return read(tmp_path_factory.mktemp("akeneo"), repository, spec)


def test_icecat_is_read_whole(icecat: Reading) -> None:
    """Every record is accepted; the one GTIN that is none is dropped and told with its line."""
    (count,) = icecat.counts
    assert (count.records, count.accepted, count.refused) == (9694, 9694, 0)
    assert set(count.ignored) == {"img_low", "img_500x500", "img_thumb"}
    told = [(p.code, p.severity, p.origin.line, p.found) for p in icecat.problems]
    assert told == [("gtin-length", Severity.WARNING, 7027, "'85896333746'")]


def test_an_icecat_record_becomes_a_typed_product(icecat: Reading) -> None:
    """Text, number and boolean columns are typed specs; cents are an exact amount in dollars."""
    product = icecat.catalog.products["IC-2101957"]
    assert (product.brand, product.mpn, product.gtin) == ("HP", "dv7-1211ea", "00884420588030")
    assert product.specs["display_diagonal"] == Number(value=17.0)
    assert product.specs["touchscreen"] == Flag(value=False)
    assert product.specs["form_factor"] == Words(text={"en": "Clamshell"})
    assert [str(price.amount) + price.currency for price in product.prices] == ["109.95USD"]


def test_akeneo_is_read_whole(akeneo: Reading) -> None:
    """Every product of the export is accepted, with its families and pictures."""
    assert errors(akeneo) == []
    assert (len(akeneo.catalog.products), len(akeneo.catalog.families)) == (591, 17)
    named = [name for name in akeneo.catalog.assets if not name.startswith(".syndicator/")]
    assert len(named) == 81
    kinds = {akeneo.catalog.assets[name].media_type for name in named}
    assert kinds == {"image/jpeg", "image/png"}


def test_an_akeneo_variant_takes_from_its_models(akeneo: Reading) -> None:
    """A variant has its model's texts and its own axes, in all languages of the export."""
    product = akeneo.catalog.products["Braided-hat-l"]
    assert product.title == {"en": "Braided hat"}
    assert product.specs["color"] == Choice(codes=("grey",))
    assert product.variant is not None
    assert (product.variant.group, product.variant.axes) == (
        "model-braided-hat",
        {"size": {"en": "L", "de": "L", "fr": "L"}},
    )


def test_akeneo_tells_of_itself(tmp_path: Path, shared_data: Path) -> None:
    """Without a mapping, types and names of the export say which attribute is which field."""
    options = {"channel": "ecommerce", "brand": "Akeneo"}
    spec = SourceSpec("akeneo", str(shared_data / "akeneo"), "", options)
    reading = read_catalog(tmp_path, [spec], LOCALES, {})
    assert errors(reading) == []
    product = reading.catalog.products["Braided-hat-l"]
    assert (product.title, product.brand) == ({"en": "Braided hat"}, "Akeneo")
    assert reading.catalog.products["14596093"].brand == "LG"
    amounts = {price.list for p in reading.catalog.products.values() for price in p.prices}
    assert amounts == {"price-eur", "price-usd"}
    assert sum(bool(p.media) for p in reading.catalog.products.values()) > 70
