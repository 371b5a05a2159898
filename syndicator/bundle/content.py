"""What packing starts from: the rendered editions and the partners who hold them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from syndicator.bundle.keys import Reference
from syndicator.entitlement.model import Edition


@dataclass(frozen=True, slots=True)
class EditionContent:
    """One edition with its finished documents.

    `documents` maps SKU to the canonical bytes of its document, in catalog order. Equal documents
    of different editions should be the same bytes object: packing then costs next to nothing.
    `media` are the keys of the pictures and files that the documents show (`public/m/...`).
    `drawn` maps every SKU to the product as partners' servers include it, and `look` names the
    stylesheet that goes with it, where the edition is published in that form too.
    """

    edition: Edition
    documents: Mapping[str, bytes]
    media: frozenset[str] = frozenset()
    drawn: Mapping[str, bytes] = field(default_factory=dict)
    look: Reference | None = None


@dataclass(frozen=True, slots=True)
class PartnerEntry:
    """What one partner's tag resolves to: its editions by locale.

    `editions` maps locale to the private edition id. `feeds` names the partner's
    feeds and the fingerprint of their channels, or is empty: when it changes, the feeds are
    written again.
    """

    brand: str
    default: str
    editions: Mapping[str, str]
    feeds: str = ""
