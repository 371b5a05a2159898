"""An Akeneo export: a folder of CSV files, and `files/` with the pictures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec

from syndicator.catalog.akeneo import Export
from syndicator.catalog.akeneo_rules import Tables, infer_rules
from syndicator.catalog.columns import Applied
from syndicator.catalog.fields import Vocabulary
from syndicator.catalog.held import At
from syndicator.catalog.intake import build_product
from syndicator.catalog.mapping import problems_of
from syndicator.catalog.model import Product
from syndicator.catalog.parts import Parts
from syndicator.catalog.portions import Portion
from syndicator.catalog.rules import CsvRule, MappingRecord
from syndicator.catalog.shapes import take
from syndicator.errors import Origin, Problem, Severity
from syndicator.sources.csvfile import Table, read_table
from syndicator.sources.merging import keep
from syndicator.sources.spec import Count, SourceSpec
from syndicator.sources.workspace import missing_source
from syndicator.sources.yamlfile import read_file

_TABLES = (
    *("attributes", "attribute_groups", "attribute_options", "categories", "channels"),
    *("families", "family_variants", "locales", "product_models"),
    *("association_types", "currencies"),
)
_NEEDED = {
    "attributes": ("code", "type"),
    "attribute_options": ("code", "attribute"),
    "family_variants": ("code", "family"),
}
"""Columns without which a row of a table says nothing; of the other tables, `code`."""
_CSV = CsvRule(delimiter=";")


def gather(
    root: Path, spec: SourceSpec, vocabulary: Vocabulary, parts: Parts
) -> tuple[list[Problem], Count]:
    """Read an export into `parts`; return problems and counts.

    The option `channel` chooses whose texts, dates and requirements hold (`ecommerce`). Without
    a mapping the export's own tables tell which attribute is which field.
    """
    place = spec.place(root)
    if not place.is_dir():
        return [missing_source(spec)], Count(spec.path, 0, 0, 0)
    problems: list[Problem] = []
    base = spec.path.rstrip("/")
    tables = {
        name: _table(place / f"{name}.csv", f"{base}/{name}.csv", problems) for name in _TABLES
    }
    rules = _rules(root, spec, tables, problems)
    if rules is None:
        return problems, Count(spec.path, 0, 0, 0)
    rules = _rooted(rules, f"{base}/")
    export = Export(tables, rules, spec.options.get("channel", "ecommerce"), vocabulary.locales)
    for family in export.families():
        parts.families.setdefault(family.code, family)
    for category in export.categories():
        parts.categories.setdefault(category.path, category)
    return _products(place / "products.csv", spec, export, vocabulary, parts, problems)


def _products(
    path: Path,
    spec: SourceSpec,
    export: Export,
    vocabulary: Vocabulary,
    parts: Parts,
    problems: list[Problem],
) -> tuple[list[Problem], Count]:
    label = f"{spec.path.rstrip('/')}/products.csv"
    table, wrong = read_table(path, label, _CSV)
    problems += wrong
    portion = Portion(label, strict=False)
    unnamed = [column for column in (table.columns if table else ()) if not export.reads(column)]
    ignored: Counter[str] = Counter()
    for row in table.rows if table else ():
        portion.records += 1
        if isinstance(row, Problem):
            problems.append(row)
            continue
        ignored.update(column for column in unnamed if row[1].get(column))
        place = At(label, row[0])
        product = _product(export.apply(row[1]), place, vocabulary, problems)
        if product is not None:
            portion.add(product, place)
    keep(portion, spec, parts)
    refused = portion.records - len(portion)
    return problems, Count(spec.path, portion.records, len(portion), refused, dict(ignored))


def _product(
    applied: Applied, place: At, vocabulary: Vocabulary, problems: list[Problem]
) -> Product | None:
    faults = problems_of(applied, place)
    product, wrong = build_product(applied.record, vocabulary, place)
    problems += [*faults, *wrong]
    refused = any(fault.severity is Severity.ERROR for fault in faults)
    return None if refused else product


def _rules(
    root: Path, spec: SourceSpec, tables: Tables, problems: list[Problem]
) -> MappingRecord | None:
    """Return the rules of the mapping, or what the export says of itself where there is none."""
    if not spec.mapping:
        return infer_rules(tables, spec.options.get("brand", ""))
    documents, wrong = read_file(root, root / spec.mapping, outside=True)
    problems += wrong
    if not documents and not wrong:
        problems += [Problem("empty", "the mapping is empty", Origin(spec.mapping))]
    if not documents:
        return None
    rules, wrong = take(documents[0].data, MappingRecord, documents[0].at)
    problems += wrong
    return rules


def _rooted(rules: MappingRecord, folder: str) -> MappingRecord:
    """Let the export's own paths start at the workspace."""
    media = [msgspec.structs.replace(rule, folder=folder + rule.folder) for rule in rules.media]
    documents = [
        msgspec.structs.replace(rule, folder=folder + rule.folder) for rule in rules.documents
    ]
    return msgspec.structs.replace(rules, media=media, documents=documents)


def _table(path: Path, label: str, problems: list[Problem]) -> list[dict[str, str]]:
    """Read a small table whole; a missing one is empty.

    Every row that is returned has the columns that say what it is.
    """
    if not path.exists():
        return []
    table, wrong = read_table(path, label, _CSV)
    problems += wrong
    if table is None:
        return []
    needed = _NEEDED.get(path.stem, ("code",))
    for missing in [name for name in needed if name not in table.columns]:
        message, origin = f"the column {missing} is missing", Origin(label, 1)
        problems.append(Problem("missing-column", message, origin, missing, ", ".join(needed)))
        return []
    return list(_good_rows(table, label, needed, problems))


def _good_rows(
    table: Table, label: str, needed: tuple[str, ...], problems: list[Problem]
) -> Iterator[dict[str, str]]:
    for row in table.rows:
        if isinstance(row, Problem):
            problems.append(row)
        elif empty := next((name for name in needed if not row[1].get(name)), ""):
            message = f"the row says no {empty}"
            problems.append(Problem("missing-key", message, Origin(label, row[0]), empty))
        else:
            yield row[1]
