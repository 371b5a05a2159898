"""Put a manufacturer's product into your page on your server, from published files alone.

Needs Python 3.10 and nothing else; to check signatures (`trusted`) the package `cryptography`. In
a page:

    AISLE = Aisle("https://content.norrvind.example/", "YOUR-KEY")
    html = AISLE.html("sku:NV-FJORD-7", "de") or own_text

For servers that include files (nginx, Apache, Varnish), let cron write one file a product:

    python aisle.py https://content.norrvind.example/ YOUR-KEY de /srv/shop/aisle [--trusted KEY]
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import html
import json
import re
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

PATIENCE = 1.0
"""Seconds that a page of yours waits for one file."""
LIFETIME = 60.0
"""Seconds for which what may change is believed."""
SIGNATURE = re.compile(rb'"ed25519":"([\w+/]{86}==)",')
"""What is cut out of a file before its signature is checked."""


class Aisle:
    """Reads one partner's products; keep one for the life of the process.

    `root` is where the published files lie, `public` where shoppers' browsers find them, if that is
    a path of your own. `linked` names the stylesheet instead of writing it into the page, for
    policies that allow no inline style. `trusted` is the publisher's public key, as the tag has it:
    files that may change are refused without its signature, or if they are older than the last.
    """

    def __init__(
        self,
        root: str,
        partner: str,
        public: str = "",
        linked: bool = False,
        trusted: str = "",
    ) -> None:
        self.root, self.partner, self.linked = root, partner, linked
        self.public = public or root
        self._check = _checker(trusted) if trusted else None
        self._kept: dict[str, tuple[float, Any]] = {}

    def html(self, key: str, locale: str, cart: str = "") -> str | None:
        """Return a product ready for the page; None where there is nothing to show.

        `key` is `sku:…`, `gtin:…` with 14 digits, or `mpn:BRAND|MPN`. `cart` is your own form,
        HTML with `slot="cart"`, which then stands below the price.
        """
        key = key.lower()
        try:
            head = self._head(locale)
            drawn = self._object(head["drawn"][0])
            for number in self._numbers(head, key):
                for product in self._page(drawn, number)["drawn"]:
                    if key in product["keys"]:
                        return self._joined(product["html"], drawn["look"], cart)
        except (OSError, ValueError, LookupError):
            pass  # not reachable, not what was published, or not drawn for servers
        return None

    def every(self, locale: str) -> Iterator[tuple[str, str]]:
        """Yield every product of a locale: its keys' first (`sku:…`) and its HTML."""
        drawn = self._object(self._head(locale)["drawn"][0])
        for reference in self._references(drawn):
            for product in self._object(reference)["drawn"]:
                sku = next(key for key in product["keys"] if key.startswith("sku:"))
                yield sku, self._joined(product["html"], drawn["look"])

    def version(self, locale: str) -> str:
        """Return a text that changes whenever a product of a locale does."""
        return str(self._head(locale)["drawn"][0][0])

    def _joined(self, pieces: list[str], look: list[str], cart: str = "") -> str:
        if self.linked:
            address = html.escape(self.public + look[0])
            verified = f'integrity="{look[1]}" crossorigin="anonymous"'
            style = f'<link rel="stylesheet" href="{address}" {verified}>'
        else:
            style = f"<style>{self._read(*look).decode()}</style>"
        body = pieces[0] + style + html.escape(self.public).join(pieces[1:])
        if cart:
            body = f"{cart}</syndicator-aisle>".join(body.rsplit("</syndicator-aisle>", 1))
        return f'<div data-syndicator-partner="{html.escape(self.partner)}">{body}</div>'

    def _head(self, locale: str) -> dict[str, Any]:
        entry = json.loads(self._read(f"p/{urllib.parse.quote(self.partner, safe='')}.json"))
        editions = entry["editions"]
        language = locale.partition("-")[0].lower()
        near = (name for name in editions if name.partition("-")[0].lower() == language)
        exact = (name for name in editions if name.lower() == locale.lower())
        name = next(exact, None) or next(near, entry["default"])
        return dict(json.loads(self._read(f"e/{editions[name]}.json")))

    def _numbers(self, node: dict[str, Any], key: str) -> list[int]:
        """Return the pages that may hold a key: down the tree of lookups, by bits of its hash."""
        digest = hashlib.sha256(key.encode()).hexdigest()[:8]
        bits, left = int(digest, 16), 32
        while "lookups" in node:
            below = node["lookups"]
            left -= len(below).bit_length() - 1
            node = self._object(below[bits >> left])
            bits &= (1 << left) - 1
        return list(node["lookup"].get(digest, ()))

    def _page(self, node: dict[str, Any], number: int) -> dict[str, Any]:
        while "tables" in node:
            index, number = divmod(number, node["span"])
            node = self._object(node["tables"][index])
        return self._object(node["pages"][number])

    def _references(self, node: dict[str, Any]) -> Iterator[list[str]]:
        for reference in node.get("tables", ()):
            yield from self._references(self._object(reference))
        yield from node.get("pages", ())

    def _object(self, reference: list[str]) -> dict[str, Any]:
        name, integrity = reference
        return dict(json.loads(self._read(f"o/{name[:2]}/{name}.json", integrity)))

    def _read(self, key: str, integrity: str = "") -> bytes:
        """Return one file, verified; what may change is asked for again after a minute."""
        until, data = self._kept.get(key, (0.0, None))
        if data is None or time.monotonic() >= until:
            try:
                data = self._fetched(key, integrity, data)
            except (OSError, ValueError):
                if data is None:
                    raise
            lasting = float("inf") if integrity else time.monotonic() + LIFETIME
            self._kept[key] = (lasting, data)
        return bytes(data)

    def _fetched(self, key: str, integrity: str, last: bytes | None) -> bytes:
        """Return one file as it is now; ValueError where it is not the publisher's."""
        with urllib.request.urlopen(self.root + key, timeout=PATIENCE) as answer:
            data = bytes(answer.read())
        if integrity:
            genuine = "sha256-" + _hash(data) == integrity
        else:
            genuine = self._check is None or (self._check(data) and _age(data) >= _age(last))
        if not genuine:
            raise ValueError(key)
        return data


def _checker(trusted: str) -> Callable[[bytes], bool]:
    """Return what tells whether the publisher signed a file (Ed25519)."""
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415  only who asks for it
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415  needs it
        Ed25519PublicKey,
    )

    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(trusted))

    def genuine(data: bytes) -> bool:
        found = SIGNATURE.search(data)
        if not found:
            return False
        try:
            key.verify(base64.b64decode(found[1]), data.replace(found[0], b""))
        except InvalidSignature:
            return False
        return True

    return genuine


def _age(data: bytes | None) -> int:
    return int(json.loads(data)["generation"]) if data else 0


def _hash(data: bytes) -> str:
    return base64.b64encode(hashlib.sha256(data).digest()).decode()


def mirror(aisle: Aisle, locale: str, folder: Path) -> int:
    """Write one file a product, `<sku in small letters>.html`, and take away those that are gone.

    Returns how many were written; none where nothing changed. A reader never sees half a file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    mark, version = folder / ".version", aisle.version(locale)
    if mark.exists() and mark.read_text("utf-8") == version:
        return 0
    mark.unlink(missing_ok=True)  # a mirror that is cut off is completed by the next
    written = set()
    for sku, text in aisle.every(locale):
        path = folder / (urllib.parse.quote(sku.removeprefix("sku:"), safe="") + ".html")
        _replace(path, text)
        written.add(path)
    for path in folder.glob("*.html"):
        if path not in written:
            path.unlink()
    _replace(mark, version)
    return len(written)


def _replace(path: Path, text: str) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_text(text, "utf-8")
    fresh.replace(path)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Write one file a product.")
    for told in ("root", "partner", "locale", "folder"):
        parser.add_argument(told)
    parser.add_argument("--public", default="", help="a path of your own for browsers")
    parser.add_argument("--trusted", default="", help="the publisher's public key")
    told = parser.parse_args()
    aisle = Aisle(told.root, told.partner, told.public, trusted=told.trusted)
    mirror(aisle, told.locale, Path(told.folder))
