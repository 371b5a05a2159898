"""Rules of configurators, in own files and inside of products, with their tables and pictures."""

from __future__ import annotations

from pathlib import Path

import pytest

from syndicator.sources import SourceSpec, read_catalog
from syndicator.sources.rules import read_configurators, read_pictures

PRODUCT = """sku: NV FJORD/7
brand: Acme
title: Lamp
family: lamp
category: lamps
configurator:
  options:
    - {id: foot, values: [{id: oak}, {id: iron}]}
    - {id: shade, values: [{id: paper}, {id: linen}]}
  rules:
    - {table: shades.csv}
    - {id: heavy, require: foot = iron -> shade = linen}
"""
FILES = {
    "content/categories.yaml": "- {path: lamps, label: Lamps}\n",
    "content/families/lamp.yaml": "code: lamp\nlabel: Lamp\nspecs: []\n",
    "content/products/shades.csv": "foot,shade\noak,*\niron,linen\n",
    "content/products/lamp.yaml": PRODUCT,
}
PATH = "content/products/lamp.yaml#NV FJORD/7"


@pytest.fixture
def root(tmp_path: Path):
    def write(**changed: str) -> Path:
        for name, text in (FILES | changed).items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return tmp_path

    return write


def read(root: Path):
    """The one product of the workspace and what is wrong."""
    reading = read_catalog(root, [SourceSpec("yaml", "content")], ("en",), {})
    return reading.catalog.products.get("NV FJORD/7"), reading.problems


def test_rules_inside_a_product_are_read_with_tables_beside_it(root):
    product, problems = read(root())
    assert problems == []
    assert product.configurator == PATH
    models, wrong = read_configurators(root(), [PATH], "en")
    assert wrong == []
    assert (models[PATH].id, len(models[PATH].rules)) == ("NV-FJORD-7", 2)


def test_mistakes_in_them_are_told_with_the_lines_of_the_product(root):
    place = root(**{"content/products/lamp.yaml": PRODUCT.replace("shade = linen}", "hue = red}")})
    _, wrong = read_configurators(place, [PATH], "en")
    (problem,) = wrong
    assert str(problem.origin) == "content/products/lamp.yaml:12"
    assert "hue" in problem.message


def test_rules_inside_a_list_of_products_are_found_by_sku(root):
    listed = "- sku: OTHER\n  brand: Acme\n  title: x\n- " + PRODUCT.replace("\n", "\n  ")
    models, wrong = read_configurators(root(**{"content/products/lamp.yaml": listed}), [PATH], "en")
    assert (wrong, list(models)) == ([], [PATH])


def test_rules_inside_a_record_that_is_no_yaml_are_refused():
    models, (problem,) = read_configurators(Path(), ["#"], "en")
    assert (models, problem.code) == ({}, "inline-rules")


def test_pictures_of_values_are_read_and_what_is_no_picture_is_told(root):
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"/>'
    pictured = PRODUCT.replace("{id: oak}", "{id: oak, picture: content/oak.svg}").replace(
        "{id: iron}", "{id: iron, picture: content/gone.svg}"
    )
    pictured = pictured.replace("{id: paper}", "{id: paper, picture: content/products/shades.csv}")
    place = root(**{"content/products/lamp.yaml": pictured, "content/oak.svg": svg})
    models, _ = read_configurators(place, [PATH], "en")
    found, problems = read_pictures(place, models.values())
    assert found["content/oak.svg"].media_type == "image/svg+xml"
    assert {(one.code, one.found) for one in problems} == {
        ("missing-file", "content/gone.svg"),
        ("not-a-picture", "content/products/shades.csv"),
    }
