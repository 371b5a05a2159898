"""The command for the first contact with an export: `import`."""

from __future__ import annotations

import json
import os
import re
import sys
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import click

from syndicator.catalog.model import Product
from syndicator.catalog.proposal import GUESSED_CURRENCY, NO_BRAND, SOME_BRANDS
from syndicator.catalog.values import FieldError, parse_currency
from syndicator.cli.session import Session, standard
from syndicator.errors import InvalidInputError, UsageError
from syndicator.settings import FILE, Settings
from syndicator.sources import FORMATS, SourceSpec, read_catalog
from syndicator.sources.importing import Trial, try_import
from syndicator.sources.places import is_address

MAPPED = ("csv", "jsonl", "parquet")
"""Formats without a meaning of their own: a mapping says which column is which field."""


@click.command("import")
@click.argument("kind", metavar="FORMAT", type=click.Choice([f for f in FORMATS if f != "yaml"]))
@click.argument("path")
@click.option("--brand", default="", help="The brand of every product that names none.")
@click.option(
    "--option",
    "given",
    multiple=True,
    metavar="NAME=VALUE",
    help="An option of the source, such as channel=shop or header='Authorization: ${TOKEN}'.",
)
@standard
def import_(session: Session, kind: str, path: str, brand: str, given: tuple[str, ...]) -> None:
    """Propose how PATH, a file, folder or address, becomes products; show ten, and add it.

    On a terminal it asks before anything is written; in a pipe, calling it is the answer.
    """
    settings = session.settings()
    source = _source_path(path, settings.root)
    if source in [spec.path for spec in settings.sources]:
        raise UsageError(f"{path} is a source of this workspace already; edit its mapping instead")
    options = _options(given)
    said = options.pop("currency", "") if kind in MAPPED else ""
    currency = _currency(said) if said else ""
    spec = SourceSpec(kind, source, options=options)
    trial, brand = _trial(settings, spec, brand, currency)
    if brand and kind not in MAPPED:
        options["brand"] = brand
    mapping = _mapping_file(settings, source) if kind in MAPPED else None
    _show(session, trial)
    if not _agreed(f"Write {mapping or FILE} and read {path} from now on?"):
        session.say("Nothing was written.")
        return
    if mapping is not None:
        (settings.root / mapping).parent.mkdir(exist_ok=True)
        (settings.root / mapping).write_text(trial.mapping, "utf-8")
    _add_source(settings, SourceSpec(kind, source, mapping or "", options))
    session.answer(
        {
            "mapping": mapping,
            "source": source,
            "products": [_row(product) for product in trial.products],
            "problems": [problem.as_json() for problem in trial.problems],
        }
    )
    if not session.as_json:
        session.say(f"Added {source} to {FILE}" + (f", mapped by {mapping}" if mapping else ""))
        session.say("Next: syndicator check, plan, publish; `syndicator serve` shows a preview")


def _source_path(path: str, root: Path) -> str:
    """Return how the settings spell a path or an address.

    Raises:
        UsageError: There is nothing at the path.
    """
    if is_address(path):
        return path
    if not Path(path).exists():
        raise UsageError(f"there is no file or folder {path}")
    return Path(os.path.relpath(path, root)).as_posix()


def _options(given: tuple[str, ...]) -> dict[str, str]:
    pairs = [one.partition("=") for one in given]
    for name, equals, _ in pairs:
        if not (name and equals):
            raise UsageError(f"{name!r} is no option: expected NAME=VALUE")
    return {name: value for name, _, value in pairs}


def _trial(settings: Settings, spec: SourceSpec, brand: str, currency: str) -> tuple[Trial, str]:
    """Try the import; on a terminal ask for what exports often lack, the brand and the currency.

    Raises:
        InvalidInputError: Nothing of it can be read.
    """
    trial = _tried(settings, spec, brand, currency)
    if not brand and _is_asked() and (question := _about_brand(trial)):
        brand = click.prompt(question, err=True)
        trial = _tried(settings, spec, brand, currency)
    if not currency and _is_asked() and GUESSED_CURRENCY in trial.mapping:
        question = "No column names the currency of the prices. Which one is it?"
        currency = click.prompt(question, default="EUR", value_proc=_currency, err=True)
        trial = _tried(settings, spec, brand, currency)
    if not trial.records:
        raise InvalidInputError(trial.problems)
    return trial, brand


def _about_brand(trial: Trial) -> str:
    """Return what to ask where nobody says the brand of all, or of some; else nothing."""
    unnamed = any(problem.path == "brand" for problem in trial.problems)
    if NO_BRAND in trial.mapping or (unnamed and not trial.accepted):
        return "No column names a brand. Which brand is it?"
    return "Some rows name no brand. Which is theirs?" if SOME_BRANDS in trial.mapping else ""


def _currency(answer: str) -> str:
    """Return the code of a currency.

    Raises:
        UsageError: There is no such currency; a prompt of click asks again.
    """
    try:
        return parse_currency(answer.upper())
    except FieldError as error:
        raise click.UsageError(f"{error.message}: expected {error.expected}") from None


def _tried(settings: Settings, spec: SourceSpec, brand: str, currency: str) -> Trial:
    if spec.format in MAPPED:
        return try_import(
            *(settings.root, spec, settings.locales, brand),
            environment=settings.environment,
            currency=currency,
        )
    options = {**spec.options, **({"brand": brand} if brand else {})}
    return _whole(settings, replace(spec, options=options))


def _whole(settings: Settings, spec: SourceSpec) -> Trial:
    """Read a format with a meaning of its own as the workspace would."""
    reading = read_catalog(
        settings.root, (spec,), settings.locales, settings.fallback, settings.environment
    )
    products = tuple(reading.catalog.products.values())
    records = sum(count.records for count in reading.counts)
    step = max(len(products) // 10, 1)
    return Trial("", products[::step][:10], records, len(products), tuple(reading.problems))


def _is_asked() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


def _agreed(question: str) -> bool:
    """Ask on a terminal; a pipe said what it wants by calling."""
    return click.confirm(question, default=True, err=True) if _is_asked() else True


def _show(session: Session, trial: Trial) -> None:
    session.problems(trial.problems)
    if session.as_json:
        return
    if trial.mapping:
        session.say(trial.mapping)
    for product in trial.products:
        session.say("  ".join(f"{key} {value}" for key, value in _row(product).items() if value))
    session.say(f"{trial.accepted} of {trial.records} records looked at become products")


def _row(product: Product) -> dict[str, str]:
    prices = [f"{price.amount} {price.currency} ({price.list})" for price in product.prices]
    return {
        "sku": product.sku,
        "brand": product.brand,
        "title": next(iter(product.title.values()), ""),
        "gtin": product.gtin,
        "category": product.category,
        "price": ", ".join(prices),
        "specs": str(len(product.specs)),
        "pictures": str(len(product.media)),
    }


def _mapping_file(settings: Settings, source: str) -> str:
    """Return a free name for the mapping, made of the source's."""
    place = urlsplit(source).path if is_address(source) else source
    stem = re.sub(r"[^a-z0-9]+", "-", Path(place).stem.lower()).strip("-") or "source"
    names = [f"mappings/{stem}.yaml", *(f"mappings/{stem}-{n}.yaml" for n in range(2, 100))]
    return next(name for name in names if not (settings.root / name).exists())


def _add_source(settings: Settings, spec: SourceSpec) -> None:
    """Append the source to the settings; the default source is spelled out where it was implied."""
    path = settings.root / FILE
    text = path.read_text("utf-8").rstrip("\n")
    lines = [] if "[[sources]]" in text else _source(SourceSpec("yaml", "content"))
    lines += _source(spec)
    path.write_text("\n".join([text, *lines, ""]), "utf-8")


def _source(spec: SourceSpec) -> list[str]:
    lines = ["", "[[sources]]", f'format = "{spec.format}"', f"path = {json.dumps(spec.path)}"]
    if spec.mapping:
        lines.append(f'mapping = "{spec.mapping}"')
    options = ", ".join(f"{name} = {json.dumps(value)}" for name, value in spec.options.items())
    return [*lines, f"options = {{ {options} }}"] if options else lines
