"""The shape of one manifest document: kind, keys and types, every problem of them."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import msgspec

from syndicator.entitlement import documents as doc
from syndicator.entitlement.names import suggest
from syndicator.errors import Problem
from syndicator.located import Located


def read_shape(document: Located) -> tuple[tuple[str, doc.Manifest] | None, list[Problem]]:
    """Return the kind and record of a document, or None and what is wrong with its shape."""
    data = document.data
    if not isinstance(data, dict):
        return None, [
            Problem(
                "not-a-manifest",
                "a manifest is a map with 'kind' and 'id'",
                document.origin,
                expected="a map",
                found=_describe(data),
            )
        ]
    kind = data.get("kind")
    shape = doc.KINDS.get(kind) if isinstance(kind, str) else None
    if shape is None:
        return None, [_unknown_kind(document, kind)]
    values, problems = _read_fields(shape, data, document)
    return (None if problems else (str(kind), shape(**values))), problems


def _read_fields(
    shape: type[doc.Manifest], data: dict[Any, Any], document: Located
) -> tuple[dict[str, Any], list[Problem]]:
    fields = _fields(shape)
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for key, value in data.items():
        if key == "kind":
            continue
        if key not in fields:
            problems.append(_unknown_key(document, str(key), list(fields)))
            continue
        try:
            values[fields[key].name] = msgspec.convert(
                value, fields[key].type, dec_hook=doc.decode_instant
            )
        except msgspec.ValidationError as error:
            problems.append(_wrong_type(document, key, value, error))
    missing = [name for name, f in fields.items() if f.required and name not in data]
    either = doc.EITHER.get(str(data["kind"]), ())
    if either and not any(data.get(name) for name in either):
        missing.append(either[0])
    problems += [_missing(document, name) for name in missing]
    return values, problems


@cache
def _fields(shape: type[doc.Manifest]) -> dict[str, msgspec.structs.FieldInfo]:
    """Return the fields of a shape by the key that is written; msgspec finds them slowly."""
    return {field.encode_name: field for field in msgspec.structs.fields(shape)}


def _unknown_kind(document: Located, kind: object) -> Problem:
    if kind is None:
        return Problem(
            "missing-key",
            "the document does not say what it is",
            document.origin,
            "kind",
            "one of " + ", ".join(sorted(doc.KINDS)),
            "nothing",
        )
    return Problem(
        "unknown-kind",
        f"there is no manifest of kind {kind!r}",
        document.at("kind"),
        "kind",
        "one of " + ", ".join(sorted(doc.KINDS)),
        repr(kind),
        suggest(str(kind), doc.KINDS),
    )


def _unknown_key(document: Located, key: str, known: list[str]) -> Problem:
    return Problem(
        "unknown-key",
        f"the key {key!r} means nothing here",
        document.at(key),
        key,
        "one of " + ", ".join(known),
        repr(key),
        suggest(key, known),
    )


def _missing(document: Located, key: str) -> Problem:
    return Problem("missing-key", f"{key!r} is missing", document.origin, key, "a value", "nothing")


def _wrong_type(
    document: Located, key: str, value: object, error: msgspec.ValidationError
) -> Problem:
    """Turn msgspec's words ("Expected `str`, got `int` - at `$[0]`") into a problem."""
    message, _, place = str(error).partition(" - at `")
    path = key + re.sub(r"^(key in )?\$", "", place.rstrip("`")).replace("[...]", "")
    told = re.match(r"Expected (.*), got (.*)", message.replace("`", ""))
    if "matching regex" in message:
        expected = "lowercase letters, digits, '.', '_', '-'; at most 64, a letter or digit first"
        return Problem(
            "bad-id", "this is not an id", document.at(path), path, expected, repr(value)
        )
    unknown = re.search(r"contains unknown field (\S+)", message.replace("`", ""))
    if unknown:
        word = unknown[1]
        known = ("program", "partner", "territory")
        return Problem(
            "unknown-key",
            f"the key {word!r} means nothing here",
            document.at(f"{path}.{word}"),
            f"{path}.{word}",
            "one of " + ", ".join(known),
            repr(word),
            suggest(word, known),
        )
    return Problem(
        "wrong-type",
        "the value has the wrong type",
        document.at(path),
        path,
        _plain(told[1] if told else message),
        _plain(told[2]) if told else _describe(value),
    )


def _plain(words: str) -> str:
    names = {"str": "text", "bool": "true or false", "array": "a list", "object": "a map"}
    return re.sub(r"\w+", lambda match: names.get(match[0], match[0]), words)


def _describe(value: object) -> str:
    if isinstance(value, dict):
        return "a map"
    if isinstance(value, list):
        return "a list"
    return "nothing" if value is None else repr(value)[:80]
