"""Rule files of configurators, read with the tables that they name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from syndicator.catalog.model import Asset
from syndicator.configurator import Model, parse_model, table_names
from syndicator.errors import Origin, Problem
from syndicator.located import Located
from syndicator.sources.assets import read_assets
from syndicator.sources.places import inside
from syndicator.sources.yamlfile import load_documents, walk

_NO_ID = re.compile(r"\W+")


def read_configurators(
    root: Path, paths: Iterable[str], locale: str
) -> tuple[dict[str, Model], list[Problem]]:
    """Return the model of each rule file by its path, and what is wrong with the others.

    A path is that of a file of rules, or `FILE#SKU` for the rules inside of a product.

    `locale` is the language of texts that name none.
    """
    models: dict[str, Model] = {}
    problems: list[Problem] = []
    for path in sorted(set(paths)):
        documents, wrong = _documents(root, path)
        if documents and not wrong:
            tables, wrong = _tables(root, path, documents[0])
            model, more = parse_model(documents[0], tables, locale=locale)
            wrong += more
            if not wrong:
                models[path] = model
        problems += wrong
    return models, problems


def _documents(root: Path, path: str) -> tuple[list[Located], list[Problem]]:
    file, _, sku = path.partition("#")
    if not file:
        message, fix = "rules inside a product are read from YAML", "name a file of rules"
        return [], [Problem("inline-rules", message, Origin("configurator"), found=sku, fix=fix)]
    documents, problems = load_documents(file, (root / file).read_bytes())
    if sku:
        return [_inside(one, sku) for one in _records(documents) if _sku(one) == sku], problems
    if len(documents) != 1 and not problems:
        problems.append(
            Problem(
                code="one-model",
                message="a rule file holds one configurator",
                origin=Origin(path),
                expected="one YAML document",
                found=f"{len(documents)} documents",
            )
        )
    return documents, problems


def _records(documents: Iterable[Located]) -> Iterator[Located]:
    for document in documents:
        yield from walk(document)


def _sku(record: Located) -> str:
    return str(record.data.get("sku", "")).strip() if isinstance(record.data, dict) else ""


def _inside(product: Located, sku: str) -> Located:
    """Return the rules that stand in a product; format and id go without saying there."""
    prefix = "configurator."
    lines = {
        path.removeprefix(prefix): line
        for path, line in product.lines.items()
        if path.startswith(prefix)
    }
    told = {"configurator": 1, "id": _NO_ID.sub("-", sku).strip("-_")}
    return Located(told | product.data["configurator"], product.at("configurator"), lines)


def _tables(root: Path, path: str, document: Located) -> tuple[dict[str, bytes], list[Problem]]:
    """Read the tables beside the rule file; none may lie outside of the workspace."""
    tables: dict[str, bytes] = {}
    problems: list[Problem] = []
    for name in table_names(document):
        place = (root / path.partition("#")[0]).parent / name
        if inside(root, place) and place.is_file():
            tables[name] = place.read_bytes()
        else:
            problems.append(
                Problem(
                    code="missing-file",
                    message="a rule names a table that is not in the workspace",
                    origin=document.at("rules"),
                    path="rules",
                    expected="a CSV file beside the rule file",
                    found=name,
                )
            )
    return tables, problems


def read_pictures(root: Path, models: Iterable[Model]) -> tuple[dict[str, Asset], list[Problem]]:
    """Return the pictures that values name, by their paths, and what is wrong with the others.

    Cost: a stat for a known file; a new one is read and decoded once.
    """
    named = {path: origin for model in models for path, origin in model.pictures().items()}
    found = read_assets(root, ((path, root) for path in named))
    problems = [
        Problem(code, message, named[path], "picture", found=path)
        for path, (code, message) in found.faults.items()
    ]
    problems += [
        Problem("not-a-picture", "this is no picture", origin, "picture", "an image", path)
        for path, origin in named.items()
        if path in found.assets and not found.assets[path].media_type.startswith("image/")
    ]
    return dict(found.assets), problems
