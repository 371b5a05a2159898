"""Who may show what: manifests and a catalog to editions, with the reason for every decision."""

from __future__ import annotations

from syndicator.entitlement.answers import (
    PartnerSummary,
    RuleCount,
    Viewers,
    partner_summary,
    who_sees,
)
from syndicator.entitlement.assortment import Assortment
from syndicator.entitlement.changes import (
    Cause,
    PartnerChange,
    compare_worlds,
    warn_of_losses,
)
from syndicator.entitlement.checks import check_selectors
from syndicator.entitlement.explaining import explain
from syndicator.entitlement.explanation import Explanation, Part, UnknownNameError
from syndicator.entitlement.impact import Impact
from syndicator.entitlement.listing import select_products
from syndicator.entitlement.model import Edition, Entitlements, Override
from syndicator.entitlement.reader import parse_manifests
from syndicator.entitlement.resolver import World, resolve
from syndicator.entitlement.rules import Manifests, Partner, Program
from syndicator.entitlement.widgets import check_widgets, explain_widget

__all__ = [
    "Assortment",
    "Cause",
    "Edition",
    "Entitlements",
    "Explanation",
    "Impact",
    "Manifests",
    "Override",
    "Part",
    "Partner",
    "PartnerChange",
    "PartnerSummary",
    "Program",
    "RuleCount",
    "UnknownNameError",
    "Viewers",
    "World",
    "check_selectors",
    "check_widgets",
    "compare_worlds",
    "explain",
    "explain_widget",
    "parse_manifests",
    "partner_summary",
    "resolve",
    "select_products",
    "warn_of_losses",
    "who_sees",
]
