"""Garbage collection's list of keys to delete, and how a publisher takes its own keys off it."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection

import msgspec

from syndicator import canonical
from syndicator.bundle import keys
from syndicator.errors import TargetError, VerificationError
from syndicator.targets.conditional import swap_certainly
from syndicator.targets.port import Blob, Swap, Target, blob

_TRIES = 20
_PAUSE = 0.5
"""Seconds between looks while another machine deletes."""


class Pending(msgspec.Struct, frozen=True, kw_only=True):
    """What garbage collection found unreachable at one instant."""

    at: str
    keys: tuple[str, ...]
    nonce: str
    state: str = "marked"
    """`marked`, or `deleting` once nobody can take a key off any more."""
    format: int = 1

    def encode(self) -> bytes:
        """Return the canonical bytes."""
        return canonical.encode(msgspec.to_builtins(self))

    @classmethod
    def parse(cls, data: bytes) -> Pending:
        """Read the list.

        Raises:
            VerificationError: The bytes are no such list.
        """
        try:
            return msgspec.json.decode(data, type=cls)
        except msgspec.DecodeError as error:
            raise VerificationError(f"{keys.PENDING}: damaged: {error}") from error


def rescue(target: Target, written: Collection[str], again: Callable[[str], Blob]) -> None:
    """Make sure that garbage collection will not delete what was just written.

    Cost: one request where no collection is under way.

    Raises:
        TargetError: A collection is deleting our keys and does not end.
    """
    doomed = spare(target, written)
    target.create(again(key) for key in sorted(doomed))


def spare(target: Target, mine: Collection[str]) -> frozenset[str]:
    """Take keys off the list; return those that were deleted meanwhile.

    Afterwards no collection deletes them that does not look at the live reference first. Cost: one
    request where no collection is under way.

    Raises:
        TargetError: A collection is deleting our keys and does not end.
    """
    mine, doomed = frozenset(mine), frozenset[str]()
    for _ in range(_TRIES):
        data = target.read(keys.PENDING)
        pending = None if data is None else Pending.parse(data)
        ours = mine.intersection(pending.keys) if pending else frozenset()
        if data is None or pending is None or not ours:
            return doomed
        if pending.state == "deleting":
            doomed |= ours
            time.sleep(_PAUSE)
            continue
        left = tuple(key for key in pending.keys if key not in mine)
        kept = msgspec.structs.replace(pending, keys=left, nonce=pending.nonce + "+")
        swap_certainly(target, Swap(blob(keys.PENDING, kept.encode()), data))
    raise TargetError(f"{keys.PENDING}: a garbage collection does not end; run `syndicator gc`")
