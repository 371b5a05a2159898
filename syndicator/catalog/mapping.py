"""Mapping files: which column of an export is which field of a product.

A mapping is compiled once and applied to every row. What comes out is a written record (see
`records`), so that mapped products pass the same intake as those of the workspace.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from syndicator.catalog.columns import (
    INSTANTS,
    TEXTS,
    Applied,
    Cell,
    Field,
    Row,
    cell_of,
    field_of,
    media_of,
    price_of,
    relation_of,
    slug,
    tax_of,
)
from syndicator.catalog.model import Lifecycle, SpecDefinition, SpecValue
from syndicator.catalog.rules import CsvRule, FieldRule, MappingRecord, PriceRule, SpecRule
from syndicator.catalog.shapes import Place, take
from syndicator.catalog.values import FieldError, parse_amount, parse_currency
from syndicator.errors import Problem, Severity

Kept = tuple[str, Cell, dict[Any, SpecValue]]
"""How a column becomes a spec: its key, what makes the value, and values that were made."""


def _nothing(value: object) -> SpecValue:
    raise FieldError("ignored", "no rule names the column", found=value)


_IGNORED: Kept = ("", _nothing, {})
_SHARED = frozenset({str, float})
_MEMORY = 2048
"""Values of a column that are shared: exports repeat themselves, and records are immutable."""
REQUIRED = frozenset({"sku", "brand", "title"})
_PLAIN = frozenset({"sku", "brand", "mpn", "model", "family", "configurator"})
_FIELDS = TEXTS | _PLAIN | INSTANTS | {"gtin", "category", "highlights", "variant.group"}
_OPEN = ("extra.", "variant.axes.")


@dataclass(slots=True)
class Compiled:
    """A mapping that is ready for rows. `ignored` counts the filled cells of unnamed columns."""

    fields: list[Field]
    rules: list[SpecRule]
    locale: str
    named: frozenset[str]
    csv: CsvRule
    required: frozenset[str] = REQUIRED
    cells: dict[str, Kept | None] = field(default_factory=dict)
    definitions: dict[str, SpecDefinition] = field(default_factory=dict)
    ignored: dict[str, int] = field(default_factory=dict)

    def apply(self, row: Row) -> Applied:
        """Return the written record of a row. Cost: one look-up a cell."""
        applied = Applied()
        for read in self.fields:
            read(row, applied)
        applied.typed["specs"] = self._specs(row, applied)
        if len(instants := applied.instants) == 1:
            applied.typed["lifecycle"] = Lifecycle(**instants)
        elif instants:  # their order is to be checked
            applied.record["lifecycle"] = {key: at.isoformat() for key, at in instants.items()}
        return applied

    def _specs(self, row: Row, applied: Applied) -> dict[str, SpecValue]:
        """Return the specs of all cells that a rule makes one; count the cells that none names."""
        specs: dict[str, SpecValue] = {}
        cells = self.cells
        for column, value in row.items():
            if column not in cells:
                cells[column] = self._cell(column)
            cell = cells[column]
            if cell is None or value is None or value == "":
                continue
            if cell is _IGNORED:
                self.ignored[column] = self.ignored.get(column, 0) + 1
                continue
            made = cell[2]
            try:
                known = made.get(value) if type(value) in _SHARED else None
                specs[cell[0]] = known or _made(cell, value)
            except FieldError as error:
                applied.faults.append((column, error, Severity.ERROR))
        return specs

    def _cell(self, column: str) -> Kept | None:
        """Find the spec rule of a column that is met for the first time.

        Nothing where another rule names it, or it is ignored where none does.
        """
        for rule in self.rules:
            if column == rule.column or (rule.prefix and column.startswith(rule.prefix)):
                name = column[len(rule.prefix) :] if rule.prefix else column
                key = rule.key or slug(name)
                label = rule.label or name.replace("_", " ").strip().capitalize()
                locale = rule.locale or self.locale
                self.definitions[key] = SpecDefinition(
                    key=key, type=rule.type, label={locale: " ".join(label.split())}, unit=rule.unit
                )
                return key, cell_of(rule, locale), {}
        return None if column in self.named else _IGNORED


def _made(cell: Kept, value: object) -> SpecValue:
    """Make the spec of a value and keep it for the next row that says the same."""
    _, make, made = cell
    spec = make(value)
    if type(value) in _SHARED and len(made) < _MEMORY:
        made[value] = spec
    return spec


def compile_mapping(
    data: object, locale: str, place: Place, required: frozenset[str] = REQUIRED
) -> tuple[Compiled | None, list[Problem]]:
    """Return the compiled mapping, or every problem of the mapping file.

    `required` are the fields that a rule must fill; a supplement needs the SKU only.
    """
    record, problems = take(data, MappingRecord, place)
    if record is None:
        return None, problems
    fields: list[Field] = []
    for name, rule in record.fields.items():
        full = FieldRule(column=rule) if isinstance(rule, str) else rule
        if name not in _FIELDS and not name.startswith(_OPEN):
            known = ", ".join(sorted(_FIELDS))
            problems.append(
                Problem(
                    "unknown-field",
                    "a product has no such field",
                    place(f"fields.{name}"),
                    name,
                    known,
                    name,
                )
            )
        elif not (full.column or full.columns or full.constant):
            path = f"fields.{name}"
            problems.append(
                Problem(
                    "no-column", "the rule names no column", place(path), path, "column or constant"
                )
            )
        else:
            fields.append(field_of(name, full, locale))
    for missing in sorted(required - record.fields.keys()):
        problems.append(
            Problem("no-rule", f"no rule says where {missing} comes from", place("fields"), missing)
        )
    for i, price in enumerate(record.prices):
        problems += _price_problems(price, f"prices[{i}]", place)
    problems += _table_problems(record.csv, place)
    if problems:
        return None, problems
    fields += [media_of(rule, "media") for rule in record.media]
    fields += [media_of(rule, "documents") for rule in record.documents]
    fields += [price_of(rule) for rule in record.prices]
    fields += [relation_of(rule) for rule in record.relations]
    named = frozenset(_named(record))
    return Compiled(fields, record.specs, locale, named, record.csv, required), []


def _price_problems(rule: PriceRule, path: str, place: Place) -> Iterable[Problem]:
    """Yield what is wrong with what a rule says of all its prices."""
    checks: dict[str, Callable[[], object]] = {
        "currency": lambda: rule.currency and parse_currency(rule.currency),
        "scale": lambda: parse_amount(rule.scale),
        "tax.rate": lambda: tax_of(rule.tax),
    }
    for name, check in checks.items():
        try:
            check()
        except FieldError as error:
            where = place(f"{path}.{name}")
            yield Problem(error.code, error.message, where, path, error.expected, error.found)


def _table_problems(rule: CsvRule, place: Place) -> Iterable[Problem]:
    """Yield what no table can be cut with."""
    for name, sign in (("delimiter", rule.delimiter), ("quote", rule.quote)):
        if len(sign) > 1 or sign in {"\r", "\n"} or (name == "quote" and not sign):
            path, message = f"csv.{name}", f"this cannot be a {name}"
            yield Problem("csv", message, place(path), path, "one character", repr(sign))


def _named(record: MappingRecord) -> Iterable[str]:
    """Yield the columns that rules for other things than specs name."""
    for rule in record.fields.values():
        if isinstance(rule, str):
            yield rule
        else:
            yield rule.column
            yield from rule.columns.values()
    yield from (rule.column for rule in (*record.media, *record.documents))
    yield from (rule.column for rule in record.prices)
    yield from (rule.column for rule in record.relations)
    yield from (price.currency_column for price in record.prices)


def problems_of(applied: Applied, place: Place) -> list[Problem]:
    """Return the faults of a row as problems at the row's place."""
    return [
        Problem(
            error.code,
            error.message,
            place(path),
            path,
            error.expected,
            error.found,
            error.fix,
            severity,
        )
        for path, error, severity in applied.faults
    ]
