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

from array import array
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from syndicator.catalog.assembly import Assembled
from syndicator.catalog.held import KEPT, At, packed
from syndicator.catalog.merging import Priorities
from syndicator.catalog.model import Catalog, SpecDefinition
from syndicator.catalog.parts import Parts
from syndicator.catalog.portions import Portion
from syndicator.catalog.rows import Kept, Origins, Products, Rows
from syndicator.errors import Problem
from syndicator.sources.blockstore import Store, Stored, opened, restored
from syndicator.sources.places import replace_whole
from syndicator.sources.spec import Count, Reading, SourceSpec
from syndicator.sources.witnesses import Stamp, code_stamps, witnesses_of

FOLDER = Path(".syndicator")
FILE = FOLDER / "catalog.msgpack"
_RACE = 50_000_000
"""Nanoseconds before the memory was written in which a file could still change unseen: file
systems tick, and an edit within one tick leaves no trace."""
_DOUBT = b""
"""The question of a reading that answers none: parts of it may be used, but not the whole."""


class _Portions(msgspec.Struct, array_like=True):
    """Portions of products, portions of what was given to these, and the catalog's rows.

    `mended` are rows of products that are not as their portion has them, `instead` what they are.
    """

    products: list[Stored]
    given: list[Stored]
    order: bytes
    mended: list[int]
    instead: Stored
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
    return memory if memory.code == dict(code_stamps()) else None


def recall(
    root: Path, memory: Memory, asked: bytes, sources: Sequence[SourceSpec]
) -> Reading | None:
    """Return the remembered reading, if it answers the same question and nothing has changed.

    Cost: a stat for every file of the sources, and some hundred nanoseconds a product.
    """
    if memory.question != asked or memory.witnesses != witnesses_of(root, sources, memory.named):
        return None
    try:
        frame, stored = _FRAME.decode(memory.frame), _PORTIONS.decode(memory.portions)
        blocks = opened(root / FOLDER, memory.blocks)
    except (OSError, ValueError, msgspec.MsgspecError):
        return None
    rows = Rows([restored(one, blocks) for one in stored.products])
    order = array("I", stored.order)
    at = dict(zip(map(rows.skus.__getitem__, order), order, strict=True))
    changed, instead = at, rows
    if stored.mended:
        instead = Rows([*rows.portions, restored(stored.instead, blocks)])
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
        stored, blocks = _PORTIONS.decode(memory.portions), opened(root / FOLDER, memory.blocks)
    except (OSError, ValueError, msgspec.MsgspecError):
        memory.blocks = []
        return Kept()
    portions, row = [], 0
    for one in (*stored.products, *stored.given):
        portion = restored(one, blocks)
        portion.was = row
        portions.append(portion)
        row += len(portion)
    order: Sequence[int] = array("I", stored.order)
    if mended := set(stored.mended):
        order = [row for row in order if row not in mended]
    return Kept(portions, order, stored.definitions)


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
        witnesses = witnesses_of(root, sources, named)
        (root / FOLDER).mkdir(parents=True, exist_ok=True)
        portions = [*parts.portions, *parts.given]
        store = Store(root / FOLDER, before.blocks if before else [], portions)
        told = _portions(parts, assembled, store)
        bare = msgspec.structs.replace(reading.catalog, products={}, origins={})
        frame = _raw(_Frame(bare, reading.problems, reading.counts))
        code = dict(code_stamps())
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


def _portions(parts: Parts, assembled: Assembled, store: Store) -> msgspec.Raw:
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
