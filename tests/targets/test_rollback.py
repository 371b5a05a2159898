"""Going back to an earlier release."""

from __future__ import annotations

import pytest

from syndicator.errors import ConflictError, UsageError
from syndicator.targets import Target, plan_rollback, releases, roll_back
from tests.targets.world import NAMER, NOW, Reader, World, assert_live, history, sku


def test_releases_are_listed_newest_first(target: Target) -> None:
    history(World(), target)
    told = releases(target)
    assert [info.generation for info in told] == [3, 2, 1]
    assert [info.live for info in told] == [True, False, False]


def test_a_rollback_shows_again_what_a_release_showed(target: Target) -> None:
    world = World()
    history(world, target)
    way = plan_rollback(target, NAMER, 1)
    assert way.plan.partners["partner0"].changed == (sku(6),)
    report = roll_back(target, way, now=NOW, nonce="back")
    assert (report.generation, report.heads) == (4, 6)
    world.prices[6] = 10
    assert_live(world, target)


def test_generations_rise_also_when_going_back(target: Target) -> None:
    """A browser that remembers generation 3 must accept what is restored."""
    history(World(), target)
    roll_back(target, plan_rollback(target, NAMER, 1), now=NOW, nonce="back")
    reader = Reader(target)
    entry = reader.entry("partner0")
    assert entry is not None
    head = reader.head(entry["editions"]["en"])
    assert head is not None
    assert head["generation"] == 4


def test_a_rollback_brings_back_partners_who_left(target: Target) -> None:
    world = World(partners=3)
    world.publish(target)
    world.gone = {"partner2"}
    world.publish(target)
    roll_back(target, plan_rollback(target, NAMER, 1), now=NOW, nonce="back")
    world.gone = set()
    assert_live(world, target)


def test_publishing_after_a_rollback_shows_the_workspace_again(target: Target) -> None:
    world = World()
    history(world, target)
    roll_back(target, plan_rollback(target, NAMER, 1), now=NOW, nonce="back")
    assert world.publish(target).committed
    assert_live(world, target)


def test_going_back_to_what_is_live_changes_nothing(target: Target) -> None:
    world = World()
    history(world, target)
    way = plan_rollback(target, NAMER, 3)
    assert way.plan.empty
    assert roll_back(target, way, now=NOW, nonce="back").idle


def test_a_release_that_never_was_is_refused(target: Target) -> None:
    history(World(), target)
    with pytest.raises(UsageError, match="release 9 is not kept"):
        plan_rollback(target, NAMER, 9)


def test_a_rollback_gives_way_to_who_published_meanwhile(target: Target) -> None:
    world = World()
    history(world, target)
    way = plan_rollback(target, NAMER, 1)
    world.prices[6] = 99
    world.publish(target)
    with pytest.raises(ConflictError):
        roll_back(target, way, now=NOW, nonce="back")
    assert_live(world, target)
