"""Every way in which an S3 store can fail in the middle of a publish."""

from __future__ import annotations

import os
import time

import pytest

from syndicator.bundle import diff
from syndicator.errors import ConflictError, TargetError
from syndicator.targets import DeliveryError, fetcher, read_live
from syndicator.targets.s3 import S3Target
from tests.faults.proxy import Fault, Proxy
from tests.targets.seaweed import Server
from tests.targets.seaweed import bucket as make_bucket
from tests.targets.world import Reader, World, assert_live

LIVE, HEAD, OBJECT = "private/refs/live", "public/e/", "public/o/"


@pytest.fixture
def bucket(s3: Server) -> str:
    return make_bucket(s3)


@pytest.fixture
def steady(s3: Server, bucket: str) -> S3Target:
    return S3Target(s3.connector(), bucket)


@pytest.fixture
def shaky(s3: Server, bucket: str, proxy: Proxy) -> S3Target:
    connect = s3.connector(endpoint_url=proxy.endpoint, read_timeout=1)
    return S3Target(connect, bucket)


@pytest.fixture
def world(steady: S3Target) -> World:
    """A published world whose next publish changes a price that everybody shows."""
    world = World(products=12, partners=4, locales=("en",))
    world.publish(steady)
    world.prices[6] = 66
    return world


PASSING = [
    Fault("500 InternalError", path=OBJECT),
    Fault("503 SlowDown", path=OBJECT, times=2),
    Fault("drop", path=OBJECT),
    Fault("lost", path=OBJECT),
    Fault("500 InternalError", path=LIVE),
    Fault("503 SlowDown", path=LIVE, times=2),
    Fault("409 ConditionalRequestConflict", path=LIVE),
    Fault("412 PreconditionFailed", path=LIVE),
    Fault("drop", path=LIVE),
    Fault("lost", path=LIVE),
    Fault("lost", path=LIVE, after=1),
    Fault("late", path=OBJECT),
    Fault("late", path=LIVE),
    Fault("late", path=HEAD, times=2),
    Fault("500 InternalError", path=HEAD, times=3),
    Fault("503 SlowDown", path=HEAD, times=2),
    Fault("409 ConditionalRequestConflict", path=HEAD, times=2),
    Fault("412 PreconditionFailed", path=HEAD, times=2),
    Fault("drop", path=HEAD, times=2),
    Fault("lost", path=HEAD, times=2),
    Fault("500 InternalError", method="GET", path=LIVE),
    Fault("503 SlowDown", method="GET", path="private/o/"),
    Fault("drop", method="GET", path="private/releases/"),
    Fault("lost", method="GET", path=LIVE),
    Fault("cut", method="GET", path="private/releases/"),
]


EVERY = 1 if os.environ.get("SYNDICATOR_FAULTS") == "all" else 3
"""`make faults` tries every case, `make test` every third."""


@pytest.mark.parametrize(
    "fault", PASSING[::EVERY], ids=lambda f: f"{f.kind} {f.method} {f.path} x{f.times}+{f.after}"
)
def test_a_passing_failure_is_survived(
    world: World, shaky: S3Target, steady: S3Target, proxy: Proxy, fault: Fault
) -> None:
    proxy.faults = [Fault(fault.kind, fault.method, fault.path, fault.times, fault.after)]
    report = world.publish(shaky)
    assert proxy.struck >= 1
    assert report.generation == 2
    assert_live(world, steady)
    live = read_live(steady)
    assert live is not None
    assert live.release.generation == 2, "the change was published twice"


LASTING = [
    (Fault("403 ExpiredToken", path=OBJECT), "credentials have expired"),
    (Fault("403 ExpiredToken", path=LIVE), "credentials have expired"),
    (Fault("403 ExpiredToken", path=HEAD), "credentials have expired"),
    (Fault("403 RequestTimeTooSkewed", path=OBJECT), "clock is wrong"),
    (Fault("403 RequestTimeTooSkewed", path=LIVE), "clock is wrong"),
    (Fault("403 AccessDenied", path=HEAD), "may not do this"),
    (Fault("403 AccessDenied", method="GET", path=LIVE), "may not do this"),
    (Fault("403 QuotaExceeded", path=OBJECT), "QuotaExceeded"),
]


@pytest.mark.parametrize(
    ("fault", "told"),
    LASTING[::EVERY],
    ids=[f"{f.kind} {f.method} {f.path}" for f, _ in LASTING[::EVERY]],
)
def test_a_lasting_failure_is_told_and_the_next_run_completes(
    world: World, shaky: S3Target, steady: S3Target, proxy: Proxy, fault: Fault, told: str
) -> None:
    proxy.faults = [Fault(fault.kind, fault.method, fault.path, times=10_000)]
    with pytest.raises(TargetError, match=told) as failure:
        world.publish(shaky)
    assert failure.value.exit_code == 5
    proxy.faults = []
    world.publish(shaky)
    assert_live(world, steady)


def test_who_lags_is_told_when_a_delivery_breaks_off(
    world: World, shaky: S3Target, proxy: Proxy
) -> None:
    proxy.faults = [Fault("403 AccessDenied", path=HEAD, times=10_000)]
    with pytest.raises(DeliveryError, match="release 2 is committed") as failure:
        world.publish(shaky)
    assert failure.value.lagging == ("partner0", "partner1", "partner2", "partner3")
    assert "4 partners lag: partner0 partner1" in str(failure.value)
    assert failure.value.exit_code == 5


def test_the_report_tells_when_each_partner_was_live(
    world: World, shaky: S3Target, proxy: Proxy
) -> None:
    """From the change, not from the call, and also where heads had to be sent again."""
    proxy.faults = [Fault("503 SlowDown", path=HEAD)]
    report = world.publish(shaky, changed_at=time.monotonic() - 5)
    assert sorted(report.live) == world.partner_ids()
    assert 5 < report.percentile(0.5) <= report.percentile(0.95) < 60
    told = report.as_json()
    assert told["partners"] == 4
    assert 5 < told["live_p50"] <= told["live_p95"]  # type: ignore[operator]
    assert told["slowest"].keys() == report.live.keys()  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", ["drop", "lost", "412 PreconditionFailed"])
def test_a_reviewed_plan_that_no_longer_applies_ends_with_4_also_when_answers_are_lost(
    world: World, shaky: S3Target, steady: S3Target, proxy: Proxy, kind: str
) -> None:
    """Somebody publishes between the review and the commit, whose answer does not arrive."""
    live = read_live(steady)
    assert live is not None
    plan = diff(live.release, world.build(), fetcher(steady))
    other = World(products=12, partners=4, locales=("en",), embargoed={5})
    other.publish(steady)
    proxy.faults = [Fault(kind, path=LIVE)]
    with pytest.raises(ConflictError) as refusal:
        world.publish(shaky, live=live, plan=plan, reviewed=True)
    assert refusal.value.exit_code == 4
    assert_live(other, steady)


def test_a_commit_whose_answer_is_lost_is_known_by_its_nonce(
    world: World, shaky: S3Target, steady: S3Target, proxy: Proxy
) -> None:
    """The reference is read back and carries the nonce: nothing is committed twice."""
    proxy.faults = [Fault("lost", path=LIVE)]
    assert world.publish(shaky, nonce="mine").committed
    live = read_live(steady)
    assert live is not None
    assert (live.ref.nonce, live.ref.generation) == ("mine", 2)
    assert not world.publish(steady, nonce="theirs").committed


def test_permission_lost_in_the_middle_leaves_complete_editions(
    world: World, shaky: S3Target, steady: S3Target, proxy: Proxy
) -> None:
    """After two heads the credentials end: every edition is complete, old or new."""
    proxy.faults = [Fault("403 ExpiredToken", path=HEAD, after=2, times=10_000)]
    with pytest.raises(TargetError):
        world.publish(shaky)
    reader = Reader(steady)
    for partner in world.partner_ids():
        prices = reader.prices(partner)
        assert prices is not None
        assert prices["P-00006"] in {"100", "66"}
    proxy.faults = []
    world.publish(shaky)
    assert_live(world, steady)
