"""Collecting garbage beside publishers."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from syndicator.bundle import keys
from syndicator.errors import ConflictError, UsageError
from syndicator.targets import Retention, Target, blob, gc, plan_rollback, roll_back, survey
from syndicator.targets.s3 import S3Target
from tests.targets.seaweed import Server, bucket
from tests.targets.world import (
    NAMER,
    NOW,
    Reader,
    World,
    assert_live,
    checked,
    expected_prices,
    history,
)

LATER = datetime(2100, 1, 1, tzinfo=UTC)
KEEP_ONE = Retention(count=1, age=timedelta(0), grace=timedelta(hours=1))


def collect(target: Target, now: datetime = LATER, retention: Retention = KEEP_ONE) -> int:
    return gc(target, survey(target, NAMER, now=now, retention=retention), "collector")


def test_the_first_run_marks_and_the_second_deletes(target: Target) -> None:
    world = World()
    history(world, target)
    before = {entry.key for entry in target.list("public/o/")}
    assert collect(target) == 0
    assert {entry.key for entry in target.list("public/o/")} == before
    deleted = collect(target, LATER + timedelta(hours=2))
    assert deleted > 0
    assert {entry.key for entry in target.list("public/o/")} < before
    assert checked(world, target).good
    assert_live(world, target)


def test_what_goes_is_told_by_kind_and_name_before_it_goes(target: Target) -> None:
    """Every key counts under one kind, the first three of each are named."""
    history(World(), target, prices=(10, 20, 30, 40, 50, 60))
    collect(target)
    garbage = survey(target, NAMER, now=LATER + timedelta(hours=2), retention=KEEP_ONE)
    text = garbage.summary()
    kinds = re.findall(r"^  (\w.*): ([\d,]+), [\d,]+ bytes$", text, re.MULTILINE)
    named = set(re.findall(r"^    ((?:public|private)/.*)$", text, re.MULTILINE))
    assert dict(kinds)["releases"] == "5"
    assert "    and 2 more; --json names all" in text
    assert sum(int(count) for _, count in kinds) == len(garbage.ripe)
    assert named < {entry.key for entry in garbage.ripe}
    assert len(named) == sum(min(3, int(count)) for _, count in kinds)


def test_nothing_is_deleted_before_the_grace_period_ends(target: Target) -> None:
    history(World(), target)
    collect(target)
    garbage = survey(target, NAMER, now=LATER + timedelta(minutes=30), retention=KEEP_ONE)
    assert garbage.waiting > 0
    assert gc(target, garbage, "collector") == 0


def test_what_is_younger_than_the_grace_period_is_never_marked(target: Target) -> None:
    history(World(), target)
    now = datetime.now(UTC)
    assert survey(target, NAMER, now=now, retention=KEEP_ONE).fresh == ()


def test_kept_releases_can_be_rolled_back_to_after_a_collection(target: Target) -> None:
    world = World()
    history(world, target)
    keep_two = Retention(count=2, age=timedelta(0), grace=timedelta(hours=1))
    collect(target, retention=keep_two)
    assert collect(target, LATER + timedelta(hours=2), keep_two) > 0
    roll_back(target, plan_rollback(target, NAMER, 2), now=NOW, nonce="back")
    world.prices[6] = 20
    assert_live(world, target)
    with pytest.raises(UsageError, match="release 1 is not kept"):
        plan_rollback(target, NAMER, 1)


def test_releases_are_kept_by_age_too(target: Target) -> None:
    history(World(), target)
    young = Retention(count=1, age=timedelta(days=2), grace=timedelta(hours=1))
    assert survey(target, NAMER, now=NOW + timedelta(days=1), retention=young).releases == (3, 2, 1)
    assert survey(target, NAMER, now=NOW + timedelta(days=3), retention=young).releases == (3,)


def test_what_a_publisher_writes_again_is_taken_off_the_list(target: Target) -> None:
    """The price goes back to 10: its page is marked for deletion while it becomes live again."""
    world = World()
    history(world, target)
    assert collect(target) == 0
    world.prices[6] = 10
    world.publish(target)
    collect(target, LATER + timedelta(hours=2))
    assert checked(world, target).good
    assert_live(world, target)


def test_a_collection_gives_way_to_a_publisher_who_took_a_key_off(target: Target) -> None:
    world = World()
    history(world, target)
    collect(target)
    garbage = survey(target, NAMER, now=LATER + timedelta(hours=2), retention=KEEP_ONE)
    world.prices[6] = 10
    world.publish(target)
    with pytest.raises(ConflictError):
        gc(target, garbage, "collector")
    assert_live(world, target)


def test_a_collection_that_died_while_deleting_is_finished_by_the_next(target: Target) -> None:
    world = World()
    history(world, target)
    collect(target)
    garbage = survey(target, NAMER, now=LATER + timedelta(hours=2), retention=KEEP_ONE)

    class Dying:
        def __getattr__(self, name: str) -> object:
            return getattr(target, name)

        def delete(self, keys: list[str]) -> None:
            target.delete(list(keys)[:1])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        gc(Dying(), garbage, "collector")  # type: ignore[arg-type]
    assert collect(target, LATER + timedelta(hours=2)) > 0
    assert target.read(keys.PENDING) is None
    assert_live(world, target)


def test_the_orphans_of_a_killed_publisher_are_collected(target: Target) -> None:
    world = World()
    world.publish(target)
    target.create([blob("public/o/aa/aaaa.json", b"{}"), blob(f"{keys.RELEASES}2-ab.json", b"{}")])
    collect(target)
    assert collect(target, LATER + timedelta(hours=2)) == 2
    assert_live(world, target)


def test_every_partner_still_sees_its_own_after_everything(target: Target) -> None:
    world = World()
    history(world, target)
    collect(target)
    collect(target, LATER + timedelta(hours=2))
    for partner in world.partner_ids():
        assert Reader(target).prices(partner) == expected_prices(world, partner)


def feeds_of(target: Target) -> list[str]:
    return [entry.key for entry in target.list("private/feeds/")]


def test_the_feeds_of_who_left_are_collected(target: Target) -> None:
    world = World(partners=3, feeds="offers.xml")
    world.publish(target)
    assert len(feeds_of(target)) == 3
    world.gone = {"partner2"}
    world.publish(target)
    collect(target)
    collect(target, LATER + timedelta(hours=2))
    assert feeds_of(target) == [f"private/feeds/partner{n}/offers.xml" for n in range(2)]


def test_who_comes_back_before_the_collection_ends_keeps_feed_and_entry(target: Target) -> None:
    """Everything of partner 2 is marked for deletion while it becomes live again."""
    world = World(partners=3, feeds="offers.xml")
    world.publish(target)
    world.gone = {"partner2"}
    world.publish(target)
    collect(target)
    garbage = survey(target, NAMER, now=LATER + timedelta(hours=2), retention=KEEP_ONE)
    assert "private/feeds/partner2/offers.xml" in {entry.key for entry in garbage.ripe}
    world.gone = set()
    world.publish(target)
    with pytest.raises(ConflictError):
        gc(target, garbage, "collector")
    assert len(feeds_of(target)) == 3
    assert_live(world, target)


def test_a_head_that_a_publisher_wrote_late_and_died_is_collected(target: Target) -> None:
    world = World(partners=3)
    world.publish(target)
    key = keys.head(NAMER, "by3-en")
    late = target.read(key)
    assert late is not None
    world.gone = {"partner2"}
    world.publish(target)
    target.write([blob(key, late)])
    collect(target)
    collect(target, LATER + timedelta(hours=2))
    assert target.read(key) is None
    assert checked(world, target).good


def test_a_head_that_was_written_late_goes_with_the_next_publish(target: Target) -> None:
    """Without a collection, too: what was retired lately is deleted again."""
    world = World(partners=3)
    world.publish(target)
    key = keys.head(NAMER, "by3-en")
    late = target.read(key)
    assert late is not None
    world.gone = {"partner2"}
    world.publish(target)
    target.write([blob(key, late)])
    world.prices[7] = 70
    report = world.publish(target)
    assert report.retired == 0
    assert target.read(key) is None


def test_collecting_on_a_bucket_is_safe_beside_a_publisher(s3: Server) -> None:
    """Mark, publish what was marked, give way; then delete what is left, and nothing else."""
    target = S3Target(s3.connector(), bucket(s3))
    world = World(partners=3, locales=("en",), feeds="offers.xml")
    history(world, target)
    world.gone = {"partner2"}
    world.publish(target)
    assert collect(target) == 0
    garbage = survey(target, NAMER, now=LATER + timedelta(hours=2), retention=KEEP_ONE)
    assert garbage.ripe
    world.prices[6], world.gone = 10, set()
    world.publish(target)
    with pytest.raises(ConflictError):
        gc(target, garbage, "collector")
    before = target.usage.deletes
    assert collect(target, LATER + timedelta(hours=2)) > 0
    assert target.usage.deletes - before == 3, "releases, the rest, the list: one request each"
    assert checked(world, target).good
    assert_live(world, target)
