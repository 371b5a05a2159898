"""JSON Lines: one object a line, each with its line number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from syndicator.errors import Origin, Problem
from syndicator.sources.blocks import MAX_LINE, Broken, read_blocks, too_long

MAX_COLUMNS = 20_000
_DECODER = msgspec.json.Decoder(dict[str, Any])


def read_rows(path: Path, label: str) -> Iterator[tuple[int, dict[str, Any]] | Problem]:
    """Yield line number and object of every line, or the problem that a line has."""
    first = 1
    for block in read_blocks(path):
        if isinstance(block, Broken):
            yield broken(block, label, first)
            first += block.lines
            continue
        data = bytes(block)
        for number, line in lines_of(data, first):
            row = parse_line(line, label, number)
            yield row if isinstance(row, Problem) else (number, row)
        first += data.count(b"\n")


def lines_of(block: bytes, first: int) -> Iterator[tuple[int, bytes]]:
    """Yield number and bytes of every line of a block that is not empty."""
    for number, line in enumerate(block.split(b"\n"), first):
        if line and not line.isspace():
            yield number, line


def broken(block: Broken, label: str, first: int) -> Problem:
    """Return what is wrong with a file at the line `first`, or after the last one before it."""
    return _problem(block.code, label, first + block.lines - 1 or None, block.message)


def parse_line(line: bytes, label: str, number: int | None) -> dict[str, Any] | Problem:
    """Return the object of a line, or what is wrong with it."""
    try:
        row = _DECODER.decode(line)
    except msgspec.ValidationError:
        return _problem("not-an-object", label, number, "the line is not a JSON object", "{…}")
    except msgspec.DecodeError as error:
        return _problem("json", label, number, f"the line is not JSON: {error}")
    except UnicodeDecodeError as error:
        return _problem(
            "encoding",
            label,
            number,
            "the line is not UTF-8",
            "UTF-8",
            f"byte 0x{line[error.start]:02x}",
        )
    except RecursionError:
        return _problem("json-depth", label, number, "the values are nested too deeply")
    row = flat(row) if dict in map(type, row.values()) else row
    if len(row) > MAX_COLUMNS or len(line) > MAX_LINE:
        wide = f"the object has more than {MAX_COLUMNS} columns"
        told = too_long() if len(line) > MAX_LINE else wide
        return _problem("too-large", label, number, told)
    return row


def flat(row: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return a row without inner objects: `{"a": {"b": 1}}` has the column `a.b`."""
    columns: dict[str, Any] = {}
    for key, value in row.items():
        if isinstance(value, dict):
            columns |= flat(value, f"{prefix}{key}.")
        else:
            columns[f"{prefix}{key}"] = value
    return columns


def _problem(
    code: str, label: str, line: int | None, message: str, expected: str = "", found: str = ""
) -> Problem:
    return Problem(code, message, Origin(label, line), expected=expected, found=found)
