"""Read what is live from a target; everything is verified before it is used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from syndicator import canonical
from syndicator.bundle import Ref, Release, keys, parse_release
from syndicator.bundle.keys import Fetch
from syndicator.bundle.pages import Piece
from syndicator.errors import VerificationError
from syndicator.targets.port import Readable


@dataclass(frozen=True, slots=True)
class Live:
    """The current release together with the reference that named it, as it was read."""

    ref: Ref
    data: bytes
    """The exact bytes of the reference, for the compare-and-swap."""
    release: Release


def read_ref(target: Readable) -> Ref | None:
    """Return the live reference, None where nothing was published yet. Cost: one request.

    Raises:
        TargetError: The target cannot be read.
        VerificationError: What lies there is no reference.
    """
    data = target.read(keys.LIVE)
    return None if data is None else Ref.parse(data)


def read_live(target: Readable, known: Live | None = None) -> Live | None:
    """Return what is live, None where nothing was published yet.

    `known` is what the caller read or published before; its release is used if it is still live.
    Cost: one request for the reference; unless it is known, one for the release and one for each
    of its record objects.

    Raises:
        TargetError: The target cannot be read.
        VerificationError: A stored object is missing or damaged.
    """
    data = target.read(keys.LIVE)
    if data is None:
        return None
    ref = Ref.parse(data)
    if known is not None and known.ref.integrity == ref.integrity:
        return Live(ref, data, known.release)
    return Live(ref, data, read_release(target, ref.release, ref.integrity))


def read_release(target: Readable, key: str, integrity: str) -> Release:
    """Return the release under `key`.

    Raises:
        VerificationError: It or one of its record objects is missing or damaged.
    """
    fetch = fetcher(target)
    return parse_release(key, fetch(key, integrity), fetch)


def fetcher(target: Readable, known: Mapping[str, Piece] = MappingProxyType({})) -> Fetch:
    """Return how to read verified objects of `target`, as the pure packages ask for them.

    `known` are objects of a build of this process: they are made again instead of read.
    """

    def fetch(key: str, integrity: str) -> bytes:
        piece = known.get(key)
        if piece is not None and piece.reference[1] == integrity:
            return piece.make()
        data = target.read(key)
        if data is None:
            raise VerificationError(f"{key}: missing; `syndicator verify --repair` restores it")
        if (found := canonical.integrity(data)) != integrity:
            raise VerificationError(
                f"{key}: damaged: expected {integrity}, found {found}; "
                "`syndicator verify --repair` restores it"
            )
        return data

    return fetch
