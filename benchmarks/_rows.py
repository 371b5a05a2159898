"""Rows of every benchmark: one shape, one table, one way to ask for them."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

Row = dict[str, Any]
"""One measured figure; the keys are those of `row`."""


def row(
    case: str,
    value: float,
    unit: str,
    *,
    subject: str = "syndicator",
    peer: str = "",
    ratio: float | None = None,
    reach: float | str | None = None,
    least: bool = False,
    met: bool | None = None,
    **more: object,
) -> Row:
    """Return one figure of `subject`; `ratio` says how it stands to that of `peer`.

    `reach` is what was asked for. A number is met from below, or from above with `least`; words,
    and figures that are met by something else than `value`, come with their own `met`.
    """
    if met is None and reach is not None and not isinstance(reach, str):
        met = value >= reach if least else value <= reach
    return {
        "case": case,
        "subject": subject,
        "value": round(value, 4),
        "unit": unit,
        "peer": peer,
        "ratio": None if ratio is None else round(ratio, 3),
        "reach": reach,
        "met": met,
        **more,
    }


@dataclass
class Rows:
    """Figures in the order in which they are taken."""

    rows: list[Row] = field(default_factory=list)

    def add(self, case: str, value: float, unit: str, **told: Any) -> None:  # noqa: ANN401  what `row` takes
        """Keep one figure; the arguments are those of `row`."""
        self.rows.append(row(case, value, unit, **told))


def options(about: str | None, sizes: Iterable[str] = ("small", "full")) -> argparse.ArgumentParser:
    """Return what every benchmark can be asked: its size, and rows instead of a table."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--size", choices=list(sizes), default="full")
    parser.add_argument("--json", action="store_true")
    return parser


def show(rows: Iterable[Row], *, as_json: bool) -> None:
    """Print the rows for a program, or as a table for a person."""
    if as_json:
        print(json.dumps(list(rows), indent=1))
        return
    for one in rows:
        ratio = "" if one["ratio"] is None else f"x{one['ratio']:g} {one['peer']}".strip()
        reach = "" if one["reach"] is None else f"reach {one['reach']}"
        met = {None: "", True: "met", False: "NOT MET"}[one["met"]]
        told = f"{one['value']:>14,.10g} {one['unit']:<11} {ratio:<24} {reach:<20} {met}"
        print(f"{one['case']:<72} {one['subject']:<20} {told}".rstrip())


@contextmanager
def timed() -> Iterator[Callable[[], float]]:
    """Yield how to ask for the seconds since the block began, or of the whole block after it."""
    began = time.perf_counter()
    ended: list[float] = []
    yield lambda: (ended[0] if ended else time.perf_counter()) - began
    ended.append(time.perf_counter())
