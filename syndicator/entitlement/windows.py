"""Half-open windows of time: `from` belongs to the window, `until` does not.

A bound without a time is midnight in the partner's zone, so one rule opens at another instant for
a partner in Berlin than for one in Tokyo; a bound with an offset is the same instant for all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

Bound: TypeAlias = date | datetime
"""An aware instant in UTC, or a plain date."""


@dataclass(frozen=True, slots=True)
class Window:
    """When a rule is in effect; an open end is None."""

    start: Bound | None = None
    end: Bound | None = None

    @property
    def local(self) -> bool:
        """Whether the window depends on the partner's time zone."""
        return any(b is not None and not isinstance(b, datetime) for b in (self.start, self.end))

    def bounds(self, zone: str) -> tuple[datetime | None, datetime | None]:
        """Return the window in UTC for a partner in `zone`."""
        return _instant(self.start, zone), _instant(self.end, zone)

    def holds(self, at: datetime, zone: str) -> bool:
        """Tell whether the instant lies in the window."""
        start, end = self.bounds(zone)
        return (start is None or start <= at) and (end is None or at < end)

    def instants(self, zone: str) -> tuple[datetime, ...]:
        """Return the instants at which the window opens or closes."""
        return tuple(instant for instant in self.bounds(zone) if instant is not None)


ALWAYS = Window()
"""The window without ends."""


def read_bound(text: str) -> Bound:
    """Read a date or an instant with an offset.

    Raises:
        ValueError: There is no such date, or a time has no offset. The message says which.
    """
    if len(text) == len("2026-01-01"):
        return date.fromisoformat(text)
    read = datetime.fromisoformat(text)
    if read.tzinfo is None:
        raise ValueError("a time needs an offset such as Z or +02:00")
    return read.astimezone(UTC)


def known_zone(name: str) -> bool:
    """Tell whether `name` is a zone of the IANA time zone database."""
    try:
        _zone(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


@lru_cache(maxsize=1024)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name or "UTC")


@lru_cache(maxsize=65_536)
def _instant(bound: Bound | None, zone: str) -> datetime | None:
    if bound is None or isinstance(bound, datetime):
        return bound
    # Midnight may be skipped or doubled by a change of clocks: zoneinfo then takes the offset
    # before the change (PEP 495, fold=0), which is defined and the same everywhere.
    return datetime.combine(bound, time(), _zone(zone)).astimezone(UTC)
