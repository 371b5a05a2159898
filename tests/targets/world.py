"""A small invented manufacturer whose state can be changed, packed, published and read back."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from syndicator import canonical
from syndicator.bundle import (
    Build,
    EditionContent,
    Packer,
    PartnerEntry,
    Release,
    keys,
    signed_by,
    trees,
)
from syndicator.canonical import Namer
from syndicator.entitlement.model import Edition
from syndicator.rendering import content_key, finish_all
from syndicator.targets import (
    Blob,
    Readable,
    Report,
    Target,
    Verification,
    blob,
    publish,
    read_live,
    verify,
)

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
NAMER = Namer(b"a secret of thirty-two bytes ....")
DRAWING = b"<svg xmlns='http://www.w3.org/2000/svg'/>" * 20
PICTURE = "public/" + content_key(NAMER, hashlib.sha256(DRAWING).hexdigest(), "svg")

_nonces = itertools.count(1)


def sku(number: int) -> str:
    return f"P-{number:05}"


@dataclass
class World:
    """Products with prices; partners who may show those whose number their divisor divides."""

    products: int = 40
    partners: int = 6
    groups: int = 3
    """Partners whose number leaves the same remainder have the same rights."""
    locales: tuple[str, ...] = ("en", "de")
    words: int = 40
    prices: dict[int, int] = field(default_factory=dict)
    embargoed: set[int] = field(default_factory=set)
    everywhere: frozenset[int] = frozenset()
    """Products that everybody shows."""
    feeds: str = ""
    """The file of everybody's feed, where there is one."""
    gone: set[str] = field(default_factory=set)
    """Partners who left."""
    media: bool = True
    packer: Packer = field(default_factory=lambda: Packer(NAMER))
    _documents: dict[tuple[Any, ...], bytes] = field(default_factory=dict)

    def document(self, number: int, locale: str) -> bytes:
        price = self.prices.get(number, 100)
        key = (number, locale, price)
        if key not in self._documents:
            text = " ".join(f"word{(number * 31 + i * 7) % 997}" for i in range(self.words))
            self._documents[key] = canonical.encode(
                {
                    "sku": sku(number),
                    "gtin": f"{number:014}",
                    "brand": "Maker",
                    "mpn": f"M{number}",
                    "title": f"Thing {number} in {locale}",
                    "summary": text,
                    "price": {"amount": str(price), "currency": "EUR"},
                    **({"media": [{"src": PICTURE.removeprefix("public/")}]} if self.media else {}),
                }
            )
        return self._documents[key]

    def assortment(self, divisor: int) -> list[int]:
        return [
            n
            for n in range(1, self.products + 1)
            if (n % divisor == 0 or n in self.everywhere) and n not in self.embargoed
        ]

    def group(self, partner: str) -> int:
        return int(partner.removeprefix("partner")) % self.groups + 1

    def partner_ids(self) -> list[str]:
        return [p for p in (f"partner{n}" for n in range(self.partners)) if p not in self.gone]

    def contents(self) -> Iterator[EditionContent]:
        """Partners 0, 3, 6... share an edition in each locale, 1, 4, 7... another, and so on."""
        groups: dict[int, list[str]] = {}
        for partner in self.partner_ids():
            groups.setdefault(self.group(partner), []).append(partner)
        for divisor, members in groups.items():
            numbers = self.assortment(divisor)
            for locale in self.locales:
                documents = {sku(n): self.document(n, locale) for n in numbers}
                edition = Edition(
                    id=f"by{divisor}-{locale}",
                    locale=locale,
                    skus=tuple(documents),
                    partners=tuple(members),
                    price_list="retail",
                )
                media = frozenset({PICTURE} if self.media else ())
                yield EditionContent(edition, finish_all(documents), media)

    def entries(self) -> dict[str, PartnerEntry]:
        return {
            partner: PartnerEntry(
                "Maker",
                self.locales[0],
                {locale: f"by{self.group(partner)}-{locale}" for locale in self.locales},
                f"{self.feeds} fingerprint" if self.feeds else "",
            )
            for partner in self.partner_ids()
        }

    def feed_blobs(self, _: Release, partners: frozenset[str]) -> Iterator[Blob]:
        for partner in sorted(partners.intersection(self.partner_ids())):
            yield blob(f"private/feeds/{partner}/{self.feeds}", partner.encode())

    def build(self, inputs: str = "") -> Build:
        order = [sku(n) for n in range(1, self.products + 1)]
        state = canonical.encode(
            [sorted(self.prices.items()), sorted(self.embargoed), sorted(self.gone), self.products]
        )
        return self.packer.pack(
            self.contents(),
            order,
            partners=self.entries(),
            inputs=inputs or canonical.fingerprint(state),
        )

    def publish(self, target: Target, **options: Any) -> Report:
        options.setdefault("nonce", f"nonce-{next(_nonces)}")
        if self.feeds:
            options.setdefault("feeds", self.feed_blobs)
        return publish(target, self.build(), now=NOW, asset=asset, **options)


def asset(key: str) -> bytes:
    assert key == PICTURE
    return DRAWING


class TornError(AssertionError):
    """A reader saw something that is neither a complete old nor a complete new edition."""


@dataclass
class Reader:
    """Another implementation of the format: reads what a browser reads, and verifies all of it."""

    target: Readable
    public_key: str = ""

    def entry(self, partner: str) -> dict[str, Any] | None:
        data = self.target.read(keys.entry(NAMER, partner))
        if data is None:
            return None
        entry: dict[str, Any] = canonical.decode(data)
        if not signed_by(data, entry["key"]):
            raise TornError(f"entry of {partner}: bad signature")
        self.public_key = entry["key"]
        return entry

    def head(self, handle: str) -> dict[str, Any] | None:
        data = self.target.read(f"public/e/{handle}.json")
        if data is None:
            return None
        if self.public_key and not signed_by(data, self.public_key):
            raise TornError(f"head {handle}: bad signature")
        head: dict[str, Any] = canonical.decode(data)
        return head

    def load(self, reference: tuple[str, str]) -> bytes:
        name, integrity = reference
        data = self.target.read(f"public/o/{name[:2]}/{name}.json")
        if data is None or canonical.integrity(data) != integrity:
            raise TornError(f"object {name}: {'missing' if data is None else 'damaged'}")
        return data

    def documents(self, head: Mapping[str, Any]) -> dict[str, Any]:
        """Everything that an edition shows, by SKU."""
        shown: dict[str, Any] = {}
        for reference in trees.page_references(dict(head), self.load):
            shown |= canonical.decode(self.load(reference))["docs"]
        if len(shown) != head["count"]:
            raise TornError(f"{len(shown)} documents, {head['count']} told")
        return shown

    def find(self, head: Mapping[str, Any], *identifiers: str) -> dict[str, Any] | None:
        """One product by SKU, GTIN, or brand and MPN: what the embed does."""
        key = keys.lookup_keys(*identifiers)[-1]
        for number in trees.find(dict(head), key, self.load):
            page = canonical.decode(self.load(trees.page_at(dict(head), number, self.load)))
            for document in page["docs"].values():
                found: dict[str, Any] = document
                if key in keys.lookup_keys(
                    found["sku"], found["gtin"], found["brand"], found["mpn"]
                ):
                    return found
        return None

    def prices(self, partner: str, locale: str = "en") -> dict[str, str] | None:
        """What one partner's shoppers see: SKU to price."""
        entry = self.entry(partner)
        head = self.head(entry["editions"][locale]) if entry else None
        if head is None:
            return None
        return {key: doc["price"]["amount"] for key, doc in self.documents(head).items()}


def expected_prices(world: World, partner: str) -> dict[str, str]:
    numbers = world.assortment(world.group(partner))
    return {sku(n): str(world.prices.get(n, 100)) for n in numbers}


def assert_live(world: World, target: Target, shopper: Readable | None = None) -> None:
    """Every partner sees exactly what the world says, and the release knows it is delivered."""
    reader = Reader(shopper or target)
    for partner in world.partner_ids():
        for locale in world.locales:
            assert reader.prices(partner, locale) == expected_prices(world, partner)
    live = read_live(target)
    assert live is not None
    assert live.ref.delivered == live.ref.generation


def history(world: World, target: Target, prices: tuple[int, ...] = (10, 20, 30)) -> None:
    """Publish a release for each price of product 6, which everybody shows."""
    for price in prices:
        world.prices[6] = price
        world.publish(target)


def checked(world: World, target: Target) -> Verification:
    """Verify, knowing what each edition may show."""
    assortments = {one.edition.id: list(one.skus) for one in world.contents()}
    return verify(target, NAMER, assortments)
