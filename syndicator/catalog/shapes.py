"""Records are checked for shape: at once where they are right, else key by key."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator
from enum import Enum
from functools import cache
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import msgspec
from msgspec.structs import FieldInfo

from syndicator.catalog.values import shortened
from syndicator.errors import Origin, Problem, Severity

Record = TypeVar("Record", bound=msgspec.Struct)
Place = Callable[[str], Origin]
"""Gives the origin of a path within the record."""

_MESSAGE = re.compile(r"(?P<told>.*?)(?: - at `(?:key in )?\$(?P<path>.*)`)?", re.DOTALL)
_TYPES = re.compile(r"Expected `(?P<expected>[^`]*)`, got `(?P<found>[^`]*)`")
_NAMES = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "object": "a map",
}
_NAMES |= {"array": "a list", "null": "nothing"}


def take(data: object, kind: type[Record], place: Place) -> tuple[Record | None, list[Problem]]:
    """Return the record of the shape `kind`, or every reason why `data` has another shape.

    Cost: one pass in C for a good record; a bad one is converted key by key.
    """
    try:
        return msgspec.convert(data, kind), []
    except msgspec.ValidationError as error:
        return None, list(_reasons(data, kind, place, error))


def _reasons(
    data: object, kind: type[msgspec.Struct], place: Place, error: msgspec.ValidationError
) -> Iterator[Problem]:
    if not isinstance(data, dict):
        yield _problem(error, data, "", place)
        return
    known, fields = _shape(kind)
    for key in data:
        if key not in known:
            yield _unknown(key, known, place)
    for field in fields:
        if field.name in data:
            yield from _wrong(data[field.name], known[field.name], field.name, place)
        elif field.required:
            yield Problem(
                "missing-key", f"{field.name} is missing", place(""), field.name, "a value", "none"
            )


@cache
def _shape(kind: type[msgspec.Struct]) -> tuple[dict[str, Any], tuple[FieldInfo, ...]]:
    """Return the types of a record's fields by name, and the fields; slow, so once a kind."""
    return get_type_hints(kind), msgspec.structs.fields(kind)


def _wrong(value: object, kind: Any, path: str, place: Place) -> Iterator[Problem]:  # noqa: ANN401  a type form
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        if get_origin(kind) is list and isinstance(value, list):
            for index, item in enumerate(value):
                yield from _wrong(item, get_args(kind)[0], f"{path}[{index}]", place)
        elif _is_struct(kind) and isinstance(value, dict):
            yield from (
                _moved(problem, path) for problem in _inner(value, kind, path, place, error)
            )
        else:
            found = _problem(error, value, path, place)
            yield _with_members(found, kind) if _is_enum(kind) else found


def _is_enum(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, Enum)


def _with_members(problem: Problem, kind: type[Enum]) -> Problem:
    expected = ", ".join(str(member.value) for member in kind)
    message = "the value is none of the known ones"
    return Problem("wrong-value", message, problem.origin, problem.path, expected, problem.found)


def _inner(
    value: dict[str, Any],
    kind: type[msgspec.Struct],
    path: str,
    place: Place,
    error: msgspec.ValidationError,
) -> Iterator[Problem]:
    return _reasons(value, kind, lambda inner: place(f"{path}.{inner}" if inner else path), error)


def _moved(problem: Problem, path: str) -> Problem:
    inner = f"{path}.{problem.path}" if problem.path else path
    return Problem(
        problem.code,
        problem.message,
        problem.origin,
        inner,
        problem.expected,
        problem.found,
        problem.fix,
    )


def _is_struct(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _unknown(key: object, known: dict[str, Any], place: Place) -> Problem:
    near = difflib.get_close_matches(str(key), known, n=1)
    fix = (
        f"Did you mean {near[0]}?"
        if near
        else "Own values go under extra"
        if "extra" in known
        else ""
    )
    expected = "" if near else ", ".join(known)
    return Problem(
        "unknown-key",
        f"there is no key {str(key)[:60]!r}",
        place(str(key)),
        str(key),
        expected,
        fix=fix,
    )


def _problem(error: msgspec.ValidationError, value: object, path: str, place: Place) -> Problem:
    match = _MESSAGE.fullmatch(str(error))
    told, inner = (match["told"], match["path"] or "") if match else (str(error), "")
    where = path + inner.replace("[...]", "") if path else inner.lstrip(".").replace("[...]", "")
    types = _TYPES.fullmatch(told)
    if types:
        expected = " or ".join(
            dict.fromkeys(_NAMES.get(name, name) for name in types["expected"].split(" | "))
        )
        found = _NAMES.get(types["found"], types["found"]) if inner else shortened(value)
        return Problem(
            "wrong-type", "the value has the wrong type", place(where), where, expected, found
        )
    return Problem(
        "wrong-value", told[:1].lower() + told[1:], place(where), where, "", shortened(value)
    )


def warn(
    code: str, message: str, origin: Origin, *, path: str = "", found: str = "", fix: str = ""
) -> Problem:
    """Return a problem that does not keep the record out."""
    return Problem(
        code, message, origin, path=path, found=found, fix=fix, severity=Severity.WARNING
    )
