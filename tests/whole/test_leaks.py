"""Nothing outside a partner's assortment is in any byte that the partner can reach."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from syndicator.canonical import Namer
from syndicator.feeds.model import FeedFormat
from syndicator.server import Site, create_app
from syndicator.targets import Retention, Target, gc, survey
from tests.whole.site import NOW, Published, Visitor, publish

PARTNERS = ("red", "green", "blue", "sub")
CONFIGURATOR = "content/configurators/c.yaml"
FEEDS = tuple(each.value for each in FeedFormat)
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="4" height="3"><title>{}</title></svg>'


def mark(number: int) -> str:
    """A word that stands for product `number` and occurs in everything that tells of it."""
    return f"zq{number:02}x"


World = tuple[list[dict[str, object]], list[dict[str, object]], dict[str, object]]
"""Products, manifests, and the rule file of a configurator."""


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Some products that refer to each other, and some rules about who may show them."""
    count = draw(st.integers(2, 9))
    numbers = st.integers(0, count - 1)
    products = [_product(draw, number, count) for number in range(count)]
    products[draw(numbers)]["configurator"] = CONFIGURATOR
    manifests: list[dict[str, object]] = [
        {"kind": "partner", "id": name, "name": name, "locales": ["en", "de"]} for name in PARTNERS
    ]
    manifests[-1]["distributor"] = "red"
    manifests.append({"kind": "price-list", "id": "retail", "currency": "EUR", "to": "all"})
    delegation = {"kind": "delegation", "id": "d", "distributor": "red", "to": "all"}
    manifests.append({**delegation, "products": "all", "widgets": ["configurator"]})
    manifests.append({"kind": "widget-grant", "id": "w", "to": "all", "widget": "configurator"})
    for place in range(draw(st.integers(1, 6))):
        chosen = draw(st.sets(numbers, max_size=count))
        selector = f"sku in {json.dumps(sorted(f'SKU-{mark(n)}' for n in chosen))}"
        if not chosen or draw(st.booleans()):
            selector = draw(st.sampled_from(['category under "a"', 'category under "b"', "all"]))
        manifests.append(
            {
                "kind": draw(st.sampled_from(["grant", "grant", "grant", "forbid"])),
                "id": f"rule-{place}",
                "to": {"partner": draw(st.sampled_from(PARTNERS[:3]))},
                "products": selector,
            }
        )
    if draw(st.booleans()):
        number = draw(numbers)
        manifests.append(
            {
                "kind": "override",
                "id": "words",
                "partner": "green",
                "sku": f"SKU-{mark(number)}",
                "fields": {"title": {"en": f"Green {mark(number)}"}},
            }
        )
    return products, manifests, _configurator(draw, count)


def _configurator(draw: st.DrawFn, count: int) -> dict[str, object]:
    """Choices that sell products or need them as parts; all that is said of one bears its mark."""

    def parts(least: int = 0) -> dict[str, int]:
        chosen = draw(st.sets(st.integers(0, count - 1), min_size=least, max_size=2))
        return {f"SKU-{mark(number)}": 1 for number in chosen}

    values: list[dict[str, object]] = [{"id": "plain", "label": {"en": "Plain"}}]
    for number in range(count):
        word = mark(number)
        sku = f"SKU-{word}"
        value = {"id": f"id-{word}", "label": {"en": f"Choice {word}"}, "help": {"en": word}}
        named = {"sku": sku} if draw(st.booleans()) else {"parts": {sku: 2}}
        values.append({**value, **named, "price": {"retail": price(number)}})
    chosen = draw(st.integers(0, count - 1))
    told = f"Take {mark(chosen)} with the extra"
    return {
        "configurator": 1,
        "id": "c",
        "title": {"en": "Build it"},
        "base": {"parts": parts()},
        "options": [
            {"id": "what", "label": {"en": "What"}, "default": "plain", "values": values},
            {"id": "extra", "display": "toggle", "each": {"parts": parts()}},
        ],
        "rules": [{"when": f"what = id-{mark(chosen)}", "require": "extra", "text": {"en": told}}],
        "combinations": [{"id": "both", "when": "extra and what != plain", "parts": parts(1)}],
    }


def _product(draw: st.DrawFn, number: int, count: int) -> dict[str, object]:
    others = draw(st.lists(st.integers(0, count - 1), unique=True, max_size=4))
    named = [f"SKU-{mark(other)}" for other in others if other != number]
    word = mark(number)
    return {
        "sku": f"SKU-{word}",
        "brand": f"Brand {word}" if draw(st.booleans()) else "Maker",
        "mpn": f"MPN-{word}",
        "category": draw(st.sampled_from(["a", "a/deep", "b"])),
        "title": {"en": f"Title {word}", "de": f"Titel {word}"},
        "summary": {"en": f"Summary {word}"},
        "description": {"en": f"**Text** {word}\n\n- {word}"},
        "highlights": [{"en": f"Highlight {word}"}],
        "specs": {"kind": {"en": f"Spec {word}"}},
        "media": [{"file": f"content/{word}.svg", "role": "hero", "alt": {"en": f"Alt {word}"}}],
        "relations": {
            "accessory": named[:2],
            "spare_part": named[2:],
            "successor": named[:1],
        },
        "variant": {"group": f"g{number % 2}", "axes": {"size": {"en": f"Size {word}"}}},
        "support": {
            "contacts": [],
            "questions": [{"question": {"en": f"Why {word}?"}, "answer": {"en": f"So {word}"}}],
        },
        "extra": {"note": f"Note {word}"},
    }


def write(
    folder: Path,
    products: list[dict[str, object]],
    manifests: list[dict[str, object]],
    configurator: dict[str, object] | None = None,
) -> None:
    """Write the workspace's files; every price is a number of its own."""
    places = ("content/products", "content/prices", "content/configurators", "manifests")
    for place in (*places, "publish/targets"):
        (folder / place).mkdir(parents=True)
    if configurator:
        (folder / CONFIGURATOR).write_text(yaml.safe_dump(configurator))
    (folder / "publish/channels").mkdir()
    (folder / "syndicator.toml").write_text(
        '[workspace]\nid = "w"\nname = "Maker"\nlocales = ["en", "de"]\n'
        '[publish]\nserver_side = "all"\n'
    )
    (folder / "content/products/all.yaml").write_text(yaml.safe_dump_all(products))
    (folder / "content/categories.yaml").write_text(
        yaml.safe_dump([{"path": path, "label": {"en": path}} for path in ("a", "a/deep", "b")])
    )
    (folder / "manifests/all.yaml").write_text(yaml.safe_dump_all(manifests))
    (folder / "publish/targets/local.yaml").write_text(
        "kind: target\nid: local\ntype: directory\npath: build\nbase_url: http://localhost/\n"
    )
    link = "https://shop.example/{sku}"
    channels = [
        {"kind": "channel", "id": name, "format": name, "partners": "all"}
        | ({"link": link} if name not in {"atom", "jsonfeed", "google-manufacturer"} else {})
        for name in FEEDS
    ]
    (folder / "publish/channels/all.yaml").write_text(yaml.safe_dump_all(channels))
    rows = []
    for number, product in enumerate(products):
        (folder / f"content/{mark(number)}.svg").write_text(PICTURE.format(mark(number)))
        rows.append(f"{product['sku']},{price(number)}")
    (folder / "content/prices/retail.csv").write_text("sku,amount\n" + "\n".join(rows) + "\n")


def price(number: int) -> str:
    """A price that no other number in a document can be mistaken for."""
    return f"{987001 + number * 13}.31"


def reach(published: Published, partner: str) -> bytes:
    """Return every byte, and every name, that the partner's tag and feeds lead to."""
    visitor = Visitor(published.target, published.handle(partner))
    visitor.visit()
    parts = [part for key, data in visitor.seen.items() for part in (key.encode(), data)]
    feeds = [entry.key for entry in published.target.list(f"private/feeds/{partner}/")]
    assert len(feeds) == len(FEEDS), feeds
    return b"\n".join([*parts, *(published.target.read(key) or b"" for key in feeds)])


@settings(
    max_examples=20,
    deadline=None,
    # Explaining a failure costs minutes of publishing; the smallest world says it.
    phases=(Phase.reuse, Phase.generate, Phase.shrink),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(world=worlds())
def test_random_worlds_leak_nothing(tmp_path: Path, world: World) -> None:
    """Words, SKUs, prices, pictures, parts and file names of other products are nowhere.

    Neither in what the tag and the feeds lead to, nor in what the server answers.
    """
    folder = tmp_path / "world"
    shutil.rmtree(folder, ignore_errors=True)
    write(folder, *world)
    published = publish(folder)
    assert not published.workspace.errors(strict=True)
    for partner in PARTNERS:
        told = reach(published, partner)
        granted = published.assortment(partner)
        shown = {number for number in range(len(world[0])) if f"SKU-{mark(number)}" in granted}
        assert marks(told) == (shown, shown), partner
        assert marks(answers(published, partner, world[0]))[0] <= shown, partner


def marks(told: bytes) -> tuple[set[int], set[int]]:
    """The products whose words, and those whose prices, occur in some bytes.

    Prices also as configurators write them: in the smallest unit.
    """
    words = {number for number in range(9) if mark(number).encode() in told}
    forms = {number: (price(number), price(number).replace(".", "")) for number in range(9)}
    return words, {n for n, each in forms.items() if any(form.encode() in told for form in each)}


def answers(published: Published, partner: str, products: list[dict[str, object]]) -> bytes:
    """Return what the server tells a partner who asks for every product, drawn and in words.

    Whatever it does not show gets the same refusal as what does not exist.
    """
    settings = published.workspace.settings
    site = Site(reader=published.target, namer=settings.namer, name=settings.name)
    client = create_app(site).test_client()
    handle, granted = published.handle(partner), published.assortment(partner)
    refusal = client.get(f"/fragment/{handle}?sku=nothing")
    told = [refusal.data]
    for product in products:
        asked = (f"sku={product['sku']}", f"brand={product['brand']}&mpn={product['mpn']}")
        forms = ("", "&as=element") if product["sku"] in granted else ("", "&as=element-linked")
        for query, form in zip(asked, forms, strict=True):
            answer = client.get(f"/fragment/{handle}?{query}{form}")
            told.append(answer.data)
            if product["sku"] in granted:
                assert answer.status_code == 200
            else:
                assert (answer.status_code, answer.data) == (404, refusal.data)
                assert dict(answer.headers) == dict(refusal.headers)
        wrong = (f"/feeds/{partner}/{product['sku']}.json", f"/{product['sku']}")
        told += [client.get(path).data for path in wrong]
    return b"\n".join(told)


def test_withdrawing_a_product_removes_it_and_names_what_stays_until_collection(
    tmp_path: Path,
) -> None:
    """No head and no feed leads to it; the objects that still hold it are named, all of them."""
    products = [
        {
            "sku": f"SKU-{mark(n)}",
            "brand": "Maker",
            "title": {"en": mark(n)},
            "summary": {"en": "x"},
            "media": [{"file": f"content/{mark(n)}.svg", "role": "hero", "alt": {"en": "x"}}],
            "relations": {"accessory": [f"SKU-{mark(1 - n)}"]},
        }
        for n in (0, 1)
    ]
    people = [{"kind": "partner", "id": name, "name": name} for name in ("red", "blue")]
    rules = [*people, {"kind": "grant", "id": "g", "to": "all", "products": "all"}]
    write(tmp_path, products, rules)
    before = publish(tmp_path)
    assert not before.report.withdrawn
    assert mark(1).encode() in reach(before, "red")
    forbid = {"kind": "forbid", "id": "red", "to": {"partner": "red"}}
    rules.append({**forbid, "products": f'sku = "SKU-{mark(1)}"'})
    (tmp_path / "manifests/all.yaml").write_text(yaml.safe_dump_all(rules))
    partly = publish(tmp_path)
    assert mark(0).encode() in reach(partly, "red")
    assert mark(1).encode() not in reach(partly, "red")
    # Another partner still shows it: its objects are live, so none of them only waits.
    assert partly.report.withdrawn.products == (f"SKU-{mark(1)}",)
    assert partly.report.withdrawn.objects == ()
    rules[-1]["to"] = "all"
    (tmp_path / "manifests/all.yaml").write_text(yaml.safe_dump_all(rules))
    after = publish(tmp_path)
    for name in ("red", "blue"):
        assert mark(1).encode() not in reach(after, name)
    left = after.report.withdrawn
    assert (left.products, left.release) == ((f"SKU-{mark(1)}",), 2)
    assert set(left.objects) == telling(after.target, mark(1))
    assert left.until == NOW + timedelta(days=31)
    assert after.proposal.plan.as_json()["withdrawn"] == after.report.as_json()["withdrawn"]
    collect(after.target, after.workspace.settings.namer)
    assert telling(after.target, mark(1)) == set()


def telling(target: Target, word: str) -> set[str]:
    """The public keys whose bytes hold a word; compressed neighbours repeat them."""
    entries = [entry.key for entry in target.list("public/")]
    told = [key for key in entries if not key.endswith((".br", ".gz"))]
    return {key for key in told if word.encode() in (target.read(key) or b"")}


def collect(target: Target, namer: Namer) -> None:
    """Mark and delete what the live release does not lead to, long after everything was written."""
    keep = Retention(count=1, age=timedelta(0), grace=timedelta(0))
    for later in (datetime(2100, 1, 1, tzinfo=UTC), datetime(2100, 1, 2, tzinfo=UTC)):
        gc(target, survey(target, namer, now=later, retention=keep), "nonce")


@pytest.fixture(scope="module")
def norrvind(reference: Path, tmp_path_factory: pytest.TempPathFactory) -> Published:
    """The reference workspace, published."""
    return publish(shutil.copytree(reference, tmp_path_factory.mktemp("leaks") / "norrvind"))


@pytest.mark.parametrize(
    "partner",
    ["velohaus", "kinderrad", "stadtrad", "alpen-distribution", "velo-leman", "radkontor"],
)
def test_the_reference_workspace_leaks_nothing(norrvind: Published, partner: str) -> None:
    """No partner reaches the SKU, the GTIN or a file name of what it may not show."""
    visitor = Visitor(norrvind.target, norrvind.handle(partner))
    documents = visitor.visit()
    assert set(documents) == norrvind.assortment(partner)
    text = b"\n".join(visitor.seen.values())
    for sku in norrvind.workspace.catalog.products.keys() - documents.keys():
        product = norrvind.workspace.catalog.products[sku]
        for secret in (sku, product.gtin, *(media.file for media in product.media)):
            quoted = json.dumps(secret).encode()
            assert not secret or quoted not in text, (partner, secret)


def test_an_embargoed_product_is_nowhere(norrvind: Published) -> None:
    """Before its announcement nobody reaches it, not even who may show everything."""
    announced = [
        product
        for product in norrvind.workspace.catalog.products.values()
        if product.lifecycle.announce
        and product.lifecycle.announce > norrvind.proposal.entitlements.at
    ]
    assert announced, "the reference workspace has a product under embargo"
    for partner in norrvind.proposal.entitlements.partners:
        assert not {product.sku for product in announced} & norrvind.assortment(partner)


def test_every_product_is_found_by_each_of_its_identifiers(norrvind: Published) -> None:
    """By SKU, by GTIN and by brand and MPN, as the embed looks it up."""
    visitor = Visitor(norrvind.target, norrvind.handle("alpen-distribution"))
    for sku, document in visitor.visit().items():
        asked = [f"sku:{sku}"]
        asked += [f"gtin:{document['gtin']}"] if "gtin" in document else []
        asked += [f"mpn:{document['brand']}|{document['mpn']}"] if "mpn" in document else []
        for key in asked:
            found = visitor.find("de", key.lower())
            assert found is not None, key
            assert found["sku"] == sku
