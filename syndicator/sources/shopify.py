"""Shopify's product CSV: one row a variant, or a further picture of the product above it."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import Any

from syndicator.catalog.model import Number, Words
from syndicator.catalog.rules import CsvRule
from syndicator.catalog.shapes import warn
from syndicator.catalog.values import FieldError, parse_loose_amount
from syndicator.errors import Origin, Problem
from syndicator.sources.csvfile import read_table
from syndicator.sources.drafts import Drafts, gatherer

_NEEDED = {"Handle", "Title"}
_OPTIONS = ("Option1", "Option2", "Option3")
Row = dict[str, str]


def read(path: Path, label: str, drafts: Drafts) -> None:
    """Read an export; every row with a price or a SKU is a product of its own."""
    table, problems = read_table(path, label, CsvRule(delimiter=","))
    drafts.problems += problems
    if table is None:
        return
    if missing := _NEEDED - set(table.columns):
        message = f"the column {', '.join(sorted(missing))} is missing"
        drafts.problems.append(Problem("missing-column", message, Origin(label, 1)))
        return
    rows: list[tuple[int, Row]] = []
    for row in table.rows:
        if isinstance(row, Problem):
            drafts.problems.append(row)
            drafts.refused += 1
        else:
            rows.append(row)
    for handle, group in groupby(rows, key=lambda row: row[1].get("Handle", "")):
        _product(handle, list(group), label, drafts)


def _product(handle: str, rows: list[tuple[int, Row]], label: str, drafts: Drafts) -> None:
    head = rows[0][1]
    pictures = [
        {"url": row["Image Src"], "alt": row.get("Image Alt Text", "")}
        for _, row in rows
        if row.get("Image Src")
    ]
    variants = [
        (line, row)
        for line, row in rows
        if row.get("Variant SKU") or row.get("Variant Price") or row is head
    ]
    for line, row in variants:
        origin = Origin(label, line)
        record = _common(head, drafts)
        record["sku"] = row.get("Variant SKU") or (
            handle if len(variants) == 1 else f"{handle}-{line}"
        )
        record["gtin"] = drafts.gtin(row.get("Variant Barcode", "").lstrip("'"), origin)
        record["media"] = _media(row, pictures)
        record["prices"] = _prices(row, origin, drafts)
        axes = {head.get(f"{o} Name", ""): row.get(f"{o} Value", "") for o in _OPTIONS}
        axes = {axis: value for axis, value in axes.items() if axis and value}
        if axes and axes != {"Title": "Default Title"}:
            record["variant"] = {"group": handle, "axes": axes}
            record["title"] = f"{head.get('Title', '')} {' / '.join(axes.values())}"
        record["specs"] = _specs(row, axes, drafts)
        drafts.add(record, origin)


def _common(head: Row, drafts: Drafts) -> dict[str, Any]:
    """Return what all variants share."""
    kind = head.get("Type", "")
    category = head.get("Product Category") or kind
    record: dict[str, Any] = {
        "brand": head.get("Vendor", ""),
        "title": head.get("Title", ""),
        "description": head.get("Body (HTML)", ""),
        "summary": head.get("SEO Description", ""),
        "mpn": head.get("Google Shopping / MPN", ""),
        "category": drafts.category(category.split(" > ")) if category else "",
    }
    if kind:
        record["family"] = drafts.category([kind])
        drafts.families[record["family"]] = {drafts.locale: kind}
    return record


def _media(row: Row, pictures: list[dict[str, str]]) -> list[dict[str, str]]:
    own = row.get("Variant Image", "")
    ordered = [p for p in pictures if p["url"] == own] + [p for p in pictures if p["url"] != own]
    if own and not any(p["url"] == own for p in pictures):
        ordered.insert(0, {"url": own, "alt": ""})
    return [{**p, "role": "gallery" if i else "hero"} for i, p in enumerate(ordered)]


def _prices(row: Row, origin: Origin, drafts: Drafts) -> list[dict[str, Any]]:
    value = row.get("Variant Price", "")
    if not value:
        return []
    try:
        amount, currency = parse_loose_amount(value, ".")
    except FieldError as error:
        drafts.problems.append(
            warn(error.code, error.message, origin, path="Variant Price", found=value)
        )
        return []
    currency = drafts.options.get("currency", currency)
    return [{"list": drafts.price_list, "amount": f"{amount:f}", "currency": currency}]


def _specs(row: Row, axes: dict[str, str], drafts: Drafts) -> dict[str, Any]:
    specs: dict[str, Any] = {}
    for axis, value in axes.items():
        if axis != "Title":
            drafts.spec(specs, axis, Words(text={drafts.locale: value}))
    grams = row.get("Variant Grams", "")
    if grams.isascii() and grams.isdigit() and int(grams):
        drafts.spec(specs, "Weight", Number(value=float(grams), unit="g"))
    return specs


gather = gatherer(read, (".csv",))
