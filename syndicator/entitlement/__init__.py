"""Who may show what: manifests and a catalog to editions, with the reason for every decision."""

from __future__ import annotations

from syndicator.entitlement.assortment import Assortment
from syndicator.entitlement.checks import check_selectors
from syndicator.entitlement.explanation import Explanation, Part, UnknownNameError, explain
from syndicator.entitlement.model import Edition, Entitlements, Override
from syndicator.entitlement.reader import parse_manifests
from syndicator.entitlement.resolver import World, resolve
from syndicator.entitlement.rules import Manifests, Partner, Program

__all__ = [
    "Assortment",
    "Edition",
    "Entitlements",
    "Explanation",
    "Manifests",
    "Override",
    "Part",
    "Partner",
    "Program",
    "UnknownNameError",
    "World",
    "check_selectors",
    "explain",
    "parse_manifests",
    "resolve",
]
