"""A target in memory: for tests, previews and trying out."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence

from syndicator.targets.port import Blob, Entry, Swap, Usage, checked


class MemoryTarget:
    """Keeps blobs in a dictionary; safe for several threads."""

    shared = True
    parallel = 1

    def __init__(self, clock: Callable[[], float] = time.time) -> None:  # noqa: TID251  ages of blobs
        self.usage = Usage()
        self.blobs: dict[str, Blob] = {}
        self._modified: dict[str, float] = {}
        self._clock = clock
        self._lock = threading.Lock()

    def read(self, key: str) -> bytes | None:
        """Return the bytes under `key`, None where there are none."""
        self.usage.reads += 1
        found = self.blobs.get(checked(key))
        return None if found is None else found.data

    def create(self, blobs: Iterable[Blob]) -> None:
        """Write immutable blobs."""
        self.write(blobs)

    def swap(self, swaps: Sequence[Swap]) -> list[bool]:
        """Apply each compare-and-swap on its own."""
        with self._lock:
            return [self._swap(swap) for swap in swaps]

    def write(self, blobs: Iterable[Blob]) -> None:
        """Replace blobs unconditionally."""
        for blob in blobs:
            with self._lock:
                self._put(blob)

    def delete(self, keys: Iterable[str]) -> None:
        """Remove keys."""
        for key in keys:
            self.usage.deletes += 1
            with self._lock:
                self.blobs.pop(checked(key), None)

    def list(self, prefix: str) -> Iterator[Entry]:
        """Yield everything below `prefix` in key order."""
        self.usage.lists += 1
        with self._lock:
            found = sorted(key for key in self.blobs if key.startswith(prefix))
        for key in found:
            if (blob := self.blobs.get(key)) is not None:
                yield Entry(key, len(blob.data), self._modified[key])

    def _swap(self, swap: Swap) -> bool:
        current = self.blobs.get(checked(swap.blob.key))
        if (None if current is None else current.data) != swap.expected:
            self.usage.writes += 1
            return False
        self._put(swap.blob)
        return True

    def _put(self, blob: Blob) -> None:
        self.usage.writes += 1
        self.usage.bytes_written += len(blob.data)
        self.blobs[checked(blob.key)] = blob
        self._modified[blob.key] = self._clock()
