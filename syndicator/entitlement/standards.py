"""Names that the world agreed on: countries and time zones."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

from babel import Locale


@lru_cache(maxsize=1)
def countries() -> frozenset[str]:
    """Return the two-letter codes of ISO 3166-1, and XK, which everybody uses for Kosovo."""
    known = map(str, Locale("en").territories)
    # CLDR also lists regions by number, and codes that ISO only reserves.
    reserved = {"EU", "EZ", "UN", "XA", "XB", "ZZ", "QO", "AC", "CP", "CQ", "DG", "EA", "IC", "TA"}
    return frozenset(code for code in known if code.isalpha() and code not in reserved)


def zones() -> Collection[str]:
    """Return the names of the IANA time zone database; costs a walk through its folder."""
    from zoneinfo import available_timezones  # noqa: PLC0415  walks a directory: only to suggest

    return available_timezones()
