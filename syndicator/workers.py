"""Where documents are rendered: here, in processes, in threads, or on a Dask cluster.

`--executor serial`, `threads`, `processes` (the default) or `dask:ADDRESS`; threads and processes
with an optional number after a colon. Whatever is chosen, the bytes are the same.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from multiprocessing import get_context
from typing import TypeAlias

from syndicator.errors import UsageError
from syndicator.rendering import Shelf
from syndicator.rendering.batches import Answer, Batch, packed, render_elsewhere
from syndicator.rendering.sharing import Run, here

ENOUGH = 4_000
"""Documents from which on starting processes costs less than it saves."""
Pool: TypeAlias = AbstractContextManager[Executor]
_AHEAD = 4
"""Batches in flight for each worker: enough to keep it busy, few enough to keep memory low."""


def workers(word: str = "processes") -> Run:
    """Return how batches are rendered with the executor that `word` names.

    Raises:
        UsageError: The word names none.
    """
    kind, _, rest = word.partition(":")
    if kind == "serial" and not rest:
        return here
    if kind == "dask" and rest:
        return spread(lambda: _dask(rest), enough=0)
    if kind in _POOLS and (not rest or (rest.isdecimal() and int(rest) > 0)):
        count = int(rest) if rest else os.cpu_count() or 1
        return spread(lambda: _POOLS[kind](count), enough=0 if rest else ENOUGH)
    expected = "serial, threads, processes, processes:4 or dask:ADDRESS"
    raise UsageError(f"{word!r} is no executor: expected {expected}")


def spread(start: Callable[[], Pool], *, enough: int) -> Run:
    """Return how batches are rendered by an executor, which is started if there is enough to do."""

    def run(shelf: Shelf, batches: Sequence[Batch]) -> Iterable[list[Answer]]:
        if sum(len(batch.drafts) for batch in batches) <= enough:
            return here(shelf, batches)
        return _answers(start, packed(shelf), batches)

    return run


def _answers(
    start: Callable[[], Pool], shelf: bytes, batches: Sequence[Batch]
) -> Iterator[list[Answer]]:
    """Yield the answers in the order of the batches, whichever is ready first."""
    flying: deque[Future[list[Answer]]] = deque()
    with start() as executor:
        most = _AHEAD * (getattr(executor, "_max_workers", None) or os.cpu_count() or 1)
        for batch in batches:
            flying.append(executor.submit(render_elsewhere, shelf, batch))
            if len(flying) >= most:
                yield flying.popleft().result()
        while flying:
            yield flying.popleft().result()


def _processes(count: int) -> Executor:
    # Forking a process with threads can hang, so workers start from a clean one.
    return ProcessPoolExecutor(count, mp_context=get_context("forkserver"))


_POOLS: dict[str, Callable[[int], Pool]] = {
    "processes": _processes,
    "threads": ThreadPoolExecutor,
}


@contextmanager
def _dask(address: str) -> Iterator[Executor]:
    """Lend an executor on a running Dask cluster.

    Raises:
        UsageError: Dask is not installed, or no scheduler answers.
    """
    try:
        from distributed import Client  # noqa: PLC0415  optional, and slow to import
    except ImportError:
        raise UsageError("dask is not installed: pip install 'syndicator[dask]'") from None
    try:
        client = Client(address, timeout=10)  # type: ignore[no-untyped-call]  # dask has few types
    except (OSError, ValueError) as error:
        raise UsageError(f"no Dask scheduler answers at {address}: {error}") from None
    with client:
        yield client.get_executor()  # type: ignore[no-untyped-call]  # see above
