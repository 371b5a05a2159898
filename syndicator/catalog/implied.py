"""What exports do not declare but their products have: categories and families."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from syndicator.catalog.model import Category, Family, Product, SpecDefinition


def implied_categories(
    products: Iterable[Product], known: Mapping[str, Category], locale: str
) -> dict[str, Category]:
    """Return the categories that products have and nobody declared; codes become labels."""
    found: dict[str, Category] = {}
    for product in products:
        codes = product.category.split("/") if product.category else []
        for end in range(len(codes), 0, -1):
            path = "/".join(codes[:end])
            if path in known or path in found:
                break
            found[path] = Category(
                path=path, label={locale: codes[end - 1].replace("-", " ").capitalize()}
            )
    return found


def implied_families(
    products: Iterable[Product],
    known: Mapping[str, Family],
    definitions: Mapping[str, SpecDefinition],
    locale: str,
) -> dict[str, Family]:
    """Return the families that products have and nobody declared, with the specs that they use."""
    keys: dict[str, dict[str, None]] = {}
    for product in products:
        if product.family and product.family not in known:
            keys.setdefault(product.family, {}).update(dict.fromkeys(product.specs))
    return {
        code: Family(
            code=code,
            label={locale: code.replace("_", " ").capitalize()},
            specs=tuple(definitions[key] for key in used if key in definitions),
        )
        for code, used in keys.items()
    }
