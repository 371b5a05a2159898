"""Several sources tell of one product: whom to believe in which field, and where it said so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from syndicator.catalog.model import Lifecycle, Product
from syndicator.catalog.shapes import Place
from syndicator.errors import Origin

Priorities = Mapping[str, Sequence[str]]
"""Names of sources by field, best first; `specs.weight` is nearer than `specs`, `*` is the rest."""
REST = "*"
FIELDS = frozenset(Product.__struct_fields__) - {"sku"}
KEYED = ("specs", "extra")
"""Fields that are merged key by key; of all others one source gives the whole."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What one source says of a product: its filled fields, and where it says so."""

    source: str
    fields: Mapping[str, Any]
    place: Place


def filled(product: Product, names: Iterable[str] = FIELDS) -> dict[str, Any]:
    """Return the fields of a product that say something."""
    given = {name: getattr(product, name, None) for name in names}
    return {name: value for name, value in given.items() if value and value != Lifecycle()}


def merge(
    product: Product, statements: Sequence[Statement], priorities: Priorities
) -> tuple[Product, dict[str, Origin]]:
    """Return a product with each field from whom is believed most, and where each was said.

    `statements` are in the order of belief where nothing is declared; the first is not always
    the product's own. A source that has nothing for a field leaves it to the next one.
    """
    changes: dict[str, Any] = {}
    origins: dict[str, Origin] = {}
    names = sorted({name for statement in statements for name in statement.fields})
    for name in names:
        if name in KEYED:
            changes[name] = _keyed(name, product, statements, priorities, origins)
            continue
        best = _ordered(name, [s for s in statements if name in s.fields], priorities)[0]
        changes[name], origins[name] = best.fields[name], best.place(name)
    return msgspec.structs.replace(product, **changes), origins


def _keyed(
    name: str,
    product: Product,
    statements: Sequence[Statement],
    priorities: Priorities,
    origins: dict[str, Origin],
) -> dict[str, Any]:
    """Return a field of keys and values: the product's own keys first, then those of others."""
    telling = [statement for statement in statements if name in statement.fields]
    keys = dict.fromkeys(getattr(product, name))
    keys |= dict.fromkeys(key for statement in telling for key in statement.fields[name])
    found: dict[str, Any] = {}
    for key in keys:
        path = f"{name}.{key}"
        best = _ordered(path, [s for s in telling if key in s.fields[name]], priorities)[0]
        found[key], origins[path] = best.fields[name][key], best.place(path)
    return found


def _ordered(
    path: str, statements: Sequence[Statement], priorities: Priorities
) -> Sequence[Statement]:
    """Return statements by belief: those that are declared for the field, then all others."""
    name = path.partition(".")[0]
    declared = priorities.get(path) or priorities.get(name) or priorities.get(REST) or ()
    rank = {source: number for number, source in enumerate(declared)}
    return sorted(statements, key=lambda statement: rank.get(statement.source, len(rank)))
