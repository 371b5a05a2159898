"""Several requests at a time, few of them in memory, the first failure told."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain, islice
from typing import TypeVar

_T = TypeVar("_T")
_R = TypeVar("_R")


def ahead(action: Callable[[_T], _R], things: Iterable[_T], threads: int) -> Iterator[_R]:
    """Yield what `action` makes of every thing, in order, at most 2 * `threads` of them ahead.

    `things` are taken in the caller's thread. After a failure nothing further begins, and what
    has begun is waited for. A single thing is done here, without a thread.

    Raises:
        Exception: Whatever `action` raised for the first thing in order that failed.
    """
    things = iter(things)
    some = list(islice(things, 2))
    if len(some) < 2 or threads < 2:  # noqa: PLR2004  one thing needs no company
        yield from map(action, chain(some, things))
        return
    waiting: deque[Future[_R]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        try:
            for thing in chain(some, things):
                waiting.append(pool.submit(action, thing))
                if len(waiting) >= 2 * threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def each(action: Callable[[_T], object], things: Iterable[_T], threads: int) -> None:
    """Do `action` with every thing, some at a time.

    Raises:
        Exception: Whatever `action` raised first.
    """
    for _ in ahead(action, things, threads):
        pass
