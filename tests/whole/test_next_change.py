"""What is published changes by itself exactly at the instants that are foretold."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import yaml

from syndicator.entitlement import resolve
from syndicator.pipeline import build, stock
from syndicator.settings import load_settings
from syndicator.workspace import Workspace, read_workspace
from tests.whole.site import SECRET

MOMENT = timedelta(microseconds=1)
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="4" height="3"/>'
PRODUCTS = [
    {
        "sku": "SHOWN",
        "lifecycle": {"announce": "2026-02-01", "release": "2026-03-01"},
        "media": [
            {
                "file": "content/a.svg",
                "role": "hero",
                "alt": {"en": "x"},
                "rights": {"valid_until": "2026-05-01"},
            }
        ],
    },
    # Nobody may show it: none of its dates changes anything.
    {"sku": "SECRET", "lifecycle": {"release": "2026-03-15", "end_of_life": "2026-04-15"}},
]
PRICES = """sku,amount,valid_from,valid_until
SHOWN,10,,2026-04-01T00:00:00Z
SHOWN,12,2026-04-01T00:00:00Z,2026-07-01T00:00:00Z
"""
UNSEEN = "sku,amount,valid_until\nSHOWN,9,2026-06-20T00:00:00Z\n"
MANIFESTS = [
    {"kind": "partner", "id": "red", "locales": ["en"], "timezone": "Europe/Berlin"},
    {"kind": "grant", "id": "g", "to": "all", "products": 'sku = "SHOWN"'},
    {"kind": "price-list", "id": "retail", "currency": "EUR", "to": "all"},
    {"kind": "price-list", "id": "cost", "currency": "EUR"},
    {"kind": "field-policy", "id": "h", "to": "all", "hide": ["price"], "from": "2026-06-01"},
    {"kind": "forbid", "id": "f", "to": "all", "products": "all", "from": "2026-08-01"},
    # It would open where nothing is shown any more.
    {"kind": "field-policy", "id": "late", "to": "all", "hide": ["specs"], "from": "2026-09-01"},
]
FORETOLD = [
    datetime(2026, 2, 1, tzinfo=UTC),  # announced
    datetime(2026, 3, 1, tzinfo=UTC),  # released
    datetime(2026, 4, 1, tzinfo=UTC),  # another price
    datetime(2026, 5, 1, tzinfo=UTC),  # the rights of the picture end
    datetime(2026, 5, 31, 22, tzinfo=UTC),  # prices are hidden, at midnight in Berlin
    datetime(2026, 7, 31, 22, tzinfo=UTC),  # forbidden
]


def write(folder: Path) -> Workspace:
    """Write a workspace with dates of every sort, and read it."""
    for place in ("content/products", "content/prices", "manifests", "publish/targets"):
        (folder / place).mkdir(parents=True)
    (folder / "syndicator.toml").write_text(
        '[workspace]\nid = "w"\nname = "Maker"\nlocales = ["en"]\n'
    )
    products = [{"brand": "Maker", "title": {"en": one["sku"]}, **one} for one in PRODUCTS]
    (folder / "content/products/all.yaml").write_text(yaml.safe_dump_all(products))
    (folder / "content/a.svg").write_text(PICTURE)
    (folder / "content/prices/retail.csv").write_text(PRICES)
    (folder / "content/prices/cost.csv").write_text(UNSEEN)
    (folder / "manifests/all.yaml").write_text(yaml.safe_dump_all(MANIFESTS))
    (folder / "publish/targets/local.yaml").write_text(
        "kind: target\nid: local\ntype: directory\npath: build\nbase_url: http://localhost/\n"
    )
    workspace = read_workspace(load_settings(folder, SECRET))
    assert not workspace.errors(strict=True)
    return workspace


def test_nothing_differs_before_the_next_change_and_something_does_then(tmp_path: Path) -> None:
    """From change to change through the year, over everything that a release would hold."""
    workspace = write(tmp_path)
    shelf = stock(workspace)

    def at(now: datetime) -> tuple[str, datetime | None]:
        entitlements = resolve(workspace.catalog, workspace.manifests, now)
        return build(workspace, shelf, entitlements).inputs, entitlements.next_change

    (shown, change), told = at(datetime(2026, 1, 1, tzinfo=UTC)), []
    while change is not None:
        told.append(change)
        assert at(change - MOMENT) == (shown, change)
        then, after = at(change)
        assert then != shown, change
        shown, change = then, after
    assert told == FORETOLD
    assert at(datetime(2036, 1, 1, tzinfo=UTC)) == (shown, None)
