"""Fixtures of the fault tests: a real S3 server and a proxy that misbehaves."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.proxy import Proxy, misbehaving
from tests.targets import seaweed


@pytest.fixture(scope="session")
def running(s3: seaweed.Server) -> Iterator[Proxy]:
    with misbehaving(s3.endpoint) as proxy:
        yield proxy


@pytest.fixture
def proxy(running: Proxy) -> Proxy:
    """A proxy without faults yet."""
    running.faults, running.struck = [], 0
    return running
