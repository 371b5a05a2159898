"""Fixtures shared by the whole suite."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

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
