"""Read what is live from a target; everything is verified before it is used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import msgspec

from syndicator import canonical
from syndicator.bundle import Release, keys, parse_release
from syndicator.bundle.keys import Fetch, FetchAll, Reference
from syndicator.bundle.pages import Piece
from syndicator.errors import VerificationError
from syndicator.targets.parallel import ahead
from syndicator.targets.port import Readable
from syndicator.targets.reference import LIVE, Ref


@dataclass(frozen=True, slots=True)
class Live:
    """The current release together with the reference that named it, as it was read."""

    ref: Ref
    data: bytes
    """The exact bytes of the reference, for the compare-and-swap."""
    release: Release


def read_live(target: Readable, known: Live | None = None) -> Live | None:
    """Return what is live, None where nothing was published yet.

    `known` is what the caller read or published before; its release is used if it is still live.
    Cost: one request for the reference; unless it is known, one for the release and one for each
    of its record objects.

    Raises:
        TargetError: The target cannot be read.
        VerificationError: A stored object is missing or damaged.
    """
    data = target.read(LIVE)
    if data is None:
        return None
    ref = Ref.parse(data)
    if known is not None and known.ref.integrity == ref.integrity:
        return Live(ref, data, known.release)
    return Live(ref, data, read_release(target, ref.release, ref.integrity))


def read_release(target: Readable, key: str, integrity: str) -> Release:
    """Return the release under `key`; its record objects are read several at a time.

    Raises:
        VerificationError: It or one of its record objects is missing or damaged.
    """
    return parsed_release(target, key, fetcher(target)(key, integrity), {})


def parsed_release(target: Readable, key: str, data: bytes, known: dict[str, bytes]) -> Release:
    """Return the release that these bytes are, with its record objects read and verified.

    `known` are record objects that were read already; afterwards it holds this release's.

    Raises:
        VerificationError: The bytes are no release, or a record object is missing or damaged.
    """
    references = _references(data)
    wanted = {keys.private_object(name): integrity for name, integrity in references}
    missing = {record: wanted[record] for record in wanted if record not in known}
    found = dict(zip(missing, fetch_all(target)(missing), strict=True))
    held = {record: known.get(record) or found[record] for record in wanted}
    known.clear()
    known.update(held)
    return parse_release(key, data, lambda record, _integrity: held[record])


class _Named(msgspec.Struct):
    records: tuple[Reference, ...] = ()
    partners: tuple[Reference, ...] = ()


def _references(data: bytes) -> tuple[Reference, ...]:
    """Return the record objects that a release names; none where it is no release."""
    try:
        named = msgspec.json.decode(data, type=_Named)
    except msgspec.DecodeError:
        return ()
    return (*named.records, *named.partners)


def read_all(target: Readable, wanted: Mapping[str, object]) -> Iterator[bytes | None]:
    """Yield what lies under each key, in order, read several at a time where that pays."""
    return ahead(target.read, wanted, parallel(target))


def parallel(target: object) -> int:
    """Return how many requests at a time pay."""
    return getattr(target, "parallel", 1)


def fetch_all(target: Readable) -> FetchAll:
    """Return how to read many verified objects of `target`, several at a time."""

    def fetch(wanted: Mapping[str, str]) -> Iterator[bytes]:
        for key, data in zip(wanted, read_all(target, wanted), strict=True):
            yield _verified(key, wanted[key], data)

    return fetch


def fetcher(target: Readable, known: Mapping[str, Piece] = MappingProxyType({})) -> Fetch:
    """Return how to read verified objects of `target`, as the pure packages ask for them.

    `known` are objects of a build of this process: they are made again instead of read.
    """

    def fetch(key: str, integrity: str) -> bytes:
        piece = known.get(key)
        if piece is not None and piece.reference[1] == integrity:
            return piece.make()
        return _verified(key, integrity, target.read(key))

    return fetch


def _verified(key: str, integrity: str, data: bytes | None) -> bytes:
    if data is None:
        raise VerificationError(f"{key}: missing; `syndicator verify --repair` restores it")
    if (found := canonical.integrity(data)) != integrity:
        raise VerificationError(
            f"{key}: damaged: expected {integrity}, found {found}; "
            "`syndicator verify --repair` restores it"
        )
    return data
