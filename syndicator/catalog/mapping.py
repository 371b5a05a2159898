"""Mapping files: which column of an export is which field of a product.

A mapping is compiled once and applied to every row. What comes out is a written record (see
`records`), so that mapped products pass the same intake as those of the workspace.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from syndicator.catalog.model import (
    Flag,
    Lifecycle,
    Number,
    Price,
    Series,
    SpecDefinition,
    SpecType,
    SpecValue,
    Words,
)
from syndicator.catalog.rules import (
    CsvRule,
    FieldRule,
    MappingRecord,
    MediaRule,
    PriceRule,
    RelationRule,
    SpecRule,
)
from syndicator.catalog.shapes import Place, take
from syndicator.catalog.specs import quantity
from syndicator.catalog.units import symbol
from syndicator.catalog.values import (
    FieldError,
    parse_currency,
    parse_gtin,
    parse_loose_amount,
    parse_loose_instant,
)
from syndicator.errors import Problem, Severity

Row = Mapping[str, Any]


_SHARED = frozenset({str, float})
_MEMORY = 2048
"""Values of a column that are shared: exports repeat themselves, and records are immutable."""
REQUIRED = frozenset({"sku", "brand", "title"})
_TEXTS = frozenset({"title", "summary", "description"})
_PLAIN = frozenset({"sku", "brand", "mpn", "model", "family", "configurator"})
_INSTANTS = frozenset({"lifecycle.announce", "lifecycle.release", "lifecycle.end_of_life"})
_FIELDS = _TEXTS | _PLAIN | _INSTANTS | {"gtin", "category", "highlights", "variant.group"}
_OPEN = ("extra.", "variant.axes.")

Field = Callable[[Row, "Applied"], None]
"""Reads its columns of a row and writes its field of the record."""
Cell = Callable[[Any], SpecValue]


@dataclass(slots=True)
class Applied:
    """The record of one row, with what could not be used of it.

    `typed` are fields of the product that need no further parsing; an export's numbers are
    numbers already.
    """

    record: dict[str, Any] = field(default_factory=dict)
    typed: dict[str, Any] = field(default_factory=dict)
    instants: dict[str, dt.datetime] = field(default_factory=dict)
    faults: list[tuple[str, FieldError, Severity]] = field(default_factory=list)


@dataclass(slots=True)
class Compiled:
    """A mapping that is ready for rows. `ignored` counts the filled cells of unnamed columns."""

    fields: list[Field]
    rules: list[SpecRule]
    locale: str
    named: frozenset[str]
    csv: CsvRule
    required: frozenset[str] = REQUIRED
    cells: dict[str, tuple[str, Cell, dict[Any, SpecValue]] | None] = field(default_factory=dict)
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
                self._count(column, value)
                continue
            key, make, made = cell
            shared = type(value) in _SHARED
            if shared and value in made:
                specs[key] = made[value]
                continue
            try:
                specs[key] = spec = make(value)
            except FieldError as error:
                applied.faults.append((column, error, Severity.ERROR))
                continue
            if shared and len(made) < _MEMORY:
                made[value] = spec
        return specs

    def _count(self, column: str, value: object) -> None:
        """Count a filled cell that no rule names."""
        if (
            value is not None
            and value != ""
            and column not in self.named
            and not self.cells[column]
        ):
            self.ignored[column] = self.ignored.get(column, 0) + 1

    def _cell(self, column: str) -> tuple[str, Cell, dict[Any, SpecValue]] | None:
        """Find the spec rule of a column that is met for the first time."""
        for rule in self.rules:
            if column == rule.column or (rule.prefix and column.startswith(rule.prefix)):
                name = column[len(rule.prefix) :] if rule.prefix else column
                key = rule.key or slug(name)
                label = rule.label or name.replace("_", " ").strip().capitalize()
                locale = rule.locale or self.locale
                self.definitions[key] = SpecDefinition(
                    key=key, type=rule.type, label={locale: " ".join(label.split())}, unit=rule.unit
                )
                return key, _spec_cell(rule, locale), {}
        return None


def slug(words: str) -> str:
    """Return words as a key: lowercase letters and digits of any script, joined by `_`."""
    return re.sub(r"[\W_]+", "_", words.lower()).strip("_") or "x"


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
            fields.append(_field(name, full, locale))
    for missing in sorted(required - record.fields.keys()):
        problems.append(
            Problem("no-rule", f"no rule says where {missing} comes from", place("fields"), missing)
        )
    for i, price in enumerate(record.prices):
        problems += _currency_problem(price, f"prices[{i}]", place)
    fields += [_media(rule, "media") for rule in record.media]
    fields += [_media(rule, "documents") for rule in record.documents]
    fields += [_price(rule) for rule in record.prices]
    fields += [_relation(rule) for rule in record.relations]
    if problems:
        return None, problems
    named = frozenset(_named(record))
    return Compiled(fields, record.specs, locale, named, record.csv, required), []


def _currency_problem(rule: PriceRule, path: str, place: Place) -> Iterable[Problem]:
    try:
        if rule.currency:
            parse_currency(rule.currency)
    except FieldError as error:
        yield Problem(
            error.code, error.message, place(f"{path}.currency"), path, error.expected, error.found
        )


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


# --- fields ------------------------------------------------------------------------------


def _field(name: str, rule: FieldRule, locale: str) -> Field:
    read = _reader(rule)
    if name in _TEXTS or name.startswith("variant.axes."):
        return _text_field(name, rule, locale)
    if name == "gtin":
        return _gtin_field(rule)
    if name in _INSTANTS:
        return _instant_field(name, rule)
    parse = _parser(name, rule, rule.locale or locale)
    path = tuple(name.split(".", 1)) if name.startswith("extra.") else tuple(name.split("."))

    def fill(row: Row, applied: Applied) -> None:
        text = read(row)
        if not text:
            return
        try:
            _put(applied.record, path, parse(text))
        except FieldError as error:
            _fault(applied, name, error, rule)

    return fill


def _parser(name: str, rule: FieldRule, locale: str) -> Callable[[str], Any]:
    """Return what makes the written value of a field from the text of its column."""
    if name == "highlights":
        return lambda text: [{locale: part.strip()} for part in text.split(rule.split or "\n")]
    if name == "category":
        return lambda text: category_path(text, rule.split)
    return lambda text: text


def _reader(rule: FieldRule) -> Callable[[Row], str]:
    """Return what reads the text of a rule; empty where the row has none."""
    column, prefix, default, constant = rule.column, rule.prefix, rule.default, rule.constant
    if constant and not column:
        return lambda _: constant

    def read(row: Row) -> str:
        value = row.get(column)
        if type(value) is list:
            value = value[0] if value and rule.first else rule.split.join(map(str, value))
        if value is None or value == "":
            return default
        text = value if type(value) is str else _as_text(value)
        if rule.several:
            text = text.split(rule.several, 1)[0].strip()
        return prefix + text if prefix else text

    return read


def _as_text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _put(record: dict[str, Any], path: tuple[str, ...], value: object) -> None:
    for key in path[:-1]:
        record = record.setdefault(key, {})
    record[path[-1]] = value


def _fault(applied: Applied, name: str, error: FieldError, rule: FieldRule) -> None:
    drop = rule.when_invalid == "drop"
    applied.faults.append((name, error, Severity.WARNING if drop else Severity.ERROR))


def _text_field(name: str, rule: FieldRule, locale: str) -> Field:
    columns = rule.columns or {rule.locale or locale: rule.column}
    readers = [(own, _reader(FieldRule(column=column))) for own, column in columns.items()]
    path = tuple(name.split("."))
    fallback = rule.constant or rule.default

    def fill(row: Row, applied: Applied) -> None:
        words = {own: text for own, read in readers if (text := read(row))}
        if not words and fallback:
            words = {rule.locale or locale: fallback}
        if words:
            _put(applied.record, path, words)

    return fill


def _instant_field(name: str, rule: FieldRule) -> Field:
    read, key = _reader(rule), name.partition(".")[2]

    def fill(row: Row, applied: Applied) -> None:
        if text := read(row):
            try:
                applied.instants[key] = parse_loose_instant(text, rule.date_format)
            except FieldError as error:
                _fault(applied, name, error, rule)

    return fill


def _gtin_field(rule: FieldRule) -> Field:
    column = rule.column

    def fill(row: Row, applied: Applied) -> None:
        value = row.get(column)
        candidates = value if isinstance(value, list) else [value]
        failure: FieldError | None = None
        for candidate in candidates[: None if rule.first else 1]:
            if candidate is None or candidate == "":
                continue
            try:
                applied.typed["gtin"] = parse_gtin(candidate)
            except FieldError as error:
                failure = failure or error
            else:
                return
        if failure:
            _fault(applied, "gtin", failure, rule)

    return fill


def category_path(text: str, split: str) -> str:
    """Return the category path of words such as `Bikes > E-bikes`, split at `split`."""
    return "/".join(
        slug(part).replace("_", "-") for part in (text.split(split) if split else [text])
    )


# --- lists -------------------------------------------------------------------------------


def _values(value: object, split: str) -> list[str]:
    if value is None or value == "":
        return []
    if isinstance(value, list):
        return [str(item).strip() for item in value if item]
    text = str(value)
    return [part.strip() for part in (text.split(split) if split else [text]) if part.strip()]


def _media(rule: MediaRule, name: str) -> Field:
    kind = {"role": rule.role.value} if name == "media" else {}

    def fill(row: Row, applied: Applied) -> None:
        for text in _values(row.get(rule.column), rule.split):
            address = text.startswith(("http://", "https://"))
            entry: dict[str, Any] = {"url": text} if address else {"file": f"{rule.folder}{text}"}
            if rule.alt and (alt := row.get(rule.alt)):
                entry["alt"] = str(alt)
            applied.record.setdefault(name, []).append(entry | kind)

    return fill


def _price(rule: PriceRule) -> Field:
    scale = Decimal(str(rule.scale))

    def fill(row: Row, applied: Applied) -> None:
        value = row.get(rule.column)
        if value is None or value == "":
            return
        try:
            amount, written = parse_loose_amount(value, rule.decimal)
            own = row.get(rule.currency_column) if rule.currency_column else ""
            currency = str(own or written or rule.currency)
            if currency and currency != rule.currency:
                parse_currency(currency)
        except FieldError as error:
            applied.faults.append((rule.column, error, Severity.ERROR))
            return
        price = Price(list=rule.list, amount=amount * scale, currency=currency)
        applied.typed["prices"] = (*applied.typed.get("prices", ()), price)

    return fill


def _relation(rule: RelationRule) -> Field:
    def fill(row: Row, applied: Applied) -> None:
        if targets := [rule.prefix + sku for sku in _values(row.get(rule.column), rule.split)]:
            applied.record.setdefault("relations", {}).setdefault(rule.type.value, []).extend(
                targets
            )

    return fill


# --- specs -------------------------------------------------------------------------------


def _spec_cell(rule: SpecRule, locale: str) -> Cell:
    unit = symbol(rule.unit) if rule.unit else ""

    def number(value: Any) -> SpecValue:  # noqa: ANN401  any cell
        if type(value) is float or type(value) is int:
            return Number(value=value, unit=unit)
        amount, own = quantity(value, unit)
        return Number(value=amount, unit=own)

    def flag(value: Any) -> SpecValue:  # noqa: ANN401
        return _FLAGS[value] if type(value) is bool else _flag(value)

    def text(value: Any) -> SpecValue:  # noqa: ANN401
        return Words(text={locale: value if type(value) is str else _as_text(value)})

    def series(value: Any) -> SpecValue:  # noqa: ANN401
        return Series(items=tuple({locale: part} for part in _values(value, rule.split or ",")))

    known: dict[SpecType, Cell] = {
        SpecType.NUMBER: number,
        SpecType.BOOLEAN: flag,
        SpecType.LIST: series,
    }
    return known.get(rule.type, text)


_FLAGS = {True: Flag(value=True), False: Flag(value=False)}


def _flag(value: object) -> Flag:
    text = str(value).strip().lower()
    if text in {"yes", "true", "1", "y", "ja", "oui"}:
        return _FLAGS[True]
    if text in {"no", "false", "0", "n", "nein", "non"}:
        return _FLAGS[False]
    raise FieldError("boolean", "this is neither true nor false", "true or false", value)


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
