"""Rows of a benchmark's table, see docs/ARCHITECTURE.md."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return the seconds that a call took, and what it returned."""
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def row(
    case: str,
    value: float,
    unit: str,
    *,
    subject: str = "syndicator",
    reach: float | None = None,
    **more: object,
) -> dict[str, Any]:
    """Return one row of the table."""
    met = None if reach is None else value <= reach
    base = {"case": case, "subject": subject, "value": round(value, 4), "unit": unit}
    return base | {"peer": None, "ratio": None} | more | {"reach": reach, "met": met}
