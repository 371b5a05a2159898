"""Which version of a widget a partner has: pinned, by channel, or by its share of a rollout.

What comes out is a *request*: `configurator` (the newest stable version), `configurator@beta` (the
newest of a channel) or `configurator@1.2.0`. Which versions exist is known to packaging alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from typing import TypeAlias

from syndicator.entitlement.rules import WHOLE, Scope, WidgetGrant

STABLE = "stable"
"""The channel of versions without a pre-release; what a grant means that names nothing."""

Nearer: TypeAlias = Callable[[Scope, Scope], bool]
Order: TypeAlias = tuple[tuple[int, ...], tuple[tuple[int, int, str], ...]]


def order(version: str) -> Order:
    """Return what versions are compared by (SemVer 2.0, section 11); text for the others.

    A pre-release is before its release: the last part of a release is greater than any other.
    """
    core, _, before = version.partition("-")
    numbers = tuple(int(one) if one.isdecimal() else 0 for one in core.split("."))
    words = tuple(
        (0, int(word), "") if word.isdecimal() else (1, 0, word) for word in before.split(".")
    )
    return numbers, words if before else ((2, 0, ""),)


def channel(version: str) -> str:
    """Return the channel of a version: `beta` for `2.0.0-beta.3`, `stable` for `2.0.0`."""
    before = version.partition("-")[2].split(".")[0]
    return before.rstrip("0123456789-") or before if before else STABLE


def reaches(rule: WidgetGrant, partner: str) -> bool:
    """Tell whether a rollout has come to a partner.

    The partner's place in the line follows from its name and what is rolled out: the same on every
    machine, kept while the share grows, and another one for another version.
    """
    line = f"{rule.request}\n{partner}".encode()
    place = int.from_bytes(hashlib.sha256(line).digest()[:8], "big")
    return place * WHOLE < rule.share << 64


def preferred(rules: Iterable[WidgetGrant], nearer: Nearer) -> tuple[WidgetGrant, ...]:
    """Return the rules of one partner, first the one that decides.

    Nearer rules first; of equally near ones a version before a channel, the newest version, the
    smallest share, the name. Cost: rules squared.
    """
    held = sorted(rules, key=lambda rule: rule.name)
    held.sort(key=lambda rule: (bool(rule.version), order(rule.version), -rule.share), reverse=True)
    return tuple(
        sorted(held, key=lambda one: sum(nearer(other.scope, one.scope) for other in held))
    )


def requests(rules: Iterable[WidgetGrant]) -> frozenset[str]:
    """Return one request for each widget that `preferred` rules permit.

    A rule that names neither version nor channel permits the widget and leaves the choice to
    the others, however far.
    """
    found: dict[str, str] = {}
    for rule in rules:
        if found.get(rule.widget, rule.widget) == rule.widget:
            found[rule.widget] = rule.request
    return frozenset(found.values())


def widget_of(request: str) -> str:
    """Return the widget that a request asks for."""
    return request.partition("@")[0]
