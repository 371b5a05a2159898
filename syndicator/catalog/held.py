"""Products as bytes: how many of them are held in little memory, and kept between runs.

A product is a value of some two kilobytes in forty objects; its bytes are a third of that. The
few facts that are asked of every product stand beside the bytes, so that a catalog is put
together, sorted and searched by SKU without a look inside.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

import msgspec

from syndicator.catalog.model import Product
from syndicator.catalog.shapes import Place
from syndicator.errors import Origin

LIVE = 25_000
"""Products of a catalog up to this number stay values once they were looked at."""
KEPT = 250_000
"""Products of a catalog that is remembered for the next reading; encoding it takes memory too."""


class Held(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A product as bytes; the facts have the names that they have in a product.

    `points` tells that it names files, a configurator or other products, which the catalog may
    not have.
    """

    sku: str
    brand: str
    category: str
    family: str
    gtin: str
    points: bool
    data: bytes


Head: TypeAlias = Product | Held
"""What a catalog is put together from."""


class At(msgspec.Struct, frozen=True, gc=False):
    """The place of a record whose fields have no places of their own."""

    file: str
    line: int | None = None

    def __call__(self, _path: str) -> Origin:
        """Return the record's place for any of its fields."""
        return Origin(self.file, self.line)


def hold(head: Head) -> Held:
    """Return a product as bytes."""
    if type(head) is Held:
        return head
    data = _ENCODER.encode(head)
    facts = (head.sku, head.brand, head.category, head.family, head.gtin)
    return Held(*facts, points(head), data)


def look(head: Head) -> Product:
    """Return a product as a value. Cost: some microseconds for one that is held as bytes."""
    return _DECODER.decode(head.data) if type(head) is Held else head  # type: ignore[return-value]


def points(head: Head) -> bool:
    """Tell whether a product names files, a configurator or other products."""
    if type(head) is Held:
        return head.points
    product: Any = head
    named = product.relations or product.documents or product.videos or product.features
    if named or product.configurator:
        return True
    for media in product.media:  # noqa: SIM110  this runs for every product; any() takes thrice
        if media.file:
            return True
    return False


class Products(Mapping[str, Product]):
    """Products by SKU that become values when they are looked at; of many, none stays one."""

    __slots__ = ("_heads",)

    def __init__(self, heads: dict[str, Head]) -> None:
        self._heads = heads

    def __getitem__(self, sku: str) -> Product:
        head = self._heads[sku]
        if type(head) is not Held:
            return head  # type: ignore[return-value]  # the other kind
        product = look(head)
        if len(self._heads) <= LIVE:
            self._heads[sku] = product
        return product

    def __iter__(self) -> Iterator[str]:
        return iter(self._heads)

    def __len__(self) -> int:
        return len(self._heads)

    def __contains__(self, sku: object) -> bool:
        return sku in self._heads

    def __repr__(self) -> str:
        return f"Products({len(self)})"

    def heads(self) -> Mapping[str, Head]:
        """Return the products by SKU, as they are now."""
        return self._heads


class Origins(Mapping[str, Origin]):
    """Where each product was written, by SKU; told when asked."""

    __slots__ = ("places",)

    def __init__(self, places: Mapping[str, Place]) -> None:
        self.places = places

    def __getitem__(self, sku: str) -> Origin:
        return self.places[sku]("")

    def __iter__(self) -> Iterator[str]:
        return iter(self.places)

    def __len__(self) -> int:
        return len(self.places)

    def __contains__(self, sku: object) -> bool:
        return sku in self.places

    def __reduce__(self) -> tuple[type, tuple[dict[str, Origin]]]:
        """Travel to other processes as what is told, without the documents that tell it."""
        return dict, (dict(self),)


def _plain(value: object) -> Any:  # noqa: ANN401  whatever msgspec can encode
    if isinstance(value, MappingProxyType):
        return dict(value)
    raise NotImplementedError(type(value).__name__)


_ENCODER = msgspec.msgpack.Encoder(enc_hook=_plain)
_DECODER = msgspec.msgpack.Decoder(Product)
