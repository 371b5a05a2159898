"""What packing starts from: the rendered editions and the partners who hold them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from syndicator.bundle.keys import Reference
from syndicator.entitlement.model import Edition
from syndicator.rendering.finished import Finished


@dataclass(frozen=True, slots=True)
class EditionContent:
    """One edition with its finished documents.

    `documents` are in catalog order. Equal documents of different editions should be the same
    object: packing then costs next to nothing. `media` are the keys of the pictures and files that
    the documents show (`public/m/...`).
    """

    edition: Edition
    documents: tuple[Finished, ...]
    media: frozenset[str] = frozenset()
    widgets: Mapping[str, str] = field(default_factory=dict)
    """The version of each widget that the edition has."""
    drawn: Mapping[str, bytes] = field(default_factory=dict)
    """Every product by SKU as partners' servers include it, where one of them does."""
    look: Reference | None = None
    """The stylesheet that goes with what is drawn: its key below the public zone."""

    @property
    def skus(self) -> tuple[str, ...]:
        """What the edition shows, in catalog order."""
        return tuple(document.sku for document in self.documents)


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
