"""What an Akeneo export says of itself: rules for an export that comes without a mapping."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from syndicator.catalog.model import MediaRole, RelationType
from syndicator.catalog.rules import FieldRule, MappingRecord, MediaRule, PriceRule, RelationRule

Tables = Mapping[str, Sequence[Mapping[str, str]]]

_NAMES = {
    "brand": re.compile(r"brands?|manufacturer|vendor|supplier|maker"),
    "gtin": re.compile(r"(?:gtin|ean|upc)(?:_?(?:8|12|13|14))?|barcode"),
    "mpn": re.compile(r"mpn|(?:manufacturer_)?part_number|manufacturer_reference"),
    "summary": re.compile(r"short_description|summary|teaser"),
    "description": re.compile(r"(?:long_)?description|body"),
    "lifecycle.release": re.compile(r"release_?date|released?(?:_at|_on)?|launch_date"),
}
"""What attributes for a field are called; types decide the others."""
_RELATIONS = {
    "X_SELL": RelationType.ACCESSORY,
    "UPSELL": RelationType.ALTERNATIVE,
    "SUBSTITUTION": RelationType.ALTERNATIVE,
    "PACK": RelationType.PART,
}
"""Akeneo's own association types; those of a shop's making need a mapping."""
_INTERNAL = re.compile(r"(?:meta|seo|erp)_.*|keywords|.*_internal")


def infer_rules(tables: Tables, brand: str = "") -> MappingRecord:
    """Return the rules that an export's tables suggest; `brand` stands where none is written.

    The identifier, prices, pictures and files are told by their types, the title by what most
    families use as label, the rest by name. Attributes for search engines are no specs.
    """
    kinds = {row["code"]: row.get("type", "") for row in tables.get("attributes", ())}
    fields: dict[str, str | FieldRule] = {}
    fields["sku"] = next(_of_type(kinds, "identifier"), "sku")
    fields["title"] = _usual(tables, "attribute_as_label") or "name"
    for name, pattern in _NAMES.items():
        if code := next((code for code in kinds if pattern.fullmatch(code)), ""):
            drop = name in {"gtin", "lifecycle.release"}
            fields[name] = FieldRule(column=code, when_invalid="drop" if drop else "refuse")
    fields["brand"] = _brand(tables, fields, brand)
    return MappingRecord(
        fields=fields,
        media=_media(tables, kinds),
        documents=[MediaRule(column=code) for code in _of_type(kinds, "file")],
        prices=_prices(tables, kinds),
        relations=[
            RelationRule(column=row["code"], type=_RELATIONS[row["code"]])
            for row in tables.get("association_types", ())
            if row["code"] in _RELATIONS
        ],
        ignore=[code for code in kinds if _INTERNAL.fullmatch(code)],
    )


def _of_type(kinds: Mapping[str, str], kind: str) -> Iterator[str]:
    return iter([code for code, found in kinds.items() if found == f"pim_catalog_{kind}"])


def _usual(tables: Tables, column: str) -> str:
    """Return what most families have in a column."""
    counts = Counter(row.get(column, "") for row in tables.get("families", ()))
    counts.pop("", None)
    return counts.most_common(1)[0][0] if counts else ""


def _brand(tables: Tables, fields: Mapping[str, str | FieldRule], brand: str) -> FieldRule:
    """Return where the brand is: an attribute, or the branch of categories that is called so."""
    named = fields.get("brand")
    column = named.column if isinstance(named, FieldRule) else ""
    codes = [row["code"] for row in tables.get("categories", ())]
    under = next((code for code in codes if _NAMES["brand"].fullmatch(code)), "")
    default = "" if column and not brand else brand
    return FieldRule(column=column, under=under, default=default)


def _media(tables: Tables, kinds: Mapping[str, str]) -> list[MediaRule]:
    first = _usual(tables, "attribute_as_image")
    codes = sorted(_of_type(kinds, "image"), key=lambda code: code != first)
    roles = [MediaRole.HERO] + [MediaRole.GALLERY] * len(codes)
    return [MediaRule(column=code, role=role) for code, role in zip(codes, roles, strict=False)]


def _prices(tables: Tables, kinds: Mapping[str, str]) -> list[PriceRule]:
    """Return a list for each price attribute and activated currency."""
    active = [row["code"] for row in tables.get("currencies", ()) if row.get("activated") == "1"]
    codes = list(_of_type(kinds, "price_collection"))
    return [
        PriceRule(
            list=f"{code.replace('_', '-')}-{currency.lower()}", column=code, currency=currency
        )
        for code in codes
        for currency in active
    ]
