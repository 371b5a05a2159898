"""Sources that give fields to products of others: `options.merge` names the fields."""

from __future__ import annotations

from syndicator.catalog.assembly import Entry, Parts, Supplement
from syndicator.catalog.held import KEPT, LIVE, hold
from syndicator.catalog.merging import FIELDS, filled
from syndicator.errors import Origin, Problem
from syndicator.sources.spec import SourceSpec

MERGE = "merge"


def merged_fields(spec: SourceSpec) -> frozenset[str]:
    """Return the product fields that a source gives away; none means its records are products."""
    return frozenset(spec.options.get(MERGE, "").replace(",", " ").split())


def merge_problems(spec: SourceSpec) -> list[Problem]:
    """Return a problem for every field in `merge` that a product does not have."""
    message = "a product has no such field"
    return [
        Problem("unknown-field", message, Origin(spec.path), MERGE, found=name)
        for name in sorted(merged_fields(spec) - FIELDS)
    ]


def keep(entry: Entry, spec: SourceSpec, parts: Parts) -> None:
    """Give an accepted record to `parts`: as a product, or as what it gives to one.

    Where there are very many, products are held as bytes from here on.
    """
    fields = merged_fields(spec) if spec.options.get(MERGE) else frozenset()
    if not fields:
        if len(parts.entries) >= LIVE:
            entry.head = hold(entry.head)
        if len(parts.entries) >= KEPT:
            entry.digest = b""
        parts.entries.append(entry)
        return
    given = filled(entry.product, sorted(fields))
    parts.supplements.append(Supplement(entry.product.sku, given, entry.place(""), spec.name))
