"""Files of lines in blocks that an insertion does not shift."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MAX_LINE = 16 * 1024 * 1024
"""Bytes of one record; longer lines are refused without being held in memory."""
_READ = 512 * 1024
"""Bytes that are read at once: few enough to be looked at while the processor has them near."""
_PIECE = 64 * 1024
"""Bytes of a line that is skipped, at a time: small enough to stay in the processor's memory."""
_LEAST = 48 * 1024
_MOST = 256 * 1024
"""Bytes of a block, where its lines are not longer."""
_ODDS = 15
"""One line in sixteen ends a block that is long enough."""
_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Broken:
    """What cannot be read of a file: the code and words of a problem, and the lines it takes."""

    code: str
    message: str
    lines: int = 0


def read_blocks(path: Path) -> Iterator[memoryview | Broken]:
    """Yield the bytes of a file in blocks of whole lines, or what keeps it from being read.

    Where a block ends is decided by the line at its end: what is inserted into a file changes the
    blocks there, and most others are as they were. A byte order mark is left out. Compressed
    files (`.gz`) are read through; of a truncated one, whole lines are. Cost: linear, with one
    block and one line in memory; a line in three is looked at.
    """
    reader = _Reader()
    try:
        packed = path.suffix == ".gz"
        with gzip.open(path) if packed else path.open("rb", buffering=_READ) as file:
            yield from reader.blocks(file)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        yield from reader.whole_lines()
        yield Broken("truncated", f"the compressed file is broken: {error}")
    except OSError as error:
        yield from reader.whole_lines()
        yield Broken("unreadable", f"the file cannot be read: {error.strerror}")


class _Reader:
    """Cuts what it reads; `pending` is what is not yielded yet."""

    def __init__(self) -> None:
        self.pending, self.first = b"", True

    def blocks(self, file: Any) -> Iterator[memoryview | Broken]:  # noqa: ANN401  compressed or not
        """Yield all blocks of a file."""
        while piece := file.read1(_READ):
            self.pending += piece
            if self.first and len(self.pending) >= len(_MARK):
                self.first, self.pending = False, self.pending.removeprefix(_MARK)
            start, view = 0, memoryview(self.pending)
            while end := _end(self.pending, start):
                yield view[start:end]
                start = end
            self.pending = self.pending[start:]
            if len(self.pending) >= MAX_LINE:
                yield from self.whole_lines()
                if len(self.pending) >= MAX_LINE:
                    self.pending = b""
                    _skip_line(file)
                    yield Broken("too-large", too_long(), lines=1)
        if self.pending:
            yield memoryview(self.pending)
            self.pending = b""

    def whole_lines(self) -> Iterator[memoryview]:
        """Yield the lines that are pending, without one that has no end."""
        if end := self.pending.rfind(b"\n") + 1:
            yield memoryview(self.pending)[:end]
            self.pending = self.pending[end:]


def _end(data: bytes, start: int) -> int:
    """Return where the block from `start` ends; nothing if that is not to be told yet."""
    at = data.find(b"\n", start + _LEAST)
    while at >= 0 and (end := data.find(b"\n", at + 1)) >= 0:
        if not zlib.crc32(data[at + 1 : end]) & _ODDS or end - start > _MOST:
            return end + 1
        at = end
    return 0


def too_long() -> str:
    """Return what is wrong with a line that is too long."""
    return f"the line is longer than {MAX_LINE} bytes"


def _skip_line(file: Any) -> None:  # noqa: ANN401  a binary file, compressed or not
    while (rest := file.readline(_PIECE)) and not rest.endswith(b"\n"):
        pass
