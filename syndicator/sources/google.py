"""A Google Merchant feed as a source: RSS, Atom, or a table with the same names."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from syndicator.catalog.model import Words
from syndicator.catalog.shapes import warn
from syndicator.catalog.values import FieldError, parse_loose_amount
from syndicator.errors import Origin, Problem
from syndicator.sources.csvfile import read_table
from syndicator.sources.drafts import Drafts, gatherer
from syndicator.sources.xmlfile import Node, read_items

_SPECS = ("color", "size", "material", "pattern", "gender", "age_group", "size_type", "size_system")
_MEASURES = (
    "shipping_weight",
    "product_weight",
    "product_length",
    "product_width",
    "product_height",
)
_AXES = ("color", "size", "material", "pattern")
Item = dict[str, list[str]]
"""Values by name without prefix; a name can be there several times."""


def read(path: Path, label: str, drafts: Drafts) -> None:
    """Read a feed; XML is told from tables by its first sign."""
    if _is_xml(path):
        for node in read_items(path, label, frozenset({"item", "entry"}), drafts.problems):
            details = [
                (d.words("attribute_name"), d.words("attribute_value"), d.words("section_name"))
                for d in node.all("product_detail")
            ]
            _product(_item(node), details, Origin(label, node.line), drafts)
        return
    table, problems = read_table(path, label)
    drafts.problems += problems
    for row in table.rows if table else ():
        if isinstance(row, Problem):
            drafts.problems.append(row)
            drafts.refused += 1
            continue
        line, cells = row
        item = {_name(key): [value] for key, value in cells.items() if value}
        _product(item, [], Origin(label, line), drafts)


def _is_xml(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            head = file.read(256)
    except OSError:
        return False  # the table's reader tells why
    return head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"<")


def _item(node: Node) -> Item:
    item: Item = {}
    for child in node.children:
        value = child.text.strip() or child.get("href")
        if value:
            item.setdefault(child.tag, []).append(value)
    return item


def _name(column: str) -> str:
    return column.strip().lower().removeprefix("g:").replace(" ", "_")


def _product(
    item: Item, details: Iterable[tuple[str, str, str]], origin: Origin, drafts: Drafts
) -> None:
    def one(*names: str) -> str:
        return next((item[name][0] for name in names if item.get(name)), "")

    steps = one("product_type") or one("google_product_category")
    pictures = [*item.get("image_link", [])[:1]]
    pictures += [
        url.strip() for cell in item.get("additional_image_link", []) for url in cell.split(",")
    ]
    record: dict[str, Any] = {
        "sku": one("id"),
        "brand": one("brand"),
        "mpn": one("mpn"),
        "gtin": drafts.gtin(one("gtin"), origin),
        "title": one("title"),
        "description": one("description", "summary", "content"),
        "highlights": item.get("product_highlight", []),
        "category": "" if steps.isdigit() else drafts.category(steps.split(">")),
        "media": [
            {"url": url, "role": "gallery" if i else "hero"}
            for i, url in enumerate(pictures)
            if url
        ],
        "prices": _prices(one("price"), origin, drafts),
        "specs": _specs(item, details, drafts),
    }
    if group := one("item_group_id"):
        axes = {axis: value for axis in _AXES if (value := one(axis))}
        record["variant"] = {"group": group, "axes": axes}
    drafts.add(record, origin)


def _prices(value: str, origin: Origin, drafts: Drafts) -> list[dict[str, Any]]:
    if not value:
        return []
    try:
        amount, currency = parse_loose_amount(value)
    except FieldError as error:
        drafts.problems.append(warn(error.code, error.message, origin, path="price", found=value))
        return []
    currency = currency or drafts.options.get("currency", "")
    return [{"list": drafts.price_list, "amount": f"{amount:f}", "currency": currency}]


def _specs(item: Item, details: Iterable[tuple[str, str, str]], drafts: Drafts) -> dict[str, Any]:
    specs: dict[str, Any] = {}
    for name in (*_SPECS, *_MEASURES):
        if values := item.get(name):
            drafts.spec(specs, name, Words(text={drafts.locale: values[0]}))
    for name, value, section in details:
        if name and value:
            group = {drafts.locale: section} if section else None
            drafts.spec(specs, name, Words(text={drafts.locale: value}), group=group)
    return specs


gather = gatherer(read, (".xml", ".rss", ".atom", ".tsv", ".txt", ".csv"))
