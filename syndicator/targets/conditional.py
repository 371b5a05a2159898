"""Compare-and-swap with a certain outcome, and heads that never go back."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping

import msgspec

from syndicator.errors import TargetError
from syndicator.targets.port import AmbiguousError, Swap, Target, blob
from syndicator.targets.reference import LIVE, Ref

_TRIES = 5
_LONGEST = 5.0
"""Seconds that a publisher who was overtaken waits at most before it tries again."""
_chance = secrets.SystemRandom()


def step_aside(took: float, lost: int) -> None:
    """Wait after an attempt that `took` so many seconds was overtaken, `lost` others before it.

    By chance up to as long as the attempt, and that much longer after each one: of publishers who
    race, most let one through instead of writing what will be in vain.
    """
    time.sleep(_chance.uniform(0, min(_LONGEST, took * (1 + lost))))


def swap_certainly(target: Target, swap: Swap) -> bool:
    """Apply one compare-and-swap; where its answer is lost, read back what became of it.

    The new bytes must be unique to this attempt (they carry a nonce or a generation).

    Raises:
        TargetError: The target stays unreachable.
    """
    for _ in range(_TRIES):
        try:
            if target.swap([swap])[0]:
                return True
        except AmbiguousError:
            pass
        current = target.read(swap.blob.key)
        if current == swap.blob.data:
            return True
        if current != swap.expected:
            return False
    raise TargetError(f"{swap.blob.key}: written {_TRIES} times and never found; try again later")


def flip(
    target: Target,
    wanted: Mapping[str, bytes],
    expected: Mapping[str, bytes | None],
    release: int,
) -> int:
    """Bring mutable documents to at least the generation of `wanted`; return how many were written.

    `expected` is what should lie there now. Whoever lies there with the same or a newer generation
    stays, unless that generation was never committed: then the store came from a backup. What is
    gone although it was expected stays gone if a newer release than `release` is live.
    """
    first = [Swap(blob(key, data), expected.get(key)) for key, data in wanted.items()]
    try:
        done = target.swap(first)
    except AmbiguousError:
        done = [False] * len(first)
    lost = [swap.blob.key for swap, success in zip(first, done, strict=True) if not success]
    return sum(done) + sum(_settle(target, key, wanted[key], release) for key in lost)


def _settle(target: Target, key: str, data: bytes, release: int) -> bool:
    """Write one document over whatever older one lies there; tell whether it was written."""
    for _ in range(_TRIES):
        current = target.read(key)
        if current == data or _newer(target, current, data):
            return False
        if current is None and overtaken(target, release):
            return False  # retired by the newer release; its delivery, or ours of it, decides
        try:
            if target.swap([Swap(blob(key, data), current)])[0]:
                return True
        except AmbiguousError:
            continue
    raise TargetError(f"{key}: other publishers keep writing it; try again later")


def overtaken(target: Target, release: int) -> bool:
    """Tell whether a newer release than `release` is live. Cost: one request."""
    live = target.read(LIVE)
    return live is not None and Ref.parse(live).generation > release


class _Generation(msgspec.Struct):
    generation: int


def _generation(data: bytes | None) -> int:
    """Return the generation inside a head or entry; what cannot be read is older than all."""
    try:
        return msgspec.json.decode(data or b"", type=_Generation).generation
    except msgspec.DecodeError:
        return -1


def _newer(target: Target, current: bytes | None, data: bytes) -> bool:
    """Tell whether `current` is newer than `data` and was committed by somebody."""
    theirs = _generation(current)
    if theirs <= _generation(data):
        return False
    live = target.read(LIVE)
    return live is not None and Ref.parse(live).generation >= theirs
