"""ETIM xChange: JSON with products, ETIM features, and trade items with prices."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from syndicator.catalog.model import Flag, Number, Span, SpecValue, Text, Words
from syndicator.catalog.shapes import warn
from syndicator.errors import Origin, Problem
from syndicator.sources.drafts import Drafts, gatherer

MAX_BYTES = 512 * 1024 * 1024
Tree = dict[str, Any]

_RELATIONS = {
    "ACCESSORY": "accessory",
    "MANDATORY": "accessory",
    "SPAREPART": "spare_part",
    "SUCCESSOR": "successor",
    "FOLLOW_UP": "successor",
    "SIMILAR": "alternative",
    "CONSISTS_OF": "part",
}
_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".svg")


def read(path: Path, label: str, drafts: Drafts) -> None:
    """Read a catalog; each supplier's products and trade items become products."""
    try:
        if path.stat().st_size > MAX_BYTES:
            message = f"the file has more than {MAX_BYTES} bytes"
            drafts.problems.append(Problem("too-large", message, Origin(label)))
            return
        tree = msgspec.json.decode(path.read_bytes().removeprefix(b"\xef\xbb\xbf"))
    except OSError as error:
        message = f"the file cannot be read: {error.strerror}"
        drafts.problems.append(Problem("unreadable", message, Origin(label)))
        return
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        drafts.problems.append(Problem("json", f"this is not JSON: {error}", Origin(label)))
        return
    suppliers = _trees(tree if isinstance(tree, dict) else {}, "Supplier")
    if not suppliers:
        message = "this is no ETIM xChange catalog: it has no suppliers"
        drafts.problems.append(Problem("etim", message, Origin(label), "Supplier"))
    for supplier in suppliers:
        for number, product in enumerate(_trees(supplier, "Product"), 1):
            _product(product, supplier, Origin(label, number), drafts)


def _trees(tree: Tree, *path: str) -> list[Tree]:
    """Return the objects at a path, whether there is one or a list of them."""
    found = [tree]
    for name in path:
        values = [node.get(name) for node in found]
        flat = [
            item for value in values for item in (value if isinstance(value, list) else [value])
        ]
        found = [item for item in flat if isinstance(item, dict)]
    return found


def _first(tree: Tree, *names: str) -> str:
    """Return the first of the named values that says something."""
    for name in names:
        value = tree.get(name)
        value = value[0] if isinstance(value, list) and value else value
        if isinstance(value, str | int | float) and not isinstance(value, bool) and value != "":
            return str(value)
    return ""


def _product(tree: Tree, supplier: Tree, origin: Origin, drafts: Drafts) -> None:
    identity = next(iter(_trees(tree, "ProductIdentification")), {})
    item = next(iter(_trees(tree, "TradeItem")), {})
    details = next(iter(_trees(tree, "ProductDetails")), {})
    descriptions = [
        *_trees(details, "ProductDescriptions"),
        *_trees(tree, "ProductDescriptions"),
        *_trees(item, "ItemDetails", "ItemDescriptions"),
    ]
    item_identity = next(iter(_trees(item, "ItemIdentification")), {})
    title = _texts(descriptions, drafts, "MinimalProductDescription", "MinimalItemDescription")
    record: dict[str, Any] = {
        "sku": _first(identity, "ManufacturerProductNumber")
        or _first(item_identity, "SupplierItemNumber"),
        "brand": _first(identity, "BrandName", "ManufacturerName")
        or _first(supplier, "SupplierName"),
        "mpn": _first(identity, "ManufacturerProductNumber"),
        "gtin": drafts.gtin(
            _first(identity, "ProductGTIN") or _first(item_identity, "ItemGTIN"), origin
        ),
        "model": _first(identity, "ProductModel", "ProductSeries"),
        "title": title,
        "summary": _texts(descriptions, drafts, "ProductMarketingText"),
        "description": _texts(
            descriptions, drafts, "ProductLongDescription", "ItemLongDescription"
        ),
        "prices": _prices(item, drafts),
        "relations": _relations(tree),
        **_files(tree),
    }
    specs: dict[str, SpecValue] = {}
    for classification in _trees(tree, "EtimClassification"):
        code = _first(classification, "EtimClassCode")
        record.setdefault("family", code)
        if code and (label := drafts.codes.term("classes", code)):
            drafts.families.setdefault(code, label)
        for feature in _trees(classification, "EtimFeatures"):
            _feature(feature, specs, drafts)
    record["specs"] = specs
    if not record["title"]:
        drafts.problems.append(
            warn("empty", "the product has no description", origin, path="title")
        )
        record["title"] = record["sku"]
    drafts.add(record, origin)


def _texts(descriptions: list[Tree], drafts: Drafts, *names: str) -> Text:
    found: Text = {}
    for description in descriptions:
        tag = _first(description, "DescriptionLanguage")
        locale = tag if tag in drafts.locales else tag.split("-", maxsplit=1)[0]
        words = _first(description, *names)
        if words and (locale in drafts.locales or not tag):
            found.setdefault(locale or drafts.locale, words)
    return found


def _feature(feature: Tree, specs: dict[str, SpecValue], drafts: Drafts) -> None:
    """Read a feature by its code, whose name is not in the format but in a file of names."""
    code = _first(feature, "EtimFeatureCode")
    value = _value(feature, drafts)
    if code and value is not None:
        label = drafts.codes.term("features", code)
        drafts.spec(specs, code, value, label or {drafts.locale: code})


def _value(feature: Tree, drafts: Drafts) -> SpecValue | None:
    numeric = feature.get("EtimValueNumeric")
    low, high = feature.get("EtimValueRangeLower"), feature.get("EtimValueRangeUpper")
    unit = _first(feature, "EtimUnitCode")
    unit = drafts.codes.unit(unit) if unit else ""
    if isinstance(feature.get("EtimValueLogical"), bool):
        return Flag(value=feature["EtimValueLogical"])
    if _is_number(numeric):
        return Number(value=float(str(numeric)), unit=unit)
    if _is_number(low) and _is_number(high):
        return Span(low=float(str(low)), high=float(str(high)), unit=unit)
    code = _first(feature, "EtimValueCode")
    if code and (named := drafts.codes.term("values", code)):
        return Words(text=named)
    words = code or _first(feature, "EtimValueDetails")
    return Words(text={drafts.locale: words}) if words else None


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _prices(item: Tree, drafts: Drafts) -> list[dict[str, Any]]:
    found = []
    for pricing in _trees(item, "Pricing"):
        amount = _first(pricing, "GrossListPrice", "NetPrice")
        if amount:
            currency = _first(pricing, "PriceCurrency")
            found.append({"list": drafts.price_list, "amount": amount, "currency": currency})
    return found


def _relations(tree: Tree) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for relation in _trees(tree, "ProductRelations"):
        kind = _RELATIONS.get(_first(relation, "RelationType"))
        target = _first(relation, "RelatedManufacturerProductNumber")
        if kind and target:
            found.setdefault(kind, []).append(target)
    return found


def _files(tree: Tree) -> dict[str, list[dict[str, Any]]]:
    media: list[dict[str, Any]] = []
    documents: list[dict[str, Any]] = []
    for attachment in _trees(tree, "ProductAttachments"):
        for detail in _trees(attachment, "AttachmentDetails"):
            url = _first(detail, "AttachmentUri", "AttachmentURI")
            if not url.startswith(("http://", "https://")):
                continue
            if url.lower().split("?")[0].endswith(_SUFFIXES):
                media.append({"url": url, "role": "gallery" if media else "hero"})
            else:
                documents.append({"url": url})
    return {"media": media, "documents": documents}


gather = gatherer(read, (".json",))
