"""What publishing asks of a store: counted, because every request costs money and time."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from syndicator.bundle import Build, diff
from syndicator.errors import Origin
from syndicator.targets import (
    MemoryTarget,
    Retention,
    TargetProfile,
    Usage,
    fetcher,
    forget_buckets,
    open_target,
    plan_rollback,
    read_live,
    survey,
    verify,
)
from syndicator.targets.comparing import differences
from syndicator.targets.reference import LIVE
from syndicator.targets.s3 import S3Target
from tests.targets.seaweed import ACCESS, SECRET, Server, bucket
from tests.targets.world import NAMER, NOW, World, assert_live, sku


@pytest.fixture
def at_home(s3: Server, monkeypatch: pytest.MonkeyPatch) -> TargetProfile:
    """The profile of a bucket, with credentials where users have them."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    forget_buckets()
    return TargetProfile(
        "here",
        "s3",
        Origin("publish/targets/here.yaml"),
        bucket=bucket(s3),
        endpoint_url=s3.endpoint,
    )


def pages_of(build: Build, number: int) -> int:
    """Count the distinct pages that hold a product."""
    found = (page for edition in build.editions.values() for page in edition.pages)
    return len({page.reference for page in found if sku(number) in page.skus})


def test_one_price_of_three_thousand_partners_costs_heads_and_pages() -> None:
    """At most 1.2 x (heads x 2 + distinct pages) requests, a fifth of one set per partner."""
    target = MemoryTarget()
    world = World(
        products=360, partners=3000, groups=60, everywhere=frozenset({1}), words=8, media=False
    )
    report = world.publish(target)
    known, requests, before = world.build().objects, target.usage.requests, {*target.blobs}
    world.prices[1] = 7
    build = world.build()
    live = read_live(target, report.after)
    assert live is not None
    plan = diff(live.release, build, fetcher(target, known))
    report = world.publish(target, live=live, plan=plan)
    requests = target.usage.requests - requests
    assert (report.heads, len(report.live)) == (120, 3000)
    assert requests <= 1.2 * (report.heads * 2 + pages_of(build, 1))
    assert requests * 5 <= 3 * len(report.live) * len(world.locales)
    records = {key for key in target.blobs if key.startswith("private/o/")}
    assert len(records - before) * 32 <= report.heads


def test_a_record_names_the_kind_and_the_instant_of_many_changes_once() -> None:
    """What editions remember for feeds weighs hardly more than the SKUs themselves."""
    target = MemoryTarget()
    World(products=200, groups=1, partners=1, locales=("en",), words=1, media=False).publish(target)
    stored = [blob.data for key, blob in target.blobs.items() if key.startswith("private/o/")]
    (record,) = [data for data in stored if b'"changes":' in data]
    skus = b",".join(b'"%s"' % sku(number).encode() for number in range(1, 201))
    assert skus in record
    assert len(record[record.index(b'"changes":') : record.index(b'"edition"')]) < len(skus) + 100


def test_a_bucket_costs_what_memory_costs(s3: Server) -> None:
    """The counts of the other tests hold for S3: the same calls, one request each."""
    counts = []
    for target in (MemoryTarget(), S3Target(s3.connector(), bucket(s3))):
        world = World(groups=6, locales=("en",))
        report = world.publish(target)
        before = target.usage.requests
        world.prices[6] = 7
        live = read_live(target, report.after)
        assert live is not None
        report = world.publish(
            target, live=live, plan=diff(live.release, world.build(), fetcher(target))
        )
        counts.append((report.heads, target.usage.requests - before))
        assert_live(world, target)
    assert counts[0] == counts[1]


def test_a_bucket_is_probed_once_in_a_process(at_home: TargetProfile) -> None:
    world = World(locales=("en",), partners=3)
    first = open_target(at_home, Path())
    world.publish(first)
    again = open_target(at_home, Path())
    assert again.usage.requests == 0
    live = read_live(again)
    assert live is not None
    assert world.publish(again).idle
    assert again.usage.writes == 0


def test_renewed_credentials_are_found_after_a_failure(
    at_home: TargetProfile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "expired")
    assert open_target(at_home, Path()) is open_target(at_home, Path())
    stale = open_target(at_home, Path())
    forget_buckets()
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    assert open_target(at_home, Path()) is not stale
    assert open_target(at_home, Path()).read(LIVE) is None


def test_looking_at_everything_reads_each_object_once() -> None:
    """Verification and collection never ask twice for one object, however many share it."""
    target = MemoryTarget()
    world = World(products=1500, words=2)
    world.publish(target)
    stored = len(target.blobs)
    before = target.usage.reads
    assert verify(target, NAMER).good
    assert target.usage.reads - before <= stored
    before = target.usage.reads
    survey(target, NAMER, now=NOW, retention=Retention())
    pages = {page.key for edition in world.build().editions.values() for page in edition.pages}
    assert target.usage.reads - before <= stored - len(pages)


def test_history_on_a_bucket_is_read_side_by_side(s3: Server) -> None:
    """A survey of five releases asks for several objects at a time."""
    target = S3Target(s3.connector(), bucket(s3))
    world = World(locales=("en",), media=False)
    for price in range(5):
        world.prices[6] = price
        world.publish(target)
    garbage = survey(target, NAMER, now=NOW, retention=Retention())
    assert garbage.releases == (5, 4, 3, 2, 1)
    assert verify(target, NAMER).good


class Far(MemoryTarget):
    """A store far away: it notes how often an answer was awaited with nothing else under way."""

    parallel = 16

    def __init__(self, near: MemoryTarget) -> None:
        vars(self).update(vars(near), usage=Usage())
        self.waits = self.together = 0
        self._asked = threading.Lock()

    def read(self, key: str) -> bytes | None:
        with self._asked:
            self.together += 1
            self.waits += self.together == 1
        time.sleep(0.003)
        with self._asked:
            self.together -= 1
        return super().read(key)


@pytest.mark.parametrize("how", ["publish", "rollback"])
def test_a_machine_that_knows_nothing_compares_side_by_side(how: str) -> None:
    """The trees and pages of all editions are read level by level, none of them twice."""
    near = MemoryTarget()
    world = World(products=1500, words=2, groups=6, media=False)
    world.publish(near)
    live = read_live(near)
    assert live is not None
    world.prices = dict.fromkeys(range(1, 1500, 40), 7)
    build, far = world.build(), Far(near)
    if how == "publish":
        seen = diff(live.release, build, differences(far, live.release, build))
        before = near.usage.reads
        one_by_one = diff(live.release, build, fetcher(near))
        assert seen.fingerprint == one_by_one.fingerprint
        assert far.usage.reads == near.usage.reads - before
    else:
        world.publish(near)
        assert plan_rollback(far, NAMER, 1).plan.partners
    assert far.usage.reads > 40
    assert far.waits < far.usage.reads / 4
