"""BMEcat 1.2 and 2005: articles with features of ECLASS, ETIM or a system of their own."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

from syndicator.catalog.codes import CODE, LANGUAGES
from syndicator.catalog.model import Flag, Number, Span, SpecValue, Text, Words
from syndicator.catalog.shapes import warn
from syndicator.catalog.specs import quantity
from syndicator.catalog.values import FieldError, parse_instant
from syndicator.errors import Origin
from syndicator.sources.drafts import Drafts, gatherer
from syndicator.sources.xmlfile import Node, read_items

_ITEMS = frozenset(
    {
        *("HEADER", "ARTICLE", "PRODUCT", "CATALOG_STRUCTURE"),
        *("ARTICLE_TO_CATALOGGROUP_MAP", "PRODUCT_TO_CATALOGGROUP_MAP"),
    }
)
_IDENTIFIER = re.compile(r"0\d+|\d{9,}")
"""Digits that are no quantity: a GTIN, an article number."""
_COUNT = re.compile(r"\d{1,9}(?:\.\d{0,9})?", re.ASCII)
_SHARE = re.compile(r"0(?:\.\d{1,6})?|1(?:\.0{1,6})?", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_FLAGS = {"true": True, "false": False}
_REFERENCES = {
    "accessories": "accessory",
    "sparepart": "spare_part",
    "followup": "successor",
    "similar": "alternative",
    "consists_of": "part",
}
_DOCUMENTS = {"data_sheet": "datasheet", "manual": "manual", "certificate": "certificate"}
_MEMBERS = {"ARTICLE": ("SUPPLIER_AID", "ART_ID"), "PRODUCT": ("SUPPLIER_PID", "PROD_ID")}


class _Catalog:
    """What stands once in a file and holds for its articles."""

    def __init__(self, label: str, drafts: Drafts) -> None:
        self.label, self.drafts = label, drafts
        self.language, self.currency, self.supplier = drafts.locale, "", ""
        self.groups: dict[str, tuple[str, Text]] = {}
        self.members: dict[str, str] = {}
        self.records: list[tuple[dict[str, Any], Origin]] = []

    def header(self, node: Node) -> None:
        """Read the languages, the currency and the supplier."""
        languages = [n.text.strip().lower() for n in node.all("CATALOG", "LANGUAGE")]
        known = [LANGUAGES.get(language, language) for language in languages]
        self.language = next((own for own in known if own in self.drafts.locales), self.language)
        self.currency = node.words("CATALOG", "CURRENCY")
        self.supplier = node.words("SUPPLIER", "SUPPLIER_NAME")

    def texts(self, node: Node, *path: str) -> Text:
        """Return the words at a path by locale; what has no language is of the catalog's."""
        found: Text = {}
        for element in node.all(*path):
            language = element.get("lang").lower()
            locale = LANGUAGES.get(language, language) or self.language
            if locale in self.drafts.locales and element.text.strip():
                found.setdefault(locale, element.text.strip())
        return found

    def category(self, group: str) -> str:
        """Return the path of a catalog group by the names of its ancestors, without the root."""
        names: list[str] = []
        seen: set[str] = set()
        while group in self.groups and group not in seen:
            seen.add(group)
            parent, label = self.groups[group]
            if parent not in {"", "0"}:
                names.append(next(iter(label.values()), group))
            group = parent
        return self.drafts.category(names[::-1])


def read(path: Path, label: str, drafts: Drafts) -> None:
    """Read a catalog; groups can stand before or after the articles that belong to them."""
    catalog = _Catalog(label, drafts)
    for node in read_items(path, label, _ITEMS, drafts.problems):
        if node.tag == "HEADER":
            catalog.header(node)
        elif node.tag in _MEMBERS:
            _article(node, catalog)
        elif node.tag == "CATALOG_STRUCTURE":
            catalog.groups[node.words("GROUP_ID")] = (
                node.words("PARENT_ID"),
                catalog.texts(node, "GROUP_NAME"),
            )
        else:
            member = node.words("ART_ID") or node.words("PROD_ID")
            catalog.members.setdefault(member, node.words("CATALOG_GROUP_ID"))
    for record, origin in catalog.records:
        record["category"] = catalog.category(catalog.members.get(record["sku"], ""))
        drafts.add(record, origin)


def _article(node: Node, catalog: _Catalog) -> None:
    kind, drafts, origin = node.tag, catalog.drafts, Origin(catalog.label, node.line)
    key, _ = _MEMBERS[kind]
    details = node.first(f"{kind}_DETAILS") or Node("", {}, node.line)
    own = "AID" if kind == "ARTICLE" else "PID"
    international = (
        n.text for n in details.all("INTERNATIONAL_PID") if n.get("type") in {"gtin", "ean"}
    )
    record: dict[str, Any] = {
        "sku": node.words(key),
        "brand": details.words("MANUFACTURER_NAME") or catalog.supplier,
        "mpn": details.words(f"MANUFACTURER_{own}"),
        "model": details.words("MANUFACTURER_TYPE_DESCR"),
        "gtin": drafts.gtin(details.words("EAN") or next(international, "").strip(), origin),
        "title": catalog.texts(details, "DESCRIPTION_SHORT"),
        "description": catalog.texts(details, "DESCRIPTION_LONG"),
        "prices": _prices(node, kind, catalog),
        "relations": _relations(node, kind),
        **_files(node, catalog),
    }
    specs: dict[str, SpecValue] = {}
    for features in node.all(f"{kind}_FEATURES"):
        if system := features.words("REFERENCE_FEATURE_GROUP_ID"):
            record.setdefault("family", system)
            name = features.words("REFERENCE_FEATURE_GROUP_NAME")
            label = {catalog.language: name} if name else drafts.codes.term("classes", system)
            drafts.families.setdefault(system, label or {catalog.language: system})
        for holder in (features, *features.all("FEATURE_GROUP")):
            for feature in holder.all("FEATURE"):
                _feature(feature, specs, catalog)
    record["specs"] = specs
    catalog.records.append((record, origin))


def _feature(node: Node, specs: dict[str, SpecValue], catalog: _Catalog) -> None:
    """Read a feature; one that only heads others has its name as its value, and says nothing."""
    label = catalog.texts(node, "FNAME") or catalog.texts(node, "FTEMPLATE", "FT_NAME")
    code = node.words("FNAME") or node.words("FTEMPLATE", "FT_ID") or node.words("FT_IDREF")
    name = next(iter(label.values()), "") or code
    if not name:
        return
    if (not label or CODE.fullmatch(name)) and (
        known := catalog.drafts.codes.term("features", code)
    ):
        label = known
    label = label or {catalog.language: name}
    details = catalog.texts(node, "FVALUE_DETAILS")
    values = [value.text.strip() for value in node.all("FVALUE") if value.text.strip()]
    unit = node.words("FUNIT") or node.words("FTEMPLATE", "FT_UNIT")
    if not values and details == label:
        return
    unit = catalog.drafts.codes.unit(unit) if unit else ""
    value = (_span(values, unit) if node.words("FVALUE_TYPE") == "range" else None) or _value(
        values, details, unit, catalog
    )
    if value is not None:
        catalog.drafts.spec(specs, name, value, label)


def _span(values: list[str], unit: str) -> Span | None:
    """Return a range of two quantities."""
    try:
        (low, _), (high, _) = (quantity(value) for value in values)
    except (FieldError, ValueError):  # no quantities, or not two
        return None
    return Span(low=low, high=high, unit=unit) if low <= high else None


def _value(values: list[str], details: Text, unit: str, catalog: _Catalog) -> SpecValue | None:
    if len(values) != 1:
        words = {catalog.language: ", ".join(values)} if values else details
        return Words(text=words) if words else None
    (value,) = values
    if value in _FLAGS:
        return Flag(value=_FLAGS[value])
    if CODE.fullmatch(value):
        named = catalog.drafts.codes.term("values", value)
        return Words(text=named or details or {catalog.language: value})
    if details and value.endswith("…"):  # the whole is in the details
        return Words(text=details)
    return _quantity(value, unit, catalog)


def _quantity(value: str, unit: str, catalog: _Catalog) -> SpecValue | None:
    """Return a number with its unit, or words; a hyphen says that there is nothing."""
    try:
        amount, own = quantity("x" if _IDENTIFIER.fullmatch(value) else value)
    except FieldError:
        return Words(text={catalog.language: value}) if value != "-" else None
    return Number(value=amount, unit=own or unit)


def _prices(node: Node, kind: str, catalog: _Catalog) -> list[dict[str, Any]]:
    found = []
    for details in node.all(f"{kind}_PRICE_DETAILS"):
        window = _window(details, catalog)
        found += [row | window for row in _amounts(details, kind, catalog)]
    return found


def _window(details: Node, catalog: _Catalog) -> dict[str, str]:
    """Return when prices hold; the last day that a catalog names is one on which they still do."""
    dates = {one.get("type"): one.words("DATE") for one in details.all("DATETIME")}
    start = details.words("VALID_START_DATE") or dates.get("valid_start_date", "")
    end = details.words("VALID_END_DATE") or dates.get("valid_end_date", "")
    found: dict[str, str] = {}
    for name, written in (("valid_from", start), ("valid_until", end)):
        try:
            if written and _DAY.fullmatch(written):
                day = dt.date.fromisoformat(written) + dt.timedelta(days=name == "valid_until")
                found[name] = day.isoformat()
            elif written:
                found[name] = parse_instant(written).isoformat()
        except (ValueError, OverflowError):
            message = "the price holds without this limit, which is no instant"
            origin = Origin(catalog.label, details.line)
            catalog.drafts.problems.append(
                warn("instant", message, origin, path=name, found=written)
            )
    return found


def _amounts(details: Node, kind: str, catalog: _Catalog) -> list[dict[str, Any]]:
    found = []
    for price in details.all(f"{kind}_PRICE"):
        amount = price.words("PRICE_AMOUNT")
        if not amount:
            continue
        bound = price.words("LOWER_BOUND")
        row = {
            "list": price.get("price_type").replace("_", "-") or catalog.drafts.price_list,
            "amount": amount,
            "currency": price.words("PRICE_CURRENCY") or catalog.currency,
            "min_quantity": _count(bound),
        }
        tax = _tax(price)
        found.append(row | ({"tax": tax} if tax else {}))
    return found


def _count(text: str) -> int:
    """Return a quantity of whole pieces, at least one."""
    return max(int(float(text)), 1) if _COUNT.fullmatch(text) else 1


def _tax(price: Node) -> dict[str, Any] | None:
    """Return how a price stands to tax: its type says whether it holds it, `TAX` is a share."""
    share = price.words("TAX") or price.words("TAX_DETAILS", "TAX")
    kind = price.get("price_type")
    if not (share or kind.startswith("net_")):
        return None
    tax: dict[str, Any] = {"included": not kind.startswith("net_")}
    if _SHARE.fullmatch(share):
        tax["rate"] = f"{(Decimal(share) * 100).normalize():f}"
    return tax


def _relations(node: Node, kind: str) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for reference in node.all(f"{kind}_REFERENCE"):
        target = reference.words("ART_ID_TO") or reference.words("PROD_ID_TO")
        relation = _REFERENCES.get(reference.get("type"))
        if target and relation:
            row = {"sku": target, "quantity": _count(reference.get("quantity"))}
            found.setdefault(relation, []).append(row)
    return found


def _files(node: Node, catalog: _Catalog) -> dict[str, list[dict[str, Any]]]:
    media: list[dict[str, Any]] = []
    documents: list[dict[str, Any]] = []
    for mime in node.all("MIME_INFO", "MIME"):
        source = mime.words("MIME_SOURCE")
        if not source.startswith(("http://", "https://")):
            continue  # BMEcat leaves open where the files of a bare name are
        purpose, title = mime.words("MIME_PURPOSE"), catalog.texts(mime, "MIME_DESCR")
        if mime.words("MIME_TYPE").startswith("image/") or purpose in {
            "normal",
            "detail",
            "thumbnail",
        }:
            media.append({"url": source, "role": "gallery" if media else "hero", "alt": title})
        else:
            documents.append(
                {"url": source, "type": _DOCUMENTS.get(purpose, "other"), "title": title}
            )
    return {"media": media, "documents": documents}


gather = gatherer(read, (".xml",))
