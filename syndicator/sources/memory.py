"""What was read last, for the next time that nothing has changed.

A reading is remembered with its witnesses: every file of every source, every mapping, every file
that a product names, and the code that read them, each with time and size. If all of them are as
they were, the reading is decoded and nothing is read. Forgetting costs time only.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import msgspec

import syndicator
from syndicator.catalog.merging import Priorities
from syndicator.catalog.model import Catalog
from syndicator.errors import Problem
from syndicator.sources.places import is_address, replace_whole
from syndicator.sources.pulling import PULL
from syndicator.sources.spec import Count, Reading, SourceSpec

FILE = Path(".syndicator") / "catalog.msgpack"
_RACE = 50_000_000
"""Nanoseconds before the memory was written in which a file could still change unseen: file
systems tick, and an edit within one tick leaves no trace."""

MAX_PRODUCTS = 250_000
"""Products of a catalog that is remembered; encoding takes as much memory as it holds."""

Stamp = tuple[int, int] | None
"""Time and size of a file; None if there is none."""


class _Memory(msgspec.Struct, array_like=True):
    """A reading with everything that it depends on."""

    question: bytes
    witnesses: dict[str, Stamp]
    named: tuple[str, ...]
    reading: msgspec.Raw


class _Answer(msgspec.Struct, array_like=True):
    catalog: Catalog
    problems: list[Problem]
    counts: tuple[Count, ...]


_MEMORY = msgspec.msgpack.Decoder(_Memory)
_ANSWER = msgspec.msgpack.Decoder(_Answer)


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


def recall(root: Path, asked: bytes, sources: Sequence[SourceSpec]) -> Reading | None:
    """Return the remembered reading, if it answers the same question and nothing has changed.

    Cost: a stat for every file of the sources, and the decoding of the catalog.
    """
    try:
        memory = _MEMORY.decode((root / FILE).read_bytes())
        if memory.question != asked or memory.witnesses != _witnesses(root, sources, memory.named):
            return None
        answer = _ANSWER.decode(memory.reading)
    except (OSError, msgspec.MsgspecError):
        return None
    return Reading(answer.catalog, answer.problems, answer.counts)


def remember(
    root: Path, asked: bytes, sources: Sequence[SourceSpec], named: Sequence[str], reading: Reading
) -> None:
    """Keep a reading; `named` are the files that products name, whether they are there or not.

    Nothing is kept if a source is on the web, if the catalog is very large, if a file changed
    just now, or if nothing can be written. Witnesses are taken after reading: a file that
    changed meanwhile is too new.
    """
    on_web = any(is_address(spec.path) or spec.options.get(PULL) for spec in sources)
    if on_web or len(reading.catalog.products) > MAX_PRODUCTS:
        return
    try:
        witnesses = _witnesses(root, sources, named)
        answer = _Answer(reading.catalog, reading.problems, reading.counts)
        data = msgspec.msgpack.encode(answer, enc_hook=_plain)
        memory = _Memory(asked, witnesses, tuple(named), msgspec.Raw(data))
        place = root / FILE
        place.parent.mkdir(parents=True, exist_ok=True)
        replace_whole(place, msgspec.msgpack.encode(memory))
        newest = max((stamp[0] for stamp in witnesses.values() if stamp), default=0)
        if newest > place.stat().st_mtime_ns - _RACE:
            place.unlink()
    except OSError:
        return


def _plain(value: object) -> Any:  # noqa: ANN401  whatever msgspec can encode
    if isinstance(value, MappingProxyType):
        return dict(value)
    raise NotImplementedError(type(value).__name__)


def _witnesses(root: Path, sources: Sequence[SourceSpec], named: Sequence[str]) -> dict[str, Stamp]:
    found = dict(_code())
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
