"""The present, and days that were not yet: what the preview can look at.

A rehearsal publishes the workspace as of an instant into a store of its own. Its public zone is
served under an address that nobody can guess, because the embed fetches without credentials.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from syndicator.server.past import Past
from syndicator.server.releases import Releases
from syndicator.server.shelf import EditionShelf, shelf_of
from syndicator.server.site import Site
from syndicator.targets import Readable

_KEPT = 3
"""Rehearsals in memory; the oldest goes first."""
_PASSED = 8
"""Passed releases that are looked at; they cost next to nothing."""
DRAFT = "draft"
"""How an address names what a publish would make live now."""


@dataclass(frozen=True, slots=True)
class World:
    """One state of everything: a store, its releases, and where its public zone is served."""

    reader: Readable
    releases: Releases
    root: str

    def shelf(self, edition: str) -> EditionShelf:
        """Return an edition by its private id."""
        return shelf_of(self.reader, self.releases.handle(edition))


class Worlds:
    """The present world and the rehearsed ones; safe for several threads."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self.present = World(site.reader, Releases(site.reader, site.namer), "/")
        self._rehearsed: dict[str, World] = {}
        self._passed: dict[str, World] = {}
        self._lock = threading.Lock()

    @property
    def can_rehearse(self) -> bool:
        """Whether other days can be looked at."""
        return self._site.rehearse is not None

    def at(self, day: date | None) -> World | None:
        """Return the world as it is, or as of the beginning of a day (UTC).

        Cost: a new day publishes the whole workspace into memory; one at a time. None where this
        server knows only the present.

        Raises:
            SyndicatorError: The workspace cannot be published as it is now.
        """
        if day is None:
            return self.present
        with self._lock:
            token = self._token(day.isoformat())
            known = self._rehearsed.get(token)
            return known or self._rehearse(token, datetime.combine(day, time(), UTC))

    def draft(self) -> World | None:
        """Return the world as a publish would make it now; made anew at every call.

        None where this server knows only the present.

        Raises:
            SyndicatorError: The workspace cannot be published as it is now.
        """
        with self._lock:
            return self._rehearse(self._token(DRAFT), None)

    def state(self, told: str) -> World | None:
        """Return the world that an address names: a generation, or the draft as it was last made.

        Raises:
            TargetError: The target cannot be read.
            VerificationError: A stored object is missing or damaged.
        """
        if told == DRAFT:
            return self._rehearsed.get(self._token(DRAFT)) or self.draft()
        return self.passed(int(told)) if told.isascii() and told.isdecimal() else None

    def passed(self, generation: int) -> World | None:
        """Return the world as one release left it; None where it is not kept any more.

        Raises:
            TargetError: The target cannot be read.
            VerificationError: A stored object is missing or damaged.
        """
        token = self._token(f"release {generation}")
        with self._lock:
            if known := self._passed.get(token):
                return known
            release = self.present.releases.release(generation)
            if release is None:
                return None
            store = Past(self._site.reader, release, self._site.namer)
            return self._keep(self._passed, _PASSED, token, store)

    def _token(self, purpose: str) -> str:
        return self._site.namer.name("rehearsal", purpose.encode())

    def _rehearse(self, token: str, now: datetime | None) -> World | None:
        if self._site.rehearse is None:
            return None
        return self._keep(self._rehearsed, _KEPT, token, self._site.rehearse(now))

    def _keep(self, kept: dict[str, World], most: int, token: str, store: Readable) -> World:
        kept.pop(token, None)
        while len(kept) >= most:
            del kept[next(iter(kept))]
        world = World(store, Releases(store, self._site.namer), f"/rehearsal/{token}/")
        kept[token] = world
        return world

    def rehearsed(self, token: str) -> World | None:
        """Return a rehearsed or passed world by the token in its address."""
        return self._rehearsed.get(token) or self._passed.get(token)
