"""JSON Schema of every kind of manifest, for editors; the files are in `manifests/schemas/`."""

from __future__ import annotations

from typing import Any

import msgspec

from syndicator.entitlement import documents as doc

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_INSTANT = {
    "type": "string",
    "pattern": r"^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$",
    "description": "a date (midnight in the partner's zone), or an instant with an offset",
}


def schemas() -> dict[str, dict[str, Any]]:
    """Return the schema of each kind by file name, and `manifest.json` for any of them."""
    found = {f"{kind}.json": _schema(kind, shape) for kind, shape in doc.KINDS.items()}
    return found | {
        "manifest.json": {
            "$schema": DIALECT,
            "title": "manifest",
            "description": "One document of a file in manifests/.",
            "type": "object",
            "required": ["kind", "id"],
            "properties": {"kind": {"enum": sorted(doc.KINDS)}},
            "allOf": [
                {
                    "if": {"properties": {"kind": {"const": kind}}, "required": ["kind"]},
                    "then": {"$ref": f"{kind}.json"},
                }
                for kind in sorted(doc.KINDS)
            ],
        }
    }


def _schema(kind: str, shape: type[doc.Manifest]) -> dict[str, Any]:
    whole = msgspec.json.schema(shape, schema_hook=_hook)
    definitions = whole.pop("$defs")
    schema: dict[str, Any] = {"$schema": DIALECT} | definitions.pop(shape.__name__)
    schema["title"] = kind
    schema["properties"] = {"kind": {"const": kind}} | schema["properties"]
    schema["required"] = ["kind", *schema["required"]]
    if "ScopeName" in definitions:
        # Exactly one of program, partner, territory.
        definitions["ScopeName"] |= {"minProperties": 1, "maxProperties": 1}
        for name in definitions["ScopeName"]["properties"].values():
            name.pop("default", None)
    if kind in doc.EITHER:
        schema["anyOf"] = [{"required": [name]} for name in doc.EITHER[kind]]
    return schema | ({"$defs": definitions} if definitions else {})


def _hook(kind: type) -> dict[str, Any]:
    if kind is doc.Instant:
        return _INSTANT
    raise NotImplementedError(kind)
