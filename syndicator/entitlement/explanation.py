"""The answer to "why may this partner show that, or not?", as data and as lines of text."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from syndicator.entitlement.rules import Rule
from syndicator.errors import Origin, UsageError


class UnknownNameError(UsageError):
    """A question names a partner, product or field that does not exist."""

    def __init__(self, what: str, name: str, fix: str) -> None:
        super().__init__(f"there is no {what} {name!r}. {fix}".rstrip())
        self.what, self.name, self.fix = what, name, fix


@dataclass(frozen=True, slots=True)
class Part:
    """One rule or fact that took part in a decision, and how."""

    effect: str
    """`permits`, `forbids`, `embargo`, `bounds`; of a field `hides`, `overrides`, `prices`,
    `disagrees` or `withholds`."""
    name: str
    """The rule as people cite it, such as `grant premium-bikes`, or the fact."""
    reason: str
    origin: Origin | None = None
    partner: str = ""
    """Whose rule it is where it is not the partner's own: a distributor."""
    in_effect: bool = True
    """False for a rule that selects the product but does not hold at this instant."""
    early: bool = False
    """Permits also before the announcement."""

    def of(self, partner: str) -> Part:
        """Return the part as the one of another partner, a distributor."""
        return replace(self, partner=partner)

    def as_json(self) -> dict[str, object]:
        """Return the part as plain data."""
        return {
            "effect": self.effect,
            "rule": self.name,
            "reason": self.reason,
            "file": self.origin.file if self.origin else None,
            "line": self.origin.line if self.origin else None,
            "partner": self.partner or None,
            "in_effect": self.in_effect,
        }

    def __str__(self) -> str:
        whose = f" of distributor {self.partner}" if self.partner else ""
        where = f"  ({self.origin})" if self.origin else ""
        idle = "" if self.in_effect else "  [not in effect]"
        return f"{self.effect:9} {self.name}{whose}: {self.reason}{where}{idle}"


@dataclass(frozen=True, slots=True)
class Explanation:
    """The answer to "may this partner show this product (or this field of it), and why?"."""

    partner: str
    sku: str
    at: datetime
    allowed: bool
    reason: str
    deciding: Part | None
    """None where no rule permits: denial by default."""
    parts: tuple[Part, ...]
    field: str = ""
    widget: str = ""
    """What was asked about where it is no product."""
    next_change: datetime | None = None
    """When this answer, or a fact that it shows, changes by itself."""

    def as_json(self) -> dict[str, object]:
        """Return the explanation as plain data for `--json`."""
        return {
            "partner": self.partner,
            "sku": self.sku or None,
            "field": self.field or None,
            "widget": self.widget or None,
            "at": self.at.isoformat(),
            "allowed": self.allowed,
            "reason": self.reason,
            "deciding": self.deciding.as_json() if self.deciding else None,
            "rules": [part.as_json() for part in self.parts],
            "next_change": self.next_change.isoformat() if self.next_change else None,
        }

    def lines(self) -> tuple[str, ...]:
        """Return the explanation as lines of text for a person, the verdict first."""
        subject = f"{self.field} of {self.sku}" if self.field else self.sku
        subject = subject or f"widget {self.widget}"
        verdict = "may show" if self.allowed else "may not show"
        told = [f"{self.partner} {verdict} {subject} at {self.at.isoformat()}", f"  {self.reason}"]
        told += [f"  {'*' if part == self.deciding else ' '} {part}" for part in self.parts]
        after = self.next_change.isoformat() if self.next_change else "no date in the rules"
        return (*told, f"  next change: {after}")


def period(rule: Rule, zone: str) -> str:
    """Return a rule's window in words, nothing where it has no ends."""
    start, end = rule.window.bounds(zone)
    begins = f" from {start.isoformat()}" if start else ""
    return begins + (f" until {end.isoformat()}" if end else "")
