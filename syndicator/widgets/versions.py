"""Which package answers a request for a widget, where several versions lie side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from syndicator.entitlement.rules import Manifests
from syndicator.entitlement.versions import STABLE, channel, order, widget_of
from syndicator.errors import Problem
from syndicator.widgets.package import WidgetPackage


def by_request(packages: Iterable[WidgetPackage]) -> dict[str, WidgetPackage]:
    """Return the package for every request that can be answered.

    `clock` and `clock@stable` are the newest version without a pre-release, `clock@beta` the newest
    of that channel or of the stable one, `clock@1.2.0` that version.
    """
    found: dict[str, WidgetPackage] = {}
    for one in sorted(packages, key=lambda one: (one.id, order(one.version))):
        stable = channel(one.version) == STABLE
        found[f"{one.id}@{one.version}"] = one
        found[f"{one.id}@{channel(one.version)}"] = one
        if stable:
            found[one.id] = one
            found |= dict.fromkeys(_channels(found, one.id), one)
    return found


def _channels(found: Mapping[str, WidgetPackage], widget: str) -> list[str]:
    """Return the channels of a widget so far: whoever tries what is new also gets what is done."""
    named = {f"{widget}@{channel(one.version)}" for one in found.values() if one.id == widget}
    return sorted(named)


def check_versions(manifests: Manifests, packages: Iterable[WidgetPackage]) -> Iterator[Problem]:
    """Yield a problem for each grant of a version or channel that no package has."""
    known = by_request(packages)
    for rule in manifests.widget_grants.values():
        like = sorted(name for name in known if widget_of(name) == rule.widget)
        if not like or rule.request in known:
            continue
        key = "version" if rule.version else "channel" if rule.channel else "widget"
        yield Problem(
            "unknown-version",
            f"there is no {rule.request}",
            rule.origin,
            key,
            expected=", ".join(like),
            found=getattr(rule, key),
            fix=f"Put it into widgets/{rule.widget}@{rule.version}/" if rule.version else "",
        )
