"""Exports with a mapping file: JSON Lines and tables, one row a product."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path

import msgspec

from syndicator.catalog.fields import Vocabulary
from syndicator.catalog.mapping import REQUIRED, Compiled, compile_mapping
from syndicator.catalog.parts import Parts
from syndicator.catalog.portions import Portion
from syndicator.catalog.rules import CsvRule
from syndicator.errors import Origin, Problem
from syndicator.sources import jsonl, parquet
from syndicator.sources.blocks import Broken, read_blocks
from syndicator.sources.csvfile import read_table
from syndicator.sources.digests import context_of
from syndicator.sources.maker import Maker, Row, Written
from syndicator.sources.merging import MERGE, keep
from syndicator.sources.places import listed, named
from syndicator.sources.spec import Count, SourceSpec
from syndicator.sources.workspace import missing_source
from syndicator.sources.yamlfile import read_file

Rows = Iterator[tuple[int, Row] | Problem]
_SUFFIXES = {
    "jsonl": (".jsonl", ".ndjson", ".gz"),
    "csv": (".csv", ".tsv", ".txt"),
    "parquet": (".parquet",),
}
_LEAST, _MOST, _ODDS = 32, 256, 15
"""Rows of a portion, and that one in sixteen ends one that is long enough."""


def gather(
    root: Path, spec: SourceSpec, vocabulary: Vocabulary, parts: Parts
) -> tuple[list[Problem], Count]:
    """Read every row of an export into `parts`; return problems and counts."""
    mapping, problems = load_mapping(root, spec, vocabulary.locales[0])
    place = spec.place(root)
    if not place.exists():
        problems.append(missing_source(spec))
    if mapping is None or not place.exists():
        return problems, Count(spec.path, 0, 0, 0)
    context = context_of(spec, vocabulary, (root / spec.mapping).read_bytes())
    maker = Maker(mapping, vocabulary, parts.kept, context)
    records, made = 0, []
    for path, label in files_of(root, spec):
        for portion in _portions(maker, path, label, spec.format, problems):
            keep(portion, spec, parts)
            problems += portion.problems
            records += portion.records
            made.append(portion)
    maker.settle(made, parts)
    accepted = sum(map(len, made))
    refused = records - accepted
    return problems, Count(spec.path, records, accepted, refused, mapping.ignored())


def _portions(
    maker: Maker, path: Path, label: str, kind: str, problems: list[Problem]
) -> Iterator[Portion]:
    """Yield what one file of an export gives, from before or made now."""
    if kind == "jsonl":
        yield from _of_lines(maker, path, label)
        return
    opened = open_rows(path, label, kind, maker.mapping.csv, problems)
    for rows in _runs(maker, opened):
        first = rows[0].line
        content = [(row.line - first, row.digest) for row in rows]
        key = maker.digest(msgspec.msgpack.encode(content))
        known = maker.known(key, label, first)
        yield maker.portion(rows, label, first, key) if known is None else known


def _of_lines(maker: Maker, path: Path, label: str) -> Iterator[Portion]:
    first = 1
    for block in read_blocks(path):
        if isinstance(block, Broken):
            wrong = jsonl.broken(block, label, first)
            yield Portion(label, first, span=block.lines, records=1, problems=[wrong])
            first += block.lines
            continue
        key = maker.digest(block)
        portion = maker.known(key, label, first)
        if portion is None:
            data = bytes(block)
            lines = jsonl.lines_of(data, first)
            rows = [Written(number, line, maker.digest(line)) for number, line in lines]
            portion = maker.portion(rows, label, first, key)
            portion.span = data.count(b"\n")
        yield portion
        first += portion.span


def _runs(maker: Maker, rows: Rows) -> Iterator[list[Written]]:
    """Yield rows in runs that an insertion does not shift."""
    run: list[Written] = []
    for row in rows:
        line, data = (row.origin.line or 0, row) if isinstance(row, Problem) else row
        content = msgspec.msgpack.encode(data, enc_hook=repr)
        run.append(Written(line, data, maker.digest(content)))
        ends = len(run) >= _LEAST and not zlib.crc32(content) & _ODDS
        if ends or len(run) >= _MOST:
            yield run
            run = []
    if run:
        yield run


def files_of(root: Path, spec: SourceSpec) -> Iterator[tuple[Path, str]]:
    """Yield the files of a source with their names in messages."""
    place = spec.place(root)
    for path in listed(place, _SUFFIXES[spec.format]) if place.is_dir() else [place]:
        yield path, named(spec.path, place, path)


def load_mapping(
    root: Path, spec: SourceSpec, locale: str
) -> tuple[Compiled | None, list[Problem]]:
    """Read and compile the mapping file of a source."""
    if not spec.mapping:
        fix = "Write one, or let `syndicator import` propose it"
        message = f"a source of the format {spec.format} needs a mapping"
        return None, [Problem("no-mapping", message, Origin(spec.path), fix=fix)]
    documents, problems = read_file(root, root / spec.mapping, outside=True)
    if problems or not documents:
        return None, problems or [Problem("empty", "the mapping is empty", Origin(spec.mapping))]
    required = frozenset({"sku"}) if spec.options.get(MERGE) else REQUIRED
    return compile_mapping(documents[0].data, locale, documents[0].at, required)


def open_rows(
    path: Path, label: str, kind: str, rule: CsvRule | None, problems: list[Problem]
) -> Rows:
    """Return the rows of one file of the format `kind`, lazily."""
    if kind == "jsonl":
        return jsonl.read_rows(path, label)
    if kind == "parquet":
        return parquet.read_rows(path, label)
    table, wrong = read_table(path, label, rule)
    problems += wrong
    return table.rows if table else iter(())
