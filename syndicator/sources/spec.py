"""What a workspace reads its catalog from, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from syndicator.catalog.model import Catalog
from syndicator.errors import Problem

FORMATS: Mapping[str, str] = MappingProxyType(
    {
        "yaml": "workspace",
        "jsonl": "mapped",
        "csv": "mapped",
        "akeneo": "akeneo",
        "magento": "magento",
        "shopify": "shopify",
        "google": "google",
        "bmecat": "bmecat",
        "icecat": "icecat",
        "etim": "etim",
        "parquet": "mapped",
    }
)
"""Formats that a source can have, and the module here that gathers each."""


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """One `[[sources]]` of the settings.

    Paths are relative to the workspace, or addresses of the web.

    The path of a source is the operator's own word, so it may lie outside of the workspace. What
    its records name may not leave the workspace or, for a source outside, the source's folder.
    """

    format: str
    path: str
    mapping: str = ""
    options: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    id: str = ""
    """How the priorities of fields name it; its path, where it has none."""
    local: str = ""
    """Where the bytes lie, for a source that was fetched from its path."""

    @property
    def name(self) -> str:
        """How the priorities of fields name the source."""
        return self.id or self.path

    def place(self, root: Path) -> Path:
        """Return the file or folder to read."""
        return root / (self.local or self.path)


@dataclass(frozen=True, slots=True)
class Count:
    """How one source fared. `ignored`: columns that no rule names, with how many rows fill them."""

    source: str
    records: int
    accepted: int
    refused: int
    ignored: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    def as_json(self) -> dict[str, object]:
        """Return the count as plain data for `--json`."""
        return {
            "source": self.source,
            "records": self.records,
            "accepted": self.accepted,
            "refused": self.refused,
            "ignored": dict(self.ignored),
        }

    def __str__(self) -> str:
        text = f"{self.source}: {self.records} records, {self.accepted} accepted"
        text += f", {self.refused} refused" if self.refused else ""
        return text + (f", {len(self.ignored)} columns ignored" if self.ignored else "")


@dataclass(frozen=True, slots=True)
class Reading:
    """A catalog of all that could be accepted, and what is to be said about the rest."""

    catalog: Catalog
    problems: list[Problem]
    counts: tuple[Count, ...]
