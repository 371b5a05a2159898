"""A small publisher that writes the published layout (docs/formats/published.md) into memory.

It is independent of `syndicator.bundle` on purpose: the browser tests hold the embed against the
written format, and can write what the real publisher never would.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

from syndicator.canonical import Namer, encode, integrity

NAMER = Namer(b"a secret of the browser tests")


def lookup_keys(document: dict[str, Any]) -> list[str]:
    keys = [f"sku:{document['sku']}"]
    if gtin := document.get("gtin"):
        keys.append(f"gtin:{gtin}")
    if mpn := document.get("mpn"):
        keys.append(f"mpn:{document['brand']}|{mpn}")
    return [key.strip().lower() for key in keys]


def key_hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:8]


@dataclass
class Zone:
    """The public zone as a mapping from key to bytes."""

    files: dict[str, bytes] = field(default_factory=dict)
    editions: dict[str, dict[str, str]] = field(default_factory=dict)

    def put_object(self, value: Any) -> list[str]:
        data = encode(value)
        name = NAMER.name("object", data)
        self.files[f"o/{name[:2]}/{name}.json"] = data
        return [name, integrity(data)]

    def put_media(self, data: bytes, extension: str) -> str:
        name = NAMER.name("media", data)
        key = f"m/{name[:2]}/{name}.{extension}"
        self.files[key] = data
        return key

    def publish(
        self,
        documents: list[dict[str, Any]],
        *,
        partner: str = "velohaus",
        locale: str = "de",
        generation: int = 1,
        page_size: int = 8,
        large: bool = False,
    ) -> str:
        """Write an edition for one partner and return the key of its head; `large` uses tables and lookups."""
        edition = NAMER.name("edition", f"{partner} {locale}".encode())
        pages, lookup = [], {}
        for number, start in enumerate(range(0, len(documents), page_size)):
            docs = {document["sku"]: document for document in documents[start : start + page_size]}
            pages.append(self.put_object({"format": 1, "docs": docs}))
            for document in docs.values():
                for key in lookup_keys(document):
                    lookup.setdefault(key_hash(key), []).append(number)
        head = {
            "format": 1,
            "edition": edition,
            "locale": locale,
            "generation": generation,
            "count": len(documents),
        }
        head |= self._large(pages, lookup) if large else {"pages": pages, "lookup": lookup}
        self.files[f"e/{edition}.json"] = encode(head)
        editions = self.editions.setdefault(partner, {})
        editions[locale] = edition
        entry = {
            "format": 1,
            "brand": "Norrvind",
            "default": next(iter(editions)),
            "editions": editions,
        }
        self.files[f"p/{partner}.json"] = encode(entry)
        return f"e/{edition}.json"

    def _large(self, pages: list[list[str]], lookup: dict[str, list[int]]) -> dict[str, Any]:
        tables = [pages[start : start + 64] for start in range(0, len(pages), 64)]
        bits = 2
        shards: list[dict[str, list[int]]] = [{} for _ in range(2**bits)]
        for digits, numbers in lookup.items():
            shards[int(digits, 16) >> (32 - bits)][digits] = numbers
        return {
            "tables": [self.put_object({"format": 1, "pages": table}) for table in tables],
            "lookups": [self.put_object({"format": 1, "lookup": shard}) for shard in shards],
        }
