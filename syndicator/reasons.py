"""Why a plan gives and takes: today's rules against those of the last publish.

The rules that were live are kept beside the release, for this question only: without them a plan
still says what changes, but not because of which edited rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from syndicator import canonical
from syndicator.entitlement import PartnerChange, World, compare_worlds, parse_manifests
from syndicator.errors import Origin
from syndicator.located import Located
from syndicator.targets import Target, blob
from syndicator.workspace import Workspace

KEY = "private/manifests.json"


def remember(target: Target, workspace: Workspace) -> None:
    """Keep the rules that were published, unless they are kept already.

    Raises:
        TargetError: The target cannot be written.
    """
    data = canonical.encode({"format": 1, "documents": [_told(one) for one in workspace.rules]})
    if target.read(KEY) != data:
        target.write([blob(KEY, data)])


def reasons(target: Target, workspace: Workspace, now: datetime) -> tuple[PartnerChange, ...]:
    """Return what edited rules alone give and take from each partner; nothing if none are kept.

    Products that come, go or change by themselves are the same on both sides of the comparison.
    Cost: one request and two resolutions.
    """
    kept = target.read(KEY)
    if kept is None:
        return ()
    documents = [_located(one) for one in canonical.decode(kept)["documents"]]
    before, problems = parse_manifests(documents, workspace.settings.known_locales)
    if problems:
        return ()
    catalog = workspace.catalog
    old = World.of(catalog, before)
    return compare_worlds(old, old.edited(workspace.manifests), now)


def lines(changes: Sequence[PartnerChange]) -> list[str]:
    """Return what to tell a person: each partner, then the rules that moved it."""
    told = []
    for change in changes:
        moved = f"+{len(change.gained)} -{len(change.lost)} of {change.before}"
        told.append(f"  {change.partner}: {moved} products by edited rules")
        told += [f"    {cause}" for cause in change.causes]
        told += [f"    {line}" for term in change.terms for line in term.lines()]
    return told


def _told(document: Located) -> dict[str, Any]:
    origin = document.origin
    return {
        "data": document.data,
        "file": origin.file,
        "line": origin.line,
        "lines": dict(document.lines),
    }


def _located(told: dict[str, Any]) -> Located:
    return Located(told["data"], Origin(told["file"], told["line"]), told["lines"])
