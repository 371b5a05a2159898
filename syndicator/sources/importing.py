"""First contact with an export: a proposed mapping, and how products would come out of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from syndicator.catalog.fields import Vocabulary
from syndicator.catalog.mapping import compile_mapping
from syndicator.catalog.model import Product
from syndicator.catalog.observation import SAMPLE
from syndicator.catalog.proposal import propose
from syndicator.errors import Origin, Problem
from syndicator.sources.mapped import Rows, open_rows
from syndicator.sources.spec import SourceSpec
from syndicator.sources.workspace import missing_source
from syndicator.sources.yamlfile import load_documents

SHOWN = 10
"""Products that are shown as they would come out."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What an import would be: the mapping's text, some products, and what stands in the way."""

    mapping: str
    products: tuple[Product, ...]
    records: int
    accepted: int
    problems: tuple[Problem, ...]


def try_import(
    root: Path, spec: SourceSpec, locales: tuple[str, ...], brand: str = "", mapping: str = ""
) -> Trial:
    """Propose a mapping for the export at `spec.path`, and try it on its first rows.

    `brand` is used where no column says one; a `mapping` that is given is tried as it is. At
    most `SAMPLE` rows are read. Nothing is written.
    """
    place = spec.place(root)
    if not place.exists():
        return Trial(mapping, (), 0, 0, (missing_source(spec),))
    problems: list[Problem] = []
    label = spec.path
    rows = list(islice(open_rows(place, label, spec.format, None, problems), SAMPLE))
    good = [row for row in rows if not isinstance(row, Problem)]
    text = mapping or propose([row for _, row in good], locales, brand)
    products = _tried(good, text, label, locales, problems)
    problems += [row for row in rows if isinstance(row, Problem)]
    step = max(len(products) // SHOWN, 1)
    shown = tuple(products[::step][:SHOWN])
    return Trial(text, shown, len(rows), len(products), tuple(problems))


def _tried(
    rows: Sequence[tuple[int, dict[str, Any]]],
    text: str,
    label: str,
    locales: tuple[str, ...],
    problems: list[Problem],
) -> list[Product]:
    documents, wrong = load_documents("mapping", text.encode())
    problems += wrong
    compiled, wrong = compile_mapping(
        documents[0].data if documents else {}, locales[0], lambda _: _HERE
    )
    problems += wrong
    if compiled is None:
        return []
    vocabulary = Vocabulary(locales, known_locales=frozenset(locales))
    made = Rows(compiled, vocabulary)
    entries = (made.take(row, label, line, problems) for line, row in rows)
    return [entry.product for entry in entries if entry]


_HERE = Origin("mapping")
