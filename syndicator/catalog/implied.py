"""What exports do not declare but their products have: categories and families."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain

from syndicator.catalog.held import Facts
from syndicator.catalog.model import Category, Family, SpecDefinition


def implied_categories(
    told: Iterable[Facts], known: Mapping[str, Category], locale: str
) -> dict[str, Category]:
    """Return the categories that products have and nobody declared; codes become labels."""
    found: dict[str, Category] = {}
    for category in chain.from_iterable(map(_categories, told)):
        if not category or category in found:
            continue
        codes = category.split("/")
        for end in range(len(codes), 0, -1):
            path = "/".join(codes[:end])
            if path in known or path in found:
                break
            found[path] = Category(
                path=path, label={locale: codes[end - 1].replace("-", " ").capitalize()}
            )
    return found


def _categories(facts: Facts) -> Iterable[str]:
    return dict.fromkeys([kind[0] for kind in facts.kinds])


def implied_families(
    told: Iterable[Facts],
    known: Mapping[str, Family],
    definitions: Mapping[str, SpecDefinition],
    locale: str,
) -> dict[str, Family]:
    """Return the families that products have and nobody declared, with the specs that they use."""
    keys: dict[str, dict[str, None]] = {}
    for family, specs in (item for facts in told for item in facts.specs.items()):
        if family not in known:
            keys.setdefault(family, {}).update(dict.fromkeys(specs))
    return {
        code: Family(
            code=code,
            label={locale: code.replace("_", " ").capitalize()},
            specs=tuple(definitions[key] for key in used if key in definitions),
        )
        for code, used in keys.items()
    }
