"""Exports with a mapping file: JSON Lines and tables, one row a product."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from syndicator.catalog.assembly import Entry, Parts
from syndicator.catalog.fields import Vocabulary
from syndicator.catalog.implied import implied_categories, implied_families
from syndicator.catalog.intake import build_product
from syndicator.catalog.mapping import (
    REQUIRED,
    Compiled,
    Faults,
    compile_mapping,
    problems_of,
)
from syndicator.catalog.model import Product, SpecValue
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

Located = Iterator[tuple[int, dict[str, Any]] | Problem]
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
    rows = Rows(mapping, vocabulary)
    records = 0
    products: list[Product] = []
    for path, label in files_of(root, spec):
        for row in open_rows(path, label, spec.format, mapping.csv, problems):
            records += 1
            if isinstance(row, Problem):
                problems.append(row)
            elif entry := rows.take(row[1], label, row[0], problems):
                products.append(entry.product)
                keep(entry, spec, parts)
    _imply(products, mapping, vocabulary, parts)
    accepted = len(products)
    return problems, Count(spec.path, records, accepted, records - accepted, dict(mapping.ignored))


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
) -> Located:
    """Return the rows of one file of the format `kind`, lazily."""
    if kind == "jsonl":
        return jsonl.read_rows(path, label)
    if kind == "parquet":
        return parquet.read_rows(path, label)
    table, wrong = read_table(path, label, rule)
    problems += wrong
    return table.rows if table else iter(())


class Rows:
    """Makes products of the rows of one source, by its mapping."""

    def __init__(self, mapping: Compiled, vocabulary: Vocabulary) -> None:
        self.mapping, self.vocabulary = mapping, vocabulary
        self._direct = mapping.product_maker(vocabulary)

    def take(
        self, row: dict[str, Any], label: str, line: int, problems: list[Problem]
    ) -> Entry | None:
        """Return the product of the row at a line, or nothing and its problems."""
        faults: Faults = []
        specs = self.mapping.specs(row, faults)
        place = partial(_at, label, line)
        product = None if faults else self._direct(row, specs)
        if product is None:
            product = self._slowly(row, specs, faults, place, problems)
        return None if product is None else Entry(product, place, strict=False)

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


def _at(label: str, line: int, _path: str) -> Origin:
    """Give every cell of a row the row's place."""
    return Origin(label, line)


def _imply(
    products: list[Product], mapping: Compiled, vocabulary: Vocabulary, parts: Parts
) -> None:
    locale = vocabulary.locales[0]
    parts.categories |= implied_categories(products, parts.categories, locale)
    if any(product.family for product in products):
        told = mapping.definitions()
        parts.families |= implied_families(products, parts.families, told, locale)
