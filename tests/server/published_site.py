"""A small site, packed and published as everything else is, into a folder."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from syndicator import canonical
from syndicator.bundle import EditionContent, PartnerEntry, keys, pack
from syndicator.canonical import Namer
from syndicator.entitlement.model import Edition
from syndicator.rendering import finish_all
from syndicator.server import Site
from syndicator.targets import DirectoryTarget, Target, blob, publish, read_live

NAMER = Namer(b"a secret of sixteen bytes or more")
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
MEDIA = "m/0f/0f0123456789abcdef0123456789abcd"
SCRIPT = "w/aisle/0123456789abcdef/aisle.js"
BUNDLE = "w/aisle/0123456789abcdef/large.js"
CODE = b"export {};\n" * 40
PADDING = "words " * 60

FEEDS = "atom.atom c.json c.jsonl c.tsv c.xml google.xml 0123"
"""The feeds of the partner, as a release remembers them."""

Documents = dict[str, dict[str, Any]]
"""Documents of an edition, by SKU."""

GERMAN: Documents = {
    "NV-1": {
        "title": "Fjord <7>",
        "brand": "Norrvind",
        "mpn": "FJ7",
        "gtin": "04006381333931",
        "price": {"amount": "3499.00", "currency": "EUR", "text": "3.499,00 €"},
        "summary": PADDING,
    },
    "NV/2": {"title": "Keld & Co", "brand": "Norrvind", "summary": PADDING},
}
ENGLISH: Documents = {
    "NV-1": {"brand": "Norrvind", "title": "Fjord 7 in English", "summary": PADDING}
}
EDITIONS = {"de": GERMAN, "en": ENGLISH}


@dataclass
class Published:
    """The store, and what it takes to publish to it again."""

    target: Target
    editions: dict[str, Documents] = field(default_factory=lambda: dict(EDITIONS))
    generation: int = 0

    def publish(self, feeds: str = FEEDS, **editions: Documents) -> None:
        """Publish the editions with some of them replaced."""
        self.editions |= editions
        release(self.target, self.editions, NOW + timedelta(hours=self.generation), feeds)
        self.generation += 1

    def page(self, locale: str) -> str:
        """The address of the first page of an edition."""
        live = read_live(self.target)
        name = live.release.editions[locale].head["pages"][0][0]
        return "/" + keys.public_object(name).removeprefix("public/")

    def head(self, locale: str) -> str:
        """The address of an edition's head."""
        return "/" + keys.head(NAMER, locale).removeprefix("public/")

    @property
    def entry(self) -> str:
        """The address of the partner's entry."""
        return "/" + keys.entry(NAMER, "velohaus").removeprefix("public/")

    def site(self, **more: Any) -> Site:
        return Site(self.target, NAMER, name="Norrvind", **more)


def release(
    target: Target, editions: dict[str, Documents], now: datetime, feeds: str = FEEDS
) -> None:
    """Pack and publish editions of one partner; the id of an edition is its locale."""
    contents = [
        EditionContent(
            Edition(locale, locale, tuple(documents), ("velohaus",)),
            finish_all(
                {sku: canonical.encode({"sku": sku, **told}) for sku, told in documents.items()}
            ),
        )
        for locale, documents in editions.items()
    ]
    partner = PartnerEntry("Norrvind", next(iter(editions)), {one: one for one in editions}, feeds)
    order = tuple(dict.fromkeys(sku for documents in editions.values() for sku in documents))
    build = pack(contents, order, NAMER, partners={"velohaus": partner}, inputs=str(now))
    publish(target, build, now=now, nonce=now.isoformat(), asset=_no_asset)


def _no_asset(key: str) -> bytes:
    raise AssertionError(f"nothing refers to {key}")


def fill(target: Target) -> None:
    """Add files of every kind that a release would bring."""
    files = {
        f"public/{MEDIA}.pdf": bytes(range(256)) * 8,
        f"public/{MEDIA}.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        f"public/{MEDIA}.exe": b"MZ",
        f"public/{SCRIPT}": CODE,
        f"public/{BUNDLE}": CODE * 10,
        "public/w/aisle/latest/aisle.js": b"export {};\n",
        "public/w/app/0123456789abcdef/index.html": b"<p>app",
        "private/o/ab/secret.json": b'{"secret":true}',
        "private/feeds/velohaus/atom.atom": b"<feed/>",
    }
    target.write(blob(key, data) for key, data in files.items())


def published_site(root: Path) -> None:
    """Publish the small site for the first time."""
    target = DirectoryTarget(root)
    Published(target).publish()
    fill(target)
