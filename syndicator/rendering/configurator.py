"""A product's configurator as a document names it: the app, the compiled rules, the labels."""

from __future__ import annotations

from typing import Any

from syndicator import canonical
from syndicator.catalog.model import Product
from syndicator.configurator import labels
from syndicator.configurator.runtime import Runtime
from syndicator.rendering.view import Rules, View, Words

WIDGET = "configurator"
"""The widget that an edition must hold for its products to be configurable."""


def render_configurator(product: Product, view: View, _words: Words) -> dict[str, Any] | None:
    """Return references to the app, the artefact and the edition's labels, each with integrity.

    Values that name a product outside the assortment are masked in the labels, so that neither
    words nor part numbers of it are published. Nothing where no configuration is left.
    """
    shelf, app = view.shelf, view.shelf.apps.get(view.edition.request(WIDGET))
    rules = shelf.rules.get(product.configurator)
    if rules is None or app is None:
        return None
    allowed = view.skus | (rules.model.skus() - shelf.catalog.products.keys())
    if not _choosable(rules, allowed):
        return None
    told = labels(
        rules.model,
        view.chain,
        view.edition.price_list if view.shows("price") else "",
        allowed,
        currency=view.currency,
        pictures=lambda path: _picture(view, path),
    )
    return {
        "widget": WIDGET,
        "app": {"version": app.version, "src": app.src, "integrity": app.integrity},
        "rules": _reference(view, rules.artefact, "cdd"),
        "labels": _reference(view, told, "json"),
    }


def _choosable(rules: Rules, allowed: frozenset[str]) -> bool:
    """Tell whether a configuration is left of what may be sold."""
    told = labels(rules.model, (), "", allowed)
    return b'"off":true' not in told or Runtime(rules.artefact, told).count({}) > 0


def _picture(view: View, path: str) -> str:
    """Return a picture's address from the labels, which lie in the same tree; the smallest copy."""
    asset = view.shelf.catalog.assets.get(path)
    if asset is None or not view.shows_file(path):
        return ""
    return "../" + view.source((asset.renditions or (path,))[0]).removeprefix("m/")


def _reference(view: View, data: bytes, suffix: str) -> dict[str, str]:
    return {"src": view.publish(data, suffix), "integrity": canonical.integrity(data)}
