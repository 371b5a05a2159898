"""What all sources gave together, before it is seen as one catalog."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec

from syndicator.catalog.merging import Priorities
from syndicator.catalog.model import (
    Asset,
    Brand,
    Category,
    Family,
    Price,
    Product,
    SpecDefinition,
    Support,
)
from syndicator.catalog.portions import Kept, Portion
from syndicator.catalog.shapes import Place
from syndicator.errors import Origin


class Entry(NamedTuple):
    """An accepted product with the places of its fields.

    `strict` sources are written by hand: what they name must exist. Others are exports, where
    a missing picture is dropped with a warning.
    """

    product: Product
    place: Place
    strict: bool = True


@dataclass(frozen=True, slots=True)
class Supplement:
    """Fields that a source gives to a product of another source, over what that one says."""

    sku: str
    changes: Mapping[str, object]
    origin: Origin
    source: str = ""


@dataclass(slots=True)
class Parts:
    """What all sources gave together, before it is seen as one."""

    portions: list[Portion] = field(default_factory=list)
    families: dict[str, Family] = field(default_factory=dict)
    brands: dict[str, tuple[Brand, Origin]] = field(default_factory=dict)
    """By case-folded name, with where each was written."""
    categories: dict[str, Category] = field(default_factory=dict)
    supplements: list[Supplement] = field(default_factory=list)
    """In the order of the sources: a later one wins where no priority is declared."""
    sources: list[tuple[str, int]] = field(default_factory=list)
    """Name of each source in order, and how many portions there were after it."""
    priorities: Priorities = field(default_factory=dict)
    """Which source is believed in which field; without any, one SKU is one source's."""
    prices: list[tuple[str, Price, Origin]] = field(default_factory=list)
    """Prices that stand apart from their products: SKU, price, place."""
    support: Support | None = None
    refused: set[str] = field(default_factory=set)
    """SKUs of records that stayed out, which nobody needs to be told of twice."""
    kept: Kept = field(default_factory=Kept)
    """Records of the last time, which need no second reading."""
    definitions: dict[bytes, dict[str, SpecDefinition]] = field(default_factory=dict)
    """Of the contexts whose records may be kept."""
    given: list[Portion] = field(default_factory=list)
    """Records of which the supplements were made."""
    count: int = 0
    """Products of all portions."""
    doubtful: bool = False
    """The same sources may give something else the next time, though none of them changed."""

    def take(self, portion: Portion) -> None:
        """Take a portion whose facts are gathered."""
        self.portions.append(portion)
        self.count += len(portion)


@dataclass(frozen=True, slots=True)
class Files:
    """The files that products name: facts of the good ones, code and words of faults else."""

    assets: Mapping[str, Asset]
    faults: Mapping[str, tuple[str, str]]


def named_files(product: Product) -> Iterator[tuple[str, str]]:
    """Yield the path in the record and the file of everything that a product names."""
    named = (
        *((f"media[{i}].file", media.file) for i, media in enumerate(product.media)),
        *((f"documents[{i}].file", document.file) for i, document in enumerate(product.documents)),
        *((f"videos[{i}].poster", video.poster) for i, video in enumerate(product.videos)),
        *((f"features[{i}].image", feature.image) for i, feature in enumerate(product.features)),
    )
    yield from ((path, file) for path, file in named if file)


def supplied_files(supplement: Supplement) -> Iterator[str]:
    """Yield every file that a supplement names."""
    bare = Product(sku=supplement.sku, brand="", title={})
    supplied = msgspec.structs.replace(bare, **supplement.changes)
    yield from (file for _, file in named_files(supplied))
