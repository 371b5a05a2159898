"""Mapping files: which column of an export is which field of a product.

A mapping is compiled once and applied to every row. What comes out is a written record (see
`records`), so that mapped products pass the same intake as those of the workspace.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

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
from syndicator.catalog.direct import Direct, direct
from syndicator.catalog.fields import Vocabulary
from syndicator.catalog.model import Lifecycle, SpecDefinition, SpecValue
from syndicator.catalog.rules import CsvRule, FieldRule, MappingRecord, PriceRule, SpecRule
from syndicator.catalog.shapes import Place, take
from syndicator.catalog.values import FieldError, parse_amount, parse_currency
from syndicator.errors import Problem, Severity

Faults = list[tuple[str, FieldError, Severity]]
REQUIRED = frozenset({"sku", "brand", "title"})
_PLAIN = frozenset({"sku", "brand", "mpn", "model", "family", "configurator"})
_FIELDS = TEXTS | _PLAIN | INSTANTS | {"gtin", "category", "highlights", "variant.group"}
_OPEN = ("extra.", "variant.axes.")


class _Columns(dict[str, tuple[str, Cell | None]]):
    """The spec key of each column, and what makes a spec of its cells; nothing where none is made.

    The key tells why not: it is empty where another rule names the column, and the column's own
    name where no rule does.
    """

    __slots__ = ("locale", "makers", "named", "rules")

    def __init__(self, rules: list[SpecRule], named: frozenset[str], locale: str) -> None:
        super().__init__()
        self.rules, self.named, self.locale = rules, named, locale
        self.makers = [cell_of(rule, rule.locale or locale) for rule in rules]

    def __missing__(self, name: str) -> tuple[str, Cell | None]:
        at, key = self._rule(name)
        found = ("" if name in self.named else name, None) if at is None else (key, self.makers[at])
        self[name] = found
        return found

    def _rule(self, name: str) -> tuple[int | None, str]:
        for at, rule in enumerate(self.rules):
            if name == rule.column or (rule.prefix and name.startswith(rule.prefix)):
                return at, rule.key or slug(name.removeprefix(rule.prefix))
        return None, ""

    def definitions(self) -> dict[str, SpecDefinition]:
        """Return what the specs are that were met so far, by key."""
        found: dict[str, SpecDefinition] = {}
        for name in self:
            at, key = self._rule(name)
            if at is not None:
                found[key] = _definition(name, key, self.rules[at], self.locale)
        return found


@dataclass(slots=True)
class Compiled:
    """A mapping that is ready for rows. `unnamed` counts rows by the columns that no rule names."""

    record: MappingRecord
    fields: list[Field]
    locale: str
    columns: _Columns
    required: frozenset[str] = REQUIRED
    unnamed: dict[tuple[str, ...], int] = field(default_factory=dict)

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

    def ambiguous(self) -> bool:
        """Tell whether two columns became one spec, which has the name of the later one then."""
        keys = [key for key, make in self.columns.values() if make is not None]
        return len(keys) != len(set(keys))

    def ignored(self) -> dict[str, int]:
        """Return how many rows fill each of the columns that no rule names."""
        found: dict[str, int] = {}
        for columns, rows in self.unnamed.items():
            for column in columns:
                found[column] = found.get(column, 0) + rows
        return found

    def count(self, columns: tuple[str, ...], rows: int = 1) -> None:
        """Note rows that fill just these columns which no rule names."""
        self.unnamed[columns] = self.unnamed.get(columns, 0) + rows

    def specs(self, row: Row, faults: Faults, unnamed: list[str]) -> dict[str, SpecValue]:
        """Return the specs of all cells that a rule makes one; tell the columns that none names.

        Cost: a look-up and a value a cell. Values that repeat are not looked up: to make one
        again takes less than to find it.
        """
        specs: dict[str, SpecValue] = {}
        columns = self.columns
        for name, value in row.items():
            if not value and (value is None or value == ""):
                continue
            key, make = columns[name]
            if make is None:
                if key:
                    unnamed.append(name)
                continue
            try:
                specs[key] = make(value)
            except FieldError as error:
                faults.append((name, error, Severity.ERROR))
        return specs


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
