"""What was read last, for the next time: all of it where nothing changed, else what did not.

A reading is remembered with its witnesses: every file of every source, every mapping, every file
that a product names, and the code that read them, each with time and size. If all of them are as
they were, nothing is read: products are bytes that become values when they are looked at. If
some changed, records whose own bytes did not are taken from here, and only the others are made
anew. Forgetting costs time only.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import msgspec

import syndicator
from syndicator.catalog.assembly import Entry, Kept, Parts
from syndicator.catalog.held import KEPT, At, Held, Origins, Products, hold
from syndicator.catalog.merging import Priorities
from syndicator.catalog.model import Catalog, SpecDefinition
from syndicator.catalog.shapes import Place
from syndicator.errors import Problem
from syndicator.sources.places import is_address, replace_whole
from syndicator.sources.pulling import PULL
from syndicator.sources.spec import Count, Reading, SourceSpec

FILE = Path(".syndicator") / "catalog.msgpack"
_RACE = 50_000_000
"""Nanoseconds before the memory was written in which a file could still change unseen: file
systems tick, and an edit within one tick leaves no trace."""

Stamp = tuple[int, int] | None
"""Time and size of a file; None if there is none."""


class _Places(msgspec.Struct, array_like=True):
    """Where products were written, in their order: the number of a file, and a line."""

    files: list[str]
    of: list[int]
    lines: list[int | None]


class _Rows(msgspec.Struct, array_like=True):
    """Records by digest, as they were before the catalog was put together.

    `at` is the position of the product in the catalog, or counts `others` from -1 down where the
    catalog has it otherwise. `unnamed` are positions in `columns`.
    """

    digests: list[bytes]
    at: list[int]
    unnamed: list[int]
    columns: list[tuple[str, ...]]
    others: list[Held]
    definitions: dict[bytes, dict[str, SpecDefinition]]


class Memory(msgspec.Struct, array_like=True):
    """A reading with everything that it depends on; parts are decoded when they are needed."""

    code: dict[str, Stamp]
    question: bytes
    witnesses: dict[str, Stamp]
    named: tuple[str, ...]
    frame: msgspec.Raw
    products: msgspec.Raw
    places: msgspec.Raw
    rows: msgspec.Raw


class _Frame(msgspec.Struct, array_like=True):
    """A reading without its products."""

    catalog: Catalog
    problems: list[Problem]
    counts: tuple[Count, ...]


_MEMORY = msgspec.msgpack.Decoder(Memory)
_FRAME = msgspec.msgpack.Decoder(_Frame)
_HELD = msgspec.msgpack.Decoder(list[Held])
_PLACES = msgspec.msgpack.Decoder(_Places)
_ROWS = msgspec.msgpack.Decoder(_Rows)


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
        frame, held = _FRAME.decode(memory.frame), _HELD.decode(memory.products)
        places = _PLACES.decode(memory.places)
    except msgspec.MsgspecError:
        return None
    files = places.files
    catalog = msgspec.structs.replace(
        frame.catalog,
        products=Products({one.sku: one for one in held}),
        origins=Origins(
            {
                one.sku: At(files[file], line)
                for one, file, line in zip(held, places.of, places.lines, strict=True)
            }
        ),
    )
    return Reading(catalog, frame.problems, frame.counts)


def kept_rows(memory: Memory) -> Kept:
    """Return the records of the last reading by their digests."""
    try:
        held, rows = _HELD.decode(memory.products), _ROWS.decode(memory.rows)
    except msgspec.MsgspecError:
        return Kept()
    # Positions from -1 down are the others, from the last one.
    every, columns = [*held, *reversed(rows.others)], rows.columns
    found = {
        digest: (every[at], columns[which])
        for digest, at, which in zip(rows.digests, rows.at, rows.unnamed, strict=True)
    }
    return Kept(found, rows.definitions)


def remember(
    root: Path,
    asked: bytes,
    sources: Sequence[SourceSpec],
    named: Sequence[str],
    reading: Reading,
    parts: Parts,
) -> None:
    """Keep a reading; `named` are the files that products name, whether they are there or not.

    Nothing is kept if a source is on the web, if the catalog is very large, if a file changed
    just now, or if nothing can be written. Witnesses are taken after reading: a file that
    changed meanwhile is too new.
    """
    on_web = any(is_address(spec.path) or spec.options.get(PULL) for spec in sources)
    if on_web or len(reading.catalog.products) > KEPT:
        return
    try:
        witnesses = _witnesses(root, sources, named)
        memory = _memory(asked, witnesses, tuple(named), reading, parts)
        place = root / FILE
        place.parent.mkdir(parents=True, exist_ok=True)
        replace_whole(place, msgspec.msgpack.encode(memory))
        newest = max((stamp[0] for stamp in witnesses.values() if stamp), default=0)
        if newest > place.stat().st_mtime_ns - _RACE:
            place.unlink()
    except OSError:
        return


def _memory(
    asked: bytes,
    witnesses: dict[str, Stamp],
    named: tuple[str, ...],
    reading: Reading,
    parts: Parts,
) -> Memory:
    catalog = reading.catalog
    heads = catalog.products.heads() if isinstance(catalog.products, Products) else catalog.products
    held = [hold(head) for head in heads.values()]
    places = catalog.origins.places if isinstance(catalog.origins, Origins) else {}
    bare = msgspec.structs.replace(catalog, products={}, origins={})
    return Memory(
        dict(_code()),
        asked,
        witnesses,
        named,
        _raw(_Frame(bare, reading.problems, reading.counts)),
        _raw(held),
        _raw(_placed(places[sku] for sku in heads)),
        _raw(_rows(parts, {id(head): at for at, head in enumerate(heads.values())})),
    )


def _raw(value: object) -> msgspec.Raw:
    return msgspec.Raw(msgspec.msgpack.encode(value, enc_hook=_plain))


def _placed(places: Iterable[Place]) -> _Places:
    files: dict[str, int] = {}
    found = _Places([], [], [])
    for place in places:
        origin = place if type(place) is At else place("")
        found.of.append(files.setdefault(origin.file, len(files)))
        found.lines.append(origin.line)
    found.files = list(files)
    return found


def _rows(parts: Parts, positions: Mapping[int, int]) -> _Rows:
    """Return the records that may be kept; `positions` are those of products by identity."""
    found = _Rows([], [], [], [], [], parts.definitions)
    columns: dict[tuple[str, ...], int] = {}
    for entry in parts.entries:
        if entry.digest:
            found.digests.append(entry.digest)
            found.at.append(_at(entry, positions, found.others))
            found.unnamed.append(columns.setdefault(entry.unnamed, len(columns)))
    found.columns = list(columns)
    return found


def _at(entry: Entry, positions: Mapping[int, int], others: list[Held]) -> int:
    at = positions.get(id(entry.head))
    if at is None:
        others.append(hold(entry.head))
        return -len(others)
    return at


def _plain(value: object) -> Any:  # noqa: ANN401  whatever msgspec can encode
    if isinstance(value, MappingProxyType):
        return dict(value)
    raise NotImplementedError(type(value).__name__)


def _witnesses(root: Path, sources: Sequence[SourceSpec], named: Sequence[str]) -> dict[str, Stamp]:
    found: dict[str, Stamp] = {}
    for spec in sources:
        for path in (spec.mapping, spec.path):
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
                else:
                    yield f"{inner}/{entry.name}", _stamp(entry.path)


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
