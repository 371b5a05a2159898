"""What was read last, for the next time: all of it where nothing changed, else what did not.

A reading is remembered with its witnesses: every file of every source, every mapping, every file
that a product names, and the code that read them, each with time and size. If all of them are as
they were, nothing is read: products are bytes that become values when they are looked at. If
some changed, portions whose own bytes did not are taken from here, and only the others are made
anew. Forgetting costs time only.

An index tells what there is; the products lie in files beside it that are written once, so a
reading adds what it made anew. They stay readable to whoever has them open when they are removed.
"""

from __future__ import annotations

import mmap
import os
import secrets
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

import syndicator
from syndicator.catalog.assembly import Assembled
from syndicator.catalog.held import KEPT, At, Facts, packed
from syndicator.catalog.merging import Priorities
from syndicator.catalog.model import Catalog, SpecDefinition
from syndicator.catalog.parts import Parts
from syndicator.catalog.portions import Kept, Origins, Portion, Products, Rows
from syndicator.errors import Problem
from syndicator.sources.places import replace_whole
from syndicator.sources.spec import Count, Reading, SourceSpec

FOLDER = Path(".syndicator")
FILE = FOLDER / "catalog.msgpack"
_BLOCKS = "catalog-*.blocks"
_MANY = 12
"""Files of blocks that are made one."""
_RACE = 50_000_000
"""Nanoseconds before the memory was written in which a file could still change unseen: file
systems tick, and an edit within one tick leaves no trace."""
_DOUBT = b""
"""The question of a reading that answers none: parts of it may be used, but not the whole."""

Stamp = tuple[int, int] | None
"""Time and size of a file; None if there is none."""


class _Stored(msgspec.Struct, array_like=True, gc=False):
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


class _Portions(msgspec.Struct, array_like=True):
    """Portions of products, portions of what was given to these, and the catalog's rows.

    `mended` are rows of products that are not as their portion has them, `instead` what they are.
    """

    products: list[_Stored]
    given: list[_Stored]
    order: bytes
    mended: list[int]
    instead: _Stored
    definitions: dict[bytes, dict[str, SpecDefinition]]


class Memory(msgspec.Struct, array_like=True):
    """A reading with everything that it depends on; parts are decoded when they are needed."""

    code: dict[str, Stamp]
    question: bytes
    witnesses: dict[str, Stamp]
    named: tuple[str, ...]
    frame: msgspec.Raw
    portions: msgspec.Raw
    blocks: list[tuple[str, int]]
    """Names and sizes of the files of blocks."""


class _Frame(msgspec.Struct, array_like=True):
    """A reading without its products."""

    catalog: Catalog
    problems: list[Problem]
    counts: tuple[Count, ...]


_MEMORY = msgspec.msgpack.Decoder(Memory)
_FRAME = msgspec.msgpack.Decoder(_Frame)
_PORTIONS = msgspec.msgpack.Decoder(_Portions)


def question(
    sources: Sequence[SourceSpec],
    locales: tuple[str, ...],
    fallback: Mapping[str, tuple[str, ...]],
    priorities: Priorities,
) -> bytes:
    """Return what was asked, as bytes to compare: settings that change what is read."""
    asked = (
        [
            (spec.format, spec.path, spec.mapping, sorted(spec.options.items()), spec.id)
            for spec in sources
        ],
        sorted(priorities.items()),
        locales,
        sorted(fallback.items()),
    )
    return msgspec.msgpack.encode(asked)


def load(root: Path) -> Memory | None:
    """Return what is remembered of a workspace by the code that runs now."""
    try:
        memory = _MEMORY.decode((root / FILE).read_bytes())
    except (OSError, msgspec.MsgspecError):
        return None
    return memory if memory.code == dict(_code()) else None


def recall(
    root: Path, memory: Memory, asked: bytes, sources: Sequence[SourceSpec]
) -> Reading | None:
    """Return the remembered reading, if it answers the same question and nothing has changed.

    Cost: a stat for every file of the sources, and some hundred nanoseconds a product.
    """
    if memory.question != asked or memory.witnesses != _witnesses(root, sources, memory.named):
        return None
    try:
        frame, stored = _FRAME.decode(memory.frame), _PORTIONS.decode(memory.portions)
        blocks = _opened(root, memory)
    except (OSError, ValueError, msgspec.MsgspecError):
        return None
    rows = Rows([_restored(one, blocks) for one in stored.products])
    order = array("I", stored.order)
    at = dict(zip(map(rows.skus.__getitem__, order), order, strict=True))
    changed, instead = at, rows
    if stored.mended:
        instead = Rows([*rows.portions, _restored(stored.instead, blocks)])
        changed = at | dict(
            zip(stored.instead.facts.skus, range(len(rows), len(instead)), strict=True)
        )
    catalog = msgspec.structs.replace(
        frame.catalog,
        products=Products(instead, changed, order, {}),
        origins=Origins(rows, at, order),
    )
    return Reading(catalog, frame.problems, frame.counts)


def kept_of(root: Path, memory: Memory) -> Kept:
    """Return the portions of the last reading."""
    try:
        stored, blocks = _PORTIONS.decode(memory.portions), _opened(root, memory)
    except (OSError, ValueError, msgspec.MsgspecError):
        memory.blocks = []
        return Kept()
    portions, row = [], 0
    for one in (*stored.products, *stored.given):
        portion = _restored(one, blocks)
        portion.was = row
        portions.append(portion)
        row += len(portion)
    order: Sequence[int] = array("I", stored.order)
    if mended := set(stored.mended):
        order = [row for row in order if row not in mended]
    return Kept(portions, order, stored.definitions)


def _opened(root: Path, memory: Memory) -> list[memoryview]:
    """Return the files of blocks.

    Raises:
        OSError: One is not there.
        ValueError: One is not as it was written.
    """
    found = []
    for name, size in memory.blocks:
        with (root / FOLDER / name).open("rb") as file:
            view = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        if len(view) != size:
            raise ValueError(name)
        found.append(view)
    return found


def _restored(one: _Stored, blocks: Sequence[memoryview]) -> Portion:
    ends = memoryview(one.ends).cast("I")
    block = blocks[one.blocks][one.offset : one.offset + ends[-1]] if ends else b""
    return Portion(
        one.file, one.line, one.strict, one.key, one.span, one.records, one.lines, one.problems,
        one.refused, one.told, one.digests, one.facts, None, block, ends,
        stored=(one.blocks, one.offset) if ends else None,
    )  # fmt: skip


def remember(
    root: Path,
    asked: bytes,
    sources: Sequence[SourceSpec],
    named: Sequence[str],
    reading: Reading,
    parts: Parts,
    assembled: Assembled,
    before: Memory | None,
) -> None:
    """Keep a reading; `named` are the files that products name, whether they are there or not.

    Nothing is kept if the catalog is very large or if nothing can be written. If a file changed
    just now, the reading answers no question as a whole. Witnesses are taken after reading: a
    file that changed meanwhile is too new.
    """
    if len(assembled.order) > KEPT:
        return
    try:
        witnesses = _witnesses(root, sources, named)
        (root / FOLDER).mkdir(parents=True, exist_ok=True)
        portions = [*parts.portions, *parts.given]
        store = _Store(root / FOLDER, before.blocks if before else [], portions)
        told = _portions(parts, assembled, store)
        bare = msgspec.structs.replace(reading.catalog, products={}, origins={})
        frame = _raw(_Frame(bare, reading.problems, reading.counts))
        code = dict(_code())
        question = _DOUBT if parts.doubtful else asked
        memory = Memory(code, question, witnesses, tuple(named), frame, told, store.save())
        _write(root / FILE, memory)
        store.clear()
    except OSError:
        return


def _write(place: Path, memory: Memory) -> None:
    """Write the index; if a witness is too new to be believed, it answers no question."""
    replace_whole(place, msgspec.msgpack.encode(memory))
    newest = max((stamp[0] for stamp in memory.witnesses.values() if stamp), default=0)
    if memory.question and newest > place.stat().st_mtime_ns - _RACE:
        memory.question = _DOUBT
        replace_whole(place, msgspec.msgpack.encode(memory))


class _Store:
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

    def stored(self, portion: Portion) -> _Stored:
        """Return a portion as it is kept; its products are added if they are new."""
        block, ends = portion.packed()
        if portion.stored is not None and portion.stored[0] in self.numbers:
            blocks, offset = self.numbers[portion.stored[0]], portion.stored[1]
        else:
            blocks, offset = len(self.blocks), self.size
            self.fresh.append(block)
            self.size += len(block)
        return _Stored(
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


def _portions(parts: Parts, assembled: Assembled, store: _Store) -> msgspec.Raw:
    instead = Portion("")
    for product in assembled.mended.values():
        instead.add(product, At(""))
    return _raw(
        _Portions(
            [store.stored(portion) for portion in parts.portions],
            [store.stored(portion) for portion in parts.given],
            array("I", assembled.order).tobytes(),
            list(assembled.mended),
            store.stored(instead.settle()),
            parts.definitions,
        )
    )


def _raw(value: object) -> msgspec.Raw:
    return msgspec.Raw(packed(value))


def _witnesses(root: Path, sources: Sequence[SourceSpec], named: Sequence[str]) -> dict[str, Stamp]:
    found: dict[str, Stamp] = {}
    for spec in sources:
        for path in (spec.mapping, spec.local or spec.path):
            if path:
                found |= dict(_tree(str(root / path), path))
    for name in named:
        if name not in found:
            found[name] = _stamp(str(root / name))
    return found


def _tree(place: str, name: str) -> Iterator[tuple[str, Stamp]]:
    """Yield the stamps of a file, or of everything below a folder; links are not followed."""
    if not os.path.isdir(place):  # noqa: PTH112  text: this runs for every file
        yield name, _stamp(place)
        return
    pending = [(place, name)]
    while pending:
        folder, inner = pending.pop()
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    pending.append((entry.path, f"{inner}/{entry.name}"))
                elif (stamp := _stamp(entry.path)) and entry.is_symlink():
                    yield f"{inner}/{entry.name}", (stamp[0], ~stamp[1])  # no file like another
                else:
                    yield f"{inner}/{entry.name}", stamp


def _stamp(path: str) -> Stamp:
    try:
        stat = os.stat(path)  # noqa: PTH116  see above
    except OSError:
        return None
    return (stat.st_mtime_ns, stat.st_size)


def _code() -> Iterator[tuple[str, Stamp]]:
    """Yield the stamps of the code that reads, so that another version reads anew."""
    home = Path(syndicator.__file__).parent
    yield "syndicator " + syndicator.__version__, None
    for package in ("catalog", "sources"):
        for path in sorted((home / package).glob("*.py")):
            yield f"syndicator/{package}/{path.name}", _stamp(str(path))
