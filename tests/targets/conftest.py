"""Fixtures of the target tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from syndicator.targets import DirectoryTarget, MemoryTarget, Target


@pytest.fixture(params=["memory", "directory"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Target:
    """An empty target of each kind that needs no server."""
    return MemoryTarget() if request.param == "memory" else DirectoryTarget(tmp_path / "site")
