"""Sources that give fields to products of others: `options.merge` names the fields."""

from __future__ import annotations

from syndicator.catalog.held import LIVE
from syndicator.catalog.merging import FIELDS, filled
from syndicator.catalog.parts import Parts, Supplement
from syndicator.catalog.portions import Portion
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


def keep(portion: Portion, spec: SourceSpec, parts: Parts) -> None:
    """Give accepted records to `parts`: as products, or as what they give to those of others.

    Where there are very many, products are held as bytes from here on.
    """
    if portion.heads is not None:
        portion.settle(as_bytes=parts.count + len(portion) > LIVE)
    parts.refused.update(portion.refused)
    if not spec.options.get(MERGE):
        parts.take(portion)
        return
    fields = sorted(merged_fields(spec))
    parts.given.append(portion)
    for row in range(len(portion)):
        product, origin = portion.product(row), portion.place(row)("")
        parts.supplements.append(
            Supplement(product.sku, filled(product, fields), origin, spec.name)
        )
