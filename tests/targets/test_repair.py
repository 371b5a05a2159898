"""Finding damage, and repairing it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from syndicator.bundle import Release, keys
from syndicator.errors import VerificationError
from syndicator.targets import (
    DirectoryTarget,
    MemoryTarget,
    Target,
    Verification,
    blob,
    find_release,
    plan_rollback,
    read_live,
    releases,
    repair,
    verify,
)
from syndicator.targets.reference import LIVE
from tests.targets.world import NAMER, NOW, PICTURE, World, assert_live, asset, checked, history


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


def release_of(target: Target) -> Release:
    live = read_live(target)
    assert live is not None
    return live.release


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
    target.write([blob(LIVE, b"garbage")])
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


def test_a_flipped_bit_in_any_object_is_found_and_repaired() -> None:
    """Every key in turn, also of the releases before; one bit somewhere in the middle."""
    target, world = MemoryTarget(), World(products=12, words=5)
    history(world, target)
    for key in sorted(target.blobs):
        kept = dict(target.blobs)
        flip_bit(target, key)
        found = mended(world, target)
        assert key in found.summary(), f"{key} was not found:\n{found.summary()}"
        again = checked(world, target)
        assert again.good, f"{key} was not repaired:\n{again.summary()}"
        assert_live(world, target)
        target.blobs = kept


def test_a_release_that_cannot_come_back_is_told_and_forgotten(target: Target) -> None:
    """Its record is damaged: repairing forgets it, and collecting works again."""
    world = World()
    history(world, target)
    old, live = find_release(target, 2, release_of(target)), release_of(target)
    [record] = set(old.records) - set(live.records) - set(find_release(target, 1, live).records)
    flip_bit(target, keys.private_object(record[0]))
    with pytest.raises(VerificationError):
        plan_rollback(target, NAMER, 2)
    found = mended(world, target)
    assert [finding.kind for finding in found.findings] == ["history"]
    assert [info.generation for info in releases(target)] == [3]
    assert checked(world, target).good


def test_a_picture_that_was_changed_is_found_by_its_name(target: Target) -> None:
    world = World()
    world.publish(target)
    flip_bit(target, PICTURE)
    found = mended(world, target)
    assert [(one.kind, one.key) for one in found.findings] == [("damaged", PICTURE)]
    assert target.read(PICTURE) == asset(PICTURE)


def test_a_store_restored_from_a_backup_is_noticed_and_made_whole(target: Target) -> None:
    """Only the live reference is old: heads are newer than it, and that is told."""
    world = World()
    history(world, target, (10,))
    backup = target.read(LIVE)
    assert backup is not None
    history(world, target, (20, 30))
    target.write([blob(LIVE, backup)])
    found = mended(world, target)
    assert {one.kind for one in found.findings} == {"stale"}
    assert checked(world, target).good
    assert world.publish(target).generation == 2
    assert_live(world, target)
    assert checked(world, target).good
