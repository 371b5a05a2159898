"""The releases behind what is served, for those who may see the preview."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from syndicator import canonical
from syndicator.bundle import EditionRecord, Release, keys
from syndicator.canonical import Namer
from syndicator.errors import VerificationError
from syndicator.targets import Readable, read_release
from syndicator.targets.reference import LIVE, Ref


@dataclass(frozen=True, slots=True)
class ListedPartner:
    """A partner as the preview lists it; `handle` stands in the partner's tag."""

    id: str
    handle: str
    default: str
    """The default locale."""
    editions: Mapping[str, str]
    """Private edition ids by locale."""


@dataclass(frozen=True, slots=True)
class Passed:
    """One release of the history."""

    generation: int
    created: str
    key: str


class Releases:
    """Reads releases of one target and remembers the newest; safe for several threads."""

    def __init__(self, reader: Readable, namer: Namer) -> None:
        self._reader = reader
        self._namer = namer
        self._lock = threading.Lock()
        self._kept: dict[str, Release] = {}

    def live(self) -> Release | None:
        """Return the current release, None where nothing was published yet.

        Cost: one read, and the whole release when it is a new one.

        Raises:
            TargetError: The target cannot be read.
            VerificationError: A stored object is missing or damaged.
        """
        data = self._reader.read(LIVE)
        if data is None:
            return None
        ref = Ref.parse(data)
        return self._remembered(ref.release, ref.integrity)

    def release(self, generation: int) -> Release | None:
        """Return an older release by its generation; None where it is not kept any more."""
        for passed in self.history():
            if passed.generation == generation:
                data = self._reader.read(passed.key) or b""
                return self._remembered(passed.key, canonical.integrity(data))
        return None

    def history(self, limit: int = 50) -> Iterator[Passed]:
        """Yield the releases from the current one back, as far as they are kept."""
        live = self._reader.read(LIVE)
        key = Ref.parse(live).release if live is not None else ""
        for _ in range(limit):
            data = self._reader.read(key) if key else None
            if data is None:
                return
            told = canonical.decode(data)
            yield Passed(told["generation"], told["created"], key)
            key = told["parent"]

    def partners(self) -> dict[str, ListedPartner]:
        """Return the partners of the current release, by id."""
        release = self.live()
        return partners_of(release, self._namer) if release else {}

    def record(self, edition: str) -> EditionRecord:
        """Return what the current release says about an edition that it holds.

        Raises:
            KeyError: It holds no such edition.
        """
        release = self.live()
        if release is None:
            raise KeyError(edition)
        return release.editions[edition]

    def handle(self, edition: str) -> str:
        """Return the public handle of an edition."""
        return keys.edition_handle(self._namer, edition)

    def _remembered(self, key: str, integrity: str) -> Release:
        with self._lock:
            if (known := self._kept.get(key)) is not None:
                return known
        release = read_release(self._reader, key, integrity)
        with self._lock:
            while len(self._kept) >= _KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[key] = release
        return release


_KEPT = 4
"""Releases in memory: the current one and those that somebody compares."""


def partners_of(release: Release, namer: Namer) -> dict[str, ListedPartner]:
    """Return the partners of a release, by id."""
    return {
        partner: ListedPartner(
            id=partner,
            handle=keys.partner_handle(namer, partner),
            default=record.default,
            editions=record.editions,
        )
        for partner, record in release.partners.items()
    }


def live_reference(reader: Readable) -> Ref | None:
    """Return what names the current release; None where nothing that can be read does.

    Raises:
        TargetError: The target cannot be read.
    """
    data = reader.read(LIVE)
    if data is None:
        return None
    try:
        return Ref.parse(data)
    except VerificationError:
        return None
