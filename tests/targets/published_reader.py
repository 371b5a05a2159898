"""A reader of the published layout, written from docs/formats/published.md and nothing else.

It imports nothing of the engine: what the page says must be enough.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable
from typing import Any

import brotli
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

Json = dict[str, Any]


class RefusedError(Exception):
    """Something is not what its reference, its signature or its generation says."""


class Published:
    """One partner's products, by the handle in its tag. `get` returns the bytes under a key."""

    def __init__(self, get: Callable[[str], bytes], partner: str) -> None:
        self.get = get
        self.fetched = 0
        """Bytes of everything that was fetched, as brotli."""
        self.generations: dict[str, int] = {}
        data = self._bytes(f"public/p/{partner}.json")
        self.entry = json.loads(data)
        self.key = Ed25519PublicKey.from_public_bytes(base64.b64decode(self.entry["key"]))
        self._signed(data)

    def find(self, locale: str, **asked: str) -> Json | None:
        """Return the document of a product by `sku`, `gtin`, or `brand` and `mpn`."""
        head = self.head(locale)
        plain = {name: value.strip().lower() for name, value in asked.items()}
        name = "mpn" if "mpn" in plain else next(iter(plain))
        value = f"{plain['brand']}|{plain['mpn']}" if name == "mpn" else plain[name]
        wanted = hashlib.sha256(f"{name}:{value}".encode()).hexdigest()[:8]
        for number in self._numbers(head, wanted):
            for document in self._object(*self._page(head, number))["docs"].values():
                if all(document.get(one, "").strip().lower() == plain[one] for one in plain):
                    return dict(document)
        return None

    def head(self, locale: str) -> Json:
        """Return a locale's head, unless it is forged or older than one that was seen."""
        key = f"public/e/{self.entry['editions'][locale]}.json"
        head = self._signed(self._bytes(key))
        if head["generation"] < self.generations.get(key, 0):
            raise RefusedError(f"{key}: generation {head['generation']} is old")
        self.generations[key] = head["generation"]
        return head

    def _numbers(self, node: Json, wanted: str) -> list[int]:
        bits = int(wanted, 16)
        left = 32
        while below := node.get("lookups"):
            left -= len(below).bit_length() - 1
            node = self._object(*below[(bits >> left) % len(below)])
        return list(node["lookup"].get(wanted, []))

    def _page(self, node: Json, number: int) -> tuple[str, str]:
        while below := node.get("tables"):
            place, number = divmod(number, node["span"])
            node = self._object(*below[place])
        name, integrity = node["pages"][number]
        return name, integrity

    def _object(self, name: str, integrity: str) -> Json:
        data = self._bytes(f"public/o/{name[:2]}/{name}.json")
        if "sha256-" + base64.b64encode(hashlib.sha256(data).digest()).decode() != integrity:
            raise RefusedError(f"{name}: its bytes are not those that were published")
        return self._known(data)

    def _signed(self, data: bytes) -> Json:
        found = re.search(rb'"ed25519":"([^"]+)",', data)
        if found is None:
            raise RefusedError("there is no signature")
        try:
            self.key.verify(base64.b64decode(found[1]), data[: found.start()] + data[found.end() :])
        except Exception as error:
            raise RefusedError("the signature is not the maker's") from error
        return self._known(data)

    def _known(self, data: bytes) -> Json:
        document: Json = json.loads(data)
        if document["format"] != 1:
            raise RefusedError("another format")
        return document

    def _bytes(self, key: str) -> bytes:
        data = self.get(key)
        self.fetched += len(brotli.compress(data, quality=5))
        return data
