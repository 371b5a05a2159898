"""Mapping files: which column of an export is which field of a product.

A mapping is compiled once and applied to every row. What comes out is a written record (see
`records`), so that mapped products pass the same intake as those of the workspace.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from syndicator.catalog.columns import (
    INSTANTS,
    TEXTS,
    Applied,
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
from syndicator.catalog.direct import Direct, direct
from syndicator.catalog.fields import Vocabulary
from syndicator.catalog.model import Lifecycle, SpecDefinition, SpecValue
from syndicator.catalog.rules import CsvRule, FieldRule, MappingRecord, PriceRule, SpecRule
from syndicator.catalog.shapes import Place, take
from syndicator.catalog.values import FieldError, parse_amount, parse_currency
from syndicator.errors import Problem, Severity

Faults = list[tuple[str, FieldError, Severity]]
_MEMORY = 65_536
"""Values of a rule that are shared: exports repeat themselves, and records are immutable."""
REQUIRED = frozenset({"sku", "brand", "title"})
_PLAIN = frozenset({"sku", "brand", "mpn", "model", "family", "configurator"})
_FIELDS = TEXTS | _PLAIN | INSTANTS | {"gtin", "category", "highlights", "variant.group"}
_OPEN = ("extra.", "variant.axes.")


class _Values(dict[Any, SpecValue | None]):
    """The specs that texts and numbers mean by one rule, made as they are met."""

    __slots__ = ("make", "rule")

    def __init__(self, rule: SpecRule, locale: str) -> None:
        super().__init__()
        self.make, self.rule = cell_of(rule, rule.locale or locale), rule

    def __missing__(self, value: object) -> SpecValue | None:
        spec = None if value == "" else self.make(value)
        if len(self) < _MEMORY:
            self[value] = spec
        return spec


class _Columns(dict[str, tuple[str, _Values | None]]):
    """The spec key and the values of each column; no values where its cells are no specs.

    The key tells why not: it is empty where another rule names the column, and the column's own
    name where no rule does.
    """

    __slots__ = ("named", "rules")

    def __init__(self, rules: list[SpecRule], named: frozenset[str], locale: str) -> None:
        super().__init__()
        self.rules, self.named = [_Values(rule, locale) for rule in rules], named

    def __missing__(self, name: str) -> tuple[str, _Values | None]:
        found: tuple[str, _Values | None] = ("" if name in self.named else name, None)
        for values in self.rules:
            rule = values.rule
            if name == rule.column or (rule.prefix and name.startswith(rule.prefix)):
                found = (rule.key or slug(name.removeprefix(rule.prefix)), values)
                break
        self[name] = found
        return found


@dataclass(slots=True)
class Compiled:
    """A mapping that is ready for rows. `ignored` counts the filled cells of unnamed columns."""

    record: MappingRecord
    fields: list[Field]
    locale: str
    columns: _Columns
    required: frozenset[str] = REQUIRED
    ignored: dict[str, int] = field(default_factory=dict)

    @property
    def csv(self) -> CsvRule:
        """How the tables of the source are written."""
        return self.record.csv

    def product_maker(self, vocabulary: Vocabulary) -> Direct:
        """Return what makes products of sound rows; a supplement's rows are never products."""
        if self.required is not REQUIRED:
            return lambda _row, _specs: None
        return direct(self.record, self.locale, vocabulary)

    def apply(self, row: Row, specs: Mapping[str, SpecValue], faults: Faults) -> Applied:
        """Return the written record of a row, with what `specs` made of its other cells."""
        applied = Applied()
        for read in self.fields:
            read(row, applied)
        applied.faults += faults
        applied.typed["specs"] = specs
        if len(instants := applied.instants) == 1:
            applied.typed["lifecycle"] = Lifecycle(**instants)
        elif instants:  # their order is to be checked
            applied.record["lifecycle"] = {key: at.isoformat() for key, at in instants.items()}
        return applied

    def specs(self, row: Row, faults: Faults) -> dict[str, SpecValue]:
        """Return the specs of all cells that a rule makes one; count the cells that none names.

        Cost: two look-ups a cell; each value of a column is parsed once.
        """
        specs: dict[str, SpecValue] = {}
        found = zip(map(self.columns.__getitem__, row), row.values(), row, strict=True)
        for (key, values), value, name in found:
            if values is None:
                if key and value is not None and value != "":
                    self.ignored[name] = self.ignored.get(name, 0) + 1
                continue
            kind = type(value)
            try:
                if kind is str or kind is float:  # 1, 1.0 and True are one key, but not one value
                    spec = values[value]
                elif value is None:
                    continue
                else:
                    spec = values.make(value)
            except FieldError as error:
                faults.append((name, error, Severity.ERROR))
                continue
            if spec is not None:
                specs[key] = spec
        return specs

    def definitions(self) -> dict[str, SpecDefinition]:
        """Return what the specs are that rows had so far, by key."""
        return {
            key: _definition(name, key, values.rule, self.locale)
            for name, (key, values) in self.columns.items()
            if values is not None
        }


def _definition(column: str, key: str, rule: SpecRule, locale: str) -> SpecDefinition:
    name = column.removeprefix(rule.prefix)
    label = rule.label or name.replace("_", " ").strip().capitalize()
    words = {rule.locale or locale: " ".join(label.split())}
    return SpecDefinition(key=key, type=rule.type, label=words, unit=rule.unit)


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
    columns = _Columns(record.specs, frozenset(_named(record)), locale)
    return Compiled(record, fields, locale, columns, required), []


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
