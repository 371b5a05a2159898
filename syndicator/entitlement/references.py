"""Whether manifests name only what exists, and agree with each other."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from babel.numbers import is_currency, list_currencies

from syndicator.entitlement.cycles import find_cycles
from syndicator.entitlement.names import suggest
from syndicator.entitlement.prices import price_lists_of
from syndicator.entitlement.rules import (
    FieldPolicy,
    Manifests,
    Partner,
    PriceList,
    ProductRule,
    Rule,
    Scope,
)
from syndicator.entitlement.selector import MAX_DEPTH, depth, names
from syndicator.entitlement.standards import countries, zones
from syndicator.entitlement.values import HIDEABLE, KEYED, hideable
from syndicator.entitlement.windows import known_zone
from syndicator.errors import Problem
from syndicator.located import Located

MAX_TIERS = 16
"""Partners in one chain of distributors; rights are gathered up the chain by recursion."""

Places = Mapping[tuple[str, str], Located]
"""Where each manifest is written, by kind and id."""


def check_references(
    manifests: Manifests, catalog_locales: Sequence[str], places: Places
) -> list[Problem]:
    """Return every name that nothing declares, every cycle and every contradiction.

    `places` also holds manifests that could not be read: naming one of those is no second problem.
    """
    check = _Check(manifests, places, catalog_locales)
    return [
        *_programs(check),
        *_partners(check),
        *_territories(check),
        *_rules(check),
        *_licences(check),
        *_selectors(check),
        *_overrides(check),
    ]


@dataclass(frozen=True, slots=True)
class _Check:
    manifests: Manifests
    places: Places
    locales: Sequence[str]

    def declared(self, kind: str) -> Collection[str]:
        return [name for (of, name) in self.places if of == kind]

    def unknown(self, kind: str, owner: tuple[str, str], path: str, name: str) -> Iterator[Problem]:
        """Yield a problem if `owner` names at `path` a manifest that nobody declares."""
        if name and (kind, name) not in self.places:
            yield self.problem(
                owner,
                path,
                f"unknown-{kind}",
                f"there is no {kind} {name!r}",
                expected=f"the id of a {kind}",
                found=repr(name),
                fix=suggest(name, self.declared(kind)),
            )

    def problem(
        self,
        owner: tuple[str, str],
        path: str,
        code: str,
        message: str,
        *,
        expected: str = "",
        found: str = "",
        fix: str = "",
    ) -> Problem:
        return Problem(code, message, self.places[owner].at(path), path, expected, found, fix)


def _programs(check: _Check) -> Iterator[Problem]:
    programs = check.manifests.programs
    for name, program in programs.items():
        yield from check.unknown("program", ("program", name), "parent", program.parent)
    for cycle in find_cycles({name: (p.parent,) for name, p in programs.items()}):
        yield check.problem(
            ("program", cycle[0]),
            "parent",
            "program-cycle",
            "programs are part of each other: " + " -> ".join((*cycle, cycle[0])),
            fix="Remove one 'parent'.",
        )


def _partners(check: _Check) -> Iterator[Problem]:
    partners = check.manifests.partners
    for name, partner in partners.items():
        owner = ("partner", name)
        for number, program in enumerate(partner.programs):
            yield from check.unknown("program", owner, f"programs[{number}]", program)
        yield from check.unknown("price-list", owner, "price_list", partner.price_list)
        yield from check.unknown("partner", owner, "distributor", partner.distributor)
        yield from _words_of(check, partner)
        yield from _ambiguous_prices(check, partner)
    for cycle in find_cycles({name: (p.distributor,) for name, p in partners.items()}):
        yield check.problem(
            ("partner", cycle[0]),
            "distributor",
            "distributor-cycle",
            "partners distribute to each other: " + " -> ".join((*cycle, cycle[0])),
            fix="Remove one 'distributor'.",
        )
    yield from _long_chains(check)


def _long_chains(check: _Check) -> Iterator[Problem]:
    partners = check.manifests.partners
    for name in partners:
        line = [name]
        while (above := partners[line[-1]].distributor) in partners and above not in line:
            line.append(above)
            if len(line) > MAX_TIERS:
                yield check.problem(
                    ("partner", name),
                    "distributor",
                    "distributor-depth",
                    "the chain of distributors is too long",
                    expected=f"at most {MAX_TIERS} partners",
                    found=" -> ".join([*line[:3], "..."]),
                )
                break


def _words_of(check: _Check, partner: Partner) -> Iterator[Problem]:
    owner = ("partner", partner.id)
    for number, locale in enumerate(partner.locales):
        if locale not in check.locales and locale.split("-")[0] not in check.locales:
            yield check.problem(
                owner,
                f"locales[{number}]",
                "unknown-locale",
                f"the workspace has no words in {locale!r}",
                expected="one of " + ", ".join(check.locales),
                found=repr(locale),
                fix=suggest(locale, check.locales),
            )
    if partner.territory:
        yield from _country(check, owner, "territory", partner.territory)
    if partner.currency:
        yield from _currency(check, owner, partner.currency)
    if not known_zone(partner.timezone):
        yield check.problem(
            owner,
            "timezone",
            "unknown-timezone",
            f"there is no time zone {partner.timezone!r}",
            expected="a name of the IANA database such as Europe/Berlin",
            found=repr(partner.timezone),
            fix=suggest(partner.timezone, zones()),
        )


def _country(check: _Check, owner: tuple[str, str], path: str, code: str) -> Iterator[Problem]:
    if code not in countries():
        yield check.problem(
            owner,
            path,
            "unknown-country",
            f"{code!r} is no country",
            expected="two capital letters of ISO 3166-1, such as DE",
            found=repr(code),
            fix=suggest(code, countries())
            if code.upper() not in countries()
            else f"Write {code.upper()}.",
        )


def _currency(check: _Check, owner: tuple[str, str], code: str) -> Iterator[Problem]:
    if not is_currency(code):
        yield check.problem(
            owner,
            "currency",
            "unknown-currency",
            f"{code!r} is no currency",
            expected="three capital letters of ISO 4217, such as EUR",
            found=repr(code),
            fix=suggest(code, list_currencies()),
        )


def _ambiguous_prices(check: _Check, partner: Partner) -> Iterator[Problem]:
    clash = price_lists_of(check.manifests, partner).clash
    if clash is None:
        return
    one, other = clash
    yield check.problem(
        ("partner", partner.id),
        "price_list",
        "ambiguous-price-list",
        f"two price lists are equally near to partner {partner.id!r} at the same time",
        expected="one price list at each instant",
        found=f"{one.id} for {one.scope} ({one.origin}), {other.id} for {other.scope}"
        f" ({other.origin})",
        fix="Name the one that holds in the partner's 'price_list'.",
    )


def _territories(check: _Check) -> Iterator[Problem]:
    for name, codes in check.manifests.territories.items():
        for code in sorted(codes):
            yield from _country(check, ("territory", name), "countries", code)


def _rules(check: _Check) -> Iterator[Problem]:
    manifests = check.manifests
    every: Iterable[Mapping[str, Rule]] = (
        manifests.grants,
        manifests.forbids,
        manifests.delegations,
        manifests.price_lists,
        manifests.field_policies,
        manifests.widget_grants,
    )
    for rules in every:
        for rule in rules.values():
            yield from _scope(check, rule, "to", rule.scope)
            yield from _own(check, rule)


def _own(check: _Check, rule: Rule) -> Iterator[Problem]:
    """Check what only one kind of rule has."""
    owner = (rule.kind, rule.id)
    if isinstance(rule, ProductRule):
        if rule.kind == "delegation":
            yield from _delegation(check, rule)
    elif isinstance(rule, PriceList):
        yield from _currency(check, owner, rule.currency)
    elif isinstance(rule, FieldPolicy):
        if rule.spared is not None:
            yield from _scope(check, rule, "except", rule.spared)
        for name in sorted(rule.hide):
            if not hideable(name):
                yield check.problem(
                    owner,
                    "hide",
                    "unknown-field",
                    f"{name!r} is no field that can be left out",
                    expected="one of "
                    + ", ".join(sorted(HIDEABLE))
                    + f"; or one entry of {', '.join(sorted(KEYED))}, as extra.cost",
                    found=repr(name),
                    fix=suggest(name, HIDEABLE),
                )


def _delegation(check: _Check, rule: ProductRule) -> Iterator[Problem]:
    owner = ("delegation", rule.id)
    yield from check.unknown("partner", owner, "distributor", rule.distributor)
    dealer = check.manifests.partners.get(rule.scope.name) if rule.scope.kind == "partner" else None
    if dealer is not None and dealer.distributor != rule.distributor:
        yield check.problem(
            owner,
            "to",
            "not-a-dealer",
            f"partner {dealer.id!r} is not a dealer of {rule.distributor!r}",
            expected=f"a partner with distributor: {rule.distributor}",
            found=f"distributor: {dealer.distributor}" if dealer.distributor else "no distributor",
        )


def _scope(check: _Check, rule: Rule, path: str, scope: Scope) -> Iterator[Problem]:
    owner = (rule.kind, rule.id)
    if scope.kind in {"program", "partner"}:
        yield from check.unknown(scope.kind, owner, path, scope.name)
    elif scope.kind == "territory":
        yield from _territory(check, owner, path, scope.name)


def _territory(check: _Check, owner: tuple[str, str], path: str, name: str) -> Iterator[Problem]:
    if ("territory", name) in check.places or name in countries():
        return
    yield check.problem(
        owner,
        path,
        "unknown-territory",
        f"there is no territory {name!r}",
        expected="the id of a territory, or a country of ISO 3166-1",
        found=repr(name),
        fix=suggest(name, (*check.declared("territory"), *countries())),
    )


def _licences(check: _Check) -> Iterator[Problem]:
    for name, rule in check.manifests.rights_windows.items():
        for territory in sorted(rule.territories):
            yield from _territory(check, ("rights-window", name), "territories", territory)


def _selectors(check: _Check) -> Iterator[Problem]:
    manifests = check.manifests
    users: tuple[tuple[str, Mapping[str, ProductRule]], ...] = (
        ("grant", manifests.grants),
        ("forbid", manifests.forbids),
        ("delegation", manifests.delegations),
    )
    uses = {name: names(named.selector) for name, named in manifests.selectors.items()}
    for name, used in uses.items():
        for one in used:
            yield from check.unknown("selector", ("selector", name), "products", one.name)
    for kind, rules in users:
        for rule in rules.values():
            for one in names(rule.selector):
                yield from check.unknown("selector", (kind, rule.id), "products", one.name)
    cycles = find_cycles({name: tuple(u.name for u in used) for name, used in uses.items()})
    for cycle in cycles:
        yield check.problem(
            ("selector", cycle[0]),
            "products",
            "selector-cycle",
            "selectors use each other: " + " -> ".join((*cycle, cycle[0])),
        )
    if not cycles:
        yield from _too_deep(check)


def _too_deep(check: _Check) -> Iterator[Problem]:
    """Measure selectors with the named ones written out; without cycles that ends."""
    depths: dict[str, int] = {}
    waiting = list(check.manifests.selectors)
    while waiting:
        named = check.manifests.selectors[waiting[-1]]
        open_names = [
            used.name
            for used in names(named.selector)
            if used.name not in depths and used.name in check.manifests.selectors
        ]
        waiting += open_names
        if not open_names:
            depths[waiting.pop()] = depth(named.selector, depths)
    for name, levels in depths.items():
        if levels > MAX_DEPTH:
            yield check.problem(
                ("selector", name),
                "products",
                "selector-depth",
                "the selector is nested too deeply, with the selectors that it uses",
                expected=f"at most {MAX_DEPTH} levels",
                found=str(levels),
            )


def _overrides(check: _Check) -> Iterator[Problem]:
    seen: dict[tuple[str, str, str], str] = {}
    for name, override in check.manifests.overrides.items():
        owner = ("override", name)
        yield from check.unknown("partner", owner, "partner", override.scope.name)
        for field in override.fields:
            key = (override.scope.name, override.sku, field)
            if key in seen:
                first = check.places["override", seen[key]].at("id")
                yield check.problem(
                    owner,
                    f"fields.{field}",
                    "override-twice",
                    f"override {seen[key]!r} sets the same field of {override.sku!r}",
                    expected="one override of a field",
                    found=f"also at {first}",
                )
            seen.setdefault(key, name)
