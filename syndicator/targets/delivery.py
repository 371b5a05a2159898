"""Deliver a release: bring every head, entry and feed up to what is live.

It can be called again and by anybody: after a kill the next run finishes the work, because the
live reference says how far delivery has come.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from syndicator.bundle import Release, Signer, keys
from syndicator.canonical import Namer
from syndicator.errors import TargetError
from syndicator.targets.conditional import flip, overtaken, swap_certainly
from syndicator.targets.pending import spare
from syndicator.targets.port import Blob, Swap, Target, blob
from syndicator.targets.reading import Live, read_live
from syndicator.targets.reference import LIVE
from syndicator.targets.report import Report

Feeds = Callable[[Release, frozenset[str]], Iterable[Blob]]
"""Renders the feeds of some partners of a release."""
_SHOWN = 5
"""Partners who lag that a message names."""
_TOGETHER = 256
"""Heads flipped in one batch, and so the grain of the reported times."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """Everything a delivery needs besides the release."""

    target: Target
    namer: Namer
    clock: Callable[[], float]
    feeds: Feeds | None = None


class DeliveryError(TargetError):
    """A release is committed, but the target broke off before everybody had it.

    Nobody sees anything incomplete, and the next run, of anybody, completes it. `lagging` are the
    partners of whom a head may still be the one before; empty where only entries, copies of
    browser code or feeds are missing.
    """

    def __init__(self, cause: TargetError, generation: int, lagging: Iterable[str]) -> None:
        self.lagging = tuple(sorted(lagging))
        shown = " ".join(self.lagging[:_SHOWN])
        more = len(self.lagging) - _SHOWN
        who = f"{len(self.lagging)} partners lag: {shown}" if self.lagging else "all heads are live"
        super().__init__(
            f"{cause}; release {generation} is committed, its delivery is not complete, {who}"
            f"{f' and {more} more' if more > 0 else ''}; the next `syndicator publish` completes it"
        )


def deliver(delivery: Delivery, live: Live, before: Release | None, report: Report) -> None:
    """Deliver `live` until no other release has taken its place meanwhile; count into `report`.

    `before` is the release that was delivered last, where it is known: its heads are expected, so
    that each flip takes one request.

    Raises:
        DeliveryError: The target cannot be written; what was delivered stays delivered.
    """
    since, current = live.ref.delivered, live
    report.after = live
    if since >= live.ref.generation:
        return
    while True:
        try:
            _deliver(delivery, current.release, before, since, report)
            marked = _marked(delivery.target, current)
        except DeliveryError:
            raise
        except TargetError as error:
            raise DeliveryError(error, current.ref.generation, ()) from error
        if marked is not None:
            report.after = marked
            return
        # Another publisher committed meanwhile. What we wrote late may lie over what it wrote
        # early, so everything since our own start is looked at once more.
        before, again = current.release, read_live(delivery.target)
        if again is None:
            return
        current = again


def _marked(target: Target, live: Live) -> Live | None:
    """Tell everybody that `live` is delivered; None where another release took its place."""
    if live.ref.delivered >= live.ref.generation:
        return live
    ref = replace(live.ref, delivered=live.ref.generation)
    data = ref.encode()
    if swap_certainly(target, Swap(blob(LIVE, data), live.data)):
        return Live(ref, data, live.release)
    return None


def _deliver(
    delivery: Delivery, release: Release, before: Release | None, since: int, report: Report
) -> None:
    signer, target = Signer(delivery.namer), delivery.target
    _spare_new(delivery, release, before, since)
    report.heads += _heads(delivery, release, before, since, signer, report)
    report.entries += _entries(delivery, release, before, since, signer)
    _aliases(target, release, since)
    report.retired += _retire(target, release, since)
    if delivery.feeds is not None and (partners := affected(release, since)):
        blobs = list(delivery.feeds(release, partners))
        spare(target, [feed.key for feed in blobs])
        target.write(blobs)
        report.feeds += len(blobs)


def _spare_new(delivery: Delivery, release: Release, before: Release | None, since: int) -> None:
    """Take heads and entries that appear now off the list of what is to be deleted."""
    known = {record.head_key for record in before.editions.values()} if before else set()
    records = release.editions.values()
    appear = {one.head_key for one in records if one.generation > since} - known
    there = before.partners.keys() if before else set()
    appear |= {
        keys.entry(delivery.namer, partner)
        for partner, record in release.partners.items()
        if record.generation > since and partner not in there
    }
    if appear:
        spare(delivery.target, appear)


def _retire(target: Target, release: Release, since: int) -> int:
    """Delete what exists no longer; return how many keys that are since the last delivery.

    Those of some releases before are deleted again: a publisher that slept may have written one
    late and died. Whoever was overtaken deletes nothing: it may be somebody's again.
    """
    if not release.retired or overtaken(target, release.generation):
        return 0
    target.delete(release.retired)
    return sum(generation > since for generation in release.retired.values())


def affected(release: Release, since: int) -> frozenset[str]:
    """Return the partners for whom anything changed after release `since`."""
    newer = {key for key, record in release.editions.items() if record.generation > since}
    return frozenset(
        partner
        for partner, record in release.partners.items()
        if max(record.generation, record.feeds_generation) > since
        or not newer.isdisjoint(record.editions.values())
    )


def _heads(
    delivery: Delivery,
    release: Release,
    before: Release | None,
    since: int,
    signer: Signer,
    report: Report,
) -> int:
    newer = [record for record in release.editions.values() if record.generation > since]
    live, written = dict(report.live), 0
    for at in range(0, len(newer), _TOGETHER):
        some = newer[at : at + _TOGETHER]
        wanted = {record.head_key: record.head_bytes(signer) for record in some}
        try:
            written += flip(
                delivery.target, wanted, _expected_heads(before, wanted, signer), release.generation
            )
        except TargetError as error:
            left = frozenset(partner for record in newer[at:] for partner in record.partners)
            raise DeliveryError(error, release.generation, left) from error
        for record in some:
            live.update(dict.fromkeys(record.partners, delivery.clock() - report.began))
    report.live = live
    return written


def _expected_heads(
    before: Release | None, wanted: Mapping[str, bytes], signer: Signer
) -> dict[str, bytes | None]:
    records = before.editions.values() if before else ()
    return {
        record.head_key: record.head_bytes(signer)
        for record in records
        if record.head_key in wanted
    }


def _entries(
    delivery: Delivery, release: Release, before: Release | None, since: int, signer: Signer
) -> int:
    namer = delivery.namer
    wanted = {
        keys.entry(namer, partner): record.entry_bytes(namer, signer)
        for partner, record in release.partners.items()
        if record.generation > since
    }
    if not wanted:
        return 0
    expected: dict[str, bytes | None] = {}
    for partner, record in (before.partners if before else {}).items():
        if (key := keys.entry(namer, partner)) in wanted:
            expected[key] = record.entry_bytes(namer, signer)
    return flip(delivery.target, wanted, expected, release.generation)


def _aliases(target: Target, release: Release, since: int) -> None:
    newer = [(key, alias) for key, alias in release.aliases.items() if alias.generation > since]
    found = ((key, target.read(alias.source)) for key, alias in newer)
    target.write(blob(key, data) for key, data in found if data is not None)
