"""Records as they are written in `content/`: the shapes of docs/formats/workspace.md.

A record is only a shape here; `intake` makes values of the product model from it.
"""

# ruff: noqa: RUF012  msgspec gives every record its own copy of an empty default

from __future__ import annotations

from typing import Any, TypeAlias

import msgspec

from syndicator.catalog.model import DocumentType, MediaRole, Record, SpecType

WrittenText: TypeAlias = str | dict[str, str]
"""Words in the default locale, or a map of locale to words."""
Key: TypeAlias = str | int
"""An identifier; YAML reads one of digits only as a number, which loses nothing."""


class RightsRecord(Record, frozen=True):
    """When and where a picture or document may be shown."""

    valid_from: str | None = None
    valid_until: str | None = None
    territories: list[str] = []


class MediaRecord(Record, frozen=True):
    """A picture."""

    file: str = ""
    url: str = ""
    role: MediaRole = MediaRole.GALLERY
    alt: WrittenText = {}
    rights: RightsRecord | None = None


class VideoRecord(Record, frozen=True):
    """A video."""

    url: str
    poster: str = ""
    title: WrittenText = {}


class DocumentRecord(Record, frozen=True):
    """A file to read."""

    file: str = ""
    url: str = ""
    type: DocumentType = DocumentType.OTHER
    title: WrittenText = {}
    language: str = ""
    version: str = ""
    rights: RightsRecord | None = None


class FeatureRecord(Record, frozen=True):
    """A selling point."""

    title: WrittenText
    text: WrittenText = {}
    image: str = ""


class RelationRecord(Record, frozen=True):
    """A pointer to another product with a quantity."""

    sku: Key
    quantity: int = 1


Target: TypeAlias = str | int | RelationRecord


class RelationsRecord(Record, frozen=True):
    """Pointers to other products by type."""

    accessory: list[Target] = []
    spare_part: list[Target] = []
    successor: list[Target] = []
    alternative: list[Target] = []
    part: list[Target] = []


class VariantRecord(Record, frozen=True):
    """Membership of a variant group."""

    group: Key
    axes: dict[str, WrittenText | int | float] = {}


class LifecycleRecord(Record, frozen=True):
    """Instants in a product's life."""

    announce: str | None = None
    release: str | None = None
    end_of_life: str | None = None


class ContactRecord(Record, frozen=True):
    """Whom a shopper asks."""

    name: WrittenText
    phone: str = ""
    email: str = ""
    url: str = ""
    hours: WrittenText = {}
    territories: list[str] = []


class QuestionRecord(Record, frozen=True):
    """A frequently asked question."""

    question: WrittenText
    answer: WrittenText


class SupportRecord(Record, frozen=True):
    """What helps after and before buying."""

    contacts: list[ContactRecord] = []
    questions: list[QuestionRecord] = []


class TaxRecord(Record, frozen=True):
    """How a price stands to tax; `rate` is percent."""

    included: bool
    rate: str | int | float | None = None
    kind: str = msgspec.field(default="", name="class")


class PriceRecord(Record, frozen=True):
    """A price of a list; the currency is the list's where it is not said."""

    list: str
    amount: str | int | float
    currency: str = ""
    min_quantity: int = 1
    valid_from: str | None = None
    valid_until: str | None = None
    tax: TaxRecord | None = None


class ProductRecord(Record, frozen=True):
    """One product. `specs` are typed by the family, so they have any shape here."""

    sku: Key
    brand: str
    title: WrittenText
    gtin: str | int | float = ""
    mpn: Key = ""
    model: Key = ""
    family: str = ""
    category: str = ""
    summary: WrittenText = {}
    description: WrittenText = {}
    highlights: list[WrittenText] = []
    features: list[FeatureRecord] = []
    specs: dict[str, Any] = {}
    media: list[MediaRecord] = []
    videos: list[VideoRecord] = []
    documents: list[DocumentRecord] = []
    relations: RelationsRecord = RelationsRecord()
    variant: VariantRecord | None = None
    prices: list[PriceRecord] = []
    lifecycle: LifecycleRecord = LifecycleRecord()
    support: SupportRecord | None = None
    configurator: str | dict[str, Any] = ""
    extra: dict[str, str | int | float | bool] = {}


class DefinitionRecord(Record, frozen=True):
    """What a spec means in a family."""

    key: str
    type: SpecType
    label: WrittenText
    unit: str = ""
    group: WrittenText = {}
    choices: dict[str, WrittenText] = {}
    required: bool = False
    compare: bool = True


class FamilyRecord(Record, frozen=True):
    """A family with its spec definitions."""

    code: str
    label: WrittenText
    specs: list[DefinitionRecord] = []
    required: list[str] = []
    aisle: list[str] = []


class BrandRecord(Record, frozen=True):
    """A brand with its aisle template."""

    brand: str
    aisle: list[str] = []


class CategoryRecord(Record, frozen=True):
    """A node of the category tree."""

    path: str
    label: WrittenText


class PriceRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A line of a price list file."""

    sku: str
    amount: str
    currency: str = ""
    min_quantity: str = ""
    valid_from: str = ""
    valid_until: str = ""
    tax: str = ""
    tax_rate: str = ""
    tax_class: str = ""
