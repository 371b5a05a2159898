"""Garbage collection in two phases, safe beside running publishers (docs/formats/published.md)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol, runtime_checkable

from syndicator.bundle import Release, keys
from syndicator.bundle.reach import AGE, COUNT, GRACE, kept, reachable
from syndicator.canonical import Namer
from syndicator.errors import ConflictError
from syndicator.targets.conditional import swap_certainly
from syndicator.targets.history import lineage, read_ancestors
from syndicator.targets.pending import Pending
from syndicator.targets.port import Entry, Swap, Target, blob
from syndicator.targets.reading import fetch_all, read_live

_FEEDS = "private/feeds/"
_KINDS = {
    "pages, tables and lookups": "public/o/",
    "pictures and files": "public/m/",
    "files of widgets": "public/w/",
    "heads": "public/e/",
    "partner entries": "public/p/",
    "record objects": "private/o/",
    "releases": keys.RELEASES,
    "feeds": _FEEDS,
    "probes": "private/probe/",
}
_PREFIXES = tuple(_KINDS.values())
_SHOWN = 3
"""Keys of each kind that a person is shown by name; `--json` has all."""


@runtime_checkable
class Swept(Protocol):
    """A target that can hold unfinished writes of publishers that were killed."""

    def sweep(self, before: float) -> None:
        """Remove those that began before an instant (Unix seconds)."""
        ...


@dataclass(frozen=True, slots=True)
class Retention:
    """How long things are kept. `grace` must be longer than the longest publish."""

    count: int = COUNT
    age: timedelta = AGE
    grace: timedelta = GRACE


@dataclass(frozen=True, slots=True)
class Garbage:
    """What a collection found, to be shown before anything is deleted."""

    at: datetime
    releases: tuple[int, ...]
    """Generations that are kept, newest first."""
    fresh: tuple[Entry, ...]
    """Unreachable and old enough, and not yet marked."""
    ripe: tuple[Entry, ...]
    """Marked at least the grace period ago and still unreachable: these go."""
    waiting: int
    """Marked, but not for long enough."""
    pending: bytes | None
    """The list of marked keys as it was read."""
    before: float = 0.0
    """Only what was written before (Unix seconds) is judged: a publisher may be at the rest."""

    def as_json(self) -> dict[str, object]:
        """Return plain data for `--json`."""
        return {
            "kept": list(self.releases),
            "delete": [entry.key for entry in self.ripe],
            "bytes": sum(entry.size for entry in self.ripe),
            "mark": [entry.key for entry in self.fresh],
            "waiting": self.waiting,
        }

    def summary(self) -> str:
        """Return lines for a person."""
        size = sum(entry.size for entry in self.ripe)
        generations = ", ".join(str(generation) for generation in self.releases)
        waiting = f"{self.waiting} are waiting"
        lines = [
            f"Kept releases: {generations}",
            f"To delete now: {len(self.ripe)} keys, {size:,} bytes",
            *_by_kind(self.ripe),
            f"To mark, and delete after the grace period: {len(self.fresh)} keys; {waiting}",
            *_by_kind(self.fresh),
        ]
        return "\n".join(lines)


def _by_kind(entries: Collection[Entry]) -> Iterator[str]:
    """Yield what the keys are, how many and how large, and the first of them by name."""
    for kind, prefix in _KINDS.items():
        some = [entry for entry in entries if entry.key.startswith(prefix)]
        if some:
            yield f"  {kind}: {len(some)}, {sum(entry.size for entry in some):,} bytes"
            yield from (f"    {entry.key}" for entry in some[:_SHOWN])
            if len(some) > _SHOWN:
                yield f"    and {len(some) - _SHOWN} more; --json names all"


def survey(target: Target, namer: Namer, *, now: datetime, retention: Retention) -> Garbage:
    """Find what nothing kept leads to, and what nobody is served any more. Reads only.

    Cost: lists everything; reads the tables and lookups of every kept release.

    Raises:
        VerificationError: A kept release is damaged; nothing may be deleted before it is repaired.
    """
    data = target.read(keys.PENDING)
    pending = None if data is None else Pending.parse(data)
    listed = [entry for prefix in _PREFIXES for entry in target.list(prefix)]
    # The live reference is read after the listing: whatever is committed later was written later,
    # or was taken off the list of marked keys by its publisher.
    live = read_live(target)
    if live is None:
        return Garbage(now, (), (), (), 0, data)
    ancestors = lineage(target, live.release)
    keep = kept(ancestors, live.ref.generation, count=retention.count, age=retention.age, now=now)
    used = reachable(read_ancestors(target, keep), fetch_all(target))
    used.update(_served(live.release, namer))
    before = (now - retention.grace).timestamp()
    unused = list(_unused(listed, used, before))
    marked = frozenset(pending.keys) if pending else frozenset()
    ripe = pending is not None and _ripe(pending, now, retention.grace)
    return Garbage(
        at=now,
        releases=tuple(release.generation for release in keep),
        fresh=() if pending else tuple(unused),
        ripe=tuple(entry for entry in unused if entry.key in marked) if ripe else (),
        waiting=0 if ripe else len(marked),
        pending=data,
        before=before,
    )


def _served(release: Release, namer: Namer) -> Iterator[str]:
    """Yield the mutable keys of a release: heads, entries, copies of browser code, feeds."""
    yield from (record.head_key for record in release.editions.values())
    yield from release.aliases
    for partner, record in release.partners.items():
        yield keys.entry(namer, partner)
        yield from (f"{_FEEDS}{partner}/{file}" for file in record.feed_files)


def gc(target: Target, garbage: Garbage, nonce: str) -> int:
    """Delete what is ripe, then mark what is fresh; return how many keys were deleted.

    Raises:
        ConflictError: A publisher took a key off the list since the survey; survey again.
        TargetError: The target cannot be written; calling again after another survey is safe.
    """
    if isinstance(target, Swept):
        target.sweep(garbage.before)
    at = garbage.at.astimezone(UTC).isoformat()
    if garbage.pending is None:
        if garbage.fresh:
            _move(target, None, Pending(at=at, keys=_keys(garbage.fresh), nonce=nonce))
        return 0
    if garbage.waiting:
        return 0
    doomed = Pending(at=at, keys=_keys(garbage.ripe), nonce=nonce, state="deleting")
    _move(target, garbage.pending, doomed)
    # Releases go first: one that is still listed can always be read whole.
    target.delete(key for key in doomed.keys if key.startswith(keys.RELEASES))
    target.delete(key for key in doomed.keys if not key.startswith(keys.RELEASES))
    target.delete([keys.PENDING])
    return len(doomed.keys)


def _move(target: Target, expected: bytes | None, pending: Pending) -> None:
    if not swap_certainly(target, Swap(blob(keys.PENDING, pending.encode()), expected)):
        raise ConflictError(keys.PENDING, "the list as surveyed", "another list")


def _ripe(pending: Pending, now: datetime, grace: timedelta) -> bool:
    """Tell whether the grace period is over; a deletion that was cut off goes on at once."""
    return pending.state == "deleting" or datetime.fromisoformat(pending.at) + grace <= now


def _unused(listed: Collection[Entry], used: Collection[str], before: float) -> Iterator[Entry]:
    for entry in listed:
        if entry.key not in used and entry.modified < before:
            yield entry


def _keys(entries: Collection[Entry]) -> tuple[str, ...]:
    return tuple(sorted(entry.key for entry in entries))
