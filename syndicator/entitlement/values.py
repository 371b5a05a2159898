"""Fields of products as policies and overrides name them, and the values of overrides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from syndicator.catalog.model import Product
from syndicator.entitlement.names import suggest
from syndicator.errors import Problem
from syndicator.located import Located

_FIELDS = {field.name: field for field in msgspec.structs.fields(Product)}

HIDEABLE = frozenset(
    {
        *("gtin", "mpn", "model", "summary", "description", "highlights", "features", "category"),
        *("media", "videos", "specs", "documents", "relations", "variants", "price", "lifecycle"),
        *("support", "configurator", "extra"),
    }
)
"""Fields of the document that a policy may hide; without SKU, brand and title there is none."""
KEYED = frozenset({"spec", "extra"})
"""What a policy may hide one entry of: `spec.weight`, `extra.cost`."""
_ALSO = {"prices": "price", "variant": "variants"}
"""What products call fields of documents; policies may use either name."""

OVERRIDABLE = frozenset({"title", "summary", "description", "highlights", "features", "support"})
"""Fields that a partner may own: words. What a product *is* stays the manufacturer's."""
_TEXTS = frozenset({"title", "summary", "description"})
_WORDED = frozenset({"title", "text", "name", "hours", "question", "answer"})


def published(name: str) -> str:
    """Return the name in the document for a field as people may write it."""
    if name.startswith("specs."):
        return "spec." + name.removeprefix("specs.")
    return _ALSO.get(name, name)


def hideable(name: str) -> bool:
    """Tell whether a field policy may name this field of the document."""
    field, dot, key = name.partition(".")
    return (field in KEYED and bool(key)) if dot else name in HIDEABLE


def override_values(
    fields: Mapping[str, Any], locales: Sequence[str], document: Located
) -> tuple[dict[str, object], list[Problem]]:
    """Read the values of an override as records of the product's fields.

    A text may be written as words of the default locale or as a map of locale to words.
    """
    values: dict[str, object] = {}
    problems: list[Problem] = []
    for name, value in fields.items():
        path = f"fields.{name}"
        if name not in OVERRIDABLE:
            problems.append(_not_owned(document, path, name))
            continue
        if name == "features" and _pictured(value):
            problems.append(_picture(document, path))
            continue
        try:
            values[name] = msgspec.convert(
                _localized(name, value, locales), _FIELDS[name].type, strict=True
            )
        except msgspec.ValidationError as error:
            problems.append(
                Problem(
                    "wrong-type",
                    f"the value does not fit the field: {error}",
                    document.at(path),
                    path,
                    "a value like in a product",
                )
            )
    return values, problems


def _pictured(value: object) -> bool:
    features = value if isinstance(value, list) else ()
    return any(isinstance(feature, dict) and feature.get("image") for feature in features)


def _picture(document: Located, path: str) -> Problem:
    return Problem(
        "field-owner",
        "pictures belong to the manufacturer; a partner owns words",
        document.at(path),
        path,
        "features without 'image'",
        "an image",
    )


def _not_owned(document: Located, path: str, name: str) -> Problem:
    if name in _FIELDS:
        message = f"{name!r} belongs to the manufacturer; a partner cannot own it"
    else:
        message = f"products have no field {name!r}"
    return Problem(
        "field-owner",
        message,
        document.at(path),
        path,
        "one of " + ", ".join(sorted(OVERRIDABLE)),
        repr(name),
        suggest(name, OVERRIDABLE),
    )


def _localized(name: str, value: Any, locales: Sequence[str]) -> Any:  # noqa: ANN401  YAML data
    """Turn plain words into a text wherever the field holds texts."""
    default = locales[0] if locales else "en"
    if name in _TEXTS:
        return {default: value} if isinstance(value, str) else value
    if name == "highlights" and isinstance(value, list):
        return [{default: item} if isinstance(item, str) else item for item in value]
    return _worded(value, default)


def _worded(value: Any, default: str) -> Any:  # noqa: ANN401  YAML data
    if isinstance(value, list):
        return [_worded(item, default) for item in value]
    if isinstance(value, dict):
        return {
            key: {default: item}
            if key in _WORDED and isinstance(item, str)
            else _worded(item, default)
            for key, item in value.items()
        }
    return value
