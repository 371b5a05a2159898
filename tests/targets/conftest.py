"""Fixtures of the target tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.targets import seaweed


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[seaweed.Server]:
    """One real S3 server for the whole run; tests use buckets of their own."""
    with seaweed.server(tmp_path_factory.mktemp("seaweed")) as server:
        yield server
