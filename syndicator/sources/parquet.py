"""Parquet: columns of a data lake as rows. Needs the extra `parquet` (pyarrow)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from syndicator.errors import Origin, Problem
from syndicator.sources.jsonl import flat

_BATCH = 1024


def read_rows(path: Path, label: str) -> Iterator[tuple[int, dict[str, Any]] | Problem]:
    """Yield the number (from 1) and the values of every row; inner structures become columns.

    Bytes are left out. Cost: linear, with a batch of rows in memory.
    """
    try:
        from pyarrow import ArrowException  # noqa: PLC0415  an extra, and slow to import
        from pyarrow.parquet import ParquetFile  # noqa: PLC0415
    except ImportError:
        fix = "pip install 'syndicator[parquet]'"
        yield Problem("missing-extra", "Parquet needs pyarrow", Origin(label), fix=fix)
        return
    number = 0
    try:
        with ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=_BATCH):
                for values in _values(batch):
                    number += 1
                    yield _row(values, label, number)
    except (ArrowException, OSError, ValueError, OverflowError) as error:
        yield _problem(f"the file cannot be read: {_told(error)}", label, number or None)


def _row(
    values: dict[str, Any] | Exception, label: str, number: int
) -> tuple[int, dict[str, Any]] | Problem:
    if isinstance(values, Exception):
        return _problem(f"a value of the row means nothing: {_told(values)}", label, number)
    return number, flat({key: v for key, v in values.items() if not isinstance(v, bytes)})


def _values(batch: Any) -> Iterator[dict[str, Any] | Exception]:  # noqa: ANN401  untyped library
    """Yield the values of each row; of a row that has none, such as a date in year 40000, why."""
    try:
        yield from batch.to_pylist()
    except (ValueError, OverflowError) as error:
        if batch.num_rows == 1:
            yield error
            return
        for number in range(batch.num_rows):
            yield from _values(batch.slice(number, 1))


def _told(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]


def _problem(message: str, label: str, number: int | None) -> Problem:
    return Problem("parquet", message, Origin(label, number))
