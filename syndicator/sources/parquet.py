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
                for row in batch.to_pylist():
                    number += 1
                    kept = {key: v for key, v in row.items() if not isinstance(v, bytes)}
                    yield number, flat(kept)
    except (ArrowException, OSError, ValueError) as error:
        told = str(error).splitlines()[0][:200]
        yield Problem("parquet", f"the file cannot be read: {told}", Origin(label, number or None))
