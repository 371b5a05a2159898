"""Products drawn for partners' servers: published, withdrawn, restored and swept with the rest."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from syndicator import canonical
from syndicator.bundle import EditionContent, keys, trees
from syndicator.rendering.finished import plain_keys
from syndicator.targets import (
    MemoryTarget,
    Retention,
    blob,
    gc,
    plan_rollback,
    roll_back,
    survey,
    verify,
)
from tests.targets.world import NAMER, NOW, World, sku

LOOK = b"a{}"
LOOK_KEY = "public/w/aisle/ab/aisle.css"
KEEP_ONE = Retention(count=1, age=timedelta(0), grace=timedelta(hours=1))


@dataclass
class Drawn(World):
    """A world in which the servers of the partners who hold every product include them."""

    products: int = 1_200
    locales: tuple[str, ...] = ("en",)
    drawing: bool = True

    def contents(self) -> Iterator[EditionContent]:
        for content in super().contents():
            if not self.drawing or content.edition.id != "by1-en":
                yield content
                continue
            look = ("w/aisle/ab/aisle.css", canonical.integrity(LOOK))
            drawn = {one.sku: self._drawn(one.data()) for one in content.documents}
            yield replace(content, drawn=drawn, look=look)

    @staticmethod
    def _drawn(document: bytes) -> bytes:
        told = canonical.decode(document)
        named = plain_keys(told["sku"], told["gtin"], told["brand"], told["mpn"])
        pieces = [f'<p data-sku="{told["sku"]}">', told["price"]["amount"]]
        return canonical.encode({"html": pieces, "keys": named})


def published() -> tuple[Drawn, MemoryTarget]:
    world, target = Drawn(), MemoryTarget()
    target.write([blob(LOOK_KEY, LOOK)])
    world.publish(target)
    return world, target


def shown(target: MemoryTarget, edition: str = "by1-en") -> dict[str, str]:
    """What a server includes: SKU to price, by walking from the head."""

    def load(reference: tuple[str, str]) -> bytes:
        data = target.read(keys.public_object(reference[0]))
        assert data is not None
        assert canonical.integrity(data) == reference[1]
        return data

    head = canonical.decode(target.read(keys.head(NAMER, edition)))
    found: dict[str, str] = {}
    for below in trees.drawn_below(head):
        for reference in trees.page_references(canonical.decode(load(below)), load):
            for product in canonical.decode(load(reference))["drawn"]:
                found[product["keys"][0].removeprefix("sku:").upper()] = product["html"][1]
    return found


def test_only_editions_that_ask_for_it_are_drawn() -> None:
    _, target = published()
    assert len(shown(target)) == 1_200
    assert shown(target, "by2-en") == {}
    assert verify(target, NAMER).good


def test_a_shoppers_head_grows_by_one_reference() -> None:
    _, target = published()
    head = target.read(keys.head(NAMER, "by1-en"))
    part = re.search(rb'"drawn":\[\[.*?\]\],', head)
    assert part is not None
    assert len(part[0]) < 120


def test_a_change_rewrites_one_drawn_page() -> None:
    world, target = published()
    before = {entry.key for entry in target.list("public/o/")}
    world.prices[7] = 1
    world.publish(target)
    assert shown(target)[sku(7)] == "1"
    fresh = {entry.key for entry in target.list("public/o/")} - before
    drawn = [key for key in fresh if target.read(key).startswith(b'{"drawn"')]
    assert len(drawn) == 1


def test_what_is_withdrawn_is_gone_with_the_same_publish() -> None:
    world, target = published()
    world.embargoed = {7}
    world.publish(target)
    assert sku(7) not in shown(target)
    assert len(shown(target)) == 1_199


def test_who_asks_later_or_no_longer_is_served_by_the_next_publish() -> None:
    world, target = published()
    for drawing, count in ((False, 0), (True, 1_200)):
        world.drawing = drawing
        report = world.publish(target, nonce=f"drawing {drawing}")
        assert report.committed
        assert len(shown(target)) == count


def test_a_rollback_brings_back_what_servers_include() -> None:
    world, target = published()
    world.prices[7] = 1
    world.drawing = False
    world.publish(target)
    roll_back(target, plan_rollback(target, NAMER, 1), now=NOW, nonce="back")
    assert shown(target)[sku(7)] == "100"
    assert verify(target, NAMER).good


def test_sweeping_keeps_what_is_drawn_and_takes_what_no_release_needs() -> None:
    world, target = published()
    world.drawing = False
    world.prices[7] = 1
    world.publish(target)
    world.drawing = True
    world.publish(target)
    old = [entry.key for entry in target.list("public/o/")]
    for day in (1, 2):
        now = NOW + timedelta(days=400 + day)
        gc(target, survey(target, NAMER, now=now, retention=KEEP_ONE), "collector")
    assert len(shown(target)) == 1_200
    target.write([blob(LOOK_KEY, LOOK)])  # a release keeps it among its browser code
    assert verify(target, NAMER).good
    assert len(list(target.list("public/o/"))) < len(old)


def test_damage_is_found() -> None:
    _, target = published()
    page = next(
        entry.key
        for entry in target.list("public/o/")
        if target.read(entry.key).startswith(b'{"drawn"')
    )
    target.write([blob(page, b"{}")])
    assert "damaged" in verify(target, NAMER).summary()


def test_a_product_that_is_drawn_beyond_the_documents_is_found() -> None:
    """A publisher that drew more than it granted is caught by the audit."""

    @dataclass
    class Careless(Drawn):
        def contents(self) -> Iterator[EditionContent]:
            for content in super().contents():
                if content.drawn:
                    extra = self._drawn(self.document(9_999, "en"))
                    last = next(reversed(content.drawn))
                    joined = content.drawn[last] + b"," + extra
                    yield replace(content, drawn={**content.drawn, last: joined})
                else:
                    yield content

    target = MemoryTarget()
    target.write([blob(LOOK_KEY, LOOK)])
    Careless().publish(target)
    assert "servers include" in verify(target, NAMER).summary()


def test_a_withdrawal_names_the_drawn_pages_that_remain() -> None:
    world, target = published()
    drawn = {
        entry.key
        for entry in target.list("public/o/")
        if b'data-sku=\\"P-00007\\"' in (target.read(entry.key) or b"")
    }
    world.embargoed = {7}
    report = world.publish(target)
    assert len(drawn) == 1
    assert drawn <= set(report.withdrawn.objects)
