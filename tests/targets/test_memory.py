"""The memory target keeps the contract."""

from __future__ import annotations

import pytest

from syndicator.targets import MemoryTarget
from tests.targets.contract import TargetContract


class TestMemoryTarget(TargetContract):
    @pytest.fixture
    def target(self) -> MemoryTarget:
        return MemoryTarget()
