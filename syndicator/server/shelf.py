"""Products of a published edition, read the way the embed reads them: head, lookup, page."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, TypeAlias

from syndicator import canonical
from syndicator.bundle import keys, trees
from syndicator.bundle.keys import Reference
from syndicator.targets import Readable, fetcher

Document: TypeAlias = Mapping[str, Any]


class EditionShelf:
    """One edition by its head. Every object is verified against its reference.

    All methods raise `VerificationError` where a stored object is not what the head says.
    """

    def __init__(self, reader: Readable, head: Mapping[str, Any]) -> None:
        self.head = dict(head)
        self._fetch = fetcher(reader)

    @property
    def count(self) -> int:
        """How many products the edition holds."""
        return int(self.head.get("count", 0))

    @cached_property
    def pages(self) -> tuple[Reference, ...]:
        """The references of all pages, in catalog order."""
        return tuple(trees.page_references(self.head, self._load))

    def find(
        self, sku: str = "", gtin: str = "", brand: str = "", mpn: str = ""
    ) -> Document | None:
        """Return the document of a SKU, else of a GTIN, else of a brand and MPN; None if none fits.

        Cost: a lookup and a page for each identifier that is told, as for the embed.
        """
        gtin = f"{int(gtin):014}" if gtin.isascii() and gtin.isdecimal() else ""
        for wanted in ({"sku": sku}, {"gtin": gtin}, {"brand": brand, "mpn": mpn}):
            if self.count and all(wanted.values()) and (found := self._matching(wanted)):
                return found
        return None

    def _matching(self, wanted: Mapping[str, str]) -> Document | None:
        told = {"sku": "", "gtin": "", "brand": "", "mpn": "", **wanted}
        key = keys.lookup_keys(**told)[0 if told["sku"] else 1]
        for number in trees.find(self.head, key, self._load):
            reference = trees.page_at(self.head, number, self._load)
            for document in self.page(reference).values():
                if all(_same(document.get(name, ""), value) for name, value in wanted.items()):
                    return document
        return None

    def page(self, reference: Reference) -> dict[str, Document]:
        """Return the documents of one page, by SKU."""
        return dict(canonical.decode(self._load(reference))["docs"])

    def from_page(self, number: int, at_least: int) -> tuple[list[Document], int | None]:
        """Return the documents from a page on until there are enough, and the page after them."""
        found: list[Document] = []
        for current in range(number, len(self.pages)):
            if len(found) >= at_least:
                return found, current
            found += self.page(self.pages[current]).values()
        return found, None

    def _load(self, reference: Reference) -> bytes:
        return self._fetch(keys.public_object(reference[0]), reference[1])


def shelf_of(reader: Readable, handle: str) -> EditionShelf:
    """Return the edition that is served under a public handle; an empty one where there is none."""
    data = reader.read(f"public/e/{handle}.json")
    return EditionShelf(reader, {} if data is None else canonical.decode(data))


def _same(one: str, other: str) -> bool:
    """Compare identifiers as lookups do."""
    return one.strip().lower() == other.strip().lower()
