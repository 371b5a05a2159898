"""Rules of a rule file, and the tables of allowed combinations that they name."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from syndicator.configurator.expressions import ExpressionError, parse
from syndicator.configurator.fields import Fields, Record
from syndicator.configurator.formulas import Between, Formula, Not, Table, implies
from syndicator.configurator.lowering import Lowering
from syndicator.configurator.model import Option, Rule
from syndicator.errors import Origin, Problem

_KINDS = ("require", "exclude", "one_of", "table")
_RULE = ("id", "text", "when", *_KINDS)
MAX_ROWS = 500_000


def condition(fields: Fields, lowering: Lowering, text: Any, path: str) -> Formula | None:  # noqa: ANN401  parsed YAML
    """Return the formula of an expression, or None with a problem noted."""
    if not isinstance(text, str):
        fields.note("bad-expression", "this is not an expression", path, found=text)
        return None
    try:
        return lowering.formula(parse(text))
    except ExpressionError as error:
        fields.note("bad-expression", str(error), path, found=text[error.at : error.at + 40])
        return None


def read_rule(
    fields: Fields,
    lowering: Lowering,
    options: Sequence[Option],
    raw: Any,  # noqa: ANN401  parsed YAML
    path: str,
    tables: Mapping[str, bytes],
) -> Rule | None:
    """Return the rule at `path`, or None with what is wrong with it noted."""
    record = fields.record(raw, path, _RULE)
    kinds = [kind for kind in _KINDS if kind in record]
    if len(kinds) != 1:
        fields.note("bad-rule", "a rule says exactly one thing", path, expected=" or ".join(_KINDS))
        return None
    kind = kinds[0]
    if kind == "table":
        formula = _table(fields, options, record, path, tables)
    elif kind == "one_of":
        formula = _one_of(fields, lowering, record, path)
    else:
        formula = condition(fields, lowering, record[kind], f"{path}.{kind}")
        formula = Not(formula) if formula is not None and kind == "exclude" else formula
    if "when" in record:
        when = condition(fields, lowering, record["when"], f"{path}.when")
        formula = None if when is None or formula is None else implies(when, formula)
    if formula is None:
        return None
    name = fields.identifier(record, path) if "id" in record else path.removeprefix("rules")
    source = ", ".join(f"{key}: {record[key]}" for key in ("when", kind) if key in record)
    return Rule(name, formula, fields.text(record, "text", path), source, fields.at(path))


def _one_of(fields: Fields, lowering: Lowering, record: Record, path: str) -> Formula | None:
    found = [
        condition(fields, lowering, text, where)
        for text, where in fields.items(record, "one_of", path)
    ]
    formulas = tuple(one for one in found if one is not None)
    return Between(formulas, 1, 1) if found and len(formulas) == len(found) else None


# --- tables ------------------------------------------------------------------------------


def _table(
    fields: Fields,
    options: Sequence[Option],
    record: Record,
    path: str,
    tables: Mapping[str, bytes],
) -> Formula | None:
    name = record["table"]
    where = f"{path}.table"
    if not isinstance(name, str) or name not in tables:
        fields.note("no-table", "there is no such file", where, expected="a CSV file", found=name)
        return None
    try:
        text = tables[name].decode("utf-8-sig")
    except UnicodeDecodeError:
        fields.note("bad-table", f"{name} is not UTF-8", where, expected="UTF-8")
        return None
    folder = fields.at(where).file.rpartition("/")[0]
    reader = _TableReader(fields, options, f"{folder}/{name}" if folder else name)
    return reader.read(text)


class _TableReader:
    """Reads one CSV file: a header of option ids, then a row for each allowed combination."""

    def __init__(self, fields: Fields, options: Sequence[Option], file: str) -> None:
        self._fields = fields
        self._file = file
        self._options = {option.id: index for index, option in enumerate(options)}
        self._values = [
            {value.id: place for place, value in enumerate(option.values)} for option in options
        ]

    def _note(
        self, code: str, message: str, line: int, expected: str = "", found: str = ""
    ) -> None:
        origin = Origin(self._file, line)
        self._fields.problems.append(Problem(code, message, origin, "", expected, found[:80]))

    def read(self, text: str) -> Formula | None:
        before = len(self._fields.problems)
        lines = csv.reader(io.StringIO(text, newline=""))
        try:
            header = next(lines, [])
            variables = self._header([cell.strip() for cell in header])
            rows = [
                row
                for cells in lines
                if any(cell.strip() for cell in cells) and variables
                for row in (self._row(variables, cells, lines.line_num),)
                if row is not None
            ]
        except csv.Error as error:
            self._note("bad-table", f"this is not CSV: {error}", lines.line_num)
            return None
        if len(rows) > MAX_ROWS:
            self._note("bad-table", "the table is too long", 1, f"{MAX_ROWS} rows", str(len(rows)))
        if len(self._fields.problems) > before:
            return None
        return Table(tuple(variables), tuple(rows))

    def _header(self, names: list[str]) -> list[int]:
        for name in names:
            if name not in self._options:
                self._note("bad-table", f"column {name!r} is no option", 1, "ids of options", name)
            elif names.count(name) > 1:
                self._note("bad-table", f"column {name!r} stands twice", 1)
        if not names:
            self._note("bad-table", "the table is empty", 1, "a header of option ids")
        return [self._options[name] for name in names if name in self._options]

    def _row(
        self, variables: list[int], cells: list[str], line: int
    ) -> tuple[frozenset[int] | None, ...] | None:
        if len(cells) != len(variables):
            self._note(
                "bad-table", "the row has another number of cells than the header", line,
                str(len(variables)), str(len(cells)),
            )  # fmt: skip
            return None
        return tuple(
            self._cell(variable, cell.strip(), line)
            for variable, cell in zip(variables, cells, strict=True)
        )

    def _cell(self, variable: int, cell: str, line: int) -> frozenset[int] | None:
        """`*` is every value, `a|b` is a or b."""
        if cell == "*":
            return None
        known = self._values[variable]
        wanted = [name.strip() for name in cell.split("|")]
        for name in wanted:
            if name not in known:
                self._note(
                    "bad-table", f"{name!r} is no value of this option", line,
                    ", ".join([*known][:12]), name,
                )  # fmt: skip
        return frozenset(known[name] for name in wanted if name in known)
