"""Partners, contracts and products as a large manufacturer has them: seeded, realistic."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from syndicator.catalog.model import Catalog, Product, sort_key
from syndicator.entitlement import Entitlements, Manifests, World, parse_manifests
from syndicator.errors import Origin
from syndicator.located import Located

NOW = datetime(2026, 6, 1, tzinfo=UTC)
TEMPLATES, BRANDS, REGIONS, TIERS = 60, 60, 12, 5


@dataclass(frozen=True)
class Size:
    """How much is generated, and how many partners and decisions the peers are given."""

    products: int
    partners: int
    compared: int
    decisions: int
    seconds: float
    megabytes: float | None = None


@dataclass(frozen=True)
class Term:
    """One comparison: a field, `=`, `!=`, `in` or `under`, and its values."""

    field: str
    operator: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Rule:
    """A grant or forbid of a program or partner: clauses of terms, one of which must hold."""

    id: str
    kind: str
    scope: tuple[str, str]
    clauses: tuple[tuple[Term, ...], ...]


@dataclass(frozen=True)
class Workload:
    """A catalog, partners with the program of each (or none), and rules."""

    catalog: Catalog
    partners: dict[str, str]
    rules: tuple[Rule, ...]

    def of(self, partner: str) -> list[Rule]:
        """Return the rules that address a partner."""
        scopes = {("partner", partner), ("program", self.partners[partner])}
        return [rule for rule in self.rules if rule.scope in scopes]


def generate(size: Size, seed: int = 7) -> Workload:
    """Make products in a tree of 240 categories, and partners of templates and of contracts."""
    draw = random.Random(seed)
    leaves = [f"c{a}/c{a}-{b}/c{a}-{b}-{c}" for a in range(10) for b in range(6) for c in range(4)]
    products = [
        Product(
            sku=f"SKU-{number:07d}",
            brand=f"brand-{draw.randrange(BRANDS)}",
            title={"en": f"Product {number}"},
            category=draw.choice(leaves),
            extra={"region": f"r{draw.randrange(REGIONS)}", "tier": f"t{draw.randrange(TIERS)}"},
        )
        for number in range(size.products)
    ]
    products.sort(key=sort_key)
    catalog = Catalog(locales=("en",), products={p.sku: p for p in products})
    rules = [
        Rule(f"t{n}", "grant", ("program", f"t{n}"), _contract(draw)) for n in range(TEMPLATES)
    ]
    partners: dict[str, str] = {}
    for number in range(size.partners):
        name = f"p{number}"
        # Two partners in five hold a standard contract; the others have one of their own, with
        # single products added and taken out.
        partners[name] = f"t{draw.randrange(TEMPLATES)}" if draw.random() < 0.4 else ""
        if not partners[name]:
            rules.append(Rule(name, "grant", ("partner", name), _contract(draw)))
            rules += _personal(draw, name, size.products)
    return Workload(catalog, partners, tuple(rules))


def _personal(draw: random.Random, name: str, products: int) -> Iterator[Rule]:
    for kind, what in (("grant", "include"), ("forbid", "exclude")):
        if draw.random() < 0.5:
            count = draw.randrange(1, 51)
            skus = tuple(f"SKU-{draw.randrange(products):07d}" for _ in range(count))
            terms = ((Term("sku", "in", skus),),)
            yield Rule(f"{name}-{what}", kind, ("partner", name), terms)


def _contract(draw: random.Random) -> tuple[tuple[Term, ...], ...]:
    return tuple(tuple(_clause(draw)) for _ in range(draw.randrange(1, 5)))


def _clause(draw: random.Random) -> Iterator[Term]:
    kind = draw.random()
    if kind < 0.5:
        top = draw.randrange(10)
        deep = f"c{top}/c{top}-{draw.randrange(6)}"
        yield Term("category", "under", (deep if draw.random() < 0.7 else f"c{top}",))
    if kind > 0.35:
        brands = sorted(draw.sample(range(BRANDS), draw.choice([1, 4])))
        yield Term("brand", "in", tuple(f"brand-{number}" for number in brands))
    if draw.random() < 0.3:
        pair = (f"r{draw.randrange(REGIONS)}", f"r{draw.randrange(REGIONS)}")
        yield Term("region", "in", pair)
    if draw.random() < 0.2:
        yield Term("tier", "!=", (f"t{draw.randrange(TIERS)}",))


def selector(rule: Rule) -> str:
    """Return a rule's products in the selector language."""
    return " or ".join(" and ".join(map(_term, clause)) for clause in rule.clauses)


def _term(term: Term) -> str:
    field = f"extra.{term.field}" if term.field in {"region", "tier"} else term.field
    quoted = ", ".join(f'"{value}"' for value in term.values)
    return f"{field} {term.operator} " + (f"[{quoted}]" if term.operator == "in" else quoted)


def documents(work: Workload, partners: Iterable[str] | None = None) -> list[Located]:
    """Return the workload, or some of its partners, as manifest documents."""
    chosen = set(work.partners if partners is None else partners)
    data: list[dict[str, Any]] = [
        {"kind": "program", "id": f"t{number}"} for number in range(TEMPLATES)
    ]
    for name in sorted(chosen):
        programs = [work.partners[name]] if work.partners[name] else []
        data.append({"kind": "partner", "id": name, "programs": programs})
    for rule in work.rules:
        kind, name = rule.scope
        if kind == "program" or name in chosen:
            data.append(
                {"kind": rule.kind, "id": rule.id, "to": {kind: name}, "products": selector(rule)}
            )
    return [Located(each, Origin("workload.yaml", n + 1)) for n, each in enumerate(data)]


def read(work: Workload, partners: Iterable[str] | None = None) -> Manifests:
    """Read the workload's manifests; they are valid."""
    manifests, problems = parse_manifests(documents(work, partners), work.catalog.locales)
    if problems:
        raise SystemExit("\n".join(map(str, problems[:5])))
    return manifests


def resolve_all(catalog: Catalog, manifests: Manifests) -> tuple[World, Entitlements]:
    """Index the catalog and decide for every partner."""
    world = World.of(catalog, manifests)
    return world, world.entitlements(NOW)


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return the seconds that a call took, and what it returned."""
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result
