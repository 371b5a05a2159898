"""Plans: what a reviewer reads, and what is held to."""

from __future__ import annotations

from syndicator.bundle import (
    Plan,
    Release,
    Signer,
    compose,
    diff,
    encode_release,
    keys,
    parse_release,
)
from syndicator.bundle.release import media_bytes, media_reference
from tests.targets.world import NAMER, NOW, World, sku


def never(key: str, _integrity: str) -> bytes:
    raise AssertionError(f"{key} was read although nothing of it changed")


def released(world: World, previous: Release | None = None) -> tuple[Release, dict[str, bytes]]:
    """Release a world in memory; return the release and every object it leads to."""
    build = world.build()
    objects = {key: piece.make() for key, piece in build.objects.items()}
    for media in {edition.media for edition in build.editions.values()}:
        if (reference := media_reference(media, NAMER)) is not None:
            objects[keys.private_object(reference[0])] = media_bytes(media)
    plan = diff(previous, build, lambda key, _: objects[key])
    made = compose(previous, build, plan, now=NOW, nonce="n", delivered=0)
    stored = encode_release(made, NAMER, Signer(NAMER))
    return stored.release, {**objects, **stored.objects, stored.key: stored.data}


def planned(world: World, previous: Release, objects: dict[str, bytes]) -> Plan:
    return diff(previous, world.build(), lambda key, _: objects[key])


def test_a_release_reads_back_as_it_was_written() -> None:
    made, objects = released(World())
    assert parse_release(made.key, objects[made.key], lambda key, _: objects[key]) == made


def test_nothing_is_read_to_see_that_nothing_changed() -> None:
    world = World(media=False)
    made, _ = released(world)
    plan = diff(made, world.build(), never)
    assert plan.empty
    assert plan.summary() == "Nothing to publish: every partner already sees this."


def test_the_first_plan_gives_everybody_everything() -> None:
    plan = diff(None, World().build(), never)
    assert (plan.generation, plan.parent) == (1, "")
    assert {edition.status for edition in plan.editions} == {"new"}
    assert len(plan.partners["partner0"].gained) == 40


def test_a_plan_names_products_by_partner_and_edition() -> None:
    world = World(embargoed={12})
    made, objects = released(world)
    world.embargoed = {3}
    world.prices[8] = 9
    plan = planned(world, made, objects)
    delta = plan.partners["partner0"]
    assert (delta.gained, delta.lost, delta.changed) == ((sku(12),), (sku(3),), (sku(8),))
    assert plan.withdrawn.products == (sku(3),)
    edition = next(step for step in plan.editions if step.edition == "by3-en")
    assert (edition.status, edition.delta.gained, edition.delta.lost) == (
        "changed",
        (sku(12),),
        (sku(3),),
    )
    assert "+P-00012" in plan.summary()
    assert "-P-00003" in plan.summary()


def test_only_pages_that_differ_are_read() -> None:
    world = World(products=400)
    made, objects = released(world)
    world.prices[7] = 1
    reads: list[str] = []

    def counted(key: str, _integrity: str) -> bytes:
        reads.append(key)
        return objects[key]

    diff(made, world.build(), counted)
    pages = sum(len(edition.pages) for edition in world.build().editions.values())
    assert len(set(reads)) <= 4
    assert pages > 20


def test_rights_that_move_a_partner_to_another_edition_are_told_as_products() -> None:
    """The new edition has no past of its own; its partners have."""

    class Renamed(World):
        def contents(self):
            for content in super().contents():
                edition = content.edition
                if edition.id.startswith("by2") and self.prices:
                    fields = {
                        "id": f"new-{edition.locale}",
                        "locale": edition.locale,
                        "skus": edition.skus[1:],
                        "partners": edition.partners,
                    }
                    documents = content.documents[1:]
                    yield type(content)(type(edition)(**fields), documents)
                else:
                    yield content

        def entries(self):
            entries = super().entries()
            if self.prices:
                for partner in ("partner1", "partner4"):
                    old = entries[partner]
                    editions = {locale: f"new-{locale}" for locale in old.editions}
                    entries[partner] = type(old)(old.brand, old.default, editions)
            return entries

    world = Renamed(media=False)
    made, objects = released(world)
    world.prices[2] = 3
    plan = planned(world, made, objects)
    assert plan.partners["partner1"].lost == (sku(2),)
    assert plan.partners["partner1"].gained == ()
    statuses = {step.edition: step.status for step in plan.editions}
    assert (statuses["new-en"], statuses["by2-en"]) == ("new", "gone")
    new = next(step for step in plan.editions if step.edition == "new-en")
    assert (new.base, new.delta.lost) == ("by2-en", (sku(2),))


def test_a_new_partner_of_an_old_edition_changes_no_head() -> None:
    world = World(partners=6, gone={"partner5"})
    made, objects = released(world)
    world.gone = set()
    plan = planned(world, made, objects)
    assert plan.heads == ()
    assert not plan.empty
    assert set(plan.partners) == {"partner5"}
    assert {s.edition for s in plan.editions if s.status == "members"} == {"by3-de", "by3-en"}


def test_a_plan_as_json_is_plain_and_complete() -> None:
    world = World()
    made, objects = released(world)
    world.prices[8] = 9
    told = planned(world, made, objects).as_json()
    assert told["generation"] == 2
    assert told["empty"] is False
    assert told["heads"] == 4
    assert told["partners"]["partner1"] == {"gained": 0, "lost": 0, "changed": 1}
    assert {edition["status"] for edition in told["editions"]} == {"changed"}


def test_the_fingerprint_covers_what_is_shown_not_only_which_products() -> None:
    world = World()
    made, objects = released(world)
    world.prices[8] = 9
    one = planned(world, made, objects)
    world.prices[8] = 10
    other = planned(world, made, objects)
    assert one.partners == other.partners
    assert one.fingerprint != other.fingerprint


def test_a_plan_in_markdown_is_a_table_of_partners() -> None:
    world = World()
    made, objects = released(world)
    world.prices[8] = 9
    text = planned(world, made, objects).markdown()
    assert "| partner1 | 0 | 0 | 1 |" in text
    assert "~P-00008" in text


def test_changes_keep_two_hundred_and_no_more() -> None:
    world = World(products=300, media=False)
    made, objects = released(world)
    assert len([*made.editions["by1-en"].each_change()]) == 200
    world.prices[1] = 2
    plan = planned(world, made, objects)
    after = compose(made, world.build(), plan, now=NOW, nonce="m", delivered=1)
    changes = [*after.editions["by1-en"].each_change()]
    assert (len(changes), changes[0].sku, changes[0].kind) == (200, sku(1), "changed")
