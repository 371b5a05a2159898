"""Who may show what: manifests and a catalog to editions, with the reason for every decision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syndicator.lazily import homes

if TYPE_CHECKING:
    from syndicator.entitlement.answers import (
        PartnerSummary,
        RuleCount,
        Viewers,
        partner_summary,
        who_sees,
    )
    from syndicator.entitlement.assortment import Assortment
    from syndicator.entitlement.causes import Cause
    from syndicator.entitlement.changes import PartnerChange, compare_worlds, warn_of_losses
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

__getattr__ = homes(
    __name__,
    {
        "Assortment": "assortment",
        "Cause": "causes",
        "Edition": "model",
        "Entitlements": "model",
        "Explanation": "explanation",
        "Impact": "impact",
        "Manifests": "rules",
        "Override": "model",
        "Part": "explanation",
        "Partner": "rules",
        "PartnerChange": "changes",
        "PartnerSummary": "answers",
        "Program": "rules",
        "RuleCount": "answers",
        "UnknownNameError": "explanation",
        "Viewers": "answers",
        "World": "resolver",
        "check_selectors": "checks",
        "check_widgets": "widgets",
        "compare_worlds": "changes",
        "explain": "explaining",
        "explain_widget": "widgets",
        "parse_manifests": "reader",
        "partner_summary": "answers",
        "resolve": "resolver",
        "select_products": "listing",
        "warn_of_losses": "changes",
        "who_sees": "answers",
    },
)
