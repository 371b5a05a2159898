"""Open Icecat's product XML: one product a file, or many in one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from syndicator.catalog.model import Flag, Number, SpecValue, Words
from syndicator.catalog.specs import quantity
from syndicator.catalog.units import symbol
from syndicator.catalog.values import FieldError
from syndicator.errors import Origin, Problem
from syndicator.sources.drafts import Drafts, gatherer
from syndicator.sources.xmlfile import Node, read_items

_FLAGS = {"Y": True, "N": False}


def read(path: Path, label: str, drafts: Drafts) -> None:
    """Read a file of products; an answer that only tells an error is a problem."""
    for node in read_items(path, label, frozenset({"Product"}), drafts.problems):
        origin = Origin(label, node.line)
        if message := node.get("ErrorMessage"):
            drafts.refused += 1
            drafts.problems.append(Problem("icecat", f"Icecat answered: {message}", origin))
        else:
            drafts.add(_record(node, origin, drafts), origin)


def _record(node: Node, origin: Origin, drafts: Drafts) -> dict[str, Any]:
    supplier, category = node.first("Supplier"), node.first("Category")
    gtins = [code.get("EAN") for code in node.all("EANCode")]
    description = node.first("ProductDescription")
    category_name = _name(category) if category else ""
    record: dict[str, Any] = {
        "sku": node.get("ID") and f"IC-{node.get('ID')}",
        "brand": supplier.get("Name") if supplier else "",
        "mpn": node.get("Prod_id"),
        "gtin": drafts.gtin(gtins[0] if gtins else "", origin),
        "title": node.get("Title") or node.get("Name"),
        "category": drafts.category([category_name]),
        "family": drafts.category([category_name]),
        "media": _media(node),
        "specs": _specs(node, drafts),
    }
    if description:
        record["summary"] = description.get("ShortDesc")
        record["description"] = description.get("LongDesc").replace("\\n", "\n")
        record["documents"] = [
            {"url": url, "type": kind}
            for name, kind in (("ManualPDFURL", "manual"), ("PDFURL", "datasheet"))
            if (url := description.get(name))
        ]
    if record["family"]:
        drafts.families[record["family"]] = {drafts.locale: category_name}
    if released := node.get("ReleaseDate"):
        record["lifecycle"] = {"release": released[:10]}
    return record


def _name(node: Node) -> str:
    """Return the name that stands in a `Name` element below."""
    found = node.first("Name")
    return found.get("Value") if found else ""


def _media(node: Node) -> list[dict[str, str]]:
    pictures = [node.get("HighPic")]
    pictures += [
        p.get("Pic") or p.get("HighPic") for p in node.all("ProductGallery", "ProductPicture")
    ]
    distinct = [url for url in dict.fromkeys(pictures) if url]
    return [{"url": url, "role": "gallery" if i else "hero"} for i, url in enumerate(distinct)]


def _specs(node: Node, drafts: Drafts) -> dict[str, SpecValue]:
    groups = {
        group.get("ID"): name
        for group in node.all("CategoryFeatureGroup")
        if (inner := group.first("FeatureGroup")) and (name := _name(inner))
    }
    specs: dict[str, SpecValue] = {}
    for feature in node.all("ProductFeature"):
        inner = feature.first("Feature")
        name = _name(inner) if inner else ""
        value = feature.get("Value") or feature.get("Presentation_Value")
        if not (inner and name and value):
            continue
        group = groups.get(feature.get("CategoryFeatureGroup_ID"), "")
        labelled = {drafts.locale: group} if group else None
        drafts.spec(
            specs, name, _value(feature, inner, value, drafts), {drafts.locale: name}, labelled
        )
    return specs


def _value(feature: Node, inner: Node, value: str, drafts: Drafts) -> SpecValue:
    if value in _FLAGS:
        return Flag(value=_FLAGS[value])
    measure = inner.first("Measure")
    unit = symbol(measure.get("Sign") or measure.words("Signs", "Sign")) if measure else ""
    try:
        amount, own = quantity(value)
    except FieldError:
        return Words(text={drafts.locale: feature.get("Presentation_Value") or value})
    return Number(value=amount, unit=own or unit)


gather = gatherer(read, (".xml",))
