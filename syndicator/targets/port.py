"""The port to a store: six methods that a directory, a bucket or a dictionary can keep.

An adapter raises `TargetError` for everything that a person has to mend (unreachable, forbidden,
full), and `AmbiguousError` where it cannot tell whether a write happened.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from syndicator.errors import TargetError

IMMUTABLE = "public, max-age=31536000, immutable"
"""Cache-Control of what never changes under its key."""
MUTABLE = "public, max-age=60, stale-while-revalidate=600"
"""Cache-Control of heads, entries and `latest`."""
PRIVATE = "no-store"
"""Cache-Control of the private zone."""

_KEY = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._@+-]*(?:/[A-Za-z0-9_][A-Za-z0-9._@+-]*)*")
_TYPES = {
    "json": "application/json",
    "js": "text/javascript",
    "mjs": "text/javascript",
    "css": "text/css",
    "html": "text/html; charset=utf-8",
    "svg": "image/svg+xml",
    "xml": "application/xml",
    "atom": "application/atom+xml",
    "csv": "text/csv; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "md": "text/plain; charset=utf-8",
    "toml": "text/plain; charset=utf-8",
    "map": "application/json",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "webp": "image/webp",
    "avif": "image/avif",
    "gif": "image/gif",
    "pdf": "application/pdf",
    "woff2": "font/woff2",
    "mp4": "video/mp4",
    "glb": "model/gltf-binary",
}
_TEXTUAL = ("text/", "application/json", "application/xml", "application/atom+xml", "image/svg+xml")


class AmbiguousError(TargetError):
    """The answer to a conditional write was lost: it may or may not have happened."""


@dataclass(frozen=True, slots=True)
class Blob:
    """Bytes with the key and the headers under which they are stored."""

    key: str
    data: bytes = field(repr=False)
    media_type: str
    cache_control: str

    @property
    def textual(self) -> bool:
        """Whether compression pays."""
        return self.media_type.startswith(_TEXTUAL)


@dataclass(frozen=True, slots=True)
class Swap:
    """Replace what lies under a key only if it is exactly `expected`; None means absent."""

    blob: Blob
    expected: bytes | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One stored key: its size in bytes as stored and when it was last written (Unix seconds)."""

    key: str
    size: int
    modified: float


@dataclass(slots=True)
class Usage:
    """What a target was asked for, since it was opened."""

    reads: int = 0
    writes: int = 0
    deletes: int = 0
    lists: int = 0
    bytes_written: int = 0

    @property
    def requests(self) -> int:
        """All requests."""
        return self.reads + self.writes + self.deletes + self.lists

    def dollars(self) -> float:
        """Return the request cost of Amazon S3, us-east-1, standard storage, 2026 list price."""
        return (self.writes + self.lists) * 5e-6 + self.reads * 4e-7


class Readable(Protocol):
    """What reading needs of a store."""

    def read(self, key: str) -> bytes | None:
        """Return the bytes under `key`, None where there are none.

        Raises:
            TargetError: The store cannot be read.
        """
        ...


@runtime_checkable
class Target(Protocol):
    """A store of bytes by key.

    `shared` tells whether conditional writes are honoured, so that several publishers may use the
    target. A read after a finished write of anybody sees it. Every single write is atomic; a batch
    is not, but all of it is durable when the call returns.
    """

    usage: Usage

    @property
    def shared(self) -> bool:
        """Whether several publishers may use the target."""
        ...

    @property
    def parallel(self) -> int:
        """How many reads at a time pay; 1 where none do."""
        ...

    def read(self, key: str) -> bytes | None:
        """Return the bytes under `key`, None where there are none."""
        ...

    def create(self, blobs: Iterable[Blob]) -> None:
        """Write immutable blobs; writing the same again is harmless and renews its age."""
        ...

    def swap(self, swaps: Sequence[Swap]) -> list[bool]:
        """Apply each compare-and-swap on its own; tell which ones found what they expected.

        Raises:
            AmbiguousError: At least one may or may not have happened; read back to know.
        """
        ...

    def write(self, blobs: Iterable[Blob]) -> None:
        """Replace mutable blobs unconditionally."""
        ...

    def delete(self, keys: Iterable[str]) -> None:
        """Remove keys; absent ones are no error."""
        ...

    def list(self, prefix: str) -> Iterator[Entry]:
        """Yield everything below `prefix`, which ends with a slash, in key order."""
        ...


def blob(key: str, data: bytes) -> Blob:
    """Return `data` with the headers that its key asks for (docs/formats/published.md)."""
    extension = key.rpartition(".")[2] if "." in key.rpartition("/")[2] else "json"
    return Blob(key, data, _TYPES.get(extension, "application/octet-stream"), _caching(key))


def checked(key: str) -> str:
    """Return `key` if it can neither leave the target's root nor meet a hidden file.

    Raises:
        TargetError: It could.
    """
    if not _KEY.fullmatch(key):
        raise TargetError(f"{key!r} is no key of a target: it could leave the target's folder")
    return key


def _caching(key: str) -> str:
    if not key.startswith("public/"):
        return PRIVATE
    mutable = key.startswith(("public/e/", "public/p/")) or "/latest/" in key
    return MUTABLE if mutable else IMMUTABLE
