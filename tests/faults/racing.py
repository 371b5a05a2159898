"""Publishers who race: every acknowledged change must be in the final release, none twice."""

from __future__ import annotations

import multiprocessing
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass

from syndicator.bundle import diff
from syndicator.errors import ConflictError
from syndicator.targets import Target, fetcher, read_live, releases
from syndicator.targets.conditional import step_aside
from tests.targets.world import Reader, World, assert_live

Opener = tuple[Callable[..., Target], tuple[str, ...]]
"""A function that a new process can import, and its arguments."""


@dataclass(frozen=True)
class Race:
    """What a race counted."""

    acknowledged: int
    generations: int
    conflicts: int
    seconds: float


def race(opener: Opener, publishers: int, rounds: int) -> Race:
    """Let every publisher raise the price of its own product by one, `rounds` times."""
    target = opener[0](*opener[1])
    world = _world(dict.fromkeys(range(1, publishers + 1), 0))
    world.publish(target)
    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    began = time.monotonic()
    running = [
        context.Process(target=_publisher, args=(opener, number, rounds, queue))
        for number in range(1, publishers + 1)
    ]
    for process in running:
        process.start()
    conflicts = [queue.get(timeout=900) for _ in running]
    for process in running:
        process.join(60)
    assert all(process.exitcode == 0 for process in running), "a publisher failed"
    final = _world(dict.fromkeys(range(1, publishers + 1), rounds))
    assert_live(final, target)
    generations = releases(target)[0].generation
    assert generations == publishers * rounds + 1, "a change was published twice or lost"
    return Race(publishers * rounds, generations, sum(conflicts), time.monotonic() - began)


def _world(prices: dict[int, int]) -> World:
    return World(products=12, partners=3, locales=("en",), words=10, media=False, prices=prices)


def _publisher(opener: Opener, own: int, rounds: int, queue: object) -> None:
    target, conflicts = opener[0](*opener[1]), 0
    try:
        for turn in range(rounds):
            lost, began = 0, time.monotonic()
            while not _raised(target, own, f"{own}-{turn}-{lost}"):
                step_aside(time.monotonic() - began, lost)
                lost, began = lost + 1, time.monotonic()
            conflicts += lost
    except BaseException:  # noqa: BLE001  told to the parent by the exit code
        traceback.print_exc()
        sys.exit(1)
    finally:
        queue.put(conflicts)  # type: ignore[attr-defined]


def _raised(target: Target, own: int, nonce: str) -> bool:
    """Read what is live, raise one price, publish exactly that; False if another was faster."""
    live = read_live(target)
    assert live is not None
    prices = _live_prices(target, live.release)
    world = _world({**prices, own: prices[own] + 1})
    plan = diff(live.release, world.build(), fetcher(target))
    try:
        world.publish(target, live=live, plan=plan, reviewed=True, nonce=nonce)
    except ConflictError:
        return False
    return True


def _live_prices(target: Target, release: object) -> dict[int, int]:
    """The prices of the committed release, whatever its delivery has reached."""
    head = release.editions["by1-en"].head  # type: ignore[attr-defined]
    documents = Reader(target).documents(head)
    return {int(key[2:]): int(doc["price"]["amount"]) for key, doc in documents.items()}
