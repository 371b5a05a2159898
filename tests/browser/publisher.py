"""A small publisher that writes the published layout (docs/formats/published.md) into memory.

It is independent of `syndicator.bundle` on purpose: the browser tests hold the embed against the
written format, and can write what the real publisher never would.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from syndicator.canonical import Namer, encode, integrity
from syndicator.rendering import draw
from syndicator.widgets import WidgetPackage

NAMER = Namer(b"a secret of the browser tests")
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC_KEY = base64.b64encode(KEY.public_key().public_bytes_raw()).decode()


def sign(document: dict[str, Any]) -> bytes:
    """Return canonical bytes with the signature inside, as the format says."""
    signature = base64.b64encode(KEY.sign(encode(document))).decode()
    return encode(document | {"ed25519": signature})


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
        """Write an edition for one partner and return its head's key; `large` has trees."""
        edition = NAMER.name("edition", f"{partner} {locale}".encode())
        pages, lookup = [], {}
        for number, start in enumerate(range(0, len(documents), page_size)):
            docs = {document["sku"]: document for document in documents[start : start + page_size]}
            pages.append(self.put_object({"format": 1, "docs": docs}))
            for document in docs.values():
                for key in lookup_keys(document):
                    lookup.setdefault(key_hash(key), []).append(number)
        head = {"format": 1, "edition": edition, "locale": locale}
        head |= {"generation": generation, "count": len(documents)}
        head |= self._trees(pages, lookup) if large else {"pages": pages, "lookup": lookup}
        self.files[f"e/{edition}.json"] = sign(head)
        editions = self.editions.setdefault(partner, {})
        editions[locale] = edition
        entry = {"format": 1, "brand": "Norrvind", "default": next(iter(editions))}
        entry |= {"editions": editions, "generation": generation, "key": PUBLIC_KEY}
        self.files[f"p/{partner}.json"] = sign(entry)
        return f"e/{edition}.json"

    def draw(
        self, package: WidgetPackage, documents: list[dict[str, Any]], locale: str = "de"
    ) -> None:
        """Add to the only page of an edition what servers include."""
        words = json.loads(package.files[f"words.{locale}.json"])
        drawn = [json.loads(draw(encode(one), locale=locale, words=words)) for one in documents]
        pages = [self.put_object({"drawn": drawn, "format": 1})]
        look = [f"w/aisle/{package.fingerprint}/aisle.css", package.integrity["aisle.css"]]
        node = self.put_object({"format": 1, "look": look, "pages": pages})
        key = f"e/{self.editions['velohaus'][locale]}.json"
        head = json.loads(self.files[key])
        del head["ed25519"]
        self.files[key] = sign(head | {"drawn": [node]})

    def _trees(self, pages: list[list[str]], lookup: dict[str, list[int]]) -> dict[str, Any]:
        """Two levels of tables with 4 pages each below 4, and two levels of lookups by 2 and 1 bits."""
        tables = [{"format": 1, "pages": pages[at : at + 4]} for at in range(0, len(pages), 4)]
        upper = [
            {
                "format": 1,
                "span": 4,
                "tables": [self.put_object(one) for one in tables[at : at + 4]],
            }
            for at in range(0, len(tables), 4)
        ]
        quarters = []
        for quarter in range(4):
            halves = [
                {
                    digits: numbers
                    for digits, numbers in lookup.items()
                    if int(digits, 16) >> 29 == half
                }
                for half in (2 * quarter, 2 * quarter + 1)
            ]
            below = [self.put_object({"format": 1, "lookup": half}) for half in halves]
            quarters.append(self.put_object({"format": 1, "lookups": below}))
        return {
            "span": 16,
            "tables": [self.put_object(table) for table in upper],
            "lookups": quarters,
        }
