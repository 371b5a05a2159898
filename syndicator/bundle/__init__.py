"""Pack documents into pages, compare releases, decide what is published: docs/formats/published.md.

Everything here is pure: bytes and `now` in, bytes and decisions out.
"""

from __future__ import annotations

from syndicator.bundle.compose import compose
from syndicator.bundle.content import EditionContent, PartnerEntry
from syndicator.bundle.diff import diff
from syndicator.bundle.pack import Build, PackedEdition, Packer, pack
from syndicator.bundle.pages import Piece
from syndicator.bundle.plan import Delta, EditionPlan, Plan
from syndicator.bundle.release import (
    Change,
    EditionRecord,
    PartnerRecord,
    Release,
    encode_release,
    parse_release,
)
from syndicator.bundle.signing import Signer, signed_by
from syndicator.bundle.withdrawal import Withdrawal

__all__ = [
    "Build",
    "Change",
    "Delta",
    "EditionContent",
    "EditionPlan",
    "EditionRecord",
    "PackedEdition",
    "Packer",
    "PartnerEntry",
    "PartnerRecord",
    "Piece",
    "Plan",
    "Release",
    "Signer",
    "Withdrawal",
    "compose",
    "diff",
    "encode_release",
    "pack",
    "parse_release",
    "signed_by",
]
