"""The reference workspace twice: as plain files, and as the engine reads it."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import yaml

from syndicator.entitlement import Entitlements, resolve
from syndicator.settings import load_settings
from syndicator.workspace import Workspace, read_workspace

AUTUMN = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)

Record = dict[str, Any]


@pytest.fixture(scope="session")
def products(repository: Path) -> dict[str, Record]:
    """Every product as its file says it, by SKU; a SKU written twice fails here."""
    found: dict[str, Record] = {}
    for path in sorted((repository / "content/products").rglob("*.yaml")):
        for record in yaml.safe_load_all(path.read_text()):
            assert record["sku"] not in found, f"{record['sku']} stands twice, again in {path}"
            found[record["sku"]] = record
    return found


@pytest.fixture(scope="session")
def families(repository: Path) -> dict[str, Record]:
    """Every family by its code."""
    records = [
        yaml.safe_load(path.read_text())
        for path in sorted((repository / "content/families").glob("*.yaml"))
    ]
    return {record["code"]: record for record in records}


@pytest.fixture(scope="session")
def prices(repository: Path) -> dict[str, list[dict[str, str]]]:
    """The rows of every price list."""
    return {
        path.stem: list(csv.DictReader(path.read_text().splitlines()))
        for path in sorted((repository / "content/prices").glob("*.csv"))
    }


@pytest.fixture(scope="session")
def workspace(repository: Path) -> Workspace:
    """The workspace as every command reads it."""
    return read_workspace(load_settings(repository, {"SYNDICATOR_SECRET": "5e" * 32}))


@pytest.fixture(scope="session")
def autumn(workspace: Workspace) -> Entitlements:
    """Who may show what on a day before the embargo ends and within the pilot of cargo bikes."""
    return resolve(workspace.catalog, workspace.manifests, AUTUMN)
