"""The product model: what one sellable thing is, typed and validated.

Records are frozen msgspec structs. A `Text` maps a BCP 47 locale to words in that locale; the
locale chain of an edition picks one. Numbers of specs are floats in the unit of their
definition; money is `Decimal`, never a float. Paths of files are relative to the workspace.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from operator import attrgetter
from types import MappingProxyType
from typing import Protocol, TypeAlias

import msgspec

from syndicator.errors import Origin

Text: TypeAlias = dict[str, str]
"""Words by locale, for example `{"en": "Saddle", "de": "Sattel"}`."""


class Record(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    forbid_unknown_fields=True,
    gc=False,
):
    """The base of every record: immutable, named fields, no unknown keys.

    Records are trees and never point back, so the cycle collector has nothing to find in them.
    """


# --- specs -------------------------------------------------------------------------------


class Number(Record, frozen=True, tag="number"):
    """A quantity in the unit of its definition; `unit` is a symbol such as `kg`, or empty."""

    value: float
    unit: str = ""


class Span(Record, frozen=True, tag="range"):
    """A closed interval of quantities."""

    low: float
    high: float
    unit: str = ""


class Words(Record, frozen=True, tag="text"):
    """Free text by locale."""

    text: Text


class Flag(Record, frozen=True, tag="boolean"):
    """Yes or no."""

    value: bool


class Choice(Record, frozen=True, tag="choice"):
    """One or several of the codes that the definition lists (a single choice has one)."""

    codes: tuple[str, ...]


class Series(Record, frozen=True, tag="list"):
    """Several texts, in order."""

    items: tuple[Text, ...]


SpecValue: TypeAlias = Number | Span | Words | Flag | Choice | Series


class SpecType(StrEnum):
    """The types a spec definition can have; the value is the tag of its record."""

    NUMBER = "number"
    RANGE = "range"
    TEXT = "text"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    LIST = "list"


class SpecDefinition(Record, frozen=True):
    """What a spec means in one family: its type, unit, names and place in the table."""

    key: str
    type: SpecType
    label: Text
    unit: str = ""
    group: Text = msgspec.field(default_factory=dict)
    choices: dict[str, Text] = msgspec.field(default_factory=dict)
    required: bool = False
    compare: bool = True


SECTIONS = (
    *("hero", "gallery", "offer", "text", "features", "configurator", "specs", "documents"),
    *("relations", "support", "compare", "contact"),
)
"""What an aisle is composed of."""


class Family(Record, frozen=True):
    """Products that share a set of specs."""

    code: str
    label: Text
    specs: tuple[SpecDefinition, ...] = ()
    required: tuple[str, ...] = ()
    """Product fields that a complete product of this family fills, such as `description`."""
    aisle: tuple[str, ...] = ()
    """The aisle template: sections of `SECTIONS` in the order to show; empty for the usual one."""


class Brand(Record, frozen=True):
    """What holds for all products of a brand."""

    name: str
    aisle: tuple[str, ...] = ()
    """The aisle template of products whose family has none; empty for the usual one."""


class Category(Record, frozen=True):
    """A node of the category tree; `path` is slash-separated codes, `bikes/e-bikes`."""

    path: str
    label: Text


# --- media and documents -----------------------------------------------------------------


class Asset(Record, frozen=True):
    """A file as it is published: identity and facts, not bytes.

    `path` is where the bytes lie: the file that a product names, or a copy under `.syndicator/`
    that was made safe (a picture without EXIF, an SVG without scripts).
    """

    path: str
    sha256: str
    size: int
    media_type: str
    width: int | None = None
    height: int | None = None
    color: str = ""
    """Dominant colour as `#rrggbb`, shown while the picture loads."""
    pages: int | None = None
    renditions: tuple[str, ...] = ()
    """Keys of smaller versions in the catalog's assets, from the narrowest."""
    avif: tuple[str, ...] = ()
    """The same as AVIF, up to the full width: only where they are smaller."""


class Rights(Record, frozen=True):
    """When and where a picture or document may be shown; half-open in time."""

    valid_from: datetime | None = None
    valid_until: datetime | None = None
    territories: tuple[str, ...] = ()
    """ISO 3166-1 codes; empty means everywhere."""


class MediaRole(StrEnum):
    """What a picture is for."""

    HERO = "hero"
    GALLERY = "gallery"
    DETAIL = "detail"
    DIMENSIONS = "dimensions"
    SWATCH = "swatch"


class Media(Record, frozen=True):
    """A picture: a file of the workspace (`file`) or an address (`url`), never both."""

    file: str = ""
    url: str = ""
    role: MediaRole = MediaRole.GALLERY
    alt: Text = msgspec.field(default_factory=dict)
    rights: Rights | None = None


class Video(Record, frozen=True):
    """A video by address, shown as its poster until the shopper asks for it."""

    url: str
    poster: str = ""
    title: Text = msgspec.field(default_factory=dict)


class DocumentType(StrEnum):
    """What a document is for."""

    MANUAL = "manual"
    DATASHEET = "datasheet"
    WARRANTY = "warranty"
    CERTIFICATE = "certificate"
    ASSEMBLY = "assembly"
    OTHER = "other"


class Document(Record, frozen=True):
    """A file to read: a manual, a data sheet."""

    file: str = ""
    url: str = ""
    type: DocumentType = DocumentType.OTHER
    title: Text = msgspec.field(default_factory=dict)
    language: str = ""
    version: str = ""
    rights: Rights | None = None


# --- the product -------------------------------------------------------------------------


class Feature(Record, frozen=True):
    """A selling point: a title and rich text, with an optional picture of the product."""

    title: Text
    text: Text = msgspec.field(default_factory=dict)
    image: str = ""


class Tax(Record, frozen=True):
    """How a price stands to tax: whether it holds it, and at which rate or class."""

    included: bool
    rate: Decimal | None = None
    """Percent, 0 to 100."""
    kind: str = msgspec.field(default="", name="class")
    """A class of the manufacturer's own books: `standard`, `reduced`."""


class Price(Record, frozen=True):
    """What one unit costs in one price list from `min_quantity` on, in a half-open time."""

    list: str
    amount: Decimal
    currency: str = ""
    """ISO 4217; empty means the currency of the price list."""
    min_quantity: int = 1
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    tax: Tax | None = None
    """None: nobody said."""


class Lifecycle(Record, frozen=True):
    """Instants in a product's life; before `announce` it is under embargo."""

    announce: datetime | None = None
    release: datetime | None = None
    end_of_life: datetime | None = None


class RelationType(StrEnum):
    """How one product belongs to another."""

    ACCESSORY = "accessory"
    SPARE_PART = "spare_part"
    SUCCESSOR = "successor"
    ALTERNATIVE = "alternative"
    PART = "part"
    """A member of a bundle."""


class Relation(Record, frozen=True):
    """A typed, ordered pointer to another product."""

    type: RelationType
    sku: str
    quantity: int = 1


class Variant(Record, frozen=True):
    """Membership of a variant group: the group's code and this product's value on each axis."""

    group: str
    axes: dict[str, Text] = msgspec.field(default_factory=dict)


class Contact(Record, frozen=True):
    """Whom a shopper asks: everywhere, or in some territories only."""

    name: Text
    phone: str = ""
    email: str = ""
    url: str = ""
    hours: Text = msgspec.field(default_factory=dict)
    territories: tuple[str, ...] = ()
    """ISO 3166-1 codes; empty means everywhere."""


class Question(Record, frozen=True):
    """A frequently asked question with its rich-text answer."""

    question: Text
    answer: Text


class Support(Record, frozen=True):
    """What helps after and before buying."""

    contacts: tuple[Contact, ...] = ()
    questions: tuple[Question, ...] = ()


class Product(Record, frozen=True):
    """One sellable thing. `sku` is unique in a catalog; `gtin` is normalised to 14 digits."""

    sku: str
    brand: str
    title: Text
    gtin: str = ""
    mpn: str = ""
    model: str = ""
    family: str = ""
    category: str = ""
    summary: Text = msgspec.field(default_factory=dict)
    description: Text = msgspec.field(default_factory=dict)
    """Rich text: Markdown or HTML by locale, as written; rendering sanitises it."""
    highlights: tuple[Text, ...] = ()
    features: tuple[Feature, ...] = ()
    specs: dict[str, SpecValue] = msgspec.field(default_factory=dict)
    media: tuple[Media, ...] = ()
    videos: tuple[Video, ...] = ()
    documents: tuple[Document, ...] = ()
    relations: tuple[Relation, ...] = ()
    variant: Variant | None = None
    prices: tuple[Price, ...] = ()
    lifecycle: Lifecycle = Lifecycle()
    support: Support | None = None
    configurator: str = ""
    """Path of the rule file, relative to the workspace; `FILE#SKU` where the product's
    own file holds the rules."""
    extra: dict[str, str] = msgspec.field(default_factory=dict)


class Catalog(msgspec.Struct, frozen=True, kw_only=True):
    """All validated products with what they refer to.

    `products` is sorted by `sort_key` (category, brand, SKU), which is the order of packing.
    `origins` tells where each product was written, by SKU.
    """

    locales: tuple[str, ...]
    """The workspace's locales; the first is the default."""
    fallback: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    products: Mapping[str, Product] = MappingProxyType({})
    families: Mapping[str, Family] = MappingProxyType({})
    brands: Mapping[str, Brand] = MappingProxyType({})
    """By case-folded name; see `aisle_of`."""
    categories: Mapping[str, Category] = MappingProxyType({})
    assets: Mapping[str, Asset] = MappingProxyType({})
    support: Support = Support()
    """The brand's own support, shown where a product has none."""
    origins: Mapping[str, Origin] = MappingProxyType({})
    field_origins: Mapping[str, Mapping[str, Origin]] = MappingProxyType({})
    """By SKU and field, where each value was written, of products that several sources know."""

    def origin(self, sku: str, field: str = "") -> Origin:
        """Return where a product, or one field of it (`title`, `specs.weight`), was written."""
        known = self.field_origins.get(sku, {})
        return known.get(field) or known.get(field.partition(".")[0]) or self.origins[sku]

    def aisle_of(self, product: Product) -> tuple[str, ...]:
        """Return the aisle template: of the family, else of the brand; empty for the usual one."""
        family = self.families.get(product.family)
        if family is not None and family.aisle:
            return family.aisle
        brand = self.brands.get(product.brand.casefold())
        return brand.aisle if brand is not None else ()

    def chain(self, locale: str) -> tuple[str, ...]:
        """Return the locales to try for `locale`: itself, its fallbacks, the default."""
        order = (
            locale,
            *self.fallback.get(locale, ()),
            locale.split("-", maxsplit=1)[0],
            self.locales[0],
        )
        return tuple(dict.fromkeys(order))


class Sortable(Protocol):
    """A product, or what stands for one."""

    @property
    def category(self) -> str:
        """Path of its category."""

    @property
    def brand(self) -> str:
        """Its brand."""

    @property
    def sku(self) -> str:
        """Its SKU."""


sort_key: Callable[[Sortable], tuple[str, str, str]] = attrgetter("category", "brand", "sku")
"""Orders products so that neighbours are entitled together: category, brand, SKU."""


def pick(text: Text, chain: tuple[str, ...]) -> tuple[str, str]:
    """Return the words of the first locale of `chain` that has any, and that locale.

    Both are empty where no locale of the chain has words.
    """
    for locale in chain:
        if words := text.get(locale):
            return words, locale
    return "", ""
