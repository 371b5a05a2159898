"""Fixtures of the target tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from syndicator.targets import DirectoryTarget, MemoryTarget, Target
from tests.targets import seaweed


@pytest.fixture(params=["memory", "directory"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Target:
    """An empty target of each kind that needs no server."""
    return MemoryTarget() if request.param == "memory" else DirectoryTarget(tmp_path / "site")


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[seaweed.Server]:
    """One real S3 server for the whole run; tests use buckets of their own."""
    with seaweed.server(tmp_path_factory.mktemp("seaweed")) as server:
        yield server
