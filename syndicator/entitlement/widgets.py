"""Widgets, which are granted like products: why a partner may show one, and which exist."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import TypeAlias

from syndicator.entitlement.explanation import Explanation, Part, UnknownNameError, period
from syndicator.entitlement.names import suggest
from syndicator.entitlement.rights import Rights, rights_of_one
from syndicator.entitlement.rules import Manifests, Partner, ProductRule, WidgetGrant
from syndicator.entitlement.snapshot import requests_at
from syndicator.entitlement.versions import reaches, widget_of
from syndicator.errors import Problem, Severity

_Naming: TypeAlias = ProductRule | WidgetGrant


def explain_widget(
    manifests: Manifests, partner: str, widget: str, now: datetime, known: Collection[str] = ()
) -> Explanation:
    """Explain whether a partner may show a widget at an instant, and when that changes.

    `known` names the widgets that exist; those that rules name may be asked for, too.
    The same code decides as in `resolve`. Cost: the rules that address the partner and its
    distributors.

    Raises:
        UnknownNameError: There is no such partner or widget; suggests the near name.
    """
    who = manifests.partners.get(partner)
    if who is None:
        raise UnknownNameError("partner", partner, suggest(partner, manifests.partners))
    names = {*known, *(name for name, _ in _named(manifests))}
    if widget not in names:
        raise UnknownNameError("widget", widget, suggest(widget, names))
    rights = rights_of_one(manifests, who)
    parts = tuple(widget_parts(manifests, rights, who, widget, now))
    allowed = allows(rights, widget, now)
    deciding, reason = widget_verdict(parts, allowed, widget)
    return Explanation(
        partner=partner,
        sku="",
        widget=widget,
        at=now,
        allowed=allowed,
        reason=reason,
        deciding=deciding,
        parts=parts,
        next_change=_next_change(rights, widget, now),
    )


def check_widgets(manifests: Manifests, known: Collection[str]) -> list[Problem]:
    """Return an error for every rule that names a widget which does not exist.

    A forbid that names no widget because of a typing mistake would show what must not be shown.
    """
    return [
        Problem(
            "unknown-widget",
            f"there is no widget {name!r}",
            rule.origin,
            "widget" if isinstance(rule, WidgetGrant) else "widgets",
            "the id of a widget",
            repr(name),
            suggest(name, known),
            Severity.ERROR,
        )
        for name, rule in _named(manifests)
        if name not in known
    ]


def _named(manifests: Manifests) -> Iterator[tuple[str, _Naming]]:
    for grant in manifests.widget_grants.values():
        yield grant.widget, grant
    for rule in (*manifests.delegations.values(), *manifests.forbids.values()):
        yield from ((name, rule) for name in sorted(rule.widgets))


def allows(rights: Rights, widget: str, at: datetime) -> bool:
    """Tell whether rights give a widget at an instant."""
    return any(widget_of(request) == widget for request in requests_at(rights, at))


def widget_parts(
    manifests: Manifests, rights: Rights, partner: Partner, widget: str, now: datetime
) -> tuple[Part, ...]:
    """Return forbids, what bounds a dealer, and permits: in the order of weight."""
    parts = [*_naming("forbids", rights.forbids, rights, widget, now)]
    above = manifests.partners.get(partner.distributor)
    if above is not None and rights.distributor is not None:
        if not allows(rights.distributor, widget, now):
            lacks = f"distributor {above.id} does not hold it"
            parts.append(Part("bounds", f"distributor {above.id}", lacks, partner.origin))
        told = widget_parts(manifests, rights.distributor, above, widget, now)
        parts += (part if part.partner else part.of(above.id) for part in told)
    permits: Sequence[_Naming] = rights.permits if partner.distributor else rights.widgets
    parts += _naming("permits", permits, rights, widget, now)
    return (*parts, *(() if partner.distributor else _waiting(manifests, partner, widget)))


def _waiting(manifests: Manifests, partner: Partner, widget: str) -> Iterator[Part]:
    """Yield the rollouts that have not come to a partner yet."""
    scopes = manifests.scopes(partner)
    for rule in manifests.widget_grants.values():
        if rule.widget == widget and rule.scope in scopes and not reaches(rule, partner.id):
            reason = f"widget {rule.request}, for {rule.scope}: {rule.share} in a hundred have it"
            yield Part("permits", rule.name, reason, rule.origin, in_effect=False)


def widget_verdict(parts: Iterable[Part], allowed: bool, widget: str) -> tuple[Part | None, str]:
    """Return the weightiest part that is enough for the answer, and why."""
    own = [part for part in parts if part.in_effect and not part.partner]
    forbidding = [part for part in own if part.effect == "forbids"]
    permitting = [part for part in own if part.effect == "permits"]
    if allowed:
        return permitting[0], f"{permitting[0].name} permits it"
    if forbidding:
        return forbidding[0], f"{forbidding[0].name} forbids it"
    if not permitting:
        return None, f"no rule permits widget {widget}: denied by default"
    bound = next(part for part in own if part.effect == "bounds")
    return bound, bound.reason


def _naming(
    effect: str, rules: Sequence[_Naming], rights: Rights, widget: str, now: datetime
) -> Iterator[Part]:
    for rule in sorted(rules, key=lambda rule: rule.name):
        if widget in (rule.widgets if isinstance(rule, ProductRule) else {rule.widget}):
            named = rule.request if isinstance(rule, WidgetGrant) else widget
            reason = f"widget {named}, for {rule.scope}{period(rule, rights.zone)}"
            holds = rule.window.holds(now, rights.zone)
            yield Part(effect, rule.name, reason, rule.origin, in_effect=holds)


def _next_change(rights: Rights, widget: str, now: datetime) -> datetime | None:
    """Return the first instant at which a window opens or closes and the answer differs."""
    answer = allows(rights, widget, now)
    instants = {at for zone, rule in rights.zoned_rules() for at in rule.window.instants(zone)}
    later = (at for at in sorted(instants) if at > now)
    return next((at for at in later if allows(rights, widget, at) != answer), None)
