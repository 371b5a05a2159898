"""Mapping files as they are written: rules that say which column is which field."""

# ruff: noqa: RUF012  msgspec gives every record its own copy of an empty default

from __future__ import annotations

from typing import Literal

from syndicator.catalog.model import MediaRole, Record, RelationType, SpecType
from syndicator.catalog.records import TaxRecord


class FieldRule(Record, frozen=True):
    """Where one field of a product comes from."""

    column: str = ""
    columns: dict[str, str] = {}
    constant: str = ""
    default: str = ""
    prefix: str = ""
    locale: str = ""
    first: bool = False
    split: str = ""
    """What parts the steps of a category path, or the lines of highlights."""
    several: str = ""
    """What parts several values of one cell; the first is used."""
    date_format: str = ""
    under: str = ""
    """Akeneo: the value is the label of the product's category below this one."""
    when_invalid: Literal["refuse", "drop"] = "refuse"


class MediaRule(Record, frozen=True):
    """A column with the address or file of a picture."""

    column: str
    role: MediaRole = MediaRole.GALLERY
    alt: str = ""
    split: str = ""
    folder: str = ""
    """Put before file names."""


class PriceRule(Record, frozen=True):
    """A column with the amounts of a price list."""

    list: str
    column: str
    currency: str = ""
    currency_column: str = ""
    scale: str | int | float = 1
    decimal: str = ""
    tax: TaxRecord | None = None


class SpecRule(Record, frozen=True):
    """A column, or every column with a prefix, that holds a spec."""

    column: str = ""
    prefix: str = ""
    key: str = ""
    label: str = ""
    type: SpecType = SpecType.TEXT
    unit: str = ""
    locale: str = ""
    split: str = ""


class RelationRule(Record, frozen=True):
    """A column with the SKUs of related products."""

    column: str
    type: RelationType
    split: str = ","
    prefix: str = ""


class CsvRule(Record, frozen=True):
    """How a table is written; what is absent is detected."""

    delimiter: str = ""
    encoding: str = ""
    quote: str = '"'


class MappingRecord(Record, frozen=True):
    """A mapping file."""

    fields: dict[str, str | FieldRule]
    media: list[MediaRule] = []
    documents: list[MediaRule] = []
    prices: list[PriceRule] = []
    specs: list[SpecRule] = []
    relations: list[RelationRule] = []
    ignore: list[str] = []
    """Akeneo: attributes that are no specs."""
    csv: CsvRule = CsvRule()
