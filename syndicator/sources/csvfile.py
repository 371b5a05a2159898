"""Tables of text: dialect and encoding are detected, told, and can be declared instead."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from syndicator.catalog.rules import CsvRule
from syndicator.errors import Origin, Problem, Severity

MAX_BYTES = 1024 * 1024 * 1024
MAX_FIELD = 16 * 1024 * 1024
"""Characters of one cell."""
MAX_COLUMNS = 20_000
MIXED = "mixed"
"""Stands for the encoding of a file of which some lines are UTF-8 and some are not."""
_REPLACED = "\ufffd"
_DELIMITERS = ",;\t|"
_SAMPLE = 64 * 1024


Doubts = dict[str, tuple[str, str]]
"""Signs that no cell may hold, with the code and words of the problem."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it is being read: what was detected, its columns, its rows with line numbers."""

    delimiter: str
    encoding: str
    columns: tuple[str, ...]
    rows: Iterator[tuple[int, dict[str, str]] | Problem]


def read_table(
    path: Path, label: str, rule: CsvRule | None = None
) -> tuple[Table | None, list[Problem]]:
    """Open the table at `path`; its first line names the columns.

    A file that cannot be a table is one problem. A detected encoding other than UTF-8 is told
    as a warning. Rows come lazily, those with too many cells as problems; a row whose line ends
    early lacks the last columns, so that a wide table of short lines costs no more than its bytes.
    """
    rule = rule or CsvRule()
    data = _bytes(path, label)
    if isinstance(data, Problem):
        return None, [data]
    encoding, problems = _encoding(data, label, rule.encoding)
    if not encoding:
        return None, problems
    mixed = encoding == MIXED
    text = data.decode("utf-8" if mixed else encoding, errors="replace").removeprefix("\ufeff")
    doubts = {"\0": ("nul", "the row holds a NUL byte")} if "\0" in text else {}
    if mixed:
        doubts[_REPLACED] = ("mixed-encoding", "the row is not UTF-8 while others are")
    delimiter = rule.delimiter or detect_delimiter(text[:_SAMPLE])
    csv.field_size_limit(MAX_FIELD)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quotechar=rule.quote)
    try:
        columns = tuple(cell.strip() for cell in next(reader, []))
    except csv.Error as error:
        return None, [*problems, _problem("csv", label, 1, f"this is not a table: {error}")]
    if refused := _bad_columns(columns, label) or _doubtful(columns, doubts, label, 1):
        return None, [*problems, refused]
    return Table(delimiter, encoding, columns, _rows(reader, columns, label, doubts)), problems


def _bytes(path: Path, label: str) -> bytes | Problem:
    try:
        if path.stat().st_size > MAX_BYTES:
            return _problem("too-large", label, None, f"the file has more than {MAX_BYTES} bytes")
        return path.read_bytes()
    except OSError as error:
        return _problem("unreadable", label, None, f"the file cannot be read: {error.strerror}")


def _encoding(data: bytes, label: str, declared: str) -> tuple[str, list[Problem]]:
    """Return the encoding and what is to be said about it; none where it cannot be told."""
    if declared:
        try:
            data.decode(declared)
        except LookupError:
            return "", [
                _problem("encoding", label, None, "there is no such encoding", found=declared)
            ]
        except UnicodeDecodeError as error:
            return "", [
                _problem("encoding", label, _line(data, error.start), f"the file is not {declared}")
            ]
        return declared, []
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16", []
    try:
        data.decode()
    except UnicodeDecodeError:
        return _not_utf8(data, label)
    return "utf-8", []


def _not_utf8(data: bytes, label: str) -> tuple[str, list[Problem]]:
    """Tell a Windows file from one that mixes encodings, whose bad rows are refused one by one."""
    bad, good = [], 0
    for number, line in enumerate(data.splitlines(), 1):
        try:
            line.decode()
        except UnicodeDecodeError:
            bad.append(number)
        else:
            good += not line.isascii()
    if not good:
        message = "the file is not UTF-8 and was read as Windows-1252"
        fix = "Declare csv: {encoding: windows-1252} in the mapping, or save it as UTF-8"
        told = Problem(
            "encoding", message, Origin(label, bad[0]), fix=fix, severity=Severity.WARNING
        )
        return "cp1252", [told]
    return MIXED, []


def detect_delimiter(sample: str) -> str:
    """Return the delimiter that cuts the first lines into the same number of cells, above one."""
    lines = sample.splitlines()[:20]
    best, score = ",", (0, 0)
    for delimiter in _DELIMITERS:
        counts = [len(row) for row in csv.reader(lines, delimiter=delimiter) if row]
        if counts and counts[0] > 1:
            agreeing = sum(count == counts[0] for count in counts)
            score, best = max((score, best), ((agreeing, counts[0]), delimiter))
    return best


def _bad_columns(columns: tuple[str, ...], label: str) -> Problem | None:
    if not any(columns):
        return _problem("csv", label, 1, "the first line names no columns")
    if len(columns) > MAX_COLUMNS:
        found = str(len(columns))
        return _problem(
            "csv", label, 1, "the table has too many columns", f"at most {MAX_COLUMNS}", found
        )
    seen: set[str] = set()
    for column in columns:
        if column and column in seen:
            return _problem("duplicate-column", label, 1, f"the column {column!r} is there twice")
        seen.add(column)
    return None


def _doubtful(cells: Sequence[str], doubts: Doubts, label: str, line: int) -> Problem | None:
    """Return the problem of cells that hold what no text has."""
    for sign, (code, message) in doubts.items():
        if any(sign in cell for cell in cells):
            return _problem(code, label, line, message)
    return None


def _rows(
    reader: Iterator[list[str]], columns: tuple[str, ...], label: str, doubts: Doubts
) -> Iterator[tuple[int, dict[str, str]] | Problem]:
    while True:
        line = getattr(reader, "line_num", 0) + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield _problem("csv", label, line, f"the row cannot be read: {error}")
            continue
        if not any(cells):
            continue
        if doubts and (doubtful := _doubtful(cells, doubts, label, line)):
            yield doubtful
            continue
        if len(cells) > len(columns):
            found, expected = f"{len(cells)} cells", f"{len(columns)} columns"
            yield _problem(
                "cells",
                label,
                line,
                "the row has more cells than there are columns",
                expected,
                found,
            )
            continue
        yield line, dict(zip(columns, map(str.strip, cells), strict=False))


def _line(data: bytes, offset: int) -> int:
    return data.count(b"\n", 0, offset) + 1


def _problem(
    code: str, label: str, line: int | None, message: str, expected: str = "", found: str = ""
) -> Problem:
    return Problem(code, message, Origin(label, line), expected=expected, found=found)
