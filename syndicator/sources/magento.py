"""Magento's product CSV: simple, configurable and bundle products, their links and pictures.

A configurable product is no thing to buy: it names a variant group and what its variants share.
A folder may hold further tables of links (`sku,linked_sku`) and pictures (`sku,image`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any

from syndicator.catalog.fields import Vocabulary
from syndicator.catalog.model import Flag, Number, Words
from syndicator.catalog.parts import Parts
from syndicator.catalog.shapes import warn
from syndicator.catalog.values import FieldError, parse_loose_amount
from syndicator.errors import Origin, Problem
from syndicator.sources.csvfile import read_table
from syndicator.sources.drafts import Drafts, settle
from syndicator.sources.places import listed, named
from syndicator.sources.spec import Count, SourceSpec
from syndicator.sources.workspace import missing_source

Row = dict[str, str]

_LINKS = {"related": "alternative", "upsell": "alternative", "crosssell": "accessory"}
_PICTURES = frozenset({"sku", "image"})
_PAIRS = frozenset({"sku", "linked_sku"})
_INTERNAL = frozenset(
    {
        *(
            "has_options",
            "required_options",
            "new",
            "sale",
            "erin_recommends",
            "ts_dimensions_length",
        ),
        *("options_container", "msrp_display_actual_price_type", "gift_message_available"),
    }
)
_FIELDS = frozenset(
    {
        *("sku", "name", "category", "price", "qty", "description", "short_description", "image"),
        *(
            "special_price",
            "attribute_set",
            "bundle_options",
            "bundle_values",
            "weight",
            "categories",
        ),
    }
)
_STEP = re.compile(r"\s*/\s*")
_ATTRIBUTE = re.compile(r"(?:^|,)([a-z][a-z0-9_]*)=")
_ROOTS = frozenset({"Default Category", "Root Catalog"})
_YES_NO = {"Yes": True, "No": False, "1": True, "0": False}


@dataclass(slots=True)
class _Shop:
    """All tables of an export, before variants know their groups."""

    label: str = ""
    rows: dict[str, tuple[Row, Origin]] = field(default_factory=dict)
    pictures: dict[str, list[str]] = field(default_factory=dict)
    links: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    groups: dict[str, tuple[str, dict[str, str]]] = field(default_factory=dict)
    """Group and axes of each variant, by SKU."""


def gather(
    root: Path, spec: SourceSpec, vocabulary: Vocabulary, parts: Parts
) -> tuple[list[Problem], Count]:
    """Read an export (a file, or a folder of them) into `parts`.

    Options: `brand` (Magento has none), `currency`, `list`, and `media`, the address or folder
    that pictures are relative to; without it pictures are left out.
    """
    place = spec.place(root)
    if not place.exists():
        return [missing_source(spec)], Count(spec.path, 0, 0, 0)
    drafts, shop = Drafts(vocabulary.locales, spec.options), _Shop()
    for path in listed(place, (".csv",)) if place.is_dir() else [place]:
        _read(path, named(spec.path, place, path), shop, drafts)
    for sku, (row, _) in shop.rows.items():
        _variations(sku, row, shop)
    for sku, (row, origin) in shop.rows.items():
        if row.get("product_type", "") not in {"configurable", "grouped"}:
            drafts.add(_record(sku, row, origin, shop, drafts), origin)
    return settle(drafts, spec, vocabulary, parts)


def _read(path: Path, label: str, shop: _Shop, drafts: Drafts) -> None:
    table, problems = read_table(path, label)
    drafts.problems += problems
    columns = frozenset(table.columns) if table else frozenset[str]()
    if table is None or not (columns in {_PICTURES, _PAIRS} or {"sku", "name"} <= columns):
        return  # reviews, pages and attributes are no products
    kind = next(
        (relation for word, relation in _LINKS.items() if word in path.stem.lower()), "accessory"
    )
    for row in table.rows:
        if isinstance(row, Problem):
            drafts.problems.append(row)
            drafts.refused += 1
        elif columns == _PAIRS:
            shop.links.setdefault(row[1].get("sku", ""), {}).setdefault(kind, []).extend(
                row[1].get("linked_sku", "").split()  # rows may end early
            )
        elif columns == _PICTURES:
            shop.pictures.setdefault(row[1].get("sku", ""), []).append(row[1].get("image", ""))
        elif row[1].get("store_view_code", "") == "":
            _keep(row[1], Origin(label, row[0]), shop, drafts)


def _keep(row: Row, origin: Origin, shop: _Shop, drafts: Drafts) -> None:
    sku = row.get("sku", "")
    if sku and sku not in shop.rows:
        shop.rows[sku] = (row, origin)
        return
    drafts.refused += 1
    found = f"also {shop.rows[sku][1]}" if sku else "nothing"
    code = "duplicate-sku" if sku else "missing-key"
    message = "the row has no SKU of its own"
    drafts.problems.append(Problem(code, message, origin, "sku", "one product a SKU", found))


def _variations(sku: str, row: Row, shop: _Shop) -> None:
    """Note the group and axes of the variants that a configurable product lists."""
    for variation in row.get("configurable_variations", "").split("|"):
        pairs = dict(part.split("=", 1) for part in variation.split(",") if "=" in part)
        if (member := pairs.pop("sku", "")) in shop.rows:
            shop.groups[member] = (sku, pairs)


def _record(sku: str, row: Row, origin: Origin, shop: _Shop, drafts: Drafts) -> dict[str, Any]:
    group, axes = shop.groups.get(sku, ("", {}))
    parent = shop.rows[group][0] if group else {}

    def one(name: str) -> str:
        return row.get(name) or parent.get(name, "")

    record: dict[str, Any] = {
        "sku": sku,
        "title": unescape(row.get("name", "")),
        "summary": one("short_description"),
        "description": one("description"),
        "category": _category(one("categories") or one("category"), drafts),
        "family": drafts.category([one("attribute_set_code") or one("attribute_set")]),
        "prices": _prices(row, origin, drafts),
        "media": _media(sku, row, parent, shop, drafts),
        "relations": _relations(sku, row, shop),
        "specs": _specs(row, parent, drafts),
    }
    if group:
        record["variant"] = {"group": group, "axes": axes}
    return record


def _category(written: str, drafts: Drafts) -> str:
    """Return the deepest of the categories, without the shop's root."""
    found: list[list[str]] = []
    if "\n" in written:  # one path, a step a line
        found.append(written.split("\n"))
    else:
        found += [_STEP.split(path) for path in written.split(",")]
    paths = [[step for step in path if step and step not in _ROOTS] for path in found]
    return drafts.category(max(paths, key=len, default=[]))


def _prices(row: Row, origin: Origin, drafts: Drafts) -> list[dict[str, Any]]:
    value = row.get("price", "")
    if not value:
        return []
    try:
        amount, currency = parse_loose_amount(value, ".")
    except FieldError as error:
        drafts.problems.append(warn(error.code, error.message, origin, path="price", found=value))
        return []
    currency = drafts.options.get("currency", currency)
    return [{"list": drafts.price_list, "amount": f"{amount:f}", "currency": currency}]


def _media(sku: str, row: Row, parent: Row, shop: _Shop, drafts: Drafts) -> list[dict[str, Any]]:
    base = drafts.options.get("media", "")
    if not base:
        return []
    names = [row.get("base_image") or parent.get("base_image", "")]
    names += (row.get("additional_images") or parent.get("additional_images", "")).split(",")
    names += shop.pictures.get(sku, [])
    key = "url" if base.startswith(("http://", "https://")) else "file"
    distinct = [name for name in dict.fromkeys(names) if name and name != "no_selection"]
    return [
        {key: f"{base.rstrip('/')}/{name.lstrip('/')}", "role": "gallery" if i else "hero"}
        for i, name in enumerate(distinct)
    ]


def _relations(sku: str, row: Row, shop: _Shop) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for word, kind in _LINKS.items():
        found.setdefault(kind, []).extend(row.get(f"{word}_skus", "").split(","))
        found[kind].extend(shop.links.get(sku, {}).get(kind, []))
    found["part"] = re.findall(r"(?:^|[,|])sku=([^,|]+)", row.get("bundle_values", ""))
    for line in row.get("bundle_options", "").splitlines():
        found["part"] += line.partition(":")[2].split(",")[:1]  # the first choice of each option
    variants = {group: member for member, (group, _) in reversed(shop.groups.items())}
    resolved = {
        kind: list(dict.fromkeys(variants.get(s.strip(), s.strip()) for s in skus if s.strip()))
        for kind, skus in found.items()
    }
    known = shop.rows.keys()
    return {kind: [s for s in skus if s in known and s != sku] for kind, skus in resolved.items()}


def _specs(row: Row, parent: Row, drafts: Drafts) -> dict[str, Any]:
    values = _attributes_of(parent) | _attributes_of(row)
    specs: dict[str, Any] = {}
    for name, value in values.items():
        if name in _INTERNAL or not value:
            continue
        label = {drafts.locale: name.replace("_", " ").capitalize()}
        if value in _YES_NO:
            drafts.spec(specs, name, Flag(value=_YES_NO[value]), label)
        else:
            drafts.spec(specs, name, Words(text={drafts.locale: value}), label)
    weight = row.get("weight", "")
    if re.fullmatch(r"\d+(?:\.\d+)?", weight) and float(weight):
        number = Number(value=float(weight), unit=drafts.options.get("weight_unit", ""))
        drafts.spec(specs, "weight", number, {drafts.locale: "Weight"})
    return specs


def _attributes_of(row: Row) -> dict[str, str]:
    """Return the attributes of a row: packed in one column, or columns of their own."""
    if "additional_attributes" in row:
        found = attributes(row["additional_attributes"])
        return {name: unescape(value).replace("|", ", ") for name, value in found.items()}
    own = {name: value for name, value in row.items() if name not in _FIELDS and value}
    return {name: ", ".join(value.split("\n")) for name, value in own.items()}


def attributes(written: str) -> dict[str, str]:
    """Return `name=value,name=value` as a map; values may hold commas."""
    marks = list(_ATTRIBUTE.finditer(written))
    ends = [mark.start() for mark in marks[1:]] + [len(written)]
    return {mark[1]: written[mark.end() : end] for mark, end in zip(marks, ends, strict=False)}
