"""Price and life of a product as an edition shows them."""

from __future__ import annotations

from typing import Any

from syndicator.catalog.model import Price, Product, Tax
from syndicator.catalog.numbers import format_money, format_number
from syndicator.rendering.view import View, Words

_TAX = {
    "ar": ("شامل ضريبة القيمة المضافة {rate}", "غير شامل ضريبة القيمة المضافة {rate}"),
    "da": ("inkl. {rate} moms", "ekskl. {rate} moms"),
    "de": ("inkl. {rate} MwSt.", "zzgl. {rate} MwSt."),
    "en": ("incl. {rate} VAT", "excl. {rate} VAT"),
    "es": ("IVA {rate} incl.", "más IVA {rate}"),
    "fr": ("TTC, dont TVA {rate}", "HT, plus TVA {rate}"),
    "it": ("IVA {rate} inclusa", "IVA {rate} esclusa"),
    "nl": ("incl. {rate} btw", "excl. {rate} btw"),
    "pl": ("z VAT {rate}", "bez VAT {rate}"),
    "pt": ("IVA {rate} incluído", "mais IVA {rate}"),
    "sv": ("inkl. {rate} moms", "exkl. {rate} moms"),
}
"""Included and excluded; CLDR has no words for it."""


def render_price(product: Product, view: View, _words: Words) -> dict[str, Any] | None:
    """Return the price of one unit in the edition's list, with quantity breaks if there are any."""
    prices = sorted(valid_prices(product, view), key=lambda price: price.min_quantity)
    if not prices or prices[0].min_quantity > 1:
        return None
    entry = _money(prices[0], view)
    if breaks := prices[1:]:
        entry["breaks"] = [_money(price, view) | {"from": price.min_quantity} for price in breaks]
    return entry


def valid_prices(product: Product, view: View) -> list[Price]:
    """Return the prices of the edition's list that hold now; of two for one quantity the later."""
    held: dict[int, Price] = {}
    for price in product.prices:
        if price.list == view.edition.price_list and _holds(price, view):
            other = held.get(price.min_quantity)
            if other is None or _start(other) <= _start(price):
                held[price.min_quantity] = price
    return list(held.values())


def _holds(price: Price, view: View) -> bool:
    begun = price.valid_from is None or price.valid_from <= view.now
    return begun and (price.valid_until is None or view.now < price.valid_until)


def _start(price: Price) -> str:
    """Order validities: a price that starts later replaces an open-ended one."""
    return price.valid_from.isoformat() if price.valid_from else ""


def _money(price: Price, view: View) -> dict[str, Any]:
    currency = price.currency or view.currency
    entry: dict[str, Any] = {
        "amount": str(price.amount),
        "currency": currency,
        "text": format_money(price.amount, currency, view.edition.locale),
    }
    tax = price.tax or view.tax
    return entry | ({"tax": render_tax(tax, view.edition.locale)} if tax else {})


def render_tax(tax: Tax, locale: str) -> dict[str, Any]:
    """Return how a price stands to tax, with the words that shoppers read beside it."""
    entry: dict[str, Any] = {"included": tax.included}
    if tax.rate is not None:
        entry["rate"] = f"{tax.rate:f}"
    if tax.kind:
        entry["class"] = tax.kind
    return entry | {"text": _tax_words(tax, locale)}


def _tax_words(tax: Tax, locale: str) -> str:
    within, beside = _TAX.get(locale.partition("-")[0], _TAX["en"])
    rate = "" if tax.rate is None else format_number(float(tax.rate), "%", locale)
    return (within if tax.included else beside).replace("{rate}", rate).replace("  ", " ").strip()


def render_lifecycle(product: Product, view: View, _words: Words) -> dict[str, str]:
    """Return where the product stands in its life at the view's instant."""
    life = product.lifecycle
    if life.end_of_life and view.now >= life.end_of_life:
        return {"status": "discontinued"}
    if life.release and view.now < life.release:
        return {"status": "announced", "release": life.release.isoformat().replace("+00:00", "Z")}
    return {"status": "available"}
