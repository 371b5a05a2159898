"""Sources: content is read from files and exports, never guessed. See docs/formats/workspace.md."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syndicator.lazily import homes
from syndicator.sources.spec import FORMATS, Count, Reading, SourceSpec

if TYPE_CHECKING:
    from syndicator.sources.reading import errors, read_catalog

__all__ = ["FORMATS", "Count", "Reading", "SourceSpec", "errors", "read_catalog"]

__getattr__ = homes(__name__, {"errors": "reading", "read_catalog": "reading"})
