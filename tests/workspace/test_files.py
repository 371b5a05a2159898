"""Claims about the files of the reference workspace, made without the engine."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET  # the files are our own

import pytest
import yaml
from PIL import Image
from pypdf import PdfReader

LOCALES = ("en", "de", "fr", "ar")
SVG = "{http://www.w3.org/2000/svg}"


def files_named(value: object) -> Iterator[str]:
    """Yield every path into content/ that a record names."""
    if isinstance(value, dict):
        for part in value.values():
            yield from files_named(part)
    elif isinstance(value, list):
        for part in value:
            yield from files_named(part)
    elif isinstance(value, str) and value.startswith("content/"):
        yield value


def texts(value: object, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every map of locales to words, with its path."""
    if isinstance(value, dict):
        if value.keys() & set(LOCALES):
            yield path, value
        else:
            for key, part in value.items():
                yield from texts(part, f"{path}.{key}")
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from texts(part, f"{path}[{index}]")


def test_every_yaml_file_parses(repository: Path) -> None:
    """Every YAML file of content, manifests and publish is well-formed."""
    folders = ("content", "manifests", "publish")
    paths = [path for name in folders for path in (repository / name).rglob("*.yaml")]
    assert len(paths) > 20
    for path in paths:
        list(yaml.safe_load_all(path.read_text()))


def test_the_range_is_wide(products: dict[str, Any], families: dict[str, Any]) -> None:
    """There are at least 70 products in 8 families, each family with several, 19 of them bikes."""
    counts = Counter(product["family"] for product in products.values())
    assert counts.total() >= 70
    assert set(counts) == set(families)
    assert min(counts.values()) >= 4
    assert counts["e-bike"] + counts["bike"] + counts["kids-bike"] >= 19


def test_every_category_is_in_the_tree(repository: Path, products: dict[str, Any]) -> None:
    """Products name nodes of the tree, and every node has its parent and three labels."""
    tree = yaml.safe_load((repository / "content/categories.yaml").read_text())
    paths = {node["path"] for node in tree}
    assert {product["category"] for product in products.values()} <= paths
    assert {path.rpartition("/")[0] for path in paths} <= paths | {""}
    assert all(set(node["label"]) == set(LOCALES) for node in tree)


def test_every_named_file_is_there_and_every_file_is_named(
    repository: Path, products: dict[str, Any]
) -> None:
    """No product names a missing file, and no picture or document lies unused."""
    named = set(files_named(list(products.values())))
    assert [name for name in sorted(named) if not (repository / name).is_file()] == []
    folders = ("content/media", "content/documents")
    lying = {
        path.relative_to(repository).as_posix()
        for folder in folders
        for path in (repository / folder).iterdir()
    }
    assert sorted(lying - named) == []


def test_gtins_are_valid_unique_and_nobodys(products: dict[str, Any]) -> None:
    """Every GTIN-13 has its check digit and lies in 290-299, kept by GS1 for use inside a firm."""
    gtins = [product["gtin"] for product in products.values()]
    assert len(set(gtins)) == len(gtins)
    for gtin in gtins:
        assert re.fullmatch(r"29\d{11}", gtin)
        weighted = sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(gtin))
        assert weighted % 10 == 0, gtin


def test_part_numbers_are_unique_within_a_brand(products: dict[str, Any]) -> None:
    """Brand and MPN name one product, since the embed finds products by them."""
    pairs = Counter((product["brand"], product["mpn"]) for product in products.values())
    assert pairs.most_common(1)[0][1] == 1


def test_relations_lead_to_other_products(products: dict[str, Any]) -> None:
    """Every relation names a product that there is, and never the product itself."""
    for sku, product in products.items():
        for kind, targets in product.get("relations", {}).items():
            skus = [entry if isinstance(entry, str) else entry["sku"] for entry in targets]
            assert set(skus) <= products.keys() - {sku}, (sku, kind)
            assert len(set(skus)) == len(skus), (sku, kind)


def test_every_text_is_words_in_known_locales(
    products: dict[str, Any], families: dict[str, Any]
) -> None:
    """A text has English words and no key but a locale, so that no comma cut it in two."""
    for path, text in texts({"products": products, "families": families}):
        assert "en" in text, path
        assert text.keys() <= set(LOCALES), path
        assert all(isinstance(words, str) and words.strip() for words in text.values()), path


def test_english_is_whole_german_nearly_and_french_has_gaps(products: dict[str, Any]) -> None:
    """The gaps are there for fallback to show: German above 95 %, French between 40 and 90 %."""
    counts = Counter(locale for _, text in texts(products) for locale in text)
    assert 0.95 * counts["en"] < counts["de"] < counts["en"]
    assert 0.4 * counts["en"] < counts["fr"] < 0.9 * counts["en"]


def test_arabic_lacks_long_texts_alone(
    products: dict[str, Any], families: dict[str, Any], repository: Path
) -> None:
    """Names, summaries, specs and pictures speak Arabic everywhere; the shop's e-bikes wholly."""
    shared = [
        yaml.safe_load((repository / "content" / name).read_text())
        for name in ("support.yaml", "configurators/fjord.yaml")
    ]
    told = texts({"families": families, "shared": shared, "products": products})
    lacking = {path for path, text in told if "ar" not in text}
    assert {re.sub(r"^\.products\.[\w-]+\.|\[\d+\]", "", path) for path in lacking} <= {
        "description",
        "features.title",
        "features.text",
        "support.questions.question",
        "support.questions.answer",
    }
    whole = ("NV-FJORD-7", "NV-FJORD-7-LOW", "NV-SUND-4", "NV-SUND-6", "NV-BAG-PAN-20")
    assert not [path for path in lacking if path.split(".")[2] in whole]


def test_the_stories_are_told(products: dict[str, Any]) -> None:
    """A variant group of three, an embargo, an end of life with a successor, a bundle."""
    sizes = [sku for sku, p in products.items() if p.get("variant", {}).get("group") == "vidda"]
    assert len(sizes) == 3
    assert str(products["NV-FJORD-9"]["lifecycle"]["announce"]) == "2027-03-01"
    assert str(products["NV-FJORD-5"]["lifecycle"]["end_of_life"]) == "2026-06-30"
    assert products["NV-FJORD-5"]["relations"]["successor"] == ["NV-FJORD-7"]
    assert products["NV-BAG-PAN-SET"]["relations"]["part"] == [
        {"sku": "NV-BAG-PAN-20", "quantity": 2}
    ]


def test_prices_are_of_known_products_and_some_lists_are_shorter(
    products: dict[str, Any], prices: dict[str, list[dict[str, str]]]
) -> None:
    """Two lists of positive amounts; one product has no price, a few only one in euros."""
    assert set(prices) == {"eur-retail", "chf-retail"}
    for rows in prices.values():
        assert {row["sku"] for row in rows} <= products.keys()
        assert all(Decimal(row["amount"]) > 0 for row in rows)
    euros, francs = ({row["sku"] for row in prices[name]} for name in ("eur-retail", "chf-retail"))
    assert products.keys() - euros - francs == {"NV-FJORD-5"}
    assert len(euros - francs) >= 3


def test_bicycles_are_shown_from_several_sides(products: dict[str, Any]) -> None:
    """A bicycle has a side view, a detail and a drawing with dimensions; all have alternatives."""
    for sku, product in products.items():
        roles = {entry["role"] for entry in product["media"]}
        assert "hero" in roles, sku
        if product["family"] in {"e-bike", "bike", "kids-bike"}:
            assert {"hero", "detail", "dimensions"} <= roles, sku
        assert all({"en", "de"} <= entry["alt"].keys() for entry in product["media"]), sku


def test_every_product_is_there_on_white(repository: Path, products: dict[str, Any]) -> None:
    """Marketplaces take no SVG: each product has a WebP of at least 500 pixels a side."""
    for sku, product in products.items():
        [name] = [entry["file"] for entry in product["media"] if entry["file"].endswith(".webp")]
        with Image.open(repository / name) as picture:
            assert picture.format == "WEBP", sku
            assert min(picture.size) >= 500, sku
            assert picture.getpixel((2, 2)) == (255, 255, 255), sku


def test_secrets_are_named_nowhere_else(products: dict[str, Any], repository: Path) -> None:
    """Neither the product under embargo nor the numbered edition is named outside its own words."""
    for name, sku in (("Fjord 9", "NV-FJORD-9"), ("Halo", "NV-HALO-LTD")):
        naming = {other for other, product in products.items() if name in str(product)}
        assert naming == {sku}
    for path in (repository / "content/documents").glob("*.pdf"):
        words = "\n".join(page.extract_text() for page in PdfReader(path).pages)
        assert "Fjord 9" not in words
        assert "Halo" not in words


@pytest.mark.parametrize("stem", ["fjord-7", "pram-2", "kotte-12", "holme-20"])
def test_pictures_are_drawn(repository: Path, stem: str) -> None:
    """A known picture has a title and enough shapes to be one."""
    root = ET.parse(repository / f"content/media/{stem}.svg").getroot()  # noqa: S314  our own file
    assert root.findtext(f"{SVG}title")
    assert len(list(root.iter())) > 15


def test_pictures_are_safe_and_light(repository: Path) -> None:
    """Every picture is an SVG of known size, at most 14 KB, that runs and loads nothing."""
    pictures = sorted((repository / "content/media").glob("*.svg"))
    assert len(pictures) > 100
    allowed = {"svg", "title", "g", "rect", "circle", "ellipse", "path", "text"}
    for path in pictures:
        root = ET.parse(path).getroot()  # noqa: S314  our own file
        assert {"viewBox", "width", "height"} <= root.attrib.keys(), path
        assert {element.tag.removeprefix(SVG) for element in root.iter()} <= allowed, path
        names = {name for element in root.iter() for name in element.attrib}
        assert not [name for name in names if "href" in name or name.startswith("on")], path
        assert path.stat().st_size <= 14_000, path


@pytest.mark.parametrize(
    ("name", "pages", "words"),
    [
        ("manual-e-bike-en", 9, "The belt"),
        ("manual-e-bike-de", 9, "Der Riemen"),
        ("manual-bike-en", 5, "The spare spokes of the Vidda"),
        ("manual-bike-de", 5, "Die Ersatzspeichen des Vidda"),
        ("manual-kids-en", 5, "First afternoon"),
        ("manual-kids-de", 5, "Erster Nachmittag"),
        ("service-belt-and-brakes-en", 4, "45 Hz"),
        ("datasheet-fjord-7-en", 1, "NV-P-BELT-118"),
    ],
)
def test_documents_are_real(repository: Path, name: str, pages: int, words: str) -> None:
    """Each PDF opens, has its pages, a title, a language, and words that can be searched."""
    reader = PdfReader(repository / f"content/documents/{name}.pdf")
    assert len(reader.pages) >= pages
    assert reader.metadata is not None
    assert "Norrvind" in str(reader.metadata.title)
    assert reader.trailer["/Root"]["/Lang"] == name[-2:]
    assert words in "\n".join(page.extract_text() for page in reader.pages)
