"""Exports with a mapping file: JSON Lines and tables, one row a product."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from syndicator.catalog.assembly import Entry, Kept, Parts
from syndicator.catalog.fields import Vocabulary
from syndicator.catalog.held import At, Head
from syndicator.catalog.implied import implied_categories, implied_families
from syndicator.catalog.intake import build_product
from syndicator.catalog.mapping import (
    REQUIRED,
    Compiled,
    Faults,
    compile_mapping,
    problems_of,
)
from syndicator.catalog.model import Product, SpecDefinition, SpecValue
from syndicator.catalog.rules import CsvRule
from syndicator.catalog.shapes import Place
from syndicator.errors import Origin, Problem, Severity
from syndicator.sources import jsonl, parquet
from syndicator.sources.csvfile import read_table
from syndicator.sources.merging import MERGE, keep
from syndicator.sources.places import listed, named
from syndicator.sources.spec import Count, SourceSpec
from syndicator.sources.workspace import missing_source
from syndicator.sources.yamlfile import read_file

Row = dict[str, Any]
Rows = Iterator[tuple[int, Row] | Problem]
Lines = Iterator[tuple[int, bytes] | Problem]
_SUFFIXES = {
    "jsonl": (".jsonl", ".ndjson", ".gz"),
    "csv": (".csv", ".tsv", ".txt"),
    "parquet": (".parquet",),
}


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
    maker = Maker(mapping, vocabulary, parts.kept, _context(root, spec, vocabulary))
    records, before = 0, len(parts.entries)
    heads: list[Head] = []
    for path, label in files_of(root, spec):
        for row in _raw(path, label, spec.format, mapping.csv, problems):
            records += 1
            if isinstance(row, Problem):
                problems.append(row)
            elif entry := maker.entry(row[1], At(label, row[0]), problems):
                keep(entry, spec, parts)
                heads.append(entry.head)
    maker.settle(heads, parts, parts.entries[before:])
    refused = records - len(heads)
    return problems, Count(spec.path, records, len(heads), refused, mapping.ignored())


def _raw(
    path: Path, label: str, kind: str, rule: CsvRule | None, problems: list[Problem]
) -> Lines | Rows:
    """Return the rows of one file; lines of JSON as bytes, which tell what is known already."""
    if kind == "jsonl":
        return jsonl.read_lines(path, label)
    return open_rows(path, label, kind, rule, problems)


def _context(root: Path, spec: SourceSpec, vocabulary: Vocabulary) -> bytes:
    """Return the digest of what decides what a row means; empty where rows are no products."""
    if spec.options.get(MERGE):
        return b""
    told = (
        (spec.format, sorted(spec.options.items()), (root / spec.mapping).read_bytes()),
        (vocabulary.locales, sorted(vocabulary.known_locales), list(vocabulary.families.values())),
    )
    return hashlib.sha256(msgspec.msgpack.encode(told)).digest()[:16]


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


class Maker:
    """Makes products of the rows of one source, by its mapping.

    Rows that were read before in the same `context` are taken from what is `kept`.
    """

    def __init__(
        self,
        mapping: Compiled,
        vocabulary: Vocabulary,
        kept: Kept | None = None,
        context: bytes = b"",
    ) -> None:
        self.mapping, self.vocabulary, self.context = mapping, vocabulary, context
        self.kept = kept or Kept()
        self._direct = mapping.product_maker(vocabulary)

    def entry(self, row: bytes | Row, place: At, problems: list[Problem]) -> Entry | None:
        """Return the product of a row, made now or before, or nothing and its problems."""
        if not self.context:
            return self._parsed(row, place, problems)
        data = row if isinstance(row, bytes) else msgspec.msgpack.encode(row, enc_hook=repr)
        digest = self.context + hashlib.sha256(data).digest()
        if known := self.kept.rows.get(digest):
            unnamed = self.mapping.count(known[1])
            return Entry(known[0], place, strict=False, digest=digest, unnamed=unnamed)
        before = len(problems)
        entry = self._parsed(row, place, problems)
        if entry and len(problems) == before:
            entry.digest = digest
        return entry

    def _parsed(self, row: bytes | Row, place: At, problems: list[Problem]) -> Entry | None:
        parsed = jsonl.parse_line(row, place.file, place.line) if isinstance(row, bytes) else row
        if isinstance(parsed, Problem):
            problems.append(parsed)
            return None
        return self.take(parsed, place, problems)

    def take(self, row: Row, place: At, problems: list[Problem]) -> Entry | None:
        """Return the product of a row, or nothing and its problems."""
        faults: Faults = []
        columns: list[str] = []
        specs = self.mapping.specs(row, faults, columns)
        unnamed = self.mapping.count(tuple(columns))
        product = None if faults else self._direct(row, specs)
        if product is None:
            product = self._slowly(row, specs, faults, place, problems)
        if product is None:
            return None
        return Entry(product, place, strict=False, unnamed=unnamed)

    def settle(self, heads: list[Head], parts: Parts, entries: list[Entry]) -> None:
        """Give `parts` what products imply, and what the next reading needs to know of rows."""
        locale = self.vocabulary.locales[0]
        parts.categories |= implied_categories(heads, parts.categories, locale)
        told: dict[str, SpecDefinition] = {}
        if any(head.family for head in heads):
            told = self.kept.definitions.get(self.context, {}) | self.mapping.columns.definitions()
            parts.families |= implied_families(heads, parts.families, told, locale)
            if self.mapping.ambiguous():  # the next reading may meet columns in another order
                for entry in entries:
                    entry.digest = b""
        parts.definitions[self.context] = told

    def _slowly(
        self,
        row: dict[str, Any],
        specs: dict[str, SpecValue],
        faults: Faults,
        place: Place,
        problems: list[Problem],
    ) -> Product | None:
        """Return the product of an unusual row, or nothing, with all that is wrong in it."""
        applied = self.mapping.apply(row, specs, faults)
        if self.mapping.required is not REQUIRED:  # a supplement's row is no whole product
            applied.record = dict.fromkeys(REQUIRED, "-") | applied.record
        wrong = problems_of(applied, place)
        refused = any(fault.severity is Severity.ERROR for fault in wrong)
        product, more = build_product(applied.record, self.vocabulary, place, applied.typed)
        problems += [*wrong, *more]
        return None if refused else product
