"""Fields of a document as people read them: a line for each highlight, spec, file or question."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from difflib import SequenceMatcher
from typing import Any

import orjson

from syndicator.feeds.text import plain, truncate

_LONGEST = 2000
"""Characters of a text that are compared word by word."""


def wording(name: str, before: Any, after: Any) -> tuple[str, str]:  # noqa: ANN401  any field of a document
    """Return a field before and after as texts; of one with many lines, those that differ.

    What reads the same and is not, for instance the value behind a spec's text, is shown as JSON.
    """
    for lines in (_LINES.get(name, _plain), _json):
        sides = [list(lines(value)) if value is not None else [] for value in (before, after)]
        was, now = _differing(*sides)
        if was != now:
            return was, now
    return "", ""


def _differing(old: list[str], new: list[str]) -> tuple[str, str]:
    """Return the lines of both sides that the other does not have at the same place."""
    was: list[str] = []
    now: list[str] = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            was += old[a:b]
            now += new[c:d]
    return truncate("\n".join(was), _LONGEST), truncate("\n".join(now), _LONGEST)


def _plain(value: Any) -> Iterator[str]:  # noqa: ANN401  a JSON value
    yield from [value] if isinstance(value, str) else _json(value)


def _json(value: Any) -> Iterator[str]:  # noqa: ANN401  a JSON value
    yield from orjson.dumps(value, option=orjson.OPT_INDENT_2).decode().splitlines()


def _specs(groups: Any) -> Iterator[str]:  # noqa: ANN401  a JSON value
    for group in groups:
        for item in group["items"]:
            yield f"{item['label']}: {item.get('text', '')}"


def _features(features: Any) -> Iterator[str]:  # noqa: ANN401  a JSON value
    for one in features:
        yield f"{one.get('title', '')}: {plain(one.get('text', []))}"


def _documents(files: Any) -> Iterator[str]:  # noqa: ANN401  a JSON value
    for one in files:
        told = (one.get(name, "") for name in ("title", "type", "language", "version"))
        yield " · ".join(filter(None, told))


def _relations(kinds: Any) -> Iterator[str]:  # noqa: ANN401  a JSON value
    for kind, products in kinds.items():
        for one in products:
            yield f"{kind.replace('_', ' ')}: {one.get('title', '')} ({one['sku']})"


def _support(support: Any) -> Iterator[str]:  # noqa: ANN401  a JSON value
    for one in support.get("questions", ()):
        yield f"{one['question']} {plain(one.get('answer', []))}"
    for one in support.get("contacts", ()):
        yield " · ".join(str(told) for told in one.values())


_LINES: dict[str, Callable[[Any], Iterator[str]]] = {
    "description": lambda tree: iter([plain(tree)]),
    "documents": _documents,
    "features": _features,
    "highlights": iter,
    "price": lambda price: iter([str(price.get("text", price))]),
    "relations": _relations,
    "specs": _specs,
    "support": _support,
}
"""How the fields that have a form of their own are written."""
