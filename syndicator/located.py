"""A parsed document that still knows the line of each of its values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from syndicator.errors import Origin


@dataclass(frozen=True, slots=True)
class Located:
    """One document of a file as plain data, with the line of every key and item.

    Paths are written `specs.weight` and `media[0].file`; the document itself is `""`.
    """

    data: Any
    origin: Origin
    lines: Mapping[str, int] = field(default_factory=dict)

    def at(self, path: str) -> Origin:
        """Return the place of the value at `path`, or of its nearest known parent."""
        while path:
            if (line := self.lines.get(path)) is not None:
                return Origin(self.origin.file, line)
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return self.origin
