"""Fixtures shared by the whole suite."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.targets import seaweed

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the clone under test."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real product data that lies beside the clone; tests skip where it is absent."""
    place = Path(os.environ.get("SYNDICATOR_SHARED_DATA", ROOT.parent / "shared" / "data"))
    if not place.is_dir():
        pytest.skip(f"no real product data at {place}")
    return place


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[seaweed.Server]:
    """One real S3 server for the whole run; tests use buckets of their own."""
    with seaweed.server(tmp_path_factory.mktemp("seaweed")) as server:
        yield server
