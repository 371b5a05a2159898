"""JSON Lines: one object a line, each with its line number."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from syndicator.errors import Origin, Problem

MAX_LINE = 16 * 1024 * 1024
"""Bytes of one record; longer lines are refused without being held in memory."""

MAX_COLUMNS = 20_000
_PIECE = 64 * 1024
"""Bytes of a line that is skipped, at a time: small enough to stay in the processor's memory."""
_DECODER = msgspec.json.Decoder(dict[str, Any])


def read_rows(path: Path, label: str) -> Iterator[tuple[int, dict[str, Any]] | Problem]:
    """Yield line number and object of every line, or the problem that a line has."""
    for line in read_lines(path, label):
        if isinstance(line, Problem):
            yield line
            continue
        row = parse_line(line[1], label, line[0])
        yield row if isinstance(row, Problem) else (line[0], row)


def read_lines(path: Path, label: str) -> Iterator[tuple[int, bytes] | Problem]:
    """Yield number and bytes of every line that is not empty, or the problem that one has.

    Compressed files (`.gz`) are read through; a truncated one is a problem at its last line.
    Cost: linear, with one line in memory.
    """
    number = 0
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            while line := file.readline(MAX_LINE):
                number += 1
                if not line.endswith(b"\n") and len(line) == MAX_LINE:
                    _skip_line(file)
                    yield _problem(
                        "too-large", label, number, f"the line is longer than {MAX_LINE} bytes"
                    )
                    continue
                if number == 1:
                    line = line.removeprefix(b"\xef\xbb\xbf")
                if line and not line.isspace():
                    yield number, line
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        yield _problem("truncated", label, number, f"the compressed file is broken: {error}")
    except OSError as error:
        yield _problem(
            "unreadable", label, number or None, f"the file cannot be read: {error.strerror}"
        )


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
    if len(row) > MAX_COLUMNS:
        told = f"the object has more than {MAX_COLUMNS} columns"
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


def _skip_line(file: Any) -> None:  # noqa: ANN401  a binary file, compressed or not
    while (rest := file.readline(_PIECE)) and not rest.endswith(b"\n"):
        pass


def _problem(
    code: str, label: str, line: int | None, message: str, expected: str = "", found: str = ""
) -> Problem:
    return Problem(code, message, Origin(label, line), expected=expected, found=found)
