"""Portions on the disk: facts in an index, products in files of blocks that are written once."""

from __future__ import annotations

import mmap
import secrets
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from syndicator.catalog.held import Facts
from syndicator.catalog.portions import Portion
from syndicator.errors import Problem

_BLOCKS = "catalog-*.blocks"
_MANY = 12
"""Files of blocks that are made one."""


class Stored(msgspec.Struct, array_like=True, gc=False):
    """A portion without its products: these lie in a file of blocks, at an offset."""

    file: str
    line: int
    strict: bool
    key: bytes
    span: int
    records: int
    lines: list[int | None]
    problems: list[Problem]
    refused: list[str]
    told: bytes
    digests: bytes
    facts: Facts
    ends: bytes
    blocks: int
    offset: int


def opened(folder: Path, blocks: Sequence[tuple[str, int]]) -> list[memoryview]:
    """Return the files of blocks; they can be read for as long as they are held.

    Raises:
        OSError: One is not there.
        ValueError: One is not as it was written.
    """
    found = []
    for name, size in blocks:
        with (folder / name).open("rb") as file:
            view = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        if len(view) != size:
            raise ValueError(name)
        found.append(view)
    return found


def restored(one: Stored, blocks: Sequence[memoryview]) -> Portion:
    """Return a portion as it was kept."""
    ends = memoryview(one.ends).cast("I")
    block = blocks[one.blocks][one.offset : one.offset + ends[-1]] if ends else b""
    return Portion(
        one.file, one.line, one.strict, one.key, one.span, one.records, one.lines, one.problems,
        one.refused, one.told, one.digests, one.facts, None, block, ends,
        stored=(one.blocks, one.offset) if ends else None,
    )  # fmt: skip


class Store:
    """The files of blocks: those that are used still, and one more for what is new.

    They become one file where they are many, or where most of their bytes are of no use.
    """

    def __init__(
        self, folder: Path, blocks: Sequence[tuple[str, int]], portions: Iterable[Portion]
    ) -> None:
        live: Counter[int] = Counter()
        for portion in portions:
            if portion.stored is not None:
                live[portion.stored[0]] += len(portion.block)
        size = sum(blocks[at][1] for at in live)
        whole = len(live) >= _MANY or live.total() * 2 < size
        self.numbers = {} if whole else {old: new for new, old in enumerate(sorted(live))}
        self.blocks = [blocks[old] for old in self.numbers]
        self.folder, self.size = folder, 0
        self.fresh: list[bytes | memoryview] = []

    def stored(self, portion: Portion) -> Stored:
        """Return a portion as it is kept; its products are added if they are new."""
        block, ends = portion.packed()
        if portion.stored is not None and portion.stored[0] in self.numbers:
            blocks, offset = self.numbers[portion.stored[0]], portion.stored[1]
        else:
            blocks, offset = len(self.blocks), self.size
            self.fresh.append(block)
            self.size += len(block)
        return Stored(
            portion.file, portion.line, portion.strict, portion.key, portion.span,
            portion.records, portion.lines, portion.problems, portion.refused, portion.told,
            bytes(portion.digests), portion.facts, bytes(ends), blocks, offset,
        )  # fmt: skip

    def save(self) -> list[tuple[str, int]]:
        """Write what is new; return the files that there are now."""
        if self.size:
            name = f"catalog-{secrets.token_hex(8)}.blocks"
            with (self.folder / name).open("wb") as file:
                file.writelines(self.fresh)
            self.blocks.append((name, self.size))
        return self.blocks

    def clear(self) -> None:
        """Remove the files that are of no use; whoever reads them goes on with what it opened."""
        names = {name for name, _ in self.blocks}
        for path in self.folder.glob(_BLOCKS):
            if path.name not in names:
                with suppress(OSError):
                    path.unlink()
