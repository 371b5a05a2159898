"""JSON Schema of everything that is written in `content/` and of mapping files, for editors."""

from __future__ import annotations

from typing import Any

import msgspec

from syndicator.catalog import records
from syndicator.catalog.codes import CodesRecord
from syndicator.catalog.model import Product
from syndicator.catalog.rules import MappingRecord

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_KINDS: dict[str, tuple[type[msgspec.Struct], str]] = {
    "product": (records.ProductRecord, "One document of a file in content/products/."),
    "family": (records.FamilyRecord, "A file in content/families/."),
    "brand": (records.BrandRecord, "An item of content/brands.yaml."),
    "category": (records.CategoryRecord, "An item of content/categories.yaml."),
    "support": (records.SupportRecord, "content/support.yaml."),
    "mapping": (MappingRecord, "A mapping file: which column is which field."),
    "codes": (CodesRecord, "A file of names for codes of ETIM, ECLASS or one's own."),
    "model": (Product, "The product model, as the engine holds it after reading."),
}


def schemas() -> dict[str, dict[str, Any]]:
    """Return the schema of each kind by file name, as in `docs/formats/schemas/`."""
    return {f"{kind}.json": _schema(kind, *shape) for kind, shape in _KINDS.items()}


def _schema(kind: str, shape: type[msgspec.Struct], description: str) -> dict[str, Any]:
    schema = msgspec.json.schema(shape)
    head = {"$schema": DIALECT, "title": kind, "description": description}
    return schema | head
