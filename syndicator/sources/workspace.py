"""The workspace's own format: products, prices and what stands around them, as files."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from functools import cache, partial, reduce
from pathlib import Path

import msgspec

from syndicator.catalog.fields import Vocabulary
from syndicator.catalog.frame import build_brand, build_category, build_family, build_support
from syndicator.catalog.intake import INLINE, Intake, build_product
from syndicator.catalog.parts import Parts
from syndicator.catalog.portions import Portion
from syndicator.catalog.records import PriceRecord, TaxRecord
from syndicator.catalog.rules import CsvRule
from syndicator.catalog.shapes import Place
from syndicator.errors import Origin, Problem
from syndicator.located import Located
from syndicator.sources.csvfile import read_table
from syndicator.sources.digests import context_of, digest_of
from syndicator.sources.merging import keep
from syndicator.sources.places import inside, listed, relative
from syndicator.sources.spec import Count, SourceSpec
from syndicator.sources.yamlfile import read_documents, read_file, walk

_PRICE_COLUMNS = (
    *("sku", "amount", "currency", "valid_from", "valid_until", "min_quantity"),
    *("tax", "tax_rate", "tax_class"),
)
_TAX = {"included": True, "excluded": False}


def gather(
    root: Path, spec: SourceSpec, vocabulary: Vocabulary, parts: Parts
) -> tuple[list[Problem], Count]:
    """Read a content folder (or one file of products) into `parts`; return problems and counts."""
    place = spec.place(root)
    if not place.exists():
        return [missing_source(spec)], Count(spec.path, 0, 0, 0)
    if place.is_file():
        return _products(root, spec, [place], [], vocabulary, parts)
    problems = _categories(root, place, vocabulary, parts)
    problems += _families(root, place, vocabulary, parts)
    problems += _brands(root, place, vocabulary, parts)
    problems += _support(root, place, vocabulary, parts)
    paths = listed(place / "products", (".yaml", ".yml"))
    told = _products(root, spec, paths, problems, vocabulary, parts)
    told[0].extend(_prices(root, place, vocabulary, parts))
    return told


def missing_source(spec: SourceSpec) -> Problem:
    """Return the problem of a source whose place does not exist."""
    fix = "Correct its path in syndicator.toml"
    return Problem("missing-source", "there is no such file or folder", Origin(spec.path), fix=fix)


def _records(root: Path, path: Path) -> tuple[list[Located], list[Problem]]:
    """Read a file that holds a list of records, or a record a document."""
    if not path.exists():
        return [], []
    documents, problems = read_file(root, path)
    return reduce(operator.iadd, (list(walk(document)) for document in documents), []), problems


def _categories(root: Path, place: Path, vocabulary: Vocabulary, parts: Parts) -> list[Problem]:
    records, problems = _records(root, place / "categories.yaml")
    for record in records:
        category, wrong = build_category(record.data, vocabulary, record.at)
        problems += wrong
        if category is None:
            continue
        if category.path in parts.categories:
            problems.append(_twice("category", category.path, record))
        parts.categories.setdefault(category.path, category)
    for path in list(parts.categories):
        parent = path.rpartition("/")[0]
        if parent and parent not in parts.categories:
            origin = Origin(relative(root, place / "categories.yaml"))
            problems.append(
                Problem(
                    "unknown-category", f"the category {path} has no parent", origin, found=parent
                )
            )
    return problems


def _brands(root: Path, place: Path, vocabulary: Vocabulary, parts: Parts) -> list[Problem]:
    records, problems = _records(root, place / "brands.yaml")
    for record in records:
        brand, wrong = build_brand(record.data, vocabulary, record.at)
        problems += wrong
        if brand is None:
            continue
        key = brand.name.casefold()
        if key in parts.brands:
            problems.append(_twice("brand", brand.name, record))
        parts.brands.setdefault(key, (brand, record.origin))
    return problems


def _families(root: Path, place: Path, vocabulary: Vocabulary, parts: Parts) -> list[Problem]:
    documents, problems = read_documents(root, relative(root, place / "families"))
    for document in documents:
        family, wrong = build_family(document.data, vocabulary, document.at)
        problems += wrong
        if family is None:
            continue
        if family.code in parts.families:
            problems.append(_twice("family", family.code, document))
        parts.families.setdefault(family.code, family)
    return problems


def _twice(what: str, key: str, record: Located) -> Problem:
    return Problem(
        f"duplicate-{what}", f"the {what} {key} is defined twice", record.origin, found=key
    )


def _support(root: Path, place: Path, vocabulary: Vocabulary, parts: Parts) -> list[Problem]:
    records, problems = _records(root, place / "support.yaml")
    for record in records:
        support, wrong = build_support(record.data, vocabulary, record.at)
        problems += wrong
        if support is not None:
            parts.support = support
    return problems


def _products(
    root: Path,
    spec: SourceSpec,
    paths: Iterable[Path],
    problems: list[Problem],
    vocabulary: Vocabulary,
    parts: Parts,
) -> tuple[list[Problem], Count]:
    """Take the products of files; one that is as it was when it was last read is not parsed."""
    context = context_of(spec, vocabulary)
    records = accepted = 0
    for path in paths:
        label = relative(root, path)
        key = b"" if path.is_symlink() else digest_of(context, label, path)
        portion = parts.kept.portion(key, label, 0) if key else None
        if portion is None:
            portion = _portion(root, path, label, key, vocabulary)
        else:
            portion.locate = _locator(root, path)
        keep(portion, spec, parts)
        problems += portion.problems
        records, accepted = records + portion.records, accepted + len(portion)
    return problems, Count(spec.path, records, accepted, records - accepted)


def _portion(root: Path, path: Path, label: str, key: bytes, vocabulary: Vocabulary) -> Portion:
    """Return the products of one file."""
    documents, problems = read_file(root, path)
    portion = Portion(label, key=key, problems=problems)
    for record in (record for document in documents for record in walk(document)):
        portion.records += 1
        product, wrong = build_product(record.data, vocabulary, record.at)
        if product is not None and product.configurator == INLINE:
            own = f"{record.origin.file}#{product.sku}"
            product = msgspec.structs.replace(product, configurator=own)
        elif product is not None and product.configurator:
            wrong = _configurator(root, product.configurator, record)
            portion.key = b""  # another file decides
        problems += wrong
        if product is not None and not wrong:
            portion.add(product, record.at)
        elif isinstance(record.data, dict):
            portion.refused.append(str(record.data.get("sku", "")))
    return portion


def _locator(root: Path, path: Path) -> Callable[[int], Place]:
    """Return what finds the record of a line of a file again, when its fields are asked for."""

    @cache
    def records() -> dict[int | None, Place]:
        documents, _ = read_file(root, path)
        found = [record for document in documents for record in walk(document)]
        return {record.origin.line: record.at for record in reversed(found)}

    def locate(line: int) -> Place:
        return records().get(line) or partial(_nowhere, Origin(relative(root, path), line))

    return locate


def _nowhere(origin: Origin, _path: str) -> Origin:
    return origin


def _configurator(root: Path, name: str, record: Located) -> list[Problem]:
    path, origin = root / name, record.at("configurator")
    if not inside(root, path):
        return [
            Problem(
                "path-leaves", "the path leaves the workspace", origin, "configurator", found=name
            )
        ]
    if not path.is_file():
        return [
            Problem("missing-file", "there is no such file", origin, "configurator", found=name)
        ]
    return []


def _prices(root: Path, place: Path, vocabulary: Vocabulary, parts: Parts) -> list[Problem]:
    problems: list[Problem] = []
    for path in listed(place / "prices", (".csv",)):
        problems += _price_list(path, relative(root, path), vocabulary, parts)
    return problems


def _price_list(path: Path, label: str, vocabulary: Vocabulary, parts: Parts) -> list[Problem]:
    table, problems = read_table(path, label, CsvRule(delimiter=","))
    if table is None:
        return problems
    for column in table.columns:
        if column not in _PRICE_COLUMNS:
            expected = ", ".join(_PRICE_COLUMNS)
            message = f"a price list has no column {column!r}"
            return [
                *problems,
                Problem("unknown-column", message, Origin(label, 1), column, expected),
            ]
    for missing in {"sku", "amount"} - set(table.columns):
        return [
            *problems,
            Problem(
                "missing-column", f"the column {missing} is missing", Origin(label, 1), missing
            ),
        ]
    for row in table.rows:
        if isinstance(row, Problem):
            problems.append(row)
            continue
        problems += _price(path.stem, Origin(label, row[0]), row[1], vocabulary, parts)
    return problems


def _price(
    name: str, origin: Origin, row: dict[str, str], vocabulary: Vocabulary, parts: Parts
) -> list[Problem]:
    given = {key: value for key, value in row.items() if value and key != "sku"}
    quantity = given.pop("min_quantity", "1")
    if not (quantity.isascii() and quantity.isdigit()):
        return [
            Problem(
                "quantity",
                "the quantity is no number",
                origin,
                "min_quantity",
                "1 or more",
                quantity,
            )
        ]
    intake = Intake(vocabulary, lambda _: origin)
    tax, wrong = _tax(given, origin)
    record = PriceRecord(list=name, min_quantity=int(quantity), tax=tax, **{"amount": "", **given})
    price = intake.price(record, "")
    intake.problems += wrong
    sku = row.get("sku", "")  # rows may end early
    if not sku:
        return [*intake.problems, Problem("missing-key", "the row has no SKU", origin, "sku")]
    if price is not None and not intake.problems:
        parts.prices.append((sku, price, origin))
    return intake.problems


def _tax(given: dict[str, str], origin: Origin) -> tuple[TaxRecord | None, list[Problem]]:
    """Take the columns of tax out of a row."""
    said, rate, kind = (given.pop(name, "") for name in ("tax", "tax_rate", "tax_class"))
    if said in _TAX:
        return TaxRecord(included=_TAX[said], rate=rate or None, kind=kind), []
    if not (said or rate or kind):
        return None, []
    message = "whether the price includes tax is not said"
    return None, [Problem("tax", message, origin, "tax", " or ".join(_TAX), repr(said))]
