"""What tells content that was read before from all other: its bytes, and what they mean here."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from syndicator.catalog.fields import Vocabulary
from syndicator.catalog.held import packed
from syndicator.sources.spec import SourceSpec

LARGEST = 1024 * 1024 * 1024
"""Bytes of a file that is known by its content."""
SIZE = 16
"""Bytes of a digest."""


def context_of(spec: SourceSpec, vocabulary: Vocabulary, *more: object) -> bytes:
    """Return the digest of all that decides what records of a source mean, beside their bytes."""
    told = (
        (spec.format, sorted(spec.options.items()), more),
        (vocabulary.locales, sorted(vocabulary.known_locales), list(vocabulary.families.values())),
    )
    return hashlib.sha256(packed(told)).digest()[:SIZE]


def digest_of(context: bytes, label: str, path: Path) -> bytes:
    """Return the digest of a file under a context and its name.

    Empty if it cannot be read, or if it is so large that most readers refuse it.
    """
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_size > LARGEST:
                return b""
            content = hashlib.file_digest(file, "sha256").digest()
    except OSError:
        return b""
    return hashlib.sha256(b"\0".join((context, content, label.encode()))).digest()[:SIZE]
