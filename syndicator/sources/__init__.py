"""Sources: content is read from files and exports, never guessed. See docs/formats/workspace.md."""

from __future__ import annotations

from syndicator.sources.reading import FORMATS, errors, read_catalog
from syndicator.sources.spec import Count, Reading, SourceSpec

__all__ = ["FORMATS", "Count", "Reading", "SourceSpec", "errors", "read_catalog"]
