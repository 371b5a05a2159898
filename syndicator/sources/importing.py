"""First contact with an export: a proposed mapping, and how products would come out of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from types import MappingProxyType
from typing import Any

from syndicator.catalog.fields import Vocabulary
from syndicator.catalog.held import At
from syndicator.catalog.mapping import compile_mapping
from syndicator.catalog.model import Product
from syndicator.catalog.observation import SAMPLE
from syndicator.catalog.proposal import propose
from syndicator.errors import Origin, Problem
from syndicator.sources.maker import Maker
from syndicator.sources.mapped import files_of, open_rows
from syndicator.sources.reading import fetched
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
    root: Path,
    named: SourceSpec,
    locales: tuple[str, ...],
    brand: str = "",
    mapping: str = "",
    environment: Mapping[str, str] = MappingProxyType({}),
    currency: str = "",
) -> Trial:
    """Propose a mapping for an export, and try it on its first rows.

    `brand` and `currency` are used where no column says one; a `mapping` that is given is tried
    as it is. An address is fetched within the limits of every source. At most `SAMPLE` rows are
    read, of a folder those of its first files. Nothing is written.
    """
    spec, problems = fetched(root, named, environment)
    if spec is None:
        return Trial(mapping, (), 0, 0, tuple(problems))
    if not spec.place(root).exists():
        return Trial(mapping, (), 0, 0, (missing_source(spec),))
    label = spec.path
    files = files_of(root, spec)
    opened = (open_rows(path, name, spec.format, None, problems) for path, name in files)
    rows = list(islice(chain.from_iterable(opened), SAMPLE))
    good = [row for row in rows if not isinstance(row, Problem)]
    text = mapping or propose([row for _, row in good], locales, brand, currency)
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
    maker = Maker(compiled, vocabulary)
    products = (maker.take(row, At(label, line), problems) for line, row in rows)
    return [product for product in products if product is not None]


_HERE = Origin("mapping")
