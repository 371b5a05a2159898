"""A small world to decide in: products and manifests written as data."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest
import yaml

from syndicator.catalog.model import Catalog, Product, sort_key
from syndicator.entitlement import check_selectors, explain, parse_manifests, resolve
from syndicator.errors import Origin
from syndicator.located import Located

# Makes the helper modules of these tests importable by name.
sys.path.insert(0, str(Path(__file__).parent))

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def product(sku, **fields):
    fields.setdefault("title", {"en": f"Title of {sku}"})
    return msgspec.convert({"sku": sku, "brand": "Norrvind", **fields}, Product)


def catalog(*products, **more):
    ordered = sorted(products, key=sort_key)
    return Catalog(locales=("en", "de"), products={p.sku: p for p in ordered}, **more)


def located(text, file="manifests/test.yaml"):
    """Documents of YAML, each with the line of its top-level keys."""
    found, line = [], 1
    for part in text.split("\n---\n"):
        lines = {}
        for number, row in enumerate(part.splitlines()):
            if row and row[0].isalpha() and ":" in row:
                lines[row.split(":")[0]] = line + number
        data = yaml.load(part, yaml.BaseLoader)  # noqa: S506  plain scalars only
        if data:
            _typed(data)
            found.append(Located(data, Origin(file, line), lines))
        line += part.count("\n") + 2
    return found


def _typed(data):
    if "early_access" in data:
        data["early_access"] = data["early_access"] == "true"
    if "tax" in data and data["tax"]["included"] == "true":
        data["tax"]["included"] = True
    if "share" in data:
        data["share"] = int(data["share"])


def manifests(text, locales=("en", "de")):
    """Manifests that must be valid."""
    read, problems = parse_manifests(located(text), locales)
    assert problems == []
    return read


def problems(text, locales=("en", "de")):
    return parse_manifests(located(text), locales)[1]


def held(world, text, partner, at=NOW):
    """SKUs that a partner holds."""
    answer = resolve(world, manifests(text), at)
    locale = next(iter(answer.partners[partner]))
    return list(answer.editions[answer.partners[partner][locale]].skus)


@pytest.fixture(scope="session")
def say():
    """Everything that a test of entitlement says its world with."""
    return SimpleNamespace(
        NOW=NOW,
        product=product,
        catalog=catalog,
        located=located,
        manifests=manifests,
        problems=problems,
        held=held,
        resolve=resolve,
        explain=explain,
        check=check_selectors,
    )
