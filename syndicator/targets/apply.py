"""Apply a plan: write what is new, commit, deliver (docs/formats/published.md)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from syndicator import canonical
from syndicator.bundle import Build, Plan, Release, Signer, compose, diff, encode_release, keys
from syndicator.bundle.release import Stored, media_bytes, media_reference
from syndicator.errors import ConflictError, VerificationError
from syndicator.targets.comparing import differences
from syndicator.targets.conditional import step_aside, swap_certainly
from syndicator.targets.delivery import Delivery, Feeds, deliver
from syndicator.targets.pending import rescue
from syndicator.targets.port import Blob, Swap, Target, blob
from syndicator.targets.reading import Live, read_live
from syndicator.targets.reference import LIVE, Ref
from syndicator.targets.report import Report

Asset = Callable[[str], bytes]
"""Returns the bytes of a picture, a file or browser code by its key."""
_ATTEMPTS = 10


def publish(
    target: Target,
    build: Build,
    *,
    now: datetime,
    nonce: str,
    asset: Asset,
    live: Live | None = None,
    plan: Plan | None = None,
    reviewed: bool = False,
    feeds: Feeds | None = None,
    clock: Callable[[], float] = time.monotonic,
    changed_at: float | None = None,
) -> Report:
    """Make `build` live and deliver it; finish an earlier delivery that was cut off.

    `live` and `plan` are what the caller has read and decided already; they are used as long as
    nobody else published meanwhile. With `reviewed` exactly `plan` is applied or nothing. `nonce`
    is unique to this call. `changed_at` is when the change was made, on `clock`, for the report.
    Calling it again after any failure or kill is safe.

    Raises:
        ConflictError: Another publisher was faster, and the reviewed plan no longer applies.
        TargetError: The target cannot be read or written.
        VerificationError: What is stored is damaged, so nothing can be compared with it.
    """
    began = clock()
    report = Report(0, usage=target.usage, began=began if changed_at is None else changed_at)
    attempt = _Publish(target, build, now, nonce, asset, feeds, clock, report)
    if plan is None:
        live = read_live(target)
        previous = live.release if live else None
        plan = diff(previous, build, differences(target, previous, build))
    for lost in range(_ATTEMPTS):
        tried = clock()
        if attempt.apply(live, plan):
            report.seconds = clock() - began
            return report
        if not reviewed:
            step_aside(clock() - tried, lost)
        live = read_live(target)
        previous = live.release if live else None
        fresh = diff(previous, build, differences(target, previous, build))
        if reviewed and fresh.fingerprint != plan.fingerprint:
            got = live.ref.release if live else None
            raise ConflictError(LIVE, plan.parent or None, got)
        report.retries += 1
        plan = fresh
    raise ConflictError(LIVE, plan.parent or None, "a new release at every attempt")


def commit_anew(
    delivery: Delivery,
    build: Build,
    plan: Plan,
    *,
    now: datetime,
    nonce: str,
    asset: Asset,
    report: Report,
) -> None:
    """Publish `build` whatever is live, for a store whose records are damaged.

    Raises:
        ConflictError: Somebody published meanwhile.
        TargetError: The target cannot be written.
    """
    attempt = _Publish(
        delivery.target, build, now, nonce, asset, delivery.feeds, delivery.clock, report
    )
    attempt.commit_over(delivery.target.read(LIVE), plan)


@dataclass(slots=True)
class _Publish:
    """One call of `publish` over its attempts."""

    target: Target
    build: Build
    now: datetime
    nonce: str
    asset: Asset
    feeds: Feeds | None
    clock: Callable[[], float]
    report: Report

    def apply(self, live: Live | None, plan: Plan) -> bool:
        """Commit and deliver; False where another publisher was faster."""
        began = self.clock()
        if (live.ref.release if live else "") != plan.parent:
            return False
        if plan.empty and live is not None:
            self.report.generation = live.ref.generation
            self._deliver(self._learned(live), None)
            return True
        committed = self._commit(live, plan, live.data if live else None)
        if committed is None:
            return False
        self._committed(plan, began)
        settled = live is None or live.ref.delivered == live.ref.generation
        self._deliver(committed, live.release if live and settled else None)
        return True

    def commit_over(self, current: bytes | None, plan: Plan) -> None:
        """Commit and deliver over a live reference that nobody can follow."""
        began = self.clock()
        committed = self._commit(None, plan, current)
        if committed is None:
            raise ConflictError(LIVE, "the damaged one", "another release")
        self._committed(plan, began)
        self._deliver(committed, None)
        self.report.seconds = self.clock() - began

    def _committed(self, plan: Plan, began: float) -> None:
        self.report.generation = plan.generation
        self.report.committed = True
        self.report.withdrawn = plan.withdrawn
        self.report.committed_after = self.clock() - began

    def _learned(self, live: Live) -> Live:
        """Note in the live reference that these inputs, too, lead to what it names."""
        if live.ref.inputs == self.build.inputs:
            return live
        ref = replace(live.ref, inputs=self.build.inputs)
        if swap_certainly(self.target, Swap(blob(LIVE, ref.encode()), live.data)):
            return Live(ref, ref.encode(), live.release)
        return live

    def _deliver(self, live: Live, before: Release | None) -> None:
        delivery = Delivery(self.target, self.build.namer, self.clock, self.feeds)
        deliver(delivery, live, before, self.report)

    def _commit(self, live: Live | None, plan: Plan, current: bytes | None) -> Live | None:
        """Write everything new, then move the live reference; None where somebody else moved it."""
        previous = live.release if live else None
        delivered = live.ref.delivered if live else 0
        release = compose(
            previous, self.build, plan, now=self.now, nonce=self.nonce, delivered=delivered
        )
        stored = encode_release(release, self.build.namer, Signer(self.build.namer))
        written: list[str] = []
        self.target.create(self._blobs(plan, previous, stored, written))
        rescue(self.target, written, lambda key: self._again(key, plan, previous, stored))
        self.report.objects += len(plan.objects) + len(plan.media) + len(plan.files)
        integrity = canonical.integrity(stored.data)
        ref = Ref(plan.generation, stored.key, integrity, release.inputs, release.nonce, delivered)
        data = ref.encode()
        if swap_certainly(self.target, Swap(blob(LIVE, data), current)):
            return Live(ref, data, stored.release)
        return None

    def _blobs(
        self, plan: Plan, previous: Release | None, stored: Stored, written: list[str]
    ) -> Iterator[Blob]:
        """Yield everything that must be there before the commit, and keep the keys."""
        for key in (*plan.media, *plan.files):
            written.append(key)
            yield blob(key, self._verified(key))
        for key in plan.objects:
            written.append(key)
            yield blob(key, self.build.objects[key].make())
        for key, data in (*self._records(previous, stored), (stored.key, stored.data)):
            written.append(key)
            yield blob(key, data)

    def _records(self, previous: Release | None, stored: Stored) -> Iterator[tuple[str, bytes]]:
        there = {name for name, _ in previous.records} if previous else set()
        for key, data in stored.objects.items():
            if key[len("private/o/xx/") : -len(".json")] not in there:
                yield key, data
        listed = {record.media for record in previous.editions.values()} if previous else set()
        for media in {edition.media for edition in self.build.editions.values()}:
            reference = media_reference(media, self.build.namer)
            if reference is not None and reference not in listed:
                yield keys.private_object(reference[0]), media_bytes(media)

    def _verified(self, key: str) -> bytes:
        data = self.asset(key)
        wanted = self.build.files.get(key)
        if wanted is not None and canonical.integrity(data) != wanted:
            raise VerificationError(f"{key}: the file changed while it was published")
        return data

    def _again(self, key: str, plan: Plan, previous: Release | None, stored: Stored) -> Blob:
        return next(found for found in self._blobs(plan, previous, stored, []) if found.key == key)
