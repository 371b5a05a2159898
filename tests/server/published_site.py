"""A published site in a folder, laid out as docs/formats/published.md says."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import brotli

from syndicator import canonical
from syndicator.canonical import Namer
from syndicator.server import ListedEdition, ListedPartner, Listing, Site

NAMER = Namer(b"a secret of sixteen bytes or more")
MEDIA = "m/0f/0f0123456789abcdef0123456789abcd"
SCRIPT = "w/aisle/0123456789abcdef/aisle.js"


@dataclass
class Folder:
    """A folder of published files that can be read by key."""

    root: Path

    def read(self, key: str) -> bytes | None:
        path = self.root / key
        return path.read_bytes() if path.is_file() else None

    def write(self, key: str, data: bytes, *, packed: bool = False) -> str:
        path = self.root / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        if packed:
            path.with_name(path.name + ".br").write_bytes(brotli.compress(data))
            path.with_name(path.name + ".gz").write_bytes(gzip.compress(data, mtime=0))
        return key

    def put_object(self, value: Any) -> list[str]:
        """Write a page, table or lookup and return its reference."""
        data = canonical.encode(value)
        name = NAMER.name("object", data)
        self.write(f"public/o/{name[:2]}/{name}.json", data, packed=True)
        return [name, canonical.integrity(data)]


@dataclass
class Published:
    """The folder, what lies in it, and its listing."""

    folder: Folder
    keys: dict[str, str] = field(default_factory=dict)
    partners: dict[str, ListedPartner] = field(default_factory=dict)

    def site(self, **more: Any) -> Site:
        listing = Listing(7, self.partners)
        return Site(self.folder, NAMER, name="Norrvind", listing=lambda: listing, **more)


DOCUMENTS = {
    "de": [
        {"sku": "NV-1", "title": "Fjord <7>", "price": {"text": "3.499,00 €"}},
        {"sku": "NV/2", "title": "Keld & Co"},
    ],
    "en": [{"sku": "NV-1", "title": "Fjord 7 in English"}],
}


def key_hash(sku: str) -> str:
    return hashlib.sha256(f"sku:{sku.lower()}".encode()).hexdigest()[:8]


def publish(folder: Folder) -> Published:
    """Write a small site: one partner with two locales."""
    made = Published(folder)
    editions = {}
    for locale, documents in DOCUMENTS.items():
        pages = [folder.put_object({"format": 1, "docs": {d["sku"]: d}}) for d in documents]
        handle = NAMER.name("edition", locale.encode())
        lookup = {key_hash(document["sku"]): [n] for n, document in enumerate(documents)}
        head = {"format": 1, "edition": handle, "locale": locale, "generation": 7}
        head |= {"count": len(documents), "pages": pages, "lookup": lookup}
        folder.write(f"public/e/{handle}.json", canonical.encode(head), packed=True)
        editions[locale] = ListedEdition(handle, locale, 7)
        made.keys[f"head {locale}"] = f"e/{handle}.json"
        made.keys[f"page {locale}"] = f"o/{pages[0][0][:2]}/{pages[0][0]}.json"
    handle = NAMER.name("partner", b"velohaus")
    entry = {"format": 1, "brand": "Norrvind", "default": "de"}
    entry["editions"] = {locale: edition.handle for locale, edition in editions.items()}
    folder.write(f"public/p/{handle}.json", canonical.encode(entry), packed=True)
    made.keys["entry"] = f"p/{handle}.json"
    made.partners["velohaus"] = ListedPartner("velohaus", handle, "de", editions)
    folder.write(f"public/{MEDIA}.pdf", bytes(range(256)) * 8)
    folder.write(f"public/{MEDIA}.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", packed=True)
    folder.write(f"public/{MEDIA}.exe", b"MZ")
    folder.write(f"public/{SCRIPT}", b"export {};\n", packed=True)
    folder.write("public/w/aisle/latest/aisle.js", b"export {};\n")
    folder.write("public/w/app/0123456789abcdef/index.html", b"<p>app")
    folder.write("private/o/ab/secret.json", b'{"secret":true}')
    folder.write("private/feeds/velohaus/atom.atom", b"<feed/>")
    folder.write("private/refs/live", canonical.encode({"generation": 7}))
    return made
