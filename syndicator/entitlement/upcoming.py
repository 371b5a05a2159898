"""When the answer changes by itself: the first instant at which somebody sees something else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import chain

from pyroaring import BitMap

from syndicator.catalog.model import Product
from syndicator.entitlement.compiler import Compiler, union
from syndicator.entitlement.index import Index
from syndicator.entitlement.rights import Rights
from syndicator.entitlement.snapshot import Answer, Snapshot


def next_change(
    index: Index,
    snapshot: Callable[[datetime], Snapshot],
    rights: Mapping[str, Rights],
    answers: Mapping[str, Answer],
    now: datetime,
) -> datetime | None:
    """Return the first instant after `now` at which an answer or a shown fact differs.

    Answers change when a window opens or closes, an embargo ends, or a price that a selector
    reads takes effect, or the rights to a shown file; instants at which nobody's answer differs
    are passed over. Facts of shown products change at release, at the end of life, and with the
    validity of a shown price.

    Cost: one pass over the products' dates, and set algebra at each instant until the first
    that changes something.
    """
    facts = min(_facts(index, answers, now), default=None)
    for instant, affected in _candidates(index, snapshot, rights, now):
        if facts is not None and instant >= facts:
            return facts
        later = snapshot(instant)
        if any(_differ(later.answer(rights[name]), answers[name]) for name in affected):
            return instant
    return facts


def _differ(one: Answer, other: Answer) -> bool:
    """Tell whether two answers show differently: where nothing is shown, nothing else matters."""
    return one != other and bool(one.products or other.products)


def _candidates(
    index: Index,
    snapshot: Callable[[datetime], Snapshot],
    rights: Mapping[str, Rights],
    now: datetime,
) -> Iterator[tuple[datetime, Iterable[str]]]:
    """Yield instants in rising order with the rights that may differ from then on."""
    touched: defaultdict[datetime, set[str]] = defaultdict(set)
    for name, each in rights.items():
        for zone, rule in each.zoned_rules():
            for instant in _after(now, *rule.window.instants(zone)):
                touched[instant].add(name)
    zones = {each.zone for each in rights.values()}
    whole = (index.date("announce").values, snapshot(now).files.instants(zones))
    for instant in _after(now, *chain.from_iterable(whole)):
        touched[instant].update(rights)
    readers = _price_readers(rights, snapshot(now).compiler)
    for instant, price_list in _price_instants(index.products, now, readers):
        touched[instant] |= readers[price_list]
    yield from sorted(touched.items())


def _price_readers(rights: Mapping[str, Rights], compiler: Compiler) -> dict[str, set[str]]:
    """Return the rights whose selectors read a price list, by list."""
    readers: defaultdict[str, set[str]] = defaultdict(set)
    for name, each in rights.items():
        for rule in each.product_rules():
            for price_list in compiler.lists(rule.selector):
                readers[price_list].add(name)
    return readers


def _price_instants(
    products: Iterable[Product], now: datetime, lists: Collection[str]
) -> Iterator[tuple[datetime, str]]:
    if not lists:
        return
    for product in products:
        for price in product.prices:
            if price.list in lists:
                for instant in _after(now, price.valid_from, price.valid_until):
                    yield instant, price.list


def _facts(
    index: Index,
    answers: Mapping[str, Answer],
    now: datetime,
) -> Iterator[datetime]:
    """Yield instants after `now` at which a shown product's own facts change."""
    shown, priced = _shown(answers)
    for at in index.dated():
        if at not in shown:
            continue
        product = index.products[at]
        life = product.lifecycle
        yield from _after(now, life.release, life.end_of_life)
        for price in product.prices:
            if at in priced.get(price.list, ()):
                yield from _after(now, price.valid_from, price.valid_until)


def _after(now: datetime, *instants: datetime | None) -> Iterator[datetime]:
    return (instant for instant in instants if instant is not None and instant > now)


def _shown(answers: Mapping[str, Answer]) -> tuple[BitMap, dict[str, BitMap]]:
    """Return the products that anybody sees, and those that somebody sees priced, by list."""
    lists: defaultdict[str, list[BitMap]] = defaultdict(list)
    for answer in answers.values():
        if answer.price_list and "price" not in answer.hidden:
            lists[answer.price_list].append(answer.products)
    priced = {name: union(sets) for name, sets in lists.items()}
    return union(answer.products for answer in answers.values()), priced
