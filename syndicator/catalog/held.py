"""Products as bytes: how many of them are held in little memory, and kept between runs.

A product is a value of some two kilobytes in forty objects; its bytes are a third of that. The
few facts that are asked of every product stand beside the bytes, so that a catalog is put
together, sorted and searched by SKU without a look inside.
"""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType
from typing import Any, TypeAlias

import msgspec

from syndicator.catalog.model import Product
from syndicator.errors import Origin

LIVE = 25_000
"""Products of a catalog up to this number stay values once they were looked at."""
KEPT = 250_000
"""Products of a catalog that is remembered for the next reading; encoding it takes memory too."""


Bytes: TypeAlias = bytes | memoryview


class Held(msgspec.Struct, frozen=True, gc=False):
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
    data: Bytes


Head: TypeAlias = Product | Held
"""What a catalog is put together from."""


class At(msgspec.Struct, frozen=True, gc=False):
    """The place of a record whose fields have no places of their own."""

    file: str
    line: int | None = None

    def __call__(self, _path: str) -> Origin:
        """Return the record's place for any of its fields."""
        return Origin(self.file, self.line)


class Facts(msgspec.Struct, array_like=True, gc=False):
    """What is asked of every product, by the number of its row in a portion.

    `kinds` are the distinct categories, brands and families, `which` the place of each row's own
    among them. `pointing` are rows that name files, a configurator or other products; `specs` are
    the keys that the products of each family use. No fact is looked for in the bytes.
    """

    skus: list[str] = []
    gtins: list[str] = []
    kinds: list[tuple[str, str, str]] = []
    which: list[int] = []
    pointing: list[int] = []
    specs: dict[str, list[str]] = {}


def facts_of(heads: Iterable[Head]) -> Facts:
    """Return the facts of products in their order."""
    facts = Facts()
    kinds: dict[tuple[str, str, str], int] = {}
    specs: dict[str, dict[str, None]] = {}
    for row, head in enumerate(heads):
        facts.skus.append(head.sku)
        facts.gtins.append(head.gtin)
        kind = (head.category, head.brand, head.family)
        facts.which.append(kinds.setdefault(kind, len(kinds)))
        if points(head):
            facts.pointing.append(row)
        if head.family:
            specs.setdefault(head.family, {}).update(dict.fromkeys(look(head).specs))
    facts.kinds = list(kinds)
    facts.specs = {family: list(keys) for family, keys in specs.items()}
    return facts


def packed(value: object) -> bytes:
    """Return the bytes of anything that is made of values of the product model."""
    return _ENCODER.encode(value)


def encode(head: Head) -> Bytes:
    """Return the bytes of a product."""
    return head.data if isinstance(head, Held) else _ENCODER.encode(head)


def decode(data: Bytes) -> Product:
    """Return the product that bytes hold. Cost: some microseconds."""
    return _DECODER.decode(data)


def look(head: Head) -> Product:
    """Return a product as a value."""
    return decode(head.data) if isinstance(head, Held) else head


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


def _plain(value: object) -> Any:  # noqa: ANN401  whatever msgspec can encode
    if isinstance(value, MappingProxyType):
        return dict(value)
    raise NotImplementedError(type(value).__name__)


_ENCODER = msgspec.msgpack.Encoder(enc_hook=_plain)
_DECODER = msgspec.msgpack.Decoder(Product)
