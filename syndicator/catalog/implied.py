"""What exports do not declare but their products have: categories and families."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from syndicator.catalog.held import Head, look
from syndicator.catalog.model import Category, Family, SpecDefinition


def implied_categories(
    heads: Iterable[Head], known: Mapping[str, Category], locale: str
) -> dict[str, Category]:
    """Return the categories that products have and nobody declared; codes become labels."""
    found: dict[str, Category] = {}
    for head in heads:
        codes = head.category.split("/") if head.category and head.category not in found else []
        for end in range(len(codes), 0, -1):
            path = "/".join(codes[:end])
            if path in known or path in found:
                break
            found[path] = Category(
                path=path, label={locale: codes[end - 1].replace("-", " ").capitalize()}
            )
    return found


def implied_families(
    heads: Iterable[Head],
    known: Mapping[str, Family],
    definitions: Mapping[str, SpecDefinition],
    locale: str,
) -> dict[str, Family]:
    """Return the families that products have and nobody declared, with the specs that they use."""
    keys: dict[str, dict[str, None]] = {}
    for head in heads:
        if head.family and head.family not in known:
            keys.setdefault(head.family, {}).update(dict.fromkeys(look(head).specs))
    return {
        code: Family(
            code=code,
            label={locale: code.replace("_", " ").capitalize()},
            specs=tuple(definitions[key] for key in used if key in definitions),
        )
        for code, used in keys.items()
    }
