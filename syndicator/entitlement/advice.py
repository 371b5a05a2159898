"""What is allowed to say and yet does nothing: warnings, so that nothing is silently empty."""

from __future__ import annotations

from collections.abc import Iterator

from syndicator.catalog.model import Catalog
from syndicator.entitlement.names import suggest
from syndicator.entitlement.rules import Manifests, Partner, PartnerOverride
from syndicator.errors import Problem, Severity


def advise(manifests: Manifests, catalog: Catalog) -> Iterator[Problem]:
    """Yield a warning for every rule and partner that will not do what somebody expects.

    Cost: partners times their scopes, and the overrides.
    """
    for partner in manifests.partners.values():
        if not _permitted(manifests, partner):
            yield _nothing(partner)
    yield from _past_the_distributor(manifests)
    for override in manifests.overrides.values():
        yield from _override(manifests, catalog, override)


def _permitted(manifests: Manifests, partner: Partner) -> bool:
    scopes = manifests.scopes(partner)
    if partner.distributor:
        passed = manifests.addressed.delegations.get(partner.distributor, ())
        return any(rule.scope in scopes for rule in passed)
    return any(scope in manifests.addressed.grants for scope in scopes)


def _nothing(partner: Partner) -> Problem:
    missing = f"delegation of {partner.distributor!r}" if partner.distributor else "grant"
    return Problem(
        "no-permit",
        f"no {missing} addresses partner {partner.id!r}: it shows nothing",
        partner.origin,
        severity=Severity.WARNING,
    )


def _past_the_distributor(manifests: Manifests) -> Iterator[Problem]:
    for rule in (*manifests.grants.values(), *manifests.widget_grants.values()):
        partner = manifests.partners.get(rule.scope.name) if rule.scope.kind == "partner" else None
        if partner is not None and partner.distributor:
            yield Problem(
                "grant-to-dealer",
                f"partner {partner.id!r} is a dealer of {partner.distributor!r}:"
                " a grant does not reach it",
                rule.origin,
                "to",
                f"a delegation of {partner.distributor!r}",
                rule.name,
                severity=Severity.WARNING,
            )


def _override(
    manifests: Manifests, catalog: Catalog, override: PartnerOverride
) -> Iterator[Problem]:
    if override.sku not in catalog.products:
        yield Problem(
            "unknown-sku",
            f"there is no product {override.sku!r}",
            override.origin,
            "sku",
            "the SKU of a product",
            repr(override.sku),
            suggest(override.sku, catalog.products),
            Severity.WARNING,
        )
    partner = manifests.partners.get(override.scope.name)
    for name, value in override.fields.items():
        if partner is not None and isinstance(value, dict) and not _seen(catalog, partner, value):
            yield Problem(
                "unseen-locale",
                f"partner {partner.id!r} shows none of these locales",
                override.origin,
                f"fields.{name}",
                "one of " + ", ".join(partner.locales),
                ", ".join(sorted(map(str, value))),
                f"Write a map: {{{partner.locales[0]}: …}}." if partner.locales else "",
                Severity.WARNING,
            )


def _seen(catalog: Catalog, partner: Partner, text: dict[str, str]) -> bool:
    """Tell whether some words are the best that some locale of the partner finds."""
    return any(
        locale in text
        or locale.split("-")[0] in text
        or text.keys() & {*catalog.fallback.get(locale, ())}
        for locale in partner.locales
    )
