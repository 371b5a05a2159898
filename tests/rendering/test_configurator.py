"""A product's configurator in an edition: its version, its pictures, and what it may sell."""

from __future__ import annotations

from typing import Any

import pytest

from syndicator.canonical import Namer, decode
from syndicator.catalog.model import Asset, Catalog, Product
from syndicator.configurator import Model, compile_model
from syndicator.configurator.model import Option, Value
from syndicator.entitlement import Edition
from syndicator.rendering.configurator import render_configurator
from syndicator.rendering.view import App, Rules, View, Words, shelve
from tests.rendering.test_document import NOW

RULES = "content/r.yaml"
BIKE, LAMP = (
    Product(sku=sku, brand="N", title={"en": sku}, configurator=RULES) for sku in ("BIKE", "LAMP")
)
MODEL = Model(
    "r",
    (
        Option("lamp", (Value("with", sku="LAMP", picture="lamp.svg"), Value("plus", sku="LAMP"))),
        Option("bell", (Value("brass", picture="bell.svg"), Value("steel"))),
    ),
)
OPTIONAL = Model("r", (Option("lamp", (*MODEL.options[0].values, Value("none"))), MODEL.options[1]))


def seen(model: Model, *skus: str, widgets: tuple[str, ...] = ("configurator",)) -> View:
    """A view of an edition that holds these products of the two."""
    assets = {
        name: Asset(path=name, sha256=name, size=1, media_type="image/svg+xml")
        for name in ("lamp.svg", "bell.svg")
    }
    products = {"BIKE": BIKE, "LAMP": LAMP}
    catalog = Catalog(locales=("en",), products=products, assets=assets)
    rules = {RULES: Rules(model, compile_model(model).data)}
    apps = {
        "configurator": App("1.0.0", "w/configurator/aa/a.js", "sha256-1"),
        "configurator@2.0.0": App("2.0.0", "w/configurator/bb/a.js", "sha256-2"),
    }
    edition = Edition(id="e", locale="en", skus=skus, partners=("p",), widgets=widgets)
    return View(shelve(catalog, Namer(b"s" * 32), apps, rules), edition, NOW)


def shown(view: View) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the document says, and the labels that it names."""
    told = render_configurator(BIKE, view, Words(view))
    assert told is not None
    return told, decode(view.made[told["labels"]["src"]])


@pytest.mark.parametrize(
    ("asked", "version"), [("configurator", "1.0.0"), ("configurator@2.0.0", "2.0.0")]
)
def test_the_document_names_the_version_that_the_edition_has(asked: str, version: str) -> None:
    """With the file of that version and its hash."""
    app = shown(seen(MODEL, "BIKE", "LAMP", widgets=(asked,)))[0]["app"]
    place = {"1.0.0": "aa", "2.0.0": "bb"}[version]
    assert app["version"] == version
    assert app["src"] == f"w/configurator/{place}/a.js"
    assert app["integrity"] == f"sha256-{version[0]}"


def test_an_edition_without_the_widget_has_no_configurator() -> None:
    """Or with one of a version that does not exist."""
    for widgets in ((), ("configurator@3.0.0",)):
        view = seen(MODEL, "BIKE", "LAMP", widgets=widgets)
        assert render_configurator(BIKE, view, Words(view)) is None


def test_pictures_are_published_for_the_values_that_show() -> None:
    """A picture's address counts from the labels; that of a masked value is not published."""
    view = seen(OPTIONAL, "BIKE")
    labels = shown(view)[1]
    lamp, bell = labels["options"]
    assert bell["values"][0]["picture"] == "../" + view.shelf.sources["bell.svg"][2:]
    assert view.shelf.sources["bell.svg"] in view.media
    assert view.shelf.sources["lamp.svg"] not in view.media
    assert [value.get("off", False) for value in lamp["values"]] == [True, True, False]


def test_where_nothing_is_left_to_choose_there_is_no_configurator() -> None:
    """Each value of an option sells what the partner may not show."""
    view = seen(MODEL, "BIKE")
    assert render_configurator(BIKE, view, Words(view)) is None
    assert view.media == frozenset()
