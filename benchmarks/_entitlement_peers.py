"""The same rules in DuckDB, Polars and Cedar, with equal answers checked."""

from __future__ import annotations

import json
import random
import statistics
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any, TypeAlias

from _entitlement_workload import NOW, Rule, Size, Term, Workload, read, resolve_all, timed
from _rows import row

from syndicator.catalog.model import Product
from syndicator.entitlement import Manifests, World, explain

Sums: TypeAlias = tuple[int, int, int]
"""Of a set of products: how many, the sum of their positions, and the sum of their squares."""
RUNS = 3
"""Alternating runs of both sides behind each ratio."""


def peer_rows(size: Size, work: Workload, whole: float) -> Iterator[dict[str, Any]]:
    """Compare with the peers that are installed, over the same partners.

    `whole` is what we took for all partners: what they share is computed once, so that one more
    partner costs us less than a peer that asks for each.
    """
    draw = random.Random(11)
    partners = sorted(draw.sample(sorted(work.partners), size.compared))
    manifests = read(work, partners)
    expected = _sums(work, manifests, partners)
    for name, prepare in (("duckdb", _duckdb), ("polars", _polars)):
        if (label := _label(name)) is None:
            continue
        run = prepare(work)
        ours, theirs = [], []
        for _ in range(RUNS):
            ours.append(timed(lambda: resolve_all(work.catalog, manifests))[0])
            seconds, answer = timed(lambda run=run: run(partners))
            theirs.append(seconds)
            if answer != expected:
                raise SystemExit(f"{label} answers otherwise")
        yield from _versus(
            f"resolve {size.compared} partners x {size.products:,} products",
            label,
            statistics.median(ours),
            statistics.median(theirs),
            "s",
        )
        yield from _versus(
            f"one partner: ours of all {size.partners:,}, theirs of {size.compared}",
            label,
            whole / size.partners * 1e3,
            statistics.median(theirs) / size.compared * 1e3,
            "ms",
        )
    if (label := _label("cedarpy")) is not None:
        yield from _cedar_rows(size, work, label)


def _label(package: str) -> str | None:
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        print(f"{package} is not installed: left out", file=sys.stderr)
        return None


def _versus(
    case: str, label: str, ours: float, theirs: float, unit: str, runs: int = RUNS
) -> Iterator[dict[str, Any]]:
    case = f"{case} (median of {runs})"
    yield row(case, ours, unit, peer=label, ratio=round(theirs / ours, 1))
    yield row(case, theirs, unit, subject=label)


def _sums(work: Workload, manifests: Manifests, partners: Sequence[str]) -> list[Sums]:
    """Return what tells each partner's set of products from any other that a mistake may give."""
    _, answer = resolve_all(work.catalog, manifests)
    held = [answer.editions[answer.partners[name]["en"]].skus.members for name in partners]
    return [(len(each), sum(each), sum(at * at for at in each)) for each in held]


def _columns(work: Workload) -> dict[str, list[Any]]:
    products = list(work.catalog.products.values())
    return {
        "position": list(range(len(products))),
        "sku": [p.sku for p in products],
        "brand": [p.brand for p in products],
        "category": [p.category for p in products],
        "region": [p.extra["region"] for p in products],
        "tier": [p.extra["tier"] for p in products],
    }


def _duckdb(work: Workload) -> Callable[[Sequence[str]], list[Sums]]:
    """One SELECT for each partner, over a table in memory, two threads."""
    import duckdb  # noqa: PLC0415  optional
    import polars as pl  # noqa: PLC0415  hands the table over

    database = duckdb.connect(config={"threads": 2})
    frame = pl.DataFrame(_columns(work))  # noqa: F841  read by name in the next line
    database.execute("create table product as select * from frame")

    def run(partners: Sequence[str]) -> list[Sums]:
        found: list[Sums] = []
        for partner in partners:
            statement = (
                "select count(*), coalesce(sum(position), 0),"
                " coalesce(sum(position * position), 0) from product where "
            )
            result = database.execute(statement + _where(work.of(partner))).fetchone()
            found.append((int(result[0]), int(result[1]), int(result[2])))
        return found

    return run


def _where(rules: Sequence[Rule]) -> str:
    def any_of(kind: str) -> str:
        clauses = [clause for rule in rules if rule.kind == kind for clause in rule.clauses]
        return (
            " or ".join("(" + " and ".join(map(_sql, clause)) + ")" for clause in clauses)
            or "false"
        )

    return f"({any_of('grant')}) and not ({any_of('forbid')})"


def _sql(term: Term) -> str:
    if term.operator == "under":
        path = term.values[0]
        return f"(category = '{path}' or starts_with(category, '{path}/'))"
    if term.operator == "!=":
        return f"{term.field} <> '{term.values[0]}'"
    return f"{term.field} in ({', '.join(repr(value) for value in term.values)})"


def _polars(work: Workload) -> Callable[[Sequence[str]], list[Sums]]:
    """A hundred partners a select, categorical columns."""
    import polars as pl  # noqa: PLC0415  optional

    frame = pl.DataFrame(_columns(work))

    def mask(term: Term) -> Any:  # noqa: ANN401  an expression of an optional library
        column = pl.col(term.field)
        if term.operator == "under":
            path = term.values[0]
            return (column == path) | column.str.starts_with(path + "/")
        if term.operator == "!=":
            return column != term.values[0]
        return column.is_in(list(term.values))

    def any_of(rules: Sequence[Rule], kind: str) -> Any:  # noqa: ANN401
        clauses = [clause for rule in rules if rule.kind == kind for clause in rule.clauses]
        return pl.any_horizontal(
            [pl.all_horizontal(map(mask, c)) for c in clauses] or pl.lit(False)
        )

    def run(partners: Sequence[str]) -> list[Sums]:
        found: list[Sums] = []
        for start in range(0, len(partners), 100):
            chosen = partners[start : start + 100]
            held = [
                pl.col("position").filter(
                    any_of(work.of(name), "grant") & ~any_of(work.of(name), "forbid")
                )
                for name in chosen
            ]
            counts = frame.select([e.len().alias(f"n{at}") for at, e in enumerate(held)]).row(0)
            sums = frame.select([e.sum().alias(f"s{at}") for at, e in enumerate(held)]).row(0)
            squares = frame.select(
                [(e * e).sum().alias(f"q{at}") for at, e in enumerate(held)]
            ).row(0)
            told = zip(counts, sums, squares, strict=True)
            found += [(int(n), int(s), int(q)) for n, s, q in told]
        return found

    return run


def _cedar_rows(size: Size, work: Workload, label: str) -> Iterator[dict[str, Any]]:
    """One decision at a time; Cedar is given only the policies that address the partner."""
    import cedarpy  # noqa: PLC0415  optional

    draw = random.Random(13)
    manifests = read(work)
    answer = World.of(work.catalog, manifests).entitlements(NOW)
    products = list(work.catalog.products.values())
    ours, theirs = [], []
    for _ in range(size.decisions):
        partner = draw.choice(list(work.partners))
        held = answer.editions[answer.partners[partner]["en"]].skus
        # Half of the questions are about something that the partner holds.
        sku = draw.choice(held) if held and draw.random() < 0.5 else draw.choice(products).sku
        policies, entities = _cedar(work.of(partner)), _entity(work.catalog.products[sku])
        request = {
            "principal": f'Partner::"{partner}"',
            "action": 'Action::"show"',
            "resource": f'Product::"{sku}"',
            "context": {},
        }
        seconds, found = timed(
            lambda r=request, p=policies, e=entities: cedarpy.is_authorized(r, p, e)
        )
        theirs.append(seconds)
        seconds, told = timed(lambda p=partner, s=sku: explain(work.catalog, manifests, p, s, NOW))
        ours.append(seconds)
        if not found.allowed == told.allowed == (sku in held):
            raise SystemExit(f"{label} answers otherwise for {partner} and {sku}")
    mine, other = statistics.median(ours) * 1e3, statistics.median(theirs) * 1e3
    yield from _versus(
        "one decision: explained with every rule / decided",
        label,
        mine,
        other,
        "ms",
        size.decisions,
    )


def _cedar(rules: Sequence[Rule]) -> str:
    return "\n".join(
        f"{'permit' if rule.kind == 'grant' else 'forbid'}(principal, action, resource) when {{ "
        + " || ".join("(" + " && ".join(map(_cedar_term, clause)) + ")" for clause in rule.clauses)
        + " };"
        for rule in rules
    )


def _cedar_term(term: Term) -> str:
    if term.operator == "under":
        path = term.values[0]
        return f'(resource.category == "{path}" || resource.category like "{path}/*")'
    if term.operator == "!=":
        return f'resource.{term.field} != "{term.values[0]}"'
    return f"{json.dumps(list(term.values))}.contains(resource.{term.field})"


def _entity(product: Product) -> list[dict[str, Any]]:
    facts = {"sku": product.sku, "brand": product.brand, "category": product.category}
    uid = {"type": "Product", "id": product.sku}
    return [{"uid": uid, "attrs": facts | product.extra, "parents": []}]
