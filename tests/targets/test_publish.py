"""Publishing: what readers see, what it costs, and how it ends when others publish too."""

from __future__ import annotations

import pytest

from syndicator.bundle import Plan, diff, keys
from syndicator.errors import ConflictError, VerificationError
from syndicator.targets import (
    MemoryTarget,
    Target,
    blob,
    fetcher,
    read_live,
    read_ref,
)
from syndicator.targets.reference import LIVE
from tests.targets.world import NAMER, Reader, World, assert_live, expected_prices, sku


def plan_for(world: World, target: Target) -> Plan:
    live = read_live(target)
    return diff(live.release if live else None, world.build(), fetcher(target))


def test_a_first_publish_shows_every_partner_its_assortment(target: Target) -> None:
    world = World()
    report = world.publish(target)
    assert report.committed
    assert (report.generation, report.heads, report.entries) == (1, 6, 6)
    assert_live(world, target)


def test_publishing_again_without_a_change_writes_nothing(target: Target) -> None:
    world = World()
    world.publish(target)
    writes = target.usage.writes
    report = world.publish(target)
    assert report.idle
    assert target.usage.writes == writes
    assert "0 objects written" in report.summary()


def test_without_a_change_only_the_live_reference_is_read(target: Target) -> None:
    world = World()
    world.publish(target)
    before = target.usage.requests
    ref = read_ref(target)
    assert ref is not None
    assert ref.settles(world.build().inputs)
    assert target.usage.requests - before == 1


def test_one_price_costs_one_page_one_head_and_one_record_for_each_locale(target: Target) -> None:
    """Product 7 is only in the full assortment: one edition in each of two locales."""
    world = World()
    world.publish(target)
    world.prices[7] = 90
    report = world.publish(target)
    assert (report.objects, report.heads, report.entries) == (2, 2, 0)
    assert_live(world, target)


def test_editions_without_a_change_keep_head_and_record_byte_for_byte(target: Target) -> None:
    world = World()
    world.publish(target)
    before = read_live(target)
    untouched = target.read(keys.head(NAMER, "by2-en"))
    world.prices[7] = 90
    world.publish(target)
    after = read_live(target)
    assert before is not None
    assert after is not None
    assert target.read(keys.head(NAMER, "by2-en")) == untouched
    assert after.release.editions["by2-en"] == before.release.editions["by2-en"]
    assert after.release.editions["by1-en"].generation == 2


def test_a_lost_product_disappears_and_a_gained_one_appears(target: Target) -> None:
    world = World(embargoed={4})
    world.publish(target)
    world.embargoed = {6}
    plan = plan_for(world, target)
    assert plan.partners["partner1"].gained == (sku(4),)
    assert plan.partners["partner1"].lost == (sku(6),)
    world.publish(target)
    assert_live(world, target)
    assert sku(6) not in (Reader(target).prices("partner0") or {})


def test_changes_are_remembered_newest_first(target: Target) -> None:
    world = World(products=3)
    world.publish(target)
    world.prices[1] = 50
    world.publish(target)
    live = read_live(target)
    assert live is not None
    changes = [*live.release.editions["by1-en"].each_change()]
    assert [(change.sku, change.kind, change.generation) for change in changes] == [
        (sku(1), "changed", 2),
        (sku(1), "gained", 1),
        (sku(2), "gained", 1),
        (sku(3), "gained", 1),
    ]
    assert changes[0].at == "2026-06-01T12:00:00Z"


def test_who_leaves_loses_entry_and_edition(target: Target) -> None:
    world = World(partners=3)
    world.publish(target)
    world.gone = {"partner2"}
    report = world.publish(target)
    assert report.retired == 3
    assert target.read(keys.entry(NAMER, "partner2")) is None
    assert target.read(keys.head(NAMER, "by3-en")) is None
    assert_live(world, target)


def test_who_comes_back_sees_everything_again(target: Target) -> None:
    world = World(partners=3)
    world.publish(target)
    world.gone = {"partner2"}
    world.publish(target)
    world.gone = set()
    world.publish(target)
    assert_live(world, target)


def test_the_same_workspace_gives_the_same_bytes_on_any_target() -> None:
    first, second = MemoryTarget(), MemoryTarget()
    for target in (first, second):
        world = World()
        world.publish(target, nonce="one")
        world.prices[3] = 5
        world.publish(target, nonce="two")
    assert {k: b.data for k, b in first.blobs.items()} == {
        k: b.data for k, b in second.blobs.items()
    }


def test_the_slower_of_two_publishers_plans_again(target: Target) -> None:
    mine, theirs = World(), World()
    mine.publish(target)
    live = read_live(target)
    mine.prices[7] = 70
    stale = plan_for(mine, target)
    theirs.embargoed = {5}
    theirs.publish(target)
    report = mine.publish(target, live=live, plan=stale)
    assert report.retries == 1
    assert report.generation == 3
    assert_live(mine, target)


def test_a_reviewed_plan_is_applied_exactly(target: Target) -> None:
    world = World()
    world.publish(target)
    world.prices[7] = 70
    live, plan = read_live(target), plan_for(world, target)
    report = world.publish(target, live=live, plan=plan, reviewed=True)
    assert report.generation == plan.generation == 2
    assert_live(world, target)


def test_a_reviewed_plan_that_no_longer_applies_is_refused(target: Target) -> None:
    mine, theirs = World(), World()
    mine.publish(target)
    mine.prices[7] = 70
    live, plan = read_live(target), plan_for(mine, target)
    theirs.embargoed = {5}
    theirs.publish(target)
    with pytest.raises(ConflictError) as refusal:
        mine.publish(target, live=live, plan=plan, reviewed=True)
    assert refusal.value.exit_code == 4
    assert_live(theirs, target)


def test_an_equal_plan_has_an_equal_fingerprint(target: Target) -> None:
    world = World()
    world.publish(target)
    world.prices[7] = 70
    first, second = plan_for(world, target), plan_for(world, target)
    world.prices[7] = 71
    assert first.fingerprint == second.fingerprint
    assert plan_for(world, target).fingerprint != first.fingerprint


def test_delivery_is_finished_by_the_next_run_also_without_a_change(target: Target) -> None:
    world = World()
    world.publish(target)
    world.prices[7] = 70

    class DeadError(Exception):
        pass

    class Dying:
        """Dies after the commit, before any head."""

        def __getattr__(self, name: str) -> object:
            return getattr(target, name)

        def swap(self, swaps: list[object]) -> list[bool]:
            if len(swaps) == 1:
                return target.swap(swaps)  # type: ignore[arg-type]
            raise DeadError

    with pytest.raises(DeadError):
        world.publish(Dying())  # type: ignore[arg-type]
    ref = read_ref(target)
    assert ref is not None
    assert (ref.generation, ref.delivered) == (2, 1)
    report = world.publish(target)
    assert (report.committed, report.heads) == (False, 2)
    assert_live(world, target)


def test_a_slow_publisher_never_puts_an_old_head_over_a_newer_one(target: Target) -> None:
    """The first publisher sleeps between commit and delivery while the second one does both."""
    slow, fast = World(), World()
    slow.publish(target)
    slow.prices[7] = 70

    class Sleeping:
        def __init__(self) -> None:
            self.woken = False

        def __getattr__(self, name: str) -> object:
            return getattr(target, name)

        def swap(self, swaps: list[object]) -> list[bool]:
            if len(swaps) > 1 and not self.woken:
                self.woken = True
                fast.prices[7] = 60
                fast.publish(target)
            return target.swap(swaps)  # type: ignore[arg-type]

    slow.publish(Sleeping())  # type: ignore[arg-type]
    assert_live(fast, target)


def test_a_head_from_a_future_that_was_never_committed_is_replaced(target: Target) -> None:
    """A store restored from an older backup can hold heads newer than its live reference."""
    world = World()
    world.publish(target)
    old = target.read(LIVE)
    assert old is not None
    for price in (1, 2, 3):
        world.prices[7] = price
        world.publish(target)
    target.write([blob(LIVE, old)])
    world.prices[7] = 55
    world.publish(target)
    assert_live(world, target)


def test_damage_stops_a_publish_with_a_clear_word(target: Target) -> None:
    world = World()
    world.publish(target)
    live = read_live(target)
    assert live is not None
    target.write([blob(live.ref.release, b"{}")])
    with pytest.raises(VerificationError, match="verify --repair"):
        world.publish(target)


def test_products_are_found_by_every_identifier(target: Target) -> None:
    world = World()
    world.publish(target)
    reader = Reader(target)
    entry = reader.entry("partner0")
    assert entry is not None
    head = reader.head(entry["editions"]["de"])
    assert head is not None
    for identifiers in (("P-00012", "", "", ""), ("p-00012 ", f"{12:014}", "", "")):
        found = reader.find(head, *identifiers)
        assert found is not None
        assert found["title"] == "Thing 12 in de"
    found = reader.find(head, "", "", "MAKER", "m12")
    assert found is not None
    assert reader.find(head, "P-99999", "", "", "") is None


def test_partners_are_told_apart_by_rights(target: Target) -> None:
    world = World()
    world.publish(target)
    reader = Reader(target)
    for partner in world.partner_ids():
        assert reader.prices(partner) == expected_prices(world, partner)


def test_a_daemon_reads_two_small_keys_to_publish_a_change() -> None:
    """The live reference and the list of pending deletions: all else it has made itself."""
    target, world = MemoryTarget(), World(products=1500)
    report = world.publish(target)
    known = world.build().objects
    world.prices[6] = 1
    build, before = world.build(), target.usage.reads
    live = read_live(target, report.after)
    assert live is not None
    plan = diff(live.release, build, fetcher(target, known))
    report = world.publish(target, live=live, plan=plan)
    assert report.heads == 6
    assert target.usage.reads - before == 2
    assert_live(world, target)


def test_what_another_publisher_made_live_is_read_whatever_was_known() -> None:
    target, mine, theirs = MemoryTarget(), World(), World(embargoed={4})
    known = mine.publish(target).after
    theirs.publish(target)
    live = read_live(target, known)
    assert live is not None
    assert live.release.generation == 2


def test_an_overtaken_publisher_brings_back_no_head_that_was_retired(target: Target) -> None:
    """It sleeps while partner 2 leaves, wakes, flips its heads, and dies before it looks again."""
    slow, fast = World(partners=3), World(partners=3)
    slow.publish(target)
    slow.prices[6] = 70

    class DeadError(Exception):
        pass

    class Sleeping:
        def __init__(self) -> None:
            self.woken = False

        def __getattr__(self, name: str) -> object:
            return getattr(target, name)

        def swap(self, swaps: list[object]) -> list[bool]:
            if self.woken and len(swaps) == 1:
                raise DeadError
            if len(swaps) > 1:
                self.woken = True
                fast.gone = {"partner2"}
                fast.publish(target)
            return target.swap(swaps)  # type: ignore[arg-type]

    with pytest.raises(DeadError):
        slow.publish(Sleeping())  # type: ignore[arg-type]
    assert target.read(keys.head(NAMER, "by3-en")) is None
    assert target.read(keys.entry(NAMER, "partner2")) is None
    assert_live(fast, target)
