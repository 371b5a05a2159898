"""Going back to an earlier release, finding damage, repairing it, and collecting garbage."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syndicator.bundle import keys
from syndicator.errors import ConflictError, UsageError
from syndicator.targets import (
    DirectoryTarget,
    MemoryTarget,
    Retention,
    Target,
    Verification,
    blob,
    gc,
    plan_rollback,
    read_live,
    releases,
    repair,
    roll_back,
    survey,
    verify,
)
from tests.targets.world import (
    NAMER,
    NOW,
    PICTURE,
    Reader,
    World,
    assert_live,
    asset,
    expected_prices,
    sku,
)

LATER = datetime(2100, 1, 1, tzinfo=UTC)
KEEP_ONE = Retention(count=1, age=timedelta(0), grace=timedelta(hours=1))


@pytest.fixture(params=["memory", "directory"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Target:
    return MemoryTarget() if request.param == "memory" else DirectoryTarget(tmp_path / "site")


def history(world: World, target: Target, prices: tuple[int, ...] = (10, 20, 30)) -> None:
    """Publish a release for each price of product 6, which everybody shows."""
    for price in prices:
        world.prices[6] = price
        world.publish(target)


# --- releases and rollback ------------------------------------------------------------------


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


# --- verify and repair ----------------------------------------------------------------------


def assortments(world: World) -> dict[str, list[str]]:
    return {content.edition.id: list(content.skus) for content in world.contents()}


def checked(world: World, target: Target) -> Verification:
    return verify(target, NAMER, assortments(world))


def mended(world: World, target: Target) -> Verification:
    found = checked(world, target)
    repair(
        target,
        found,
        world.build(),
        now=NOW,
        nonce="repair",
        asset=asset,
        clock=time.monotonic,
    )
    return found


def test_what_was_published_verifies(target: Target) -> None:
    world = World()
    history(world, target)
    found = checked(world, target)
    assert found.good, found.summary()
    assert found.checked > 20


def flip_bit(target: Target, key: str) -> None:
    data = target.read(key)
    assert data
    middle = len(data) // 2
    target.write([blob(key, data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :])])


def any_key(target: Target, prefix: str) -> str:
    return next(entry.key for entry in target.list(prefix))


def live_page(target: Target) -> str:
    live = read_live(target)
    assert live is not None
    name = live.release.editions["by1-en"].head["pages"][0][0]
    return keys.public_object(name)


def live_head(_: Target) -> str:
    return keys.head(NAMER, "by1-en")


def live_entry(_: Target) -> str:
    return keys.entry(NAMER, "partner1")


def live_release(target: Target) -> str:
    live = read_live(target)
    assert live is not None
    return live.ref.release


def live_record(target: Target) -> str:
    live = read_live(target)
    assert live is not None
    return keys.private_object(live.release.records[0][0])


def live_media_list(target: Target) -> str:
    live = read_live(target)
    assert live is not None
    media = live.release.editions["by1-en"].media
    assert media is not None
    return keys.private_object(media[0])


PLACES = [live_page, live_head, live_entry, live_release, live_record, live_media_list]


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.__name__)
@pytest.mark.parametrize("harm", ["flip", "delete"])
def test_damage_anywhere_is_found_and_repaired(
    target: Target, place: Callable[[Target], str], harm: str
) -> None:
    world = World()
    history(world, target)
    key = place(target)
    if harm == "flip":
        flip_bit(target, key)
    else:
        target.delete([key])
    found = mended(world, target)
    assert not found.good
    assert key in found.summary()
    assert checked(world, target).good
    assert_live(world, target)


def test_a_missing_picture_is_found_and_repaired(target: Target) -> None:
    world = World()
    world.publish(target)
    target.delete([PICTURE])
    found = mended(world, target)
    assert [finding.key for finding in found.findings] == [PICTURE]
    assert checked(world, target).good


def test_a_forged_head_is_told_from_an_old_one(target: Target) -> None:
    world = World()
    world.publish(target)
    key = live_head(target)
    old = target.read(key)
    assert old is not None
    history(world, target)
    target.write([blob(key, old)])
    assert [finding.kind for finding in checked(world, target).findings] == ["stale"]
    target.write([blob(key, old.replace(b'"locale":"en"', b'"locale":"fr"'))])
    assert [finding.kind for finding in checked(world, target).findings] == ["unsigned"]


def test_a_head_that_belongs_to_nobody_is_found_and_removed(target: Target) -> None:
    world = World()
    world.publish(target)
    target.write([blob("public/e/0123456789abcdef.json", b"{}")])
    found = mended(world, target)
    assert [finding.kind for finding in found.findings] == ["stray"]
    assert checked(world, target).good


def test_an_edition_that_shows_what_it_may_not_is_found(target: Target) -> None:
    world = World()
    world.publish(target)
    world.embargoed = {4}
    found = checked(world, target)
    assert {edition for finding in found.findings for edition in finding.editions} == {
        "by1-en",
        "by1-de",
        "by2-en",
        "by2-de",
    }
    assert "P-00004" in found.summary()


def test_what_the_workspace_no_longer_holds_is_replaced_by_what_it_holds(target: Target) -> None:
    world = World()
    world.publish(target)
    flip_bit(target, live_page(target))
    world.prices = dict.fromkeys(range(1, 41), 7)
    found = mended(world, target)
    assert found.republished
    assert_live(world, target)


def test_a_damaged_live_reference_is_replaced_under_a_newer_generation(target: Target) -> None:
    world = World()
    history(world, target)
    target.write([blob(keys.LIVE, b"garbage")])
    found = mended(world, target)
    assert found.republished
    assert_live(world, target)
    live = read_live(target)
    assert live is not None
    assert live.ref.generation == 4


def test_a_damaged_compressed_neighbour_is_found_and_repaired(tmp_path: Path) -> None:
    target, world = DirectoryTarget(tmp_path / "site"), World()
    world.publish(target)
    key = live_page(target)
    neighbour = target.root / f"{key}.br"
    neighbour.write_bytes(neighbour.read_bytes()[:-3] + b"xyz")
    found = mended(world, target)
    assert [finding.key for finding in found.findings] == [key]
    assert checked(world, target).good


def test_another_workspace_secret_is_noticed(target: Target) -> None:
    World().publish(target)
    stranger = type(NAMER)(b"another secret of 32 bytes .....")
    assert "not this workspace's" in verify(target, stranger).summary()


# --- garbage collection ---------------------------------------------------------------------


def collect(target: Target, now: datetime = LATER, retention: Retention = KEEP_ONE) -> int:
    return gc(target, survey(target, now=now, retention=retention), "collector")


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


def test_nothing_is_deleted_before_the_grace_period_ends(target: Target) -> None:
    history(World(), target)
    collect(target)
    garbage = survey(target, now=LATER + timedelta(minutes=30), retention=KEEP_ONE)
    assert garbage.waiting > 0
    assert gc(target, garbage, "collector") == 0


def test_what_is_younger_than_the_grace_period_is_never_marked(target: Target) -> None:
    history(World(), target)
    now = datetime.now(UTC)
    assert survey(target, now=now, retention=KEEP_ONE).fresh == ()


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
    assert survey(target, now=NOW + timedelta(days=1), retention=young).releases == (3, 2, 1)
    assert survey(target, now=NOW + timedelta(days=3), retention=young).releases == (3,)


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
    garbage = survey(target, now=LATER + timedelta(hours=2), retention=KEEP_ONE)
    world.prices[6] = 10
    world.publish(target)
    with pytest.raises(ConflictError):
        gc(target, garbage, "collector")
    assert_live(world, target)


def test_a_collection_that_died_while_deleting_is_finished_by_the_next(target: Target) -> None:
    world = World()
    history(world, target)
    collect(target)
    garbage = survey(target, now=LATER + timedelta(hours=2), retention=KEEP_ONE)

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
