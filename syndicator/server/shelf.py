"""Products of a published edition, read the way the embed reads them: head, lookup, page."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from syndicator import canonical
from syndicator.errors import VerificationError
from syndicator.server.site import Reader

Document: TypeAlias = Mapping[str, Any]
_TABLE = 64
"""Pages a table names."""


class EditionShelf:
    """One edition by its public handle. Every object is verified against its reference."""

    def __init__(self, reader: Reader, handle: str) -> None:
        self._reader = reader
        data = reader.read(f"public/e/{handle}.json")
        self.head: Mapping[str, Any] = {} if data is None else canonical.decode(data)

    @property
    def count(self) -> int:
        """How many products the edition holds."""
        return int(self.head.get("count", 0))

    @property
    def pages(self) -> int:
        """How many pages the edition has."""
        if "pages" in self.head:
            return len(self.head["pages"])
        tables = self.head.get("tables", [])
        return _TABLE * (len(tables) - 1) + len(self._table(len(tables) - 1)) if tables else 0

    def find(self, sku: str) -> Document | None:
        """Return the document of a SKU; None where the edition does not hold it.

        Raises:
            VerificationError: An object is not what the head says.
        """
        wanted = hashlib.sha256(f"sku:{sku.strip().lower()}".encode()).hexdigest()[:8]
        for number in self._lookup(wanted).get(wanted, ()):
            documents = self.page(number)
            if sku in documents:
                return documents[sku]
        return None

    def page(self, number: int) -> dict[str, Document]:
        """Return the documents of one page, by SKU.

        Raises:
            VerificationError: An object is not what the head says.
        """
        if "pages" in self.head:
            reference = self.head["pages"][number]
        else:
            reference = self._table(number // _TABLE)[number % _TABLE]
        return dict(self._object(reference)["docs"])

    def from_page(self, number: int, at_least: int) -> tuple[list[Document], int | None]:
        """Return the documents from a page on until there are enough, and the page after them."""
        found: list[Document] = []
        for current in range(number, self.pages):
            if len(found) >= at_least:
                return found, current
            found += self.page(current).values()
        return found, None

    def documents(self) -> Iterator[Document]:
        """Yield every document in the edition's order; cost: the whole edition is read."""
        for number in range(self.pages):
            yield from self.page(number).values()

    def _lookup(self, wanted: str) -> Mapping[str, list[int]]:
        if "lookup" in self.head:
            return dict(self.head["lookup"])
        parts = self.head.get("lookups", [])
        if not parts:
            return {}
        return dict(self._object(parts[int(wanted, 16) * len(parts) >> 32])["lookup"])

    def _table(self, number: int) -> list[Any]:
        return list(self._object(self.head["tables"][number])["pages"])

    def _object(self, reference: list[str]) -> Any:  # noqa: ANN401  any JSON object of the format
        name, integrity = reference
        key = f"public/o/{name[:2]}/{name}.json"
        data = self._reader.read(key)
        if data is None or canonical.integrity(data) != integrity:
            raise VerificationError(f"{key} is not what the head says")
        return canonical.decode(data)
