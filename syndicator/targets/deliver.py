"""Deliver a release: bring every head, entry and feed up to what is live.

It can be called again and by anybody: after a kill the next run finishes the work, because the
live reference says how far delivery has come.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from syndicator.bundle import Release, Signer, keys
from syndicator.canonical import Namer
from syndicator.targets.conditional import flip, swap_certainly
from syndicator.targets.port import Blob, Swap, Target, blob
from syndicator.targets.reading import Live, read_live
from syndicator.targets.report import Report

Feeds = Callable[[Release, frozenset[str]], Iterable[Blob]]
"""Renders the feeds of some partners of a release."""
_TOGETHER = 256
"""Heads flipped in one batch, and so the grain of the reported times."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """Everything a delivery needs besides the release."""

    target: Target
    namer: Namer
    clock: Callable[[], float]
    feeds: Feeds | None = None


def deliver(delivery: Delivery, live: Live, before: Release | None, report: Report) -> None:
    """Deliver `live` until no other release has taken its place meanwhile; count into `report`.

    `before` is the release that was delivered last, where it is known: its heads are expected, so
    that each flip takes one request.

    Raises:
        TargetError: The target cannot be written; what was delivered stays delivered.
    """
    since, current = live.ref.delivered, live
    report.after = live
    if since >= live.ref.generation:
        return
    while True:
        _deliver(delivery, current.release, before, since, report)
        if (marked := _marked(delivery.target, current)) is not None:
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
    if swap_certainly(target, Swap(blob(keys.LIVE, data), live.data)):
        return Live(ref, data, live.release)
    return None


def _deliver(
    delivery: Delivery, release: Release, before: Release | None, since: int, report: Report
) -> None:
    signer = Signer(delivery.namer)
    report.heads += _heads(delivery, release, before, since, signer, report)
    report.entries += _entries(delivery, release, before, since, signer)
    _aliases(delivery.target, release, since)
    retired = [key for key, generation in release.retired.items() if generation > since]
    delivery.target.delete(retired)
    report.retired += len(retired)
    if delivery.feeds is not None and (partners := affected(release, since)):
        blobs = list(delivery.feeds(release, partners))
        delivery.target.write(blobs)
        report.feeds += len(blobs)


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
        written += flip(delivery.target, wanted, _expected_heads(before, wanted, signer))
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
    return flip(delivery.target, wanted, expected)


def _aliases(target: Target, release: Release, since: int) -> None:
    newer = [(key, alias) for key, alias in release.aliases.items() if alias.generation > since]
    found = ((key, target.read(alias.source)) for key, alias in newer)
    target.write(blob(key, data) for key, data in found if data is not None)
