"""Columns of every type that Arrow knows, for tables that nobody would make on purpose."""

from __future__ import annotations

import datetime as dt
import decimal
import random
from typing import Any

import pyarrow as pa

NAMES = (
    *("id", "name", "price", "weight", "ean", "in", "in.a", "", " ", "\0", "ä", "x" * 300),
    *("sku", "title", "__proto__", "id", "id"),
)
_DAY = dt.datetime(2026, 2, 28, 23, 59, 59, 999999)  # noqa: DTZ001  Arrow puts the zone in
_PLAIN: tuple[tuple[Any, tuple[Any, ...]], ...] = (
    (pa.null(), ()),
    (pa.bool_(), (True, False)),
    (pa.int8(), (-128, 127)),
    (pa.uint64(), (0, 2**64 - 1)),
    (pa.int64(), (-(2**63), 2**63 - 1, 7)),
    (pa.float16(), (1.5,)),
    (pa.float32(), (float("nan"), float("inf"), 0.1)),
    (pa.float64(), (float("nan"), float("-inf"), 1e308, -0.0, 9.5205e12)),
    (pa.decimal128(38, 4), (decimal.Decimal("1299.0000"), decimal.Decimal(-1))),
    (pa.decimal256(76, 70), (decimal.Decimal("1e-70"),)),
    (pa.string(), ("", "A", "ä\0b", "1.299,00 EUR", "x" * 2000, "\U0001f6b2", "4006381333931")),
    (pa.large_string(), ("B", "=1+1", "\u2028")),
    (pa.binary(), (b"", b"\xff\0")),
    (pa.binary(3), (b"abc",)),
    (pa.date32(), (dt.date(1, 1, 1), dt.date(9999, 12, 31))),
    (pa.date64(), (dt.date(2026, 2, 28),)),
    (pa.time32("ms"), (dt.time(23, 59, 59),)),
    (pa.time64("ns"), (dt.time(0, 0, 0, 1), 12345)),
    (pa.timestamp("s"), (_DAY, 10**14, -(10**14))),
    (pa.timestamp("ns", "Europe/Berlin"), (_DAY, 2**62, 1)),
    (pa.timestamp("us", "No/Where"), (0,)),
    (pa.timestamp("ms", "+14:00"), (0, 253402300800000)),
    (pa.duration("ns"), (1, -(2**62))),
    (pa.dictionary(pa.int8(), pa.string()), ("A", "B")),
)  # fmt: skip


def column(chance: random.Random, rows: int, depth: int = 0) -> Any:
    """Return a column of a type by chance, half of it empty; lists and structures hold others."""
    kind = chance.randrange(10)
    if depth < 3 and kind == 0:
        names = [chance.choice(("a", "b.c", "")) for _ in range(chance.randrange(1, 3))]
        return pa.StructArray.from_arrays([column(chance, rows, depth + 1) for _ in names], names)
    if depth < 3 and kind == 1:
        ends = sorted(chance.randrange(3) for _ in range(rows))
        inner = column(chance, ends[-1] if ends else 0, depth + 1)
        return pa.ListArray.from_arrays(pa.array([0, *ends], pa.int32()), inner)
    if depth < 3 and kind == 2:
        keys = pa.array([f"k{number}" for number in range(rows)])
        ends = pa.array(range(rows + 1), pa.int32())
        return pa.MapArray.from_arrays(ends, keys, column(chance, rows, depth + 1))
    type_, values = chance.choice(_PLAIN)
    held = [chance.choice((*values, None)) for _ in range(rows)]
    return pa.array(held, type_)
